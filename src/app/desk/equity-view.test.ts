import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryEquityLog } from '../../adapters/memory/memory-equity-log.ts';
import type { EquityAnswer } from '../../api/contract.ts';
import { decimal } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { barOf } from '../../model/equity-bar.ts';
import type { Money } from '../../model/money.ts';
import { EquityRecorder } from '../equity/equity-recorder.ts';
import { answerEquity } from './equity-view.ts';

const DAY_MS = 86_400_000;
const START = epochMs(Date.UTC(2026, 5, 1));

type Moment = { readonly minute: number; readonly equity: string; readonly capital?: string };

/** What a desk answers whose history is these moments, so many minutes after the start. */
async function ask(moments: readonly Moment[], wanted: { hours: number; points: number }, at: number) {
  const log = createMemoryEquityLog();
  const money = (text: string): Money => decimal(text) as Money;
  await log.save(
    moments.map(({ minute, equity, capital = '1000' }) =>
      barOf(
        {
          time: (START + minute * 60_000) as EpochMs,
          equity: money(equity),
          cash: money(equity),
          capital: money(capital),
        },
        60_000,
      ),
    ),
  );
  const now = epochMs(START + at * 60_000);
  const clock = createManualClock(now);
  onTestFinished(() => clock.close());
  const recorder = new EquityRecorder({ clock, openLog: () => log, read: () => null, onWarning: () => {} });
  return answerEquity(recorder, wanted, { mode: 'paper', now });
}

const summary = ({ change, high, low, max_drawdown }: EquityAnswer) => ({ change, high, low, max_drawdown });

describe('the history of equity on the desk', () => {
  it('is empty before there is any, and says so', async () => {
    const answer = await ask([], { hours: 24, points: 600 }, 0);
    expect(answer).toMatchObject({ since: null, bars: [], step_sec: 60, storing: 'storing', last_error: null });
    expect(summary(answer)).toEqual({ change: null, high: null, low: null, max_drawdown: null });
  });

  it('has at most about as many bars as were asked for, of a length that people read, whatever the span', async () => {
    const quarters = Array.from({ length: 4 * 24 * 60 }, (_, at) => ({ minute: at * 15, equity: String(1_000 + at) }));
    const end = 60 * 24 * 60;
    for (const [hours, points, step] of [
      [1, 600, 60],
      [24, 600, 300],
      [24 * 7, 600, 3_600],
      [24 * 30, 600, 14_400],
      [87_600, 600, 14_400],
      [87_600, 2_000, 3_600],
      [87_600, 100, 86_400],
    ] as const) {
      const { bars, step_sec } = await ask(quarters, { hours, points }, end);
      expect([hours, points, step_sec]).toEqual([hours, points, step]);
      expect(bars.length).toBeLessThanOrEqual(points + 1);
      expect(bars.every(({ time }, at) => time % step === 0 && (at === 0 || time > (bars[at - 1]?.time ?? 0)))).toBe(
        true,
      );
      expect(bars.at(-1)?.close).toBe(String(999 + quarters.length));
    }
  });

  it('keeps a spike of one minute in bars of days', async () => {
    const moments = [
      { minute: 0, equity: '1000' },
      { minute: 3_000, equity: '1500' },
      { minute: 3_001, equity: '700' },
      { minute: 100_000, equity: '1100' },
    ];
    const { bars, step_sec, ...rest } = await ask(moments, { hours: 87_600, points: 100 }, 100_001);
    expect(step_sec).toBe(DAY_MS / 1_000);
    expect(bars.map(({ high, low }) => [high, low])).toEqual([
      ['1000', '1000'],
      ['1500', '700'],
      ['1100', '1100'],
    ]);
    expect(rest).toMatchObject({ high: '1500', low: '700', change: { amount: '100', fraction: 0.1 } });
  });

  it('measures the deepest fall from a high that came before', async () => {
    const moments = ['1000', '1200', '900', '1500', '1300'].map((equity, minute) => ({ minute, equity }));
    expect((await ask(moments, { hours: 1, points: 600 }, 5)).max_drawdown).toBe(0.25);
  });

  it('does not take another capital for a gain or a loss', async () => {
    const moments = [
      { minute: 0, equity: '1000' },
      { minute: 1, equity: '1100' },
      { minute: 2, equity: '600', capital: '500' },
      { minute: 3, equity: '594', capital: '500' },
    ];
    const { change, max_drawdown } = await ask(moments, { hours: 1, points: 600 }, 5);
    expect(change).toEqual({ amount: '94', fraction: 0.094 });
    expect(max_drawdown).toBe(0.01);
  });

  it('tells the deepest fall as the halt sees it: a payment leaves the share that is missing', async () => {
    const moments = [
      { minute: 0, equity: '300', capital: '300' },
      { minute: 1, equity: '270', capital: '300' },
      { minute: 2, equity: '70', capital: '100' },
      { minute: 3, equity: '66.5', capital: '100' },
    ];
    const { change, max_drawdown } = await ask(moments, { hours: 1, points: 600 }, 5);
    expect(change?.amount).toBe('-33.5');
    expect(max_drawdown).toBe(0.145);
  });

  it('begins with what is asked for, not with what there is', async () => {
    const moments = Array.from({ length: 200 }, (_, minute) => ({ minute, equity: '1000' }));
    const { bars, since } = await ask(moments, { hours: 1, points: 600 }, 199);
    expect(bars[0]?.time).toBe(START / 1_000 + 139 * 60);
    expect(since).toBe(START / 1_000);
  });
});
