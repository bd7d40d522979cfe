import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  at,
  coin,
  type Desk,
  listCoin,
  MINUTE,
  minute,
  openDesk,
  ticker,
  warmUp,
} from '../../test/fixtures/discovery-desk.ts';
import type { Candidate, CandidateBatch } from '../model/candidate.ts';
import { putCandidate, setStatus } from './candidate-pool.ts';
import { type DiscoveryEffect, listCandidates, listMembers, listRefusals } from './index.ts';

const HOUR = 60 * MINUTE;

function batchOf(effects: readonly DiscoveryEffect[]): CandidateBatch {
  const save = effects.find((effect) => effect.kind === 'saveCandidates');
  if (save === undefined) throw new Error('nothing is to be stored');
  return save.batch;
}

function chosenOf(effects: readonly DiscoveryEffect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'candidatesChosen' ? effect.candidates.map((each) => each.instrumentId) : [],
  );
}

/** A cycle whose batch is stored. */
function store(desk: Desk, ms: number): CandidateBatch {
  const batch = batchOf(desk.cycle(ms));
  desk.send({ kind: 'candidatesStored', receivedTime: at(ms), removed: batch.removed });
  return batch;
}

const get = (desk: Desk, base: string): Candidate | undefined => desk.state.pool.candidates[coin(base)];

/** Lists `bases` as coins and names each as a listing, so that they come in without a market. */
function admit(desk: Desk, ms: number, ...bases: readonly string[]): void {
  const instruments = ['QUIET', ...bases].map((base) => {
    return { instrumentId: coin(base), status: 'trading' as const, isMarketByQuote: true, permissions: [] };
  });
  if (desk.state.listing.instruments === null) listCoin(desk, 'QUIET');
  desk.send({ kind: 'instrumentsReceived', receivedTime: at(ms), instruments });
}

/** A coin in a burst of +`percent` % at eight times its volume, told at minute 20. */
function burst(desk: Desk, base: string, percent = 8): number {
  warmUp(desk, base);
  const ms = 20 * MINUTE + 10_000;
  desk.trade(ms, minute(base, 20, { state: 'forming', quoteVolume: 8_000, takerQuoteVolume: null }));
  desk.tick(ms, ticker(base, 1 + percent / 100));
  return ms;
}

