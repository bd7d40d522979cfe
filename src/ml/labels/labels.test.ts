import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import {
  beginLabel,
  createHotnessLabeler,
  createTradeLabeler,
  finishHotness,
  finishLabels,
  foldHotness,
  foldLabels,
  foldTrade,
  type HotnessOutcome,
  type LabelCandle,
  openTrade,
  type TradeOutcome,
  type TradeRules,
} from '../index.ts';
import { findTradeRulesFault } from './trade-label.ts';

const QUARTER = 900_000;
const MINUTE = 60_000;
const START = epochMs(1_700_000_100_000);
/** Barriers at 103 and 98 for an entry at 100, an hour, and 0.1 % + 0.05 % each side. */
const RULES: TradeRules = { takeProfit: 0.03, stopLoss: 0.02, horizonMinutes: 60, feeBps: 10, slippageBps: 5 };

type Ohlc = readonly [open: number, high: number, low: number, close: number];

function candle(at: number, [open, high, low, close]: Ohlc, lengthMs = QUARTER): LabelCandle {
  const openTime = epochMs(START + at * lengthMs);
  return { openTime, closeTime: epochMs(openTime + lengthMs), open, high, low, close };
}

function resolve(rows: readonly Ohlc[], rules = RULES): TradeOutcome | null {
  const trade = openTrade(START, 100);
  for (const [at, row] of rows.entries()) {
    const outcome = foldTrade(trade, candle(at, row), rules);
    if (outcome !== null) return outcome;
  }
  return null;
}

/** What is left by hand: sold at `exit` less 0.05 % and 0.1 %, bought at 100 and as much more. */
function net(exit: number): number {
  return (exit * 0.9995 * 0.999) / (100 * 1.0005 * 1.001) - 1;
}

describe('the label of a trade', () => {
  const calm: Ohlc = [100, 101, 99, 100];

  it.each<[string, readonly Ohlc[], { by: string; exit: number; label: 0 | 1; candles: number }]>([
    ['take profit on touch', [calm, [100, 103, 99, 99]], { by: 'takeProfit', exit: 103, label: 1, candles: 2 }],
    ['stop on touch', [[100, 102.9, 98, 102]], { by: 'stop', exit: 98, label: 0, candles: 1 }],
    ['stop first where one candle touches both', [[100, 104, 97, 103]], { by: 'stop', exit: 98, label: 0, candles: 1 }],
    ['a gap below the stop at the open', [calm, [95, 104, 94, 103]], { by: 'stop', exit: 95, label: 0, candles: 2 }],
    [
      'a gap above the take profit at the open',
      [calm, [108, 109, 90, 91]],
      { by: 'takeProfit', exit: 108, label: 1, candles: 2 },
    ],
    [
      'time at the close, in profit',
      [calm, calm, calm, [100, 102, 99, 101]],
      { by: 'time', exit: 101, label: 1, candles: 4 },
    ],
    [
      'time at the close, flat, which costs lose',
      [calm, calm, calm, calm],
      { by: 'time', exit: 100, label: 0, candles: 4 },
    ],
    [
      'time with a gain that costs eat',
      [calm, calm, calm, [100, 101, 99, 100.29]],
      { by: 'time', exit: 100.29, label: 0, candles: 4 },
    ],
    [
      'a barrier in the last candle before time',
      [calm, calm, calm, [100, 103.5, 99, 99]],
      { by: 'takeProfit', exit: 103, label: 1, candles: 4 },
    ],
  ])('%s', (_, rows, { by, exit, label, candles }) => {
    const outcome = resolve(rows);
    expect(outcome).toMatchObject({
      kind: 'resolved',
      by,
      label,
      entryTime: START,
      endTime: START + candles * QUARTER,
    });
    expect((outcome as { net: number }).net).toBeCloseTo(net(exit), 12);
  });

  it('is what money says: a take profit that does not pay the costs is labelled 0', () => {
    const outcome = resolve([[100, 100.3, 100, 100.2]], { ...RULES, takeProfit: 0.002 });
    expect(outcome).toMatchObject({ by: 'takeProfit', label: 0 });
    expect((outcome as { net: number }).net).toBeCloseTo(net(100.2), 12);
  });

  it('has a horizon in minutes: 30 minutes are two quarter hours or thirty minutes, never 30 candles', () => {
    const rules = { ...RULES, horizonMinutes: 30 };
    expect(resolve([calm, calm, calm], rules)).toMatchObject({ by: 'time', endTime: START + 2 * QUARTER });
    const trade = openTrade(START, 100);
    const ends = Array.from({ length: 31 }, (_, at) => foldTrade(trade, candle(at, calm, MINUTE), rules));
    expect(ends.findIndex((end) => end !== null)).toBe(29);
  });

  it('stays open while there is not enough future, and is never 0 for it', () => {
    expect(resolve([calm, calm, calm])).toBeNull();
  });

  it('is told unresolved when a candle is missing, also where a barrier is touched after the hole', () => {
    const trade = openTrade(START, 100);
    expect(foldTrade(trade, candle(0, calm), RULES)).toBeNull();
    const outcome = foldTrade(trade, candle(2, [100, 110, 100, 110]), RULES);
    expect(outcome).toEqual({ kind: 'unresolved', entryTime: START, reason: 'hole' });
  });

  it('passes over candles that it has seen and the one it was entered by', () => {
    const trade = openTrade(START, 100);
    const before = foldTrade(trade, candle(-1, [100, 120, 80, 100]), RULES);
    foldTrade(trade, candle(0, calm), RULES);
    expect([before, foldTrade(trade, candle(0, [100, 120, 80, 100]), RULES)]).toEqual([null, null]);
    expect(foldTrade(trade, candle(1, [100, 104, 100, 104]), RULES)).toMatchObject({ by: 'takeProfit' });
  });

  it('refuses rules that say nothing', () => {
    const faults = [
      { ...RULES, takeProfit: 0 },
      { ...RULES, stopLoss: 1 },
      { ...RULES, horizonMinutes: 20 },
      { ...RULES, horizonMinutes: 0 },
      { ...RULES, feeBps: -1 },
      { ...RULES, slippageBps: Number.NaN },
    ].map((rules) => findTradeRulesFault(rules, QUARTER));
    expect(faults.every((fault) => fault !== null)).toBe(true);
    expect(faults[2]).toBe('a horizon of 20 minutes is no whole number of candles');
    expect(findTradeRulesFault(RULES, QUARTER)).toBeNull();
  });
});

