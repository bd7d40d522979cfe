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
  T0,
  ticker,
  warmUp,
} from '../../test/fixtures/discovery-desk.ts';
import { epochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { SocialPost } from '../model/social-post.ts';
import { DEFAULT_DISCOVERY_CONFIG, listCandidates, listRefusals, readMentions } from './index.ts';
import { createMentionCounter, dropMentions, foldPosts, type MentionCounter } from './mention-counter.ts';

const HOUR = 3_600_000;
const toCoin = (name: string): InstrumentId | null => (name === 'FAKE' ? null : coin(name));

function post(id: string, rest: Partial<SocialPost> = {}): SocialPost {
  const texts = { title: '', text: 'hello', tickers: ['ABC'], sentiment: 0 };
  return { id, network: 'x', author: `author-${id}`, time: T0, ...texts, ...rest };
}

function counter(): MentionCounter {
  return createMentionCounter(DEFAULT_DISCOVERY_CONFIG.social);
}

function fold(state: MentionCounter, ms: number, ...posts: readonly SocialPost[]): readonly InstrumentId[] {
  return [...foldPosts(state, { kind: 'postsReceived', receivedTime: at(ms), posts }, toCoin).keys()];
}

describe('mentions of a coin', () => {
  it('are counted by author and network, not by post', () => {
    const state = counter();
    fold(state, 0, post('1', { author: 'a' }), post('2', { author: 'a' }), post('3', { author: 'b' }));
    expect(readMentions(state, coin('ABC'), T0).velocity).toBe(2);
    fold(
      state,
      1,
      post('1', { author: 'a', network: 'square' }),
      post('4', { author: null }),
      post('5', { author: null }),
    );
    // One of Square, and one voice without a name.
    expect(readMentions(state, coin('ABC'), T0).velocity).toBe(4);
  });

  it('fade within the hour and are gone with it (R3-7)', () => {
    const state = counter();
    fold(state, 0, post('1'), post('2', { time: at(-30 * MINUTE) }));
    const velocities = [0, 29, 31, 59, 60].map(
      (minutes) => readMentions(state, coin('ABC'), at(minutes * MINUTE)).velocity,
    );
    expect(velocities).toEqual([2, 2, 1, 1, 0]);
    dropMentions(state, at(59 * MINUTE));
    expect(Object.keys(state.mentions)).toEqual([coin('ABC')]);
    dropMentions(state, at(HOUR));
    expect(state.mentions).toEqual({});
    expect(readMentions(state, coin('ABC'), at(HOUR))).toEqual({
      velocity: 0,
      acceleration: 0,
      sentiment: 0,
      lastTime: null,
    });
  });

  it('accelerate when the last quarter of an hour has more than its share', () => {
    const state = counter();
    const minutes = [1, 20, 25, 50, 55, 58, 59, 59];
    fold(state, HOUR, ...minutes.map((minute, index) => post(String(index), { time: at(minute * MINUTE) })));
    expect(readMentions(state, coin('ABC'), at(59.5 * MINUTE)).acceleration).toBe((5 * 4) / 8);
  });

  it('have a mood that halves in weight every half hour', () => {
    const state = counter();
    fold(state, 0, post('1', { sentiment: -1, time: at(-30 * MINUTE) }), post('2', { sentiment: 1 }));
    expect(readMentions(state, coin('ABC'), T0).sentiment).toBeCloseTo((1 - 0.5) / 1.5, 9);
  });

  it('are not counted again when a post comes again, after thousands of others (R3-8)', () => {
    const state = counter();
    expect(fold(state, 0, post('old'))).toEqual([coin('ABC')]);
    const others = Array.from({ length: 5_001 }, (_, i) => post(`other-${i}`, { tickers: [] }));
    fold(state, 1, ...others);
    expect(fold(state, 2, post('old'))).toEqual([]);
    expect(state.counts).toMatchObject({ posts: 5_002, repeated: 1 });
    expect(readMentions(state, coin('ABC'), T0).velocity).toBe(1);
  });

  it('are forgotten by id one by one, the longest unseen first, never all at once (R3-8)', () => {
    const state = createMentionCounter({ ...DEFAULT_DISCOVERY_CONFIG.social, seenMax: 100 });
    for (let i = 0; i < 1_000; i++) {
      fold(state, i, post(`post-${i}`, { tickers: [] }));
      expect(state.seen.count).toBe(Math.min(100, i + 1));
    }
    fold(state, 1_000, post('post-999', { tickers: [] }), post('post-901', { tickers: [] }));
    expect(state.counts.repeated).toBe(2);
  });

  it('of old posts, of posts of the future and of times that are none are left out and counted', () => {
    const state = counter();
    const times = [T0 - HOUR, T0 + 61_000, Number.NaN].map((time) => time as typeof T0);
    expect(fold(state, 0, ...times.map((time, index) => post(String(index), { time })))).toEqual([]);
    expect(state.counts.untimely).toBe(3);
    expect(state.mentions).toEqual({});
  });

  it('of coins that do not exist are left out and counted', () => {
    const state = counter();
    expect(fold(state, 0, post('1', { tickers: ['FAKE', 'ABC'] }), post('2', { tickers: ['FAKE'] }))).toEqual([
      coin('ABC'),
    ]);
    expect(state.counts).toMatchObject({ unknown: 2, empty: 1 });
  });

  it('stay within their bounds whatever is said', () => {
    const state = counter();
    for (let i = 0; i < 1_500; i++) fold(state, 0, post(`a${i}`, { tickers: [`C${i}`, 'HOT'] }));
    expect(Object.keys(state.mentions)).toHaveLength(1_000);
    expect(state.mentions[coin('HOT')]).toHaveLength(500);
    expect(state.recent.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => `a${1_400 + i}`));
    expect(state.counts.displaced).toBe(1_000 + 501);
  });

  it('give figures that do not depend on the order of posts, and that are in range', () => {
    const script = fc.array(
      fc.record({
        author: fc.integer({ min: 0, max: 5 }),
        minute: fc.integer({ min: -90, max: 0 }),
        mood: fc.double({ min: -1, max: 1, noNaN: true }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(script, fc.integer(), (posts, turn) => {
        const all = posts.map(({ author, minute, mood }, index) =>
          post(String(index), { author: `a${author}`, time: at(minute * MINUTE), sentiment: mood }),
        );
        const pivot = all.length === 0 ? 0 : Math.abs(turn) % all.length;
        const figures = [all, [...all.slice(pivot), ...all.slice(0, pivot)].reverse()].map((order) => {
          const state = counter();
          for (const each of order) fold(state, 0, each);
          return readMentions(state, coin('ABC'), T0);
        });
        const [one, two] = figures as [(typeof figures)[0], (typeof figures)[0]];
        expect({ ...two, sentiment: 0 }).toEqual({ ...one, sentiment: 0 });
        expect(two.sentiment).toBeCloseTo(one.sentiment, 9);
        const recent = posts.filter(({ minute }) => minute > -60);
        expect(one.velocity).toBe(new Set(recent.map(({ author }) => author)).size);
        expect(Math.abs(one.sentiment)).toBeLessThanOrEqual(1);
        expect(one.acceleration >= 0 && one.acceleration <= 4).toBe(true);
      }),
    );
  });
});

describe('what is said in public', () => {
  function talk(desk: Desk, ms: number, count: number): void {
    const posts = Array.from({ length: count }, (_, i) => post(`${ms}-${i}`, { time: at(ms), sentiment: 0.8 }));
    desk.send({ kind: 'postsReceived', receivedTime: at(ms), posts });
  }

  it('brings a listed coin in, and a made-up one never', () => {
    const desk = openDesk();
    listCoin(desk, 'ABC');
    const effects = desk.send({
      kind: 'postsReceived',
      receivedTime: at(0),
      posts: [post('1', { tickers: ['FAKE', 'ABC', '__proto__'] })],
    });
    expect(effects).toEqual([{ kind: 'candidateAdmitted', instrumentId: coin('ABC'), time: at(0) }]);
    expect(listCandidates(desk.state.pool).map(({ instrumentId }) => instrumentId)).toEqual([coin('ABC')]);
  });

  it('is never enough alone, however loud', () => {
    const desk = openDesk((config) => ({ ...config, filter: { ...config.filter, bookGate: 'whereKnown' } }));
    listCoin(desk, 'ABC');
    talk(desk, 0, 200);
    desk.tick(1_000, ticker('ABC', 1));
    const chosen = desk.cycle(2_000).find((effect) => effect.kind === 'candidatesChosen');
    expect(listCandidates(desk.state.pool)[0]).toMatchObject({ source: 'social', tier: 'probation' });
    expect(listCandidates(desk.state.pool)[0]?.heat).toBeGreaterThanOrEqual(80);
    expect(chosen).toMatchObject({ candidates: [] });
    expect(listRefusals(desk.state.pool.refusals)[0]).toMatchObject({ gate: 'pool:socialAlone' });
  });

  it('neither keeps a coin whose burst is over in the pool nor lets it be chosen', () => {
    const desk = openDesk((config) => ({ ...config, filter: { ...config.filter, bookGate: 'whereKnown' } }));
    listCoin(desk, 'ABC');
    warmUp(desk, 'ABC');
    const burst = 20 * MINUTE + 10_000;
    desk.trade(burst, minute('ABC', 20, { state: 'forming', quoteVolume: 8_000, takerQuoteVolume: null }));
    desk.tick(burst, ticker('ABC', 1.08));
    talk(desk, burst, 50);
    const chosenAt = (ms: number): number =>
      desk.cycle(ms).flatMap((effect) => (effect.kind === 'candidatesChosen' ? effect.candidates : [])).length;
    expect(chosenAt(burst)).toBe(1);
    for (let ms = burst + 10_000; ms < burst + 7 * MINUTE; ms += 10_000) {
      desk.tick(ms, ticker('ABC', 1.08));
      if (ms % MINUTE === 0) desk.trade(ms, minute('ABC', ms / MINUTE - 1));
    }
    const later = burst + 7 * MINUTE;
    expect(chosenAt(later)).toBe(0);
    expect(listCandidates(desk.state.pool)[0]).toMatchObject({
      tier: 'active',
      source: 'mixed',
      lowHeatSince: at(later),
    });
    expect(listCandidates(desk.state.pool)[0]?.heat).toBeGreaterThanOrEqual(80);
    expect(listRefusals(desk.state.pool.refusals)[0]).toMatchObject({ gate: 'filter:socialAlone' });
    chosenAt(later + 10 * MINUTE);
    expect(listCandidates(desk.state.pool)).toEqual([]);
  });

  it('fades from the heat of a candidate from cycle to cycle', () => {
    const desk = openDesk();
    listCoin(desk, 'ABC');
    talk(desk, 0, 3);
    talk(desk, 20 * MINUTE, 4);
    const social: number[] = [];
    for (const minutes of [21, 61, 79, 81]) {
      desk.tick(minutes * MINUTE, ticker('ABC', 1));
      desk.send({ kind: 'positionOpened', receivedTime: at(minutes * MINUTE), instrumentId: coin('ABC') });
      desk.cycle(minutes * MINUTE);
      social.push(listCandidates(desk.state.pool)[0]?.components.social ?? -1);
    }
    expect(social).toEqual([70, 40, 40, 0]);
    expect(epochMs(T0)).toBe(at(0));
  });
});
