import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle, series } from '../../test/fixtures/candles.ts';
import { MarketWorld } from '../../test/fixtures/market-world.ts';
import { addMs, epochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { SeriesOpened } from '../model/events.ts';
import type { SeriesId } from '../model/series.ts';
import { timeframe } from '../model/timeframe.ts';
import { foldMarket } from './index.ts';

const MINUTE_MS = 60_000;
const DAY = at('2024-03-01T00:00:00Z');
const ALL = ['5m', '15m', '1h'].map(timeframe);
const [FIVE, FIFTEEN, HOUR] = ALL.map((each) => series(`binance:futures:BTC/USDT:${each}`)) as [
  SeriesId,
  SeriesId,
  SeriesId,
];

const minute = (index: number): ClosedCandle => {
  const price = String(100 + index);
  return closedCandle({ openTime: DAY + index * MINUTE_MS, prices: [price, price, price, price] });
};

const minutes = (from: number, to: number): ClosedCandle[] =>
  Array.from({ length: to - from }, (_, index) => minute(from + index));

/** A gap of minutes [`from`, `to`). */
const gap = (
  seriesId: SeriesId,
  [from, to]: readonly [from: number, to: number],
  reason: CandleGap['reason'],
): CandleGap => ({
  kind: 'candleGap',
  seriesId,
  from: epochMs(DAY + from * MINUTE_MS),
  to: epochMs(DAY + to * MINUTE_MS),
  reason,
});

/** Opens the series as a new run does, with what `world` has stored from minute `from` on. */
function reopen(world: MarketWorld, from: number, gaps: readonly CandleGap[]): SeriesOpened {
  const tail = world.series(BTC_1M).filter((candle) => candle.openTime >= DAY + from * MINUTE_MS);
  const input: SeriesOpened = {
    kind: 'seriesOpened',
    receivedTime: world.now,
    seriesId: BTC_1M,
    timeframes: ALL,
    tail,
    gaps,
    historyFrom: DAY,
    formingMinIntervalMs: 250,
  };
  world.send(input);
  return input;
}

/** A world in which `candles` were stored by an earlier run, standing at minute `now`. */
function storedWorld(truth: readonly ClosedCandle[], candles: readonly ClosedCandle[], now: number): MarketWorld {
  const world = new MarketWorld(truth, DAY + now * MINUTE_MS);
  for (const candle of candles) world.stored.set(`${candle.seriesId} ${candle.openTime}`, candle);
  return world;
}

const certificates = (world: MarketWorld, id: SeriesId): string[] =>
  world.series(id).map(({ openTime, certificate: { status, baseCount, baseExpected } }) => {
    return `${(openTime - DAY) / MINUTE_MS} ${status} ${baseCount}/${baseExpected}`;
  });

describe('a series opened again', () => {
  it('closes a bucket whose first minutes the exchange never had, as after a listing within the hour', () => {
    const truth = minutes(37, 60);
    const world = storedWorld(truth, minutes(37, 50), 50);
    reopen(world, 0, [gap(BTC_1M, [0, 37], 'exchange_gap')]);
    for (const candle of truth.slice(13)) world.sendClosed(candle);
    expect(certificates(world, HOUR)).toEqual(['0 exchange_gap 23/60']);
    expect(world.gaps.filter(({ reason }) => reason === 'unknown')).toEqual([]);
  });

  it('derives what an earlier run had filled but not derived, also in hours that are over', () => {
    const truth = minutes(0, 70);
    const world = storedWorld(truth, truth, 70);
    world.gaps.push(gap(FIVE, [10, 15], 'unknown'), gap(FIFTEEN, [0, 15], 'unknown'), gap(HOUR, [0, 60], 'unknown'));
    reopen(world, 60, [...world.gaps]);
    expect(certificates(world, HOUR)).toEqual(['0 repaired 60/60']);
    expect(certificates(world, FIVE).slice(0, 4)).toEqual(['0', '5', '10', '15'].map((open) => `${open} repaired 5/5`));
  });

  it('leaves a derived gap alone while a base candle behind it is still missing', () => {
    const world = storedWorld([], [...minutes(0, 10), ...minutes(12, 70)], 70);
    const gaps = [gap(BTC_1M, [10, 12], 'unknown'), gap(HOUR, [0, 60], 'unknown')];
    reopen(world, 60, gaps);
    expect(world.market.series[BTC_1M]).toMatchObject({ dirty: [], loading: null });
    expect(certificates(world, HOUR)).toEqual([]);
  });

  it('goes on with the recomputation that the earlier run was waiting for', () => {
    const world = storedWorld(minutes(0, 70), minutes(0, 70), 70);
    const opened = reopen(world, 60, []);
    const before = world.market.series[BTC_1M];
    if (before === undefined) throw new Error('the series is not open');
    before.loading = { from: DAY, to: addMs(DAY, 60 * MINUTE_MS) };
    const loads = foldMarket(world.market, opened).filter((effect) => effect.kind === 'loadCandles');
    expect(loads).toMatchObject([{ from: DAY, to: addMs(DAY, 60 * MINUTE_MS) }]);
  });
});
