import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import {
  type Alarm,
  createAlarmLedger,
  foldAlarmBar,
  HOLD_MS,
  LATER_MS,
  raiseAlarm,
  shareLeft,
} from './alarm-ledger.ts';
import type { RecordedBar } from './recording-spool.ts';

const T = Date.UTC(2026, 2, 1, 12);
const STEP = 300_000;

function bar(ms: number, rest: Partial<RecordedBar> = {}): RecordedBar {
  const openTime = epochMs(T + ms);
  const flat = { open: 100, high: 100, low: 100, close: 100, quoteVolume: 1, takerQuoteVolume: null };
  return { instrument: 3, openTime, ...flat, ...rest };
}

function raise(): { alarm: Alarm; ledger: ReturnType<typeof createAlarmLedger> } {
  const ledger = createAlarmLedger(['pool']);
  return { ledger, alarm: raiseAlarm(ledger, 3, { lane: 'pool', time: epochMs(T), price: 100, lowBefore: 90 }) };
}

describe('an alarm', () => {
  it.each([
    ['the target first', [{ high: 105 }, { low: 50 }], 'target'],
    ['the stop first', [{ low: 95 }, { high: 200 }], 'stop'],
    ['both in one bar, where the order is not known', [{ low: 95, high: 105 }], 'stop'],
    ['neither so far', [{ low: 95.01, high: 104.99 }], 'unfinished'],
  ] as const)('is judged by what came of it: %s', (_, shapes, outcome) => {
    const { alarm, ledger } = raise();
    for (const [index, shape] of shapes.entries()) foldAlarmBar(ledger, bar(index * STEP, shape));
    expect(alarm.outcome).toBe(outcome);
    const counted = { target: 0, stop: 0, neither: 0, unfinished: 0, [outcome]: 1, alarms: 1 };
    expect(ledger.counts['pool']).toEqual(counted);
  });

  it('that reached neither within the holding time never does', () => {
    const { alarm, ledger } = raise();
    foldAlarmBar(ledger, bar(HOLD_MS - STEP));
    expect(alarm.outcome).toBe('unfinished');
    foldAlarmBar(ledger, bar(HOLD_MS, { high: 500 }));
    expect(alarm.outcome).toBe('neither');
    expect(alarm.laterHigh).toBe(500);
  });

  it('hears the bars of the 24 hours after it, then it is closed', () => {
    const { alarm, ledger } = raise();
    foldAlarmBar(ledger, bar(LATER_MS - STEP, { high: 130 }));
    foldAlarmBar(ledger, bar(LATER_MS, { high: 900 }));
    expect(alarm.laterHigh).toBe(130);
    expect(ledger.open.size).toBe(0);
    expect(shareLeft(alarm)).toBe(0.75);
  });

  it('is never judged by a bar from before it', () => {
    const { ledger } = raise();
    expect(() => foldAlarmBar(ledger, bar(-STEP))).toThrow(RangeError);
  });

  it('left nothing of a move that was over', () => {
    expect(shareLeft({ price: 100, lowBefore: 80, laterHigh: 100 })).toBe(0);
    expect(shareLeft({ price: 100, lowBefore: 100, laterHigh: 100 })).toBe(0);
    expect(shareLeft({ price: 100, lowBefore: 110, laterHigh: 120 })).toBe(1);
  });
});
