/**
 * The whole pipeline once, on new files: frames are parsed and checked, go through mailbox, journal, step, store and
 * bus of a real engine, and are counted at the end. Beside it the floor: JSON parsed, base rows upserted.
 */
import { join } from 'node:path';
import { parseKlineFrame, toCandleEvent } from '../src/adapters/binance/kline-frame.ts';
import { parseStreamMessage } from '../src/adapters/binance/stream-message.ts';
import { resolveStream } from '../src/adapters/binance/symbol-name.ts';
import { createManualClock } from '../src/adapters/clock/manual-clock.ts';
import { createMemoryBus } from '../src/adapters/memory/memory-bus.ts';
import { createLogNotifier } from '../src/adapters/notify/log-notifier.ts';
import type { Parameter } from '../src/adapters/sqlite/candle-rows.ts';
import { openSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../src/adapters/sqlite/sqlite-storage.ts';
import type { EpochMs } from '../src/core/time.ts';
import { Engine, step } from '../src/engine/index.ts';
import type { SeriesId } from '../src/model/series.ts';
import { siblingSeries } from '../src/model/series.ts';
import { timeframeMs } from '../src/model/timeframe.ts';
import type { CandleStore } from '../src/ports/candle-store.ts';
import type { FeedEvent } from '../src/ports/feed.ts';
import { ScriptedFeed } from '../test/fixtures/scripted-feed.ts';
import { openBareCandles } from './bare-candles.ts';
import { DERIVED } from './minute-file.ts';
import type { TimedFrame } from './pipeline-frames.ts';

/** How frames come: as fast as the mailbox takes them, or each when the one before is stored and announced. */
export type Pace = 'burst' | 'single';

/** Seconds of a run: by the wall, and of the processor (all threads). */
export type Seconds = { readonly wall: number; readonly cpu: number };

/** Some whole days of one series. */
export type PipelineWork = {
  readonly dir: string;
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly days: number;
  readonly frames: readonly TimedFrame[];
  readonly pace: Pace;
};

/** Frames of one bare transaction: as many as the engine takes in a burst. */
const BURST_FRAMES = 512;
const DAY_MS = 86_400_000;

/**
 * Runs it; answers the seconds from the first frame until everything is stored and announced, files opened before.
 * Rejects when not every candle of every timeframe was stored and announced.
 */
export async function runPipeline(work: PipelineWork): Promise<Seconds> {
  const database = openSqliteDatabase({ path: join(work.dir, 'hotwick.db') });
  const { store, charts, journal, commit } = createSqliteStorage(database);
  const refuse = (error: unknown): never => {
    throw error;
  };
  const bus = createMemoryBus({ waitingMax: 10_000, onError: refuse });
  let announced = 0;
  bus.subscribe((message) => {
    if (message.kind === 'candlesClosed') announced += message.candles.length;
  });
  const clock = createManualClock(work.from);
  const feed = new ScriptedFeed({ truth: [], clock, sink: () => {} });
  const notifier = createLogNotifier({ write: () => {} });
  const engine = new Engine({
    ports: { clock, store, charts, bus, feed, notifier, journal },
    step,
    commit,
    onFatal: refuse,
  });
  engine.start();
  await open(engine, work);
  const elapsed = startWatch();
  await send(engine, work);
  await engine.stop();
  const seconds = elapsed();
  const stored = await countStored(work, store);
  await bus.close();
  await journal.close();
  await store.close();
  database.close();
  const expected = expectedRows(work);
  if (stored !== expected || announced !== expected) {
    throw new Error(`${stored} candles stored and ${announced} announced, not ${expected}`);
  }
  return seconds;
}

function startWatch(): () => Seconds {
  const wallBefore = performance.now();
  const cpuBefore = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpuBefore);
    return { wall: (performance.now() - wallBefore) / 1000, cpu: (user + system) / 1e6 };
  };
}

async function open(engine: Engine, { seriesId, from }: PipelineWork): Promise<void> {
  await engine.submit({
    kind: 'seriesOpened',
    receivedTime: from,
    seriesId,
    timeframes: DERIVED,
    tail: [],
    gaps: [],
    historyFrom: from,
    formingMinIntervalMs: 250,
  });
  await engine.submit({ kind: 'feedUp', receivedTime: from, seriesId, reason: 'bench' });
}

async function send(engine: Engine, { seriesId, frames, pace }: PipelineWork): Promise<void> {
  const parse = frameParser(seriesId);
  for (const frame of frames) {
    const event = parse(frame);
    if (pace === 'burst') await engine.mailbox.post(event);
    else await engine.submit(event);
  }
}

/** From text to event as the adapter does it. */
function frameParser(seriesId: SeriesId): (frame: TimedFrame) => FeedEvent {
  const stream = resolveStream(seriesId);
  if (!stream.ok) throw new Error(stream.error.message);
  return ({ text, receivedTime }) => {
    const message = parseStreamMessage(text);
    const update = message.kind === 'frame' ? parseKlineFrame(message.data, stream.value) : null;
    if (update === null || !update.ok || update.value === 'foreign') throw new Error(`unusable frame ${text}`);
    return toCandleEvent(update.value, { seriesId, receivedTime });
  };
}

async function countStored({ seriesId }: PipelineWork, store: CandleStore): Promise<number> {
  let count = (await store.extent(seriesId)).count;
  for (const timeframe of DERIVED) count += (await store.extent(siblingSeries(seriesId, timeframe))).count;
  return count;
}

/** Candles of six timeframes. */
export function expectedRows({ days }: Pick<PipelineWork, 'days'>): number {
  return days * DERIVED.reduce((sum, timeframe) => sum + DAY_MS / timeframeMs(timeframe), DAY_MS / 60_000);
}

type BareFrame = {
  readonly data: {
    readonly k: {
      readonly t: number;
      readonly o: string;
      readonly h: string;
      readonly l: string;
      readonly c: string;
      readonly v: string;
      readonly q: string;
      readonly n: number;
      readonly V: string;
      readonly Q: string;
      readonly x: boolean;
    };
  };
};

/** The floor for the same frames: no checks, no journal, nothing derived, nobody told. Answers the seconds. */
export function runBare({ dir, frames, pace }: PipelineWork): Seconds {
  const bare = openBareCandles(join(dir, 'bare.db'));
  const elapsed = startWatch();
  const transaction = pace === 'burst' ? BURST_FRAMES : 1;
  for (let from = 0; from < frames.length; from += transaction) {
    const rows = frames.slice(from, from + transaction).flatMap(({ text }) => toBareRow(text));
    if (rows.length > 0) bare.write(rows);
  }
  const seconds = elapsed();
  bare.close();
  return seconds;
}

function toBareRow(text: string): readonly (readonly Parameter[])[] {
  const { k } = (JSON.parse(text) as BareFrame).data;
  if (!k.x) return [];
  return [[1, k.t, k.o, k.h, k.l, k.c, k.v, k.q, k.n, k.V, k.Q, 'ws', 'final', 1, 1, 1]];
}