describe('the way of a candidate', () => {
  it('scenario 2: a clean burst comes in, reaches its heat and is chosen once its book is known', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    const ms = burst(desk, 'A', 4);
    expect(get(desk, 'A')).toMatchObject({ tier: 'probation', source: 'momentum', status: 'watching' });
    expect(chosenOf(desk.cycle(ms)), 'its book is not known').toEqual([]);
    expect(get(desk, 'A')).toMatchObject({ tier: 'active', market: { volumeRatio: 8 } });
    expect(get(desk, 'A')?.heat).toBeGreaterThanOrEqual(40);
    const books = { [coin('A')]: { bid: 1.04, ask: 1.041, askDepthQuote: 1e4, bidDepthQuote: 1e4 } };
    expect(chosenOf(desk.send({ kind: 'cycleDue', receivedTime: at(ms), count: 8, books }))).toEqual([coin('A')]);
    expect(desk.state.pool.refusals.counts).toMatchObject({ 'filter:bookUnknown': 1 });
  });

  it.each([
    ['that falls back', 1, 100_000],
    ['of any liquidity that rests where its burst took it', 1.08, 1e12],
  ])(
    'figures are refreshed every cycle, so the heat of a coin %s falls and it leaves after its hold time',
    (_name, price, quoteVolume24h) => {
      const desk = openDesk();
      listCoin(desk, 'A');
      const ms = burst(desk, 'A');
      desk.cycle(ms);
      expect(get(desk, 'A')?.heat).toBeGreaterThan(40);
      let now = ms;
      const until = (end: number): void => {
        for (; now < end; now += 10_000) {
          desk.tick(now, ticker('A', price, { quoteVolume24h }));
          if (now % MINUTE === 0) desk.trade(now, minute('A', now / MINUTE - 1));
          store(desk, now);
        }
      };
      until(ms + 6 * MINUTE);
      const lowSince = get(desk, 'A')?.lowHeatSince as number;
      expect(get(desk, 'A')?.heat).toBeLessThan(20);
      until(lowSince - at(0) + 10 * MINUTE);
      expect(get(desk, 'A'), 'nine minutes and 50 seconds of cold').toBeDefined();
      until(lowSince - at(0) + 10 * MINUTE + 10_000);
      expect(get(desk, 'A')).toBeUndefined();
      expect(listRefusals(desk.state.pool.refusals)[0]?.reason).toBe('heat below 20 for 600000 ms');
    },
  );

  it('market figures that stop arriving give no momentum after thirty seconds', () => {
    const desk = openDesk();
    const ms = burst(desk, 'A');
    desk.cycle(ms);
    expect(get(desk, 'A')?.components.momentum).toBeGreaterThan(0);
    desk.cycle(ms + 31_000);
    expect(get(desk, 'A')?.components.momentum).toBe(0);
  });

  it('probation ends ten minutes after the newest signal', () => {
    const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, enterHeat: 99 } }));
    admit(desk, 0, 'A');
    store(desk, 10 * MINUTE - 1);
    expect(get(desk, 'A')).toBeDefined();
    store(desk, 10 * MINUTE);
    expect(get(desk, 'A')).toBeUndefined();
  });

  it('a position keeps its coin in the pool, however cold, and no anomaly takes its status', () => {
    const desk = openDesk();
    const ms = burst(desk, 'A');
    desk.cycle(ms);
    desk.send({ kind: 'positionOpened', receivedTime: at(ms), instrumentId: coin('A') });
    for (let now = ms; now < ms + HOUR; now += MINUTE) store(desk, now);
    expect(get(desk, 'A')).toMatchObject({ status: 'trading', heat: 0 });
    desk.send({
      kind: 'mentionsCounted',
      receivedTime: at(ms),
      mention: { instrumentId: coin('A'), time: at(ms), velocity: 1, sentiment: 0, author: null },
    });
    expect(get(desk, 'A')?.status).toBe('trading');
    desk.send({ kind: 'positionClosed', receivedTime: at(ms), instrumentId: coin('A'), outcome: 'gain' });
    expect(get(desk, 'A')?.status).toBe('watching');
  });

  it('a held coin counts as in the pool until it was seen cold for its hold time, and not while nothing is seen of it', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    const ms = burst(desk, 'A');
    desk.cycle(ms);
    desk.send({ kind: 'positionOpened', receivedTime: at(ms), instrumentId: coin('A') });
    const isMember = (now: number): boolean => listMembers(desk.state.pool, at(now)).length === 1;
    let now = ms;
    const rest = (end: number): void => {
      for (; now < end; now += 10_000) {
        desk.tick(now, ticker('A', 1.08));
        if (now % MINUTE === 0) desk.trade(now, minute('A', now / MINUTE - 1));
        store(desk, now);
      }
    };
    rest(ms + 7 * MINUTE);
    expect(isMember(now)).toBe(true);
    // An outage of an hour, in which nothing was seen; afterwards the hold time begins anew.
    for (const end = now + HOUR; now < end; now += 10_000) store(desk, now);
    expect(isMember(now)).toBe(true);
    rest(now + 12 * MINUTE);
    expect(get(desk, 'A')?.market.volumeRatio).not.toBeNull();
    expect(isMember(now)).toBe(true);
    rest(now + 10 * MINUTE);
    expect(isMember(now)).toBe(false);
    expect(get(desk, 'A'), 'and it is kept for its position').toMatchObject({ status: 'trading', leaving: null });
  });

  it('scenario 5: a loss cools the coin for thirty minutes, in which nothing brings it back', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    desk.send({ kind: 'positionClosed', receivedTime: at(0), instrumentId: coin('A'), outcome: 'loss' });
    const mention = (ms: number): readonly DiscoveryEffect[] =>
      desk.send({
        kind: 'mentionsCounted',
        receivedTime: at(ms),
        mention: { instrumentId: coin('A'), time: at(ms), velocity: 50, sentiment: 1, author: 'x' },
      });
    expect(mention(29 * MINUTE)).toEqual([]);
    store(desk, 30 * MINUTE - 1);
    expect(get(desk, 'A')).toMatchObject({ status: 'cooling', source: 'listing', heat: 0 });
    expect(desk.state.pool.refusals.counts).toMatchObject({ 'pool:cooling': 1 });
    store(desk, 30 * MINUTE);
    expect(get(desk, 'A')).toBeUndefined();
    expect(mention(30 * MINUTE + 1)).toMatchObject([{ kind: 'candidateAdmitted' }]);
    expect(get(desk, 'A'), 'it begins anew').toMatchObject({
      status: 'watching',
      coolingUntil: null,
      tier: 'probation',
    });
  });

  it('sources mix', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const mention = { instrumentId: coin('A'), time: at(1), velocity: 2, sentiment: 0.5, author: 'kol' };
    desk.send({ kind: 'mentionsCounted', receivedTime: at(1), mention });
    expect(get(desk, 'A')).toMatchObject({
      source: 'mixed',
      mentions: { velocity: 2, sentiment: 0.5, authors: ['kol'] },
    });
  });
});

