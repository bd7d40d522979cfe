import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candleAt, freshSeries, minutesFrom } from '../../test/fixtures/api-server.ts';
import { formingOf } from '../../test/fixtures/candles.ts';
import { createManualClock } from '../adapters/clock/manual-clock.ts';
import { createMemoryBus } from '../adapters/memory/memory-bus.ts';
import { createMemoryCandleStore } from '../adapters/memory/memory-candle-store.ts';
import { fromEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { Bus } from '../ports/bus.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { Announcement } from './announcement.ts';
import { CandleReader } from './candle-reader.ts';
import type { ServerMessage } from './contract.ts';
import { Subscription, type SubscriptionOptions } from './subscription.ts';

const T = 1_700_000_040;
const ID = freshSeries('JOINT');

/** Lets others run: so many turns of the promise queue. */
async function hop(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}

type World = { readonly store: CandleStore; readonly bus: Bus; readonly reader: CandleReader };

/** A store whose reads take the given numbers of turns, over and over, before and after they happen. */
function world(turns: readonly number[]): World {
  const store = createMemoryCandleStore();
  let reads = 0;
  const pace = (): Promise<void> => hop(turns[reads++ % turns.length] ?? 0);
  const paced: CandleStore = {
    ...store,
    read: async (range) => {
      await pace();
      const candles = await store.read(range);
      await pace();
      return candles;
    },
  };
  const failed = (thrown: unknown): never => {
    throw thrown;
  };
  const bus = createMemoryBus({ waitingMax: 100, onError: failed });
  const clock = createManualClock(fromEpochSec(T + 1_000_000));
  const reader = new CandleReader({ store: paced, clock, prepare: async () => {} });
  return { store, bus, reader };
}

type Listener = { readonly messages: ServerMessage[]; readonly caughtUp: Promise<void>; readonly close: () => void };

function listen({ bus, reader }: World, options: Omit<SubscriptionOptions, 'seriesId'>): Listener {
  const messages: ServerMessage[] = [];
  const subscription = new Subscription({ ...options, seriesId: ID }, (text) => messages.push(JSON.parse(text)));
  const { close } = bus.subscribe((message) => {
    if (message.kind !== 'candleGap') subscription.deliver(new Announcement(message));
  });
  const catchUp = async (): Promise<void> => {
    while ((await subscription.sendHistoryPage(reader)) === 'more') await hop(1);
  };
  return { messages, caughtUp: catchUp(), close };
}

function closedTimes(messages: readonly ServerMessage[]): number[] {
  return messages.flatMap((message) => {
    if (message.type === 'candle_closed') return [message.candle.candle_time];
    return message.type === 'candles_batch' ? message.candles.map(({ candle_time: time }) => time) : [];
  });
}

async function publish({ store, bus }: World, candles: readonly ClosedCandle[]): Promise<void> {
  await store.save({ candles, gaps: [] });
  await hop(1);
  await bus.publish({ kind: 'candlesClosed', seriesId: ID, candles });
}

const listenerArbitrary = fc.record({
  /** How many publications happen before it comes. */
  after: fc.nat(12),
  turns: fc.nat(8),
  /** Cursor in minutes after the first candle; `null` is none. */
  since: fc.option(fc.integer({ min: -1, max: 20 })),
  supportsBatch: fc.constantFrom('yes' as const, 'no' as const),
  catchUpLimit: fc.integer({ min: 1, max: 6 }),
});

const scriptArbitrary = fc.record({
  stored: fc.nat(15),
  publications: fc.array(fc.record({ size: fc.integer({ min: 1, max: 3 }), turns: fc.nat(6) }), { maxLength: 15 }),
  readTurns: fc.array(fc.nat(10), { minLength: 1, maxLength: 5 }),
  listeners: fc.array(listenerArbitrary, { minLength: 1, maxLength: 4 }),
});

describe('the joint of history and stream', () => {
  it('has neither a hole nor a repeat, however publications and subscriptions interleave', async () => {
    await fc.assert(
      fc.asyncProperty(scriptArbitrary, async ({ stored, publications, readTurns, listeners }) => {
        const here = world(readTurns);
        const total = stored + publications.reduce((sum, { size }) => sum + size, 0);
        const all = minutesFrom(ID, T, total);
        await here.store.save({ candles: all.slice(0, stored), gaps: [] });
        const open = async ({ turns, since, ...rest }: (typeof listeners)[number]) => {
          await hop(turns);
          return { since, ...listen(here, { ...rest, since: since === null ? null : T + since * 60 }) };
        };
        const opened: ReturnType<typeof open>[] = [];
        let next = stored;
        for (const [index, { size, turns }] of publications.entries()) {
          opened.push(...listeners.filter(({ after }) => after === index).map(open));
          await hop(turns);
          await publish(here, all.slice(next, next + size));
          next += size;
        }
        for (const { since, caughtUp, messages, close } of await Promise.all(opened)) {
          await caughtUp;
          close();
          const times = closedTimes(messages);
          const from = since === null ? (times[0] ?? T + total * 60) : Math.max(T, T + since * 60 + 60);
          const expected = Array.from({ length: Math.max(0, total - (from - T) / 60) }, (_, i) => from + i * 60);
          expect(times).toEqual(expected);
          expect(messages.filter(({ type }) => type === 'gap')).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('announces what closes while history is read behind it, once', async () => {
    const here = world([3]);
    await here.store.save({ candles: [candleAt(ID, T + 120)], gaps: [] });
    const { messages, caughtUp } = listen(here, { since: T, supportsBatch: 'yes', catchUpLimit: 10 });
    await here.bus.publish({ kind: 'candlesClosed', seriesId: ID, candles: [candleAt(ID, T + 120)] });
    await here.bus.publish({ kind: 'candleForming', seriesId: ID, candle: formingOf(candleAt(ID, T + 180)) });
    await here.bus.publish({ kind: 'candlesClosed', seriesId: ID, candles: [candleAt(ID, T + 240)] });
    await caughtUp;
    expect(messages.map(({ type }) => type)).toEqual(['gap', 'candles_batch', 'gap', 'candle_closed']);
    expect(closedTimes(messages)).toEqual([T + 120, T + 240]);
  });
});

describe('history in pages', () => {
  const times = [0, 1, 2, 3, 4, 5, 6].map((minute) => T + minute * 60);

  it.each(['yes', 'no'] as const)('follows a cursor to the newest candle (batches: %s)', async (supportsBatch) => {
    const here = world([0]);
    await here.store.save({ candles: times.map((time) => candleAt(ID, time)), gaps: [] });
    const { messages, caughtUp } = listen(here, { since: T, supportsBatch, catchUpLimit: 2 });
    await caughtUp;
    expect(closedTimes(messages)).toEqual(times.slice(1));
    expect(messages).toHaveLength(supportsBatch === 'yes' ? 3 : 6);
  });

  it('is only the newest page without a cursor', async () => {
    const here = world([0]);
    await here.store.save({ candles: times.map((time) => candleAt(ID, time)), gaps: [] });
    const { messages, caughtUp } = listen(here, { since: null, supportsBatch: 'yes', catchUpLimit: 2 });
    await caughtUp;
    expect(closedTimes(messages)).toEqual(times.slice(-2));
  });

  it('says nothing of a hole inside, wherever a page ends', async () => {
    for (const catchUpLimit of [1, 2, 3, 4]) {
      const here = world([0]);
      await here.store.save({ candles: [60, 120, 300, 360].map((offset) => candleAt(ID, T + offset)), gaps: [] });
      const { messages, caughtUp } = listen(here, { since: T, supportsBatch: 'yes', catchUpLimit });
      await caughtUp;
      expect(messages.filter(({ type }) => type === 'gap')).toEqual([]);
      expect(closedTimes(messages)).toEqual([T + 60, T + 120, T + 300, T + 360]);
    }
  });
});

describe('the end of a subscription', () => {
  it('is at once, also in the middle of a read', async () => {
    const { store, reader } = world([2]);
    await store.save({ candles: [candleAt(ID, T)], gaps: [] });
    const texts: string[] = [];
    const options = { seriesId: ID, since: 0, supportsBatch: 'yes', catchUpLimit: 1 } as const;
    const subscription = new Subscription(options, (text) => texts.push(text));
    const page = subscription.sendHistoryPage(reader);
    subscription.close();
    expect(await page).toBe('done');
    const candles = [candleAt(ID, T + 60)];
    expect(subscription.deliver(new Announcement({ kind: 'candlesClosed', seriesId: ID, candles }))).toBe('taken');
    expect(texts).toEqual([]);
  });

  it('by its own history asks for no further page', async () => {
    const { store, reader } = world([0]);
    await store.save({ candles: minutesFrom(ID, T, 5), gaps: [] });
    const options = { seriesId: ID, since: 0, supportsBatch: 'yes', catchUpLimit: 1 } as const;
    const subscription: Subscription = new Subscription(options, () => subscription.close());
    expect(await subscription.sendHistoryPage(reader)).toBe('done');
  });

  it('is asked for when ten thousand announcements wait behind a read', () => {
    const options = { seriesId: ID, since: null, supportsBatch: 'yes', catchUpLimit: 1 } as const;
    const subscription = new Subscription(options, () => {});
    const announcement = new Announcement({ kind: 'candlesClosed', seriesId: ID, candles: [candleAt(ID, T)] });
    for (let i = 0; i < 10_000; i++) expect(subscription.deliver(announcement)).toBe('taken');
    expect(subscription.deliver(announcement)).toBe('overrun');
  });
});
