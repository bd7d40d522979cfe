import { describe, expect, it } from 'vitest';
import { candleAt, freshSeries, minutesFrom } from '../../../test/fixtures/api-server.ts';
import { ScriptedFeed } from '../../../test/fixtures/scripted-feed.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { fromEpochSec } from '../../core/time.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import { RangeFiller } from './range-filler.ts';
import { TailCoverage } from './tail-coverage.ts';

const NOW = 1_700_006_430;
/** Open time of the minute that runs at `NOW`. */
const RUNNING = 1_700_006_400;
const ID = freshSeries('TAIL');

function setUp(options: { readonly hours?: number; readonly save?: () => never } = {}) {
  const minutes = (options.hours ?? 1) * 60;
  const clock = createManualClock(fromEpochSec(NOW));
  const store = createMemoryCandleStore();
  const truth = minutesFrom(ID, RUNNING - minutes * 60, minutes + 10);
  const feed = new ScriptedFeed({ truth, clock, sink: () => {} });
  const errors: unknown[] = [];
  const filler = new RangeFiller({
    store,
    clock,
    baseTimeframe: '1m' as Timeframe,
    derivedTimeframes: [],
    fetchHistory: (request) => feed.fetchHistory(request),
    save: async (candles) => {
      options.save?.();
      await store.save({ candles, gaps: [] });
    },
  });
  const coverage = new TailCoverage({
    filler,
    clock,
    jobStart: async () => null,
    onError: (error) => errors.push(error),
  });
  const tail = {
    state: () => coverage.state(ID),
    start: (candles: number) => coverage.start({ seriesId: ID, candles, exchange: 'on' }),
  };
  const rest = async (): Promise<void> => clock.advance(0);
  return { clock, store, feed, tail, errors, rest };
}

describe('tail coverage', () => {
  it('fetches page by page up to the newest closed candle and never the running one', async () => {
    const { store, feed, tail, rest } = setUp({ hours: 2 });
    tail.start(120);
    while (tail.state().state !== 'succeeded') await rest();
    expect(feed.requests.map(({ from, to }) => [from / 1000 - RUNNING, to / 1000 - RUNNING])).toEqual([
      [-7_200, 0],
      [-4_200, 0],
      [-1_200, 0],
    ]);
    expect(await store.extent(ID)).toMatchObject({ count: 120, head: fromEpochSec(RUNNING - 60) });
    expect(tail.state()).toMatchObject({
      reason: 'tail_coverage',
      note: 'tail_coverage_done',
      startMissing: 120,
      currentMissing: 0,
    });
  });

  it('asks for what is missing before and behind stored candles (6.4)', async () => {
    const { store, feed, tail, rest } = setUp();
    await store.save({ candles: [candleAt(ID, RUNNING - 300)], gaps: [] });
    tail.start(20);
    while (tail.state().state !== 'succeeded') await rest();
    expect(feed.requests.map(({ from, to }) => [from / 1000 - RUNNING, to / 1000 - RUNNING])).toEqual([
      [-1_200, -300],
      [-240, 0],
    ]);
  });

  it('runs once at a time for a series, also when asked twice at once, and rests two seconds', async () => {
    const { clock, feed, tail, rest } = setUp();
    for (let i = 0; i < 3; i++) tail.start(10);
    while (tail.state().state !== 'succeeded') await rest();
    expect(feed.requests).toHaveLength(1);
    await clock.advance(1_999);
    tail.start(500);
    await rest();
    expect(feed.requests).toHaveLength(1);
    await clock.advance(60_000);
    tail.start(500);
    while (feed.requests.length < 2) await rest();
  });

  it('is partial where the venue has no more', async () => {
    const { tail, feed, rest } = setUp();
    feed.fetchHistory = async () => ({ ok: true, value: [] });
    tail.start(60);
    while (tail.state().state !== 'succeeded') await rest();
    expect(tail.state()).toMatchObject({ note: 'tail_coverage_partial', currentMissing: 60 });
  });

  it('has failed when history can not be had or what was had can not be stored, and may then try again', async () => {
    const unreachable = setUp();
    unreachable.feed.history = 'fails';
    const full = setUp({
      save: () => {
        throw new Error('the disk is full');
      },
    });
    for (const [each, error] of [
      [unreachable, 'down'],
      [full, 'the disk is full'],
    ] as const) {
      each.tail.start(60);
      while (each.tail.state().state !== 'failed') await each.rest();
      expect(each.tail.state()).toMatchObject({
        note: 'tail_coverage_best_effort_failed',
        error: expect.stringContaining(error),
      });
      await each.clock.advance(2_000);
      const before = each.feed.requests.length;
      each.tail.start(60);
      while (each.feed.requests.length === before) await each.rest();
    }
    expect(unreachable.errors).toEqual([]);
    expect(full.errors.length).toBeGreaterThan(0);
  });
});