const steps = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 30, maxLength: 80 });

/** Candles of a walk in tenths of a percent, some of them missing. */
function walk(moves: readonly number[], missing: ReadonlySet<number>): readonly LabelCandle[] {
  let close = 100;
  return moves.flatMap((move, at) => {
    const open = close;
    close = open * (1 + move / 1_000);
    const spread = Math.abs(move) / 2_000;
    const row = candle(at, [open, Math.max(open, close) * (1 + spread), Math.min(open, close) * (1 - spread), close]);
    return missing.has(at) ? [] : [row];
  });
}

function labelAll(candles: readonly LabelCandle[]): readonly TradeOutcome[] {
  const labeler = createTradeLabeler(RULES);
  const outcomes: TradeOutcome[] = [];
  for (const each of candles) {
    outcomes.push(...foldLabels(labeler, each));
    beginLabel(labeler, each.closeTime, each.close);
  }
  return [...outcomes, ...finishLabels(labeler)];
}

describe('labels of a stream of candles', () => {
  const holes = fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 3 });

  it('are those of each trade followed alone, one for each entry', () => {
    fc.assert(
      fc.property(steps, holes, (moves, missing) => {
        const candles = walk(moves, new Set(missing));
        const alone = candles.map((entry, at): TradeOutcome => {
          const trade = openTrade(entry.closeTime, entry.close);
          for (const later of candles.slice(at + 1)) {
            const outcome = foldTrade(trade, later, RULES);
            if (outcome !== null) return outcome;
          }
          return { kind: 'unresolved', entryTime: entry.closeTime, reason: 'future' };
        });
        const together = [...labelAll(candles)].sort((a, b) => a.entryTime - b.entryTime);
        expect(together).toEqual(alone);
      }),
    );
  });

  it('do not change when the future is cut off: what was resolved by then is the same, the rest is unresolved', () => {
    fc.assert(
      fc.property(steps, holes, fc.nat(79), (moves, missing, cut) => {
        const candles = walk(moves, new Set(missing));
        const kept = candles.slice(0, cut);
        const end = kept.at(-1)?.closeTime ?? 0;
        const whole = new Map(labelAll(candles).map((outcome) => [outcome.entryTime, outcome]));
        for (const outcome of labelAll(kept)) {
          const later = whole.get(outcome.entryTime) as TradeOutcome;
          if (outcome.kind === 'unresolved' && outcome.reason === 'future') {
            expect(later.kind === 'resolved' ? later.endTime > end : true).toBe(true);
          } else expect(outcome).toEqual(later);
        }
      }),
    );
  });
});

const HOT = { horizonMinutes: 30, share: 0.1, coinsMin: 10 };
const COINS = Array.from({ length: 20 }, (_, at) => `C${String(at).padStart(2, '0')}`);

function moment(at: number, closeOf: (coin: string, index: number) => number | null, universe = COINS) {
  const closes = new Map(
    COINS.flatMap((coin, index): [string, number][] => {
      const close = closeOf(coin, index);
      return close === null ? [] : [[coin, close]];
    }),
  );
  return { time: epochMs(START + at * QUARTER), closes, universe: universe.filter((coin) => closes.has(coin)) };
}

