import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import { openTradeLog } from './trade-log.ts';

describe('a log in JSON', () => {
  const SECRET = 'a "quoted" key of the account';
  const texts: string[] = [];
  const sink = { write: (text: string) => texts.push(text) };
  const clock = createManualClock(epochMs(1_780_000_000_000));
  const log = openTradeLog('json', { clock, secrets: [SECRET, 'short'], out: sink, problems: sink });
  const told = (act: () => void): unknown[] => {
    texts.length = 0;
    act();
    return texts.map((text) => {
      expect(text.endsWith('\n') && !text.slice(0, -1).includes('\n')).toBe(true);
      return JSON.parse(text) as unknown;
    });
  };

  it('has one object a line with time and level, also of a banner', () => {
    expect(told(() => log.say('\nTwo\n  lines\n'))).toEqual([
      { time: '2026-05-28T20:26:40.000Z', level: 'info', kind: 'text', text: 'Two' },
      { time: '2026-05-28T20:26:40.000Z', level: 'info', kind: 'text', text: 'lines' },
    ]);
    expect(told(() => log.warn('the disk is slow'))).toMatchObject([{ level: 'warn', text: 'the disk is slow' }]);
  });

  it('tells an event as the event log has it, with its trace', () => {
    const line = {
      ts: 1,
      seq: 7,
      schema_version: 2,
      run_id: 'r',
      config_hash: 'h',
      event_type: 'order_result',
      trace_id: 't1',
      payload: { symbol: 'HOTUSDT' },
    };
    expect(told(() => log.tellLine(line))).toEqual([
      { time: '2026-05-28T20:26:40.000Z', level: 'info', kind: 'event', ...line },
    ]);
  });

  it('strikes out what a secret is equal to, wherever it stands, and no short word', () => {
    const [entry] = told(() => log.warn(`refused: ${SECRET} is short`));
    expect(entry).toMatchObject({ text: 'refused: [secret] is short' });
  });
});
