import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createLogNotifier } from './log-notifier.ts';

describe('createLogNotifier', () => {
  it('writes one line of JSON for a notice, whatever its text holds', async () => {
    const lines: string[] = [];
    const notifier = createLogNotifier({
      write: (line) => {
        lines.push(line);
      },
    });
    const time = epochMs(Date.UTC(2026, 10, 20, 10, 31));
    await notifier.notify({ level: 'warn', time, title: 'feed "down"', text: 'first\nsecond\u2028third' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-11-20T10:31:00.000Z',
      level: 'warn',
      title: 'feed "down"',
      text: 'first\nsecond\u2028third',
    });
  });

  it('answers notifier_failed with the reason when the writer throws', async () => {
    const notifier = createLogNotifier({
      write: () => {
        throw new Error('disk full');
      },
    });
    const answer = await notifier.notify({ level: 'error', time: epochMs(0), title: 't', text: '' });
    expect(answer.ok ? null : answer.error.message).toBe('a notice could not be delivered through log: disk full');
  });

  it('refuses a bound below one', () => {
    expect(() => createLogNotifier({ write: () => {}, waitingMax: 0 })).toThrow(RangeError);
  });
});
