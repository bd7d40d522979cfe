import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle, formingOf, minutesArbitrary, series } from '../../test/fixtures/candles.ts';
import { MarketWorld } from '../../test/fixtures/market-world.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { timeframe } from '../model/timeframe.ts';

const START = at('2024-03-01T00:00:00Z');
const ALL = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const FIVE = series('binance:futures:BTC/USDT:5m');
const minuteTime = (index: number): number => START + index * 60_000;

function minutes(count: number): ClosedCandle[] {
  return Array.from({ length: count }, (_, index) => {
    const price = String(100 + index);
    return closedCandle({ openTime: minuteTime(index), prices: [price, price, price, price] });
  });
}

function openWorld(truth: readonly ClosedCandle[], now = START as number): MarketWorld {
  const world = new MarketWorld(truth, now);
  world.open(BTC_1M, ALL, START);
  return world;
}

/** Statuses and base counts of a stored series. */
const certificates = (world: MarketWorld, id = FIVE) => {
  return world
    .series(id)
    .map(({ certificate }) => `${certificate.status} ${certificate.baseCount}/${certificate.baseExpected}`);
};

describe('market stage', () => {
  it('stores a closed candle and everything it completes before announcing it', () => {
    const truth = minutes(5);
    const world = openWorld(truth);
    for (const minute of truth) world.sendClosed(minute);
    expect(certificates(world)).toEqual(['final 5/5']);
    const closed = world.published.filter((effect) => effect.kind === 'publishClosed');
    expect(closed.at(-1)).toMatchObject({ seriesId: FIVE });
  });

  it('fetches what it missed before it accepts anything newer', () => {
    const truth = minutes(10);
    const world = openWorld(truth);
    for (const minute of [...truth.slice(0, 3), ...truth.slice(6)]) world.sendClosed(minute);
    const times = world.published
      .filter((effect) => effect.kind === 'publishClosed' && effect.seriesId === BTC_1M)
      .flatMap((effect) => (effect.kind === 'publishClosed' ? effect.candles.map((candle) => candle.openTime) : []));
    expect(times).toEqual(truth.map((minute) => minute.openTime));
    expect(certificates(world)).toEqual(['final 5/5', 'final 5/5']);
    expect(
      world
        .series(BTC_1M)
        .map((candle) => candle.certificate.status)
        .slice(3, 6),
    ).toEqual(['repaired', 'repaired', 'repaired']);
  });

  it('reads the history since the start of the largest bucket at start-up', () => {
    const world = openWorld(minutes(1440), minuteTime(1440));
    expect(world.series(series('binance:futures:BTC/USDT:1d'))).toHaveLength(1);
    expect(certificates(world, series('binance:futures:BTC/USDT:1d'))).toEqual(['final 1440/1440']);
  });

  it('keeps forming candles back while anything before them is missing', () => {
    const truth = minutes(8);
    const world = openWorld(truth);
    world.history = 'fails';
    world.sendClosed(truth[0] as ClosedCandle);
    const forming = (index: number) => {
      const candle = formingOf(truth[index] as ClosedCandle);
      world.send({ kind: 'formingReceived', receivedTime: world.now, eventTime: world.now, candle });
    };
    forming(1);
    expect(world.published.filter((effect) => effect.kind === 'publishForming')).toHaveLength(6);
    world.sendClosed(truth[3] as ClosedCandle);
    forming(4);
    expect(world.published.filter((effect) => effect.kind === 'publishForming')).toHaveLength(6);
  });

  it('throttles forming publications to the configured interval', () => {
    const truth = minutes(1);
    const world = openWorld(truth);
    const forming = (offset: number) => {
      world.now = (START + offset) as typeof world.now;
      const candle = formingOf(truth[0] as ClosedCandle);
      world.send({ kind: 'formingReceived', receivedTime: world.now, eventTime: world.now, candle });
      return world.published.length;
    };
    expect([forming(0), forming(200), forming(250)]).toEqual([6, 6, 12]);
  });

  it('releases newer candles behind an explicit gap when history fails for long, and repairs it later', () => {
    const truth = minutes(10);
    const world = openWorld(truth);
    world.history = 'fails';
    for (const minute of truth.filter((_, index) => index !== 2)) world.sendClosed(minute);
    world.tick(minuteTime(10) + 40_000);
    expect(certificates(world)).toEqual(['final 5/5']);
    expect(world.gaps.map((gap) => [gap.seriesId, gap.reason])).toEqual([
      [BTC_1M, 'unknown'],
      [FIVE, 'unknown'],
    ]);
    world.history = 'answers';
    world.tick(minuteTime(10) + 120_000);
    expect(certificates(world)).toEqual(['repaired 5/5', 'final 5/5']);
    expect(world.market.series[BTC_1M]?.holes).toEqual([]);
  });

  it('takes the exchange at its word that it has no candles for a stretch, and does not ask for ever', () => {
    const truth = minutes(20).filter((_, index) => index < 7 || index >= 13);
    const world = openWorld(truth);
    for (const minute of truth) world.sendClosed(minute);
    world.tick(minuteTime(20) + 60_000);
    expect(certificates(world)).toEqual(['final 5/5', 'exchange_gap 2/5', 'exchange_gap 2/5', 'final 5/5']);
    expect(world.gaps.filter((gap) => gap.seriesId === BTC_1M)).toEqual([
      { kind: 'candleGap', seriesId: BTC_1M, from: minuteTime(7), to: minuteTime(13), reason: 'exchange_gap' },
    ]);
    expect(world.market.series[BTC_1M]?.holes).toEqual([]);
  });

  it('goes on by history alone while the stream is down', () => {
    const truth = minutes(30);
    const world = openWorld(truth);
    world.send({ kind: 'feedDown', receivedTime: world.now, seriesId: BTC_1M, reason: 'closed' });
    world.tick(minuteTime(30) + 5_000);
    expect(world.series(BTC_1M)).toHaveLength(30);
    expect(certificates(world)).toHaveLength(6);
  });

  it('ends in the same store whatever permutation, duplication or loss the stream suffered, once repaired', () => {
    const frames = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: -12, max: 12 })), { minLength: 0, maxLength: 600 });
    fc.assert(
      fc.property(
        fc.record({
          truth: minutesArbitrary(START, { min: 30, max: 400 }),
          order: frames,
          lostRuns: fc.array(fc.nat(400), { maxLength: 3 }),
          outages: fc.array(fc.boolean(), { maxLength: 20 }),
        }),
        ({ truth, order, lostRuns, outages }) => {
          const end = minuteTime(truth.length);
          const reference = openWorld(truth);
          for (const minute of truth) reference.sendClosed(minute);
          reference.tick(end + 600_000);

          const world = openWorld(truth);
          order.forEach(([pick, jitter], position) => {
            if (position % 30 === 0) world.history = outages[position / 30] === true ? 'fails' : 'answers';
            const around = Math.floor((position / order.length) * truth.length) + jitter;
            const index = jitter === 0 ? pick % truth.length : Math.min(truth.length - 1, Math.max(0, around));
            if (!lostRuns.some((start) => index >= start && index < start + 20))
              world.sendClosed(truth[index] as ClosedCandle);
          });
          world.history = 'answers';
          world.send({ kind: 'feedDown', receivedTime: world.now, seriesId: BTC_1M, reason: 'end' });
          world.tick(end + 3_600_000);
          expect(world.market.series[BTC_1M]?.holes).toEqual([]);
          expect(world.numbers()).toEqual(reference.numbers());
        },
      ),
      { numRuns: 150 },
    );
  });
});