function hotOf(outcomes: readonly HotnessOutcome[]): readonly string[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'resolved' && outcome.label === 1 ? [outcome.symbol] : []));
}

describe('the label of hotness', () => {
  it('is the top tenth by gain over the horizon, told when the horizon has passed', () => {
    const labeler = createHotnessLabeler(HOT);
    expect(
      foldHotness(
        labeler,
        moment(0, () => 100),
      ),
    ).toEqual([]);
    expect(
      foldHotness(
        labeler,
        moment(1, () => 900),
      ),
    ).toEqual([]);
    const outcomes = foldHotness(
      labeler,
      moment(2, (_, index) => 100 + index),
    );
    expect(outcomes.length).toBe(20);
    expect(hotOf(outcomes)).toEqual(['C18', 'C19']);
    expect(outcomes[0]).toMatchObject({ time: START, endTime: START + 2 * QUARTER, change: 0 });
  });

  it('takes the universe of the moment: a coin that comes later is not in it, one that is delisted stays in it', () => {
    const labeler = createHotnessLabeler(HOT);
    const old = COINS.slice(0, 19);
    foldHotness(
      labeler,
      moment(0, (_, index) => (index < 19 ? 100 : null), old),
    );
    foldHotness(
      labeler,
      moment(1, (_, index) => (index === 0 ? 150 : 100)),
    );
    const outcomes = foldHotness(
      labeler,
      moment(2, (_, index) => (index === 0 ? null : 100 + index)),
    );
    expect(outcomes.length).toBe(19);
    // Nineteen coins, one is hot: the coin whose last price before it vanished was the highest of all.
    expect(hotOf(outcomes)).toEqual(['C00']);
  });

  it('says nothing of a coin without any later candle, and does not let others rise by that', () => {
    const labeler = createHotnessLabeler(HOT);
    foldHotness(
      labeler,
      moment(0, () => 100),
    );
    const gone = (index: number): boolean => index < 2;
    foldHotness(
      labeler,
      moment(1, (_, index) => (gone(index) ? null : 100)),
    );
    const outcomes = foldHotness(
      labeler,
      moment(2, (_, index) => (gone(index) ? null : 99 - index)),
    );
    // The two that vanished are first and second as unchanged ones; nobody else is hot, and they are not labelled.
    expect(hotOf(outcomes)).toEqual([]);
    expect(outcomes.slice(0, 2)).toMatchObject([{ reason: 'hole' }, { reason: 'hole' }]);
  });

  it('says nothing of a moment whose end nobody had a candle at, of few coins, and before its time', () => {
    const labeler = createHotnessLabeler(HOT);
    foldHotness(
      labeler,
      moment(0, () => 100),
    );
    const afterHole = foldHotness(
      labeler,
      moment(3, () => 101, COINS.slice(0, 9)),
    );
    expect(new Set(afterHole.map((each) => each.kind === 'unresolved' && each.reason))).toEqual(new Set(['hole']));
    const few = foldHotness(
      labeler,
      moment(5, (_, index) => 101 + index),
    );
    expect(few.map((each) => each.kind === 'unresolved' && each.reason)).toEqual(Array(9).fill('fewCoins'));
    expect(finishHotness(labeler).map((each) => each.kind === 'unresolved' && each.reason)).toEqual(
      Array(20).fill('future'),
    );
  });

  it('of equal gains at the border names none, so a market that stands still has no hot coin', () => {
    const labeler = createHotnessLabeler(HOT);
    foldHotness(
      labeler,
      moment(0, () => 100),
    );
    foldHotness(
      labeler,
      moment(1, () => 100),
    );
    expect(
      hotOf(
        foldHotness(
          labeler,
          moment(2, (_, index) => (index < 3 ? 101 : 100)),
        ),
      ),
    ).toEqual([]);
  });

  it('does not change by what comes after its horizon, and never names more than a tenth', () => {
    const prices = fc.array(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 20, maxLength: 20 }), {
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(prices, fc.nat(11), (rows, cut) => {
        const run = (kept: readonly (readonly number[])[]): readonly HotnessOutcome[] => {
          const labeler = createHotnessLabeler(HOT);
          return kept.flatMap((row, at) =>
            foldHotness(
              labeler,
              moment(at, (_, index) => row[index] as number),
            ),
          );
        };
        const whole = run(rows);
        expect(whole.slice(0, run(rows.slice(0, cut)).length)).toEqual(run(rows.slice(0, cut)));
        for (let from = 0; from < whole.length; from += 20)
          expect(hotOf(whole.slice(from, from + 20)).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
