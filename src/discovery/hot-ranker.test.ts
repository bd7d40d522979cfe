import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, coin, MINUTE, openDesk, T0 } from '../../test/fixtures/discovery-desk.ts';
import type { EpochMs } from '../core/time.ts';
import type { Candidate, CandidateMarket, HeatComponents } from '../model/candidate.ts';
import { DEFAULT_DISCOVERY_CONFIG } from './discovery-config.ts';
import { coinAgeDays, combineHeat, rankCandidate, scoreComponents } from './hot-ranker.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const { weights, pool, social } = DEFAULT_DISCOVERY_CONFIG;
const times = { marketStaleMs: pool.marketStaleMs, mentionMs: social.mentionMs };
const combine = (components: HeatComponents, present = 100) => combineHeat(components, { weights, present });

/** A candidate of nothing but what is said. */
function candidate(market: Partial<CandidateMarket>, rest: Partial<Candidate> = {}): Candidate {
  const desk = openDesk();
  desk.send({ kind: 'positionClosed', receivedTime: T0, instrumentId: coin('A'), outcome: 'gain' });
  const plain = desk.state.pool.candidates[coin('A')] as Candidate;
  return { ...plain, ...rest, market: { ...plain.market, tickerTime: T0, ...market } };
}

const rank = (given: Candidate, now: EpochMs = T0) => rankCandidate(given, { now, weights, ...times });
const score = (given: Candidate, now: EpochMs = T0): HeatComponents => scoreComponents(given, { now, ...times });

