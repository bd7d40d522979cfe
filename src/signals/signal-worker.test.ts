import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHART_END, type ChartKind, LADDER, tickChart, toClosedCandles, workerOf } from '../../test/fixtures/charts.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { seriesParts } from '../model/series.ts';
import { BOOK_NAMES, type Score, type TimeframeOpinion, type TradeSignal } from '../model/signal.ts';
import { timeframe, timeframeMs } from '../model/timeframe.ts';
import {
  cloneWorker,
  confidenceOf,
  createSignalWorker,
  deriveSignal,
  findSignalProfile,
  foldCandleGap,
  foldClosedCandle,
  foldPlainCandle,
  parseWorker,
  restartHistory,
  SIGNAL_PROFILES,
  type SignalProfile,
  type SignalWorkerState,
  workerText,
} from './index.ts';

const SEED = findSignalProfile('seed') as SignalProfile;
const NOW = { at: CHART_END, traceId: 'cycle-1' };
const kinds = fc.constantFrom<ChartKind>('walk', 'coarse', 'pump');
const profiles = fc.constantFrom(...SIGNAL_PROFILES);

function charts(kind: ChartKind, seed: number, count: number) {
  return LADDER.map((_, index) => tickChart(kind, seed * 4 + index, count));
}

function signalOf(worker: SignalWorkerState): TradeSignal {
  return deriveSignal(worker, NOW);
}

function scoreOf(opinion: TimeframeOpinion | undefined) {
  if (opinion?.kind !== 'scored') throw new Error(`not scored: ${JSON.stringify(opinion)}`);
  return opinion.score;
}

function minuteOpinion(worker: SignalWorkerState, at: EpochMs): TimeframeOpinion | undefined {
  return deriveSignal(worker, { at, traceId: '' }).timeframes[0];
}

/** A worker whose 1m has seen the candles, and its opinion when the last of them closed. */
function afterMinutes(candles: readonly ClosedCandle[], profile = SEED): TimeframeOpinion | undefined {
  const worker = createSignalWorker('binance:spot:TEST/USDT', profile);
  for (const candle of candles) foldClosedCandle(worker, candle);
  return minuteOpinion(worker, addMs(candles.at(-1)?.openTime as EpochMs, 60_000));
}