describe('capacity', () => {
  it('is twenty active ones; a hotter one displaces the coolest that does not trade, a cooler one is refused', () => {
    const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, activeMax: 3 } }));
    const hot = (base: string, velocity: number): void => {
      admit(desk, 0, base);
      const mention = { instrumentId: coin(base), time: at(0), velocity, sentiment: 1, author: null };
      desk.send({ kind: 'mentionsCounted', receivedTime: at(0), mention });
    };
    for (const [base, velocity] of [
      ['A', 6],
      ['B', 7],
      ['C', 8],
    ] as const)
      hot(base, velocity);
    desk.cycle(0);
    desk.send({ kind: 'positionOpened', receivedTime: at(0), instrumentId: coin('A') });
    hot('D', 9);
    hot('E', 5);
    desk.cycle(1);
    expect(listCandidates(desk.state.pool).map(({ instrumentId, tier }) => [instrumentId, tier])).toEqual([
      [coin('A'), 'active'],
      [coin('C'), 'active'],
      [coin('D'), 'active'],
      [coin('E'), 'probation'],
    ]);
    expect(get(desk, 'B')?.leaving).toBe(`displaced by ${coin('D')}`);
    expect(desk.state.pool.refusals.counts).toMatchObject({ 'pool:capacity': 1, 'pool:left': 1 });
  });

  it('holds whatever comes', () => {
    const step = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 4 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, activeMax: 5, probationMax: 10 } }));
        steps.forEach(([number, velocity, action], index) => {
          const ms = index * 5_000;
          const instrumentId = coin(`C${number}`);
          const mention = { instrumentId, time: at(ms), velocity, sentiment: 1, author: null };
          if (action === 0) store(desk, ms);
          else if (action === 1) desk.send({ kind: 'positionOpened', receivedTime: at(ms), instrumentId });
          else if (action === 2)
            desk.send({ kind: 'positionClosed', receivedTime: at(ms), instrumentId, outcome: 'gain' });
          else {
            admit(desk, ms, `C${number}`);
            desk.send({ kind: 'mentionsCounted', receivedTime: at(ms), mention });
          }
          const staying = listCandidates(desk.state.pool);
          const active = staying.filter(({ tier, status }) => tier === 'active' && status !== 'trading');
          expect(active.length).toBeLessThanOrEqual(5);
          expect(
            staying.filter(({ tier, status }) => tier === 'probation' && status === 'watching').length,
          ).toBeLessThanOrEqual(11);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is known of candidates', () => {
  it('R3-1: what a reader holds never changes, and can not change the pool', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const before = get(desk, 'A') as Candidate;
    expect(() => Object.assign(before, { heat: 99 })).toThrow(TypeError);
    desk.cycle(1_000);
    expect(before.scoredTime).toBeNull();
    expect(get(desk, 'A')).not.toBe(before);
  });

  it('R3-2: scoring writes scores; a mention or listing that came meanwhile stays', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const { mentions, listing, source, discoveredTime } = get(desk, 'A') as Candidate;
    desk.cycle(1_000);
    expect(get(desk, 'A')).toMatchObject({ mentions, listing, source, discoveredTime, scoredTime: at(1_000) });
  });

  it('R3-3: a change of status changes nothing else', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const before = get(desk, 'A') as Candidate;
    setStatus(desk.state.pool, coin('A'), 'analyzing');
    expect(get(desk, 'A')).toEqual({ ...before, status: 'analyzing' });
  });

  it('R4-3: a position that opens changes the status alone; what came since the coin was read stays', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const read = get(desk, 'A') as Candidate;
    const mention = { instrumentId: coin('A'), time: at(1), velocity: 3, sentiment: 0.5, author: 'kol' };
    desk.send({ kind: 'mentionsCounted', receivedTime: at(1), mention });
    const newer = get(desk, 'A') as Candidate;
    expect(newer.mentions).not.toEqual(read.mentions);
    desk.send({ kind: 'positionOpened', receivedTime: at(2), instrumentId: coin('A') });
    expect(get(desk, 'A')).toEqual({ ...newer, status: 'trading' });
  });

  it('R5-1: heat is written down once a minute, however often the cycle runs', () => {
    const desk = openDesk();
    admit(desk, 0, 'A');
    const rows = Array.from({ length: 50 }, (_, index) => batchOf(desk.cycle(index * 20)).heat.length);
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(batchOf(desk.cycle(60_000)).heat).toMatchObject([{ instrumentId: coin('A'), time: at(60_000) }]);
  });

  it('R2-5: ten thousand coins that came and left leave nothing behind', () => {
    const desk = openDesk();
    listCoin(desk, 'QUIET');
    for (let index = 0; index < 100; index++) {
      const ms = index * HOUR;
      admit(desk, ms, ...Array.from({ length: 100 }, (_, each) => `C${index}X${each}`));
      store(desk, ms + 1);
      // Listings stay hot for hours, so the coins are sent away by hand.
      for (const candidate of listCandidates(desk.state.pool))
        putCandidate(desk.state.pool, { ...candidate, leaving: 'test' });
      store(desk, ms + 2);
    }
    expect(desk.state.pool.candidates).toEqual({});
    expect(desk.state.pool.heatTimes).toEqual({});
    expect(Object.keys(desk.state.pool.refusals.newest).length).toBeLessThanOrEqual(1_000);
  });

  it('R8-2: a coin that the store did not remove stays leaving, unseen, and is asked to be removed again', () => {
    const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, enterHeat: 99 } }));
    admit(desk, 0, 'A');
    const failed = batchOf(desk.cycle(10 * MINUTE));
    expect(failed.removed).toEqual([coin('A')]);
    expect(listCandidates(desk.state.pool)).toEqual([]);
    expect(get(desk, 'A')?.leaving).not.toBeNull();
    expect(batchOf(desk.cycle(10 * MINUTE + 10_000)).removed).toEqual([coin('A')]);
    store(desk, 10 * MINUTE + 20_000);
    expect(get(desk, 'A')).toBeUndefined();
    expect(batchOf(desk.cycle(10 * MINUTE + 30_000)).removed).toEqual([]);
  });

  it('R8-2: a coin restored after a crash whose time was over leaves with the first cycle', () => {
    const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, enterHeat: 99 } }));
    admit(desk, 0, 'A');
    const ghost = get(desk, 'A') as Candidate;
    const next = openDesk((config) => ({ ...config, pool: { ...config.pool, enterHeat: 99 } }));
    next.send({ kind: 'candidatesRestored', receivedTime: at(HOUR), candidates: [ghost] });
    expect(batchOf(next.cycle(HOUR)).removed).toEqual([coin('A')]);
  });

  it('R8-2: a coin that a new signal brings back while it leaves is not removed by the late answer', () => {
    const desk = openDesk((config) => ({ ...config, pool: { ...config.pool, enterHeat: 99 } }));
    admit(desk, 0, 'A');
    const batch = batchOf(desk.cycle(10 * MINUTE));
    const mention = { instrumentId: coin('A'), time: at(10 * MINUTE), velocity: 1, sentiment: 0, author: null };
    desk.send({ kind: 'mentionsCounted', receivedTime: at(10 * MINUTE), mention });
    desk.send({ kind: 'candidatesStored', receivedTime: at(10 * MINUTE), removed: batch.removed });
    expect(listCandidates(desk.state.pool)).toMatchObject([{ instrumentId: coin('A'), leaving: null }]);
  });

  it('a store that never answers stops the intake instead of filling memory', () => {
    const desk = openDesk();
    admit(desk, 0, ...Array.from({ length: 3_000 }, (_, index) => `C${index}`));
    expect(Object.keys(desk.state.pool.candidates).length).toBeLessThanOrEqual(600);
    expect(desk.state.pool.refusals.counts['pool:stuck']).toBeGreaterThan(0);
  });
});

describe('polls', () => {
  it('are asked for as effects and back off when told to', () => {
    const desk = openDesk();
    const due = (ms: number): readonly string[] =>
      desk.cycle(ms).flatMap((effect) => (effect.kind === 'pollDue' ? [effect.job] : []));
    expect(due(0)).toEqual(['instruments', 'announcements']);
    desk.send({
      kind: 'pollEnded',
      receivedTime: at(0),
      job: 'announcements',
      outcome: { kind: 'failed', status: 429 },
    });
    expect(due(60_000)).toEqual([]);
    expect(due(120_000)).toEqual(['announcements']);
    expect(due(300_000)).toEqual(['instruments', 'announcements']);
  });
});