describe('heat', () => {
  it.each([
    [0.03, 5, 500_000, 32.6],
    [0.05, 8, 5_000_000, 56],
    [0.1, 16, 50_000_000, 83.3],
  ])(
    'of +%d in five minutes at %d times the volume and %d a day is %d',
    (change5m, volumeRatio, quoteVolume24h, heat) => {
      expect(rank(candidate({ change5m, volumeRatio, quoteVolume24h })).heat).toBe(heat);
    },
  );

  it('of a fresh listing without market data is 45.7, of a coin without anything 0', () => {
    expect(rank(candidate({}, { listing: { announcedTime: T0, openTime: null, title: null } })).heat).toBe(45.7);
    expect(rank(candidate({})).heat).toBe(0);
  });

  it('P1-1: a full penalty takes exactly its weight times 100 points', () => {
    const components = { announcement: 0, social: 0, sentiment: 0, momentum: 80, liquidity: 80, riskPenalty: 0 };
    expect(combine(components) - combine({ ...components, riskPenalty: 100 })).toBe(10);
  });

  it('of a coin of any liquidity is below the exit heat as soon as its burst is over, however much it rose within the hour', () => {
    const figures = fc.record({
      quoteVolume24h: fc.double({ min: 0, max: 1e12, noNaN: true }).map((volume) => 60_000 + volume),
      change1h: fc.double({ min: -1, max: 10, noNaN: true }),
      change5m: fc.double({ min: -1, max: 0, noNaN: true }),
      volumeRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(figures, (market) => {
        expect(rank(candidate(market)).heat).toBeLessThan(pool.exitHeat);
      }),
    );
  });

  it('counts liquidity in proportion to the strongest present reason: a burst, a listing or a mention', () => {
    const liquid = { quoteVolume24h: 50_000_000 };
    expect(rank(candidate(liquid)).heat).toBe(0);
    expect(rank(candidate({ ...liquid, change5m: 0.05 })).heat, 'in full from 25 points on').toBe(53.9);
    expect(rank(candidate({ ...liquid, change5m: 0.025 })).heat, 'a half').toBe(26.9);
    expect(rank(candidate({ ...liquid, change5m: 0.05 }), at(30_001)).heat, 'nothing is known of now').toBe(0);
    const listing = { announcedTime: T0, openTime: null, title: null };
    expect(rank(candidate(liquid, { listing })).heat).toBe(85);
    const mentions = { velocity: 3, sentiment: 0, lastTime: T0, authors: [] };
    expect(rank(candidate(liquid, { mentions }))).toMatchObject({ heat: 61.1, quietHeat: 0 });
  });

  it('is 0..100 with one decimal, and never higher for a higher penalty', () => {
    const part = fc.double({ min: 0, max: 100, noNaN: true });
    const all = fc.record({
      announcement: part,
      social: part,
      sentiment: part,
      momentum: part,
      liquidity: part,
      riskPenalty: part,
    });
    fc.assert(
      fc.property(all, part, part, (components, more, present) => {
        const heat = combine(components, present);
        expect(heat).toBeGreaterThanOrEqual(0);
        expect(heat).toBeLessThanOrEqual(100);
        expect(Math.round(heat * 10) / 10).toBe(heat);
        const riskier = { ...components, riskPenalty: Math.min(100, components.riskPenalty + more) };
        expect(combine(riskier, present)).toBeLessThanOrEqual(heat);
        expect(combine(components, present + 1), 'a stronger reason never cools').toBeGreaterThanOrEqual(heat);
      }),
    );
  });
});

describe('momentum', () => {
  it('R3-10: +5 % in five minutes is 25 points, +15 % in an hour 30, sixteen times the volume 20', () => {
    expect(score(candidate({ change5m: 0.05 })).momentum).toBe(25);
    expect(score(candidate({ change1h: 0.15 })).momentum).toBe(30);
    expect(score(candidate({ volumeRatio: 16 })).momentum).toBe(20);
    expect(score(candidate({ change5m: 9, change1h: 9, volumeRatio: 1e9 })).momentum).toBe(100);
  });

  it('is 0 of figures older than thirty seconds, and of falls', () => {
    expect(score(candidate({ change5m: 0.05 }), at(30_000)).momentum).toBe(25);
    expect(score(candidate({ change5m: 0.05 }), at(30_001)).momentum).toBe(0);
    expect(score(candidate({ change5m: 0.05, tickerTime: null })).momentum).toBe(0);
    expect(score(candidate({ change5m: -0.05, change1h: -1, volumeRatio: 0.1 })).momentum).toBe(0);
  });
});

describe('the other dimensions', () => {
  it.each([
    [50_000, 0],
    [500_000, 30],
    [5_000_000, 60],
    [50_000_000, 90],
    [1e12, 100],
    [0, 0],
  ])('liquidity of %d a day is %d', (quoteVolume24h, points) => {
    expect(score(candidate({ quoteVolume24h })).liquidity).toBeCloseTo(points, 9);
  });

  it('a rush adds up to 20 to liquidity', () => {
    expect(score(candidate({ quoteVolume24h: 500_000, volumeRatio: 3 })).liquidity).toBeCloseTo(30, 9);
    expect(score(candidate({ quoteVolume24h: 500_000, volumeRatio: 5 })).liquidity).toBeCloseTo(40, 9);
    expect(score(candidate({ quoteVolume24h: 500_000, volumeRatio: 500 })).liquidity).toBeCloseTo(50, 9);
  });

  it('an announcement nears its opening and fades afterwards', () => {
    const listing = { announcedTime: T0, openTime: at(30 * HOUR), title: null };
    const when = (hours: number): number => score(candidate({}, { listing }), at(hours * HOUR)).announcement;
    expect([when(0), when(7), when(29.5), when(30), when(31), when(33), when(35), when(53.9), when(54)]).toEqual([
      80,
      90,
      100,
      100,
      100,
      50,
      25,
      expect.closeTo(100 * 0.5 ** (22.9 / 2), 9),
      0,
    ]);
    const untimed = { announcedTime: T0, openTime: null, title: null };
    const of = (hours: number): number => score(candidate({}, { listing: untimed }), at(hours * HOUR)).announcement;
    expect([of(0), of(1), of(3), of(24)]).toEqual([80, 80, 40, 0]);
  });

  it('sentiment and mentions count only while somebody has spoken within the hour', () => {
    const mentions = { velocity: 3, sentiment: 0, lastTime: T0, authors: [] };
    expect(score(candidate({}, { mentions }))).toMatchObject({ social: 30, sentiment: 50 });
    expect(score(candidate({}, { mentions }), at(HOUR))).toMatchObject({ social: 0, sentiment: 0 });
    expect(score(candidate({}))).toMatchObject({ social: 0, sentiment: 0 });
    expect(score(candidate({}, { mentions: { ...mentions, velocity: 1e9, sentiment: 9 } }))).toMatchObject({
      social: 100,
      sentiment: 100,
    });
  });

  it('A-1: age counts from the listing date, and a coin of unknown age is not punished', () => {
    const born = (days: number): Candidate => candidate({}, { listedTime: at(-days * DAY) });
    expect([6.9, 7, 29.9, 30].map((days) => score(born(days)).riskPenalty)).toEqual([30, 15, 15, 0]);
    expect(coinAgeDays(born(12.5), T0)).toBe(12);
    expect(coinAgeDays(candidate({}), T0)).toBe(-1);
    expect(score(candidate({})).riskPenalty).toBe(0);
    expect(coinAgeDays(born(12.5), T0), 'a restart changes no date').toBe(12);
  });

  it('moves that went far already cost', () => {
    expect(score(candidate({ change24h: 0.31 })).riskPenalty).toBe(20);
    expect(score(candidate({ change24h: 0.51 })).riskPenalty).toBe(40);
    expect(score(candidate({ change24h: 0.51, change5m: 0.16 }, { listedTime: T0 })).riskPenalty).toBe(90);
  });
});