describe('a signal', () => {
  it('says why: the points of every book and of the fusion add up to its score', () => {
    fc.assert(
      fc.property(profiles, kinds, fc.nat(500), (profile, kind, seed) => {
        const { timeframes } = signalOf(workerOf(profile, charts(kind, seed, 150)));
        for (const opinion of timeframes) {
          const { books, fused } = scoreOf(opinion);
          const scores: Score[] = [...BOOK_NAMES.map((name) => books[name]), fused];
          for (const { sell, buy, reasons } of scores) {
            const sum = (side: string) =>
              reasons.filter((each) => each.side === side).reduce((total, { points }) => total + points, 0);
            expect(sum('sell')).toBeCloseTo(sell, 9);
            expect(sum('buy')).toBeCloseTo(buy, 9);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is the same after its future was cut off', () => {
    fc.assert(
      fc.property(
        profiles,
        fc.tuple(kinds, fc.nat(500)),
        fc.integer({ min: 1, max: 120 }),
        (profile, [kind, seed], cut) => {
          const candles = toClosedCandles(tickChart(kind, seed, 320), timeframe('1m'), 2);
          const worker = createSignalWorker('x', profile);
          const end = candles.length - cut;
          for (const candle of candles.slice(0, end)) foldClosedCandle(worker, candle);
          const at = candles[end]?.openTime as EpochMs;
          const before = minuteOpinion(cloneWorker(worker), at);
          const seen: (TimeframeOpinion | undefined)[] = [];
          const whole = createSignalWorker('x', profile);
          for (const candle of candles) {
            if (candle.openTime === at) seen.push(minuteOpinion(whole, at));
            foldClosedCandle(whole, candle);
          }
          expect(seen).toEqual([before]);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is the same whether it was asked at every candle or once at the end', () => {
    const candles = toClosedCandles(tickChart('pump', 7, 400), timeframe('1m'), 2);
    const asked = createSignalWorker('x', SEED);
    for (const candle of candles) {
      foldClosedCandle(asked, candle);
      minuteOpinion(asked, addMs(candle.openTime, 60_000));
    }
    const once = createSignalWorker('x', SEED);
    for (const candle of candles) foldClosedCandle(once, candle);
    expect(minuteOpinion(asked, CHART_END)).toEqual(minuteOpinion(once, CHART_END));
  });

  it('of the seed profile is the same at a millionth of the price', () => {
    fc.assert(
      fc.property(kinds, fc.nat(2000), (kind, seed) => {
        const chart = charts(kind, seed, 150);
        expect(signalOf(workerOf(SEED, chart, 8))).toEqual(signalOf(workerOf(SEED, chart, 2)));
      }),
      { numRuns: 15 },
    );
  });

  it('of the parity profile depends on the price level, which is why it is not the product', () => {
    const parity = findSignalProfile('parity') as SignalProfile;
    const differing = [1, 2, 3, 4, 5].filter((seed) => {
      const chart = charts('walk', seed, 150);
      const [high, low] = [signalOf(workerOf(parity, chart, 0)), signalOf(workerOf(parity, chart, 6))];
      return high.sellScore !== low.sellScore || high.buyScore !== low.buyScore;
    });
    expect(differing.length).toBeGreaterThan(0);
  });

  it('of a restored or copied worker goes on exactly', () => {
    const candles = toClosedCandles(tickChart('walk', 3, 300), timeframe('1m'), 2);
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles.slice(0, 200)) foldClosedCandle(worker, candle);
    const restored = parseWorker(workerText(worker));
    const copy = cloneWorker(worker);
    for (const each of [worker, restored, copy]) {
      for (const candle of candles.slice(200)) foldClosedCandle(each, candle);
    }
    expect(minuteOpinion(restored, CHART_END)).toEqual(minuteOpinion(worker, CHART_END));
    expect(minuteOpinion(copy, CHART_END)).toEqual(minuteOpinion(worker, CHART_END));
    expect(workerText(restored)).toBe(workerText(worker));
  });

  it('carries the time, the cycle and every timeframe', () => {
    const signal = signalOf(workerOf(SEED, charts('walk', 11, 100)));
    expect(signal).toMatchObject({ instrumentId: 'binance:spot:TEST/USDT', computedAt: CHART_END, traceId: 'cycle-1' });
    expect(signal.timeframes.map((each) => [each.timeframe, each.closeTime])).toEqual(
      LADDER.map((name) => [name, CHART_END]),
    );
  });
});

describe('missing timeframes', () => {
  it('P1-3: fewer than half of them halve the confidence, and less than half of the weight asked for is HOLD', () => {
    const scored = [0, 0, 0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const all = charts('pump', seed, 120);
      LADDER.forEach((_, index) => {
        const alone = signalOf(
          workerOf(
            SEED,
            all.map((chart, at) => (at === index ? chart : [])),
          ),
        );
        expect(alone).toMatchObject({ action: 'HOLD', strength: 0, confidence: 0, consensus: { case: 'X' } });
        expect(alone.consensus.coverage).toBe([0.1, 0.2, 0.3, 0.4][index]);
        scored[index] = (scored[index] as number) + alone.timeframes.filter(({ kind }) => kind === 'scored').length;
      });
      // Half of them, with 0.7 of the weight: judged, and not degraded.
      const half = signalOf(workerOf(SEED, [[], [], all[2] ?? [], all[3] ?? []]));
      expect(half.consensus.coverage).toBe(0.7);
      expect(half.confidence).toBe(half.strength / 100);
    }
    expect(scored).toEqual([40, 40, 40, 40]);
  });

  it('P1-3: the confidence is halved whatever the strength when fewer than half had a say', () => {
    expect(confidenceOf(60, { scored: 1, asked: 4 })).toBe(0.3);
    expect(confidenceOf(60, { scored: 2, asked: 4 })).toBe(0.6);
    expect(confidenceOf(180, { scored: 1, asked: 3 })).toBe(0.5);
  });

  it('are skipped below their least number of candles, each with its count', () => {
    const signal = signalOf(
      workerOf(
        SEED,
        [29, 30, 49, 50].map((count) => tickChart('walk', count, count)),
      ),
    );
    expect(signal.timeframes.map(({ kind }) => kind)).toEqual(['skipped', 'scored', 'skipped', 'scored']);
    expect(signal.reason).toContain('1m 29 of 30 candles');
    expect(signal.reason).toContain('15m 49 of 50 candles');
  });

  it('all of them give HOLD with strength and confidence 0', () => {
    const signal = signalOf(createSignalWorker('x', SEED));
    expect(signal).toMatchObject({ action: 'HOLD', strength: 0, confidence: 0, sellScore: 0, buyScore: 0 });
    expect(signal.reason).toMatch(/^no timeframe has enough candles; 1m 0 of 30 candles/);
  });

  it('R4-8: two profiles side by side give what each gives alone', () => {
    const chart = charts('walk', 21, 160);
    const alone = SIGNAL_PROFILES.map((profile) => signalOf(workerOf(profile, chart)));
    const workers = SIGNAL_PROFILES.map((profile) => createSignalWorker('binance:spot:TEST/USDT', profile));
    LADDER.forEach((name, index) => {
      for (const candle of toClosedCandles(chart[index] ?? [], name, 2)) {
        for (const worker of workers) foldClosedCandle(worker, candle);
      }
    });
    expect(workers.map(signalOf)).toEqual(alone);
  });
});

describe('time', () => {
  const candles = toClosedCandles(tickChart('walk', 5, 60), timeframe('1m'), 2);

  it('a timeframe whose newest candle is missing has no say', () => {
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles) foldClosedCandle(worker, candle);
    expect(minuteOpinion(worker, addMs(CHART_END, 59_999))?.kind).toBe('scored');
    expect(minuteOpinion(worker, addMs(CHART_END, 60_000))).toMatchObject({ kind: 'skipped', skip: 'behind' });
  });

  it('a candle that has not closed by then does not exist', () => {
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles) foldClosedCandle(worker, candle);
    expect(minuteOpinion(worker, addMs(CHART_END, -1 as never))).toMatchObject({ kind: 'skipped', skip: 'ahead' });
  });

  it('an old or repeated candle changes nothing', () => {
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles) foldClosedCandle(worker, candle);
    const before = workerText(worker);
    expect(foldClosedCandle(worker, candles[10] as ClosedCandle)).toEqual({ kind: 'ignored' });
    expect(foldClosedCandle(worker, candles.at(-1) as ClosedCandle)).toEqual({ kind: 'ignored' });
    expect(workerText(worker)).toBe(before);
  });

  it('a timeframe that the profile does not know is ignored', () => {
    const worker = createSignalWorker('x', SEED);
    const [candle] = toClosedCandles(tickChart('walk', 5, 1), timeframe('3m'), 2);
    expect(foldClosedCandle(worker, candle as ClosedCandle)).toEqual({ kind: 'ignored' });
  });
});

describe('bad input', () => {
  const candles = toClosedCandles(tickChart('walk', 5, 100), timeframe('1m'), 2);
  const minute = timeframe('1m');

  it('a hole starts the series over: HOLD with the reason until there are enough candles behind it', () => {
    const holed = [...candles.slice(0, 60), ...candles.slice(61, 80)];
    expect(afterMinutes(holed)).toMatchObject({ kind: 'skipped', skip: 'gap', candles: 19 });
    expect(afterMinutes([...candles.slice(0, 60), ...candles.slice(61, 95)])?.kind).toBe('scored');
  });

  it('a gap that the exchange has itself does not', () => {
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles.slice(0, 60)) foldClosedCandle(worker, candle);
    const { seriesId, openTime: from } = candles[60] as ClosedCandle;
    const gap = { kind: 'candleGap', seriesId, from, to: addMs(from, 60_000) } as const;
    foldCandleGap(worker, { ...gap, reason: 'exchange_gap' });
    for (const candle of candles.slice(61)) foldClosedCandle(worker, candle);
    expect(minuteOpinion(worker, CHART_END)).toMatchObject({ kind: 'scored', candles: 99 });
  });

  it('history from its start is taken after a restart', () => {
    const worker = createSignalWorker('x', SEED);
    for (const candle of candles.slice(80)) foldClosedCandle(worker, candle);
    restartHistory(worker, seriesParts((candles[0] as ClosedCandle).seriesId).timeframe);
    for (const candle of candles) foldClosedCandle(worker, candle);
    expect(minuteOpinion(worker, CHART_END)).toMatchObject({ kind: 'scored', candles: 100 });
  });

  it.each([
    ['NaN', { close: Number.NaN }],
    ['an infinite high', { high: Number.POSITIVE_INFINITY }],
    ['a price of zero', { low: 0 }],
    ['a negative volume', { volume: -1 }],
    ['a close above the high', { close: 300 }],
    ['an absurd price', { open: 1, close: 1e290, high: 1e290 }],
    ['an absurd volume', { volume: 1e200 }],
  ])('%s is refused, and the signal is HOLD with the reason', (_, wrong) => {
    const worker = createSignalWorker('x', SEED);
    const open = (index: number) => addMs(CHART_END, (index - 100) * 60_000);
    const good = { open: 100, high: 101, low: 99, close: 100, volume: 5 };
    for (let index = 0; index < 99; index++) foldPlainCandle(worker, minute, { ...good, openTime: open(index) });
    const refused = foldPlainCandle(worker, minute, { ...good, ...wrong, openTime: open(99) });
    expect(refused.kind).toBe('refused');
    const signal = signalOf(worker);
    expect(signal).toMatchObject({ action: 'HOLD', strength: 0, timeframes: [{ skip: 'invalid' }, {}, {}, {}] });
    expect(signal.reason).toContain('refused:');
  });

  it.each<readonly [string, number]>([
    ['a flat price', 1],
    ['a flat price without volume', 0],
  ])('%s scores nothing on either side but the closeness of its averages', (_, volume) => {
    const flat = tickChart('flat', 1, 220).map((candle) => ({ ...candle, volume }));
    for (const profile of SIGNAL_PROFILES) {
      const { fused, books } = scoreOf(afterMinutes(toClosedCandles(flat, minute, 2), profile));
      expect(books.averages).toMatchObject({ sell: 5, buy: 5 });
      for (const name of BOOK_NAMES) if (name !== 'averages') expect(books[name]).toMatchObject({ sell: 0, buy: 0 });
      expect(fused).toMatchObject({ sell: 1.5, buy: 1.5 });
    }
  });

  it('a price that fell to nothing beside the first one gives finite scores: a body of zero is no hammer', () => {
    // Down to a billionth of a billionth of the first price, where scaled prices are zero, in a falling trend.
    const worker = createSignalWorker('x', SEED);
    for (let index = 0; index < 140; index++) {
      const price = index < 100 ? 1e6 * 0.9 ** index : 1e-12;
      const openTime = addMs(CHART_END, (index - 140) * timeframeMs(minute));
      foldPlainCandle(worker, minute, { open: price, high: price, low: price, close: price, volume: 1, openTime });
      const { books } = index < 60 ? { books: null } : scoreOf(minuteOpinion(worker, addMs(openTime, 60_000)));
      if (books === null) continue;
      expect([books.candlesticks.sell, books.candlesticks.buy].every(Number.isFinite), `candle ${index}`).toBe(true);
    }
  });

  it('any finite candles whatever give finite scores from 0 on, and never a throw', () => {
    const wild = fc.oneof(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), fc.constantFrom(1, 1e-9, 1e9));
    const candle = fc.tuple(wild, wild, wild, wild, fc.oneof(wild, fc.constant(0)));
    fc.assert(
      fc.property(profiles, fc.array(candle, { minLength: 140, maxLength: 140 }), (profile, rows) => {
        const worker = createSignalWorker('x', profile);
        rows.forEach(([a, b, c, d, volume], index) => {
          const [low = a, open = b, close = c, high = d] = [a, b, c, d].sort((x, y) => x - y);
          const openTime = addMs(CHART_END, (index - rows.length) * timeframeMs(minute));
          foldPlainCandle(worker, minute, { open, high, low, close, volume, openTime });
        });
        const { timeframes, strength, confidence } = signalOf(worker);
        expect([strength, confidence].every(Number.isFinite)).toBe(true);
        const { books, fused } = scoreOf(timeframes[0]);
        for (const score of [...BOOK_NAMES.map((name) => books[name]), fused]) {
          expect(Number.isFinite(score.sell) && score.sell >= 0).toBe(true);
          expect(Number.isFinite(score.buy) && score.buy >= 0).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
