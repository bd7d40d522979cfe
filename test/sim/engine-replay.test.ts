/**
 * Replaying a journal gives the identical state: random market traffic with losses, repetitions, delays, outages and
 * failing history runs through the whole engine, which is stopped or killed and started again in the middle. After
 * every start the replayed state has the digest of the running one, no effect diverges, and in the end the store holds
 * the venue's candles. Everything that crosses a port is deep-frozen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../../src/adapters/memory/memory-candle-store.ts';
import { createMemoryJournal } from '../../src/adapters/memory/memory-journal.ts';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { loadConfig } from '../../src/app/config.ts';
import { describeSeries } from '../../src/app/service/series-opening.ts';
import { addMs, EPOCH_MS_MAX, epochMs } from '../../src/core/time.ts';
import { replay, step } from '../../src/engine/index.ts';
import { digest } from '../../src/journal/index.ts';
import { createFanout } from '../../src/market/derived-timeframe-fanout.ts';
import { foldStored } from '../../src/market/recompute.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { siblingSeries } from '../../src/model/series.ts';
import { timeframe } from '../../src/model/timeframe.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { at, BTC_1M, formingOf, minutesArbitrary } from '../fixtures/candles.ts';
import { EngineBench } from '../fixtures/engine-bench.ts';
import { deepFreeze } from '../fixtures/scripted-feed.ts';

const START = at('2024-03-01T22:30:00Z');
const FRAMES = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const SNAPSHOT_EVERY = 7;

/** Where a run keeps its data; `lose` drops what is not durable, as a killed process does. */
type Place = {
  readonly open: () => { store: CandleStore; journal: Journal };
  readonly lose: () => void;
  remove: () => void;
};

function memoryPlace(): Place {
  const kept = { store: createMemoryCandleStore(), journal: createMemoryJournal() };
  return { open: () => kept, lose: () => {}, remove: () => {} };
}

function sqlitePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-replay-'));
  let database = openSqliteDatabase({ path: join(folder, 'market.db') });
  return {
    open: () => {
      database.close();
      database = openSqliteDatabase({ path: database.path });
      return { store: createSqliteCandleStore(database), journal: createSqliteJournal(database) };
    },
    lose: () => database.close(),
    remove: () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What happens around one minute of the market. */
type Happening = {
  readonly fate: 'sent' | 'lost' | 'late' | 'twice';
  readonly forming: number;
  readonly weather: 'calm' | 'feedDown' | 'feedUp' | 'historyFails' | 'historyAnswers' | 'stop' | 'kill';
  /** Turns of the event loop before whatever comes next: a kill may meet the engine anywhere. */
  readonly turns: number;
};

const happening: fc.Arbitrary<Happening> = fc.record({
  fate: fc.constantFrom('sent', 'sent', 'sent', 'sent', 'lost', 'late', 'twice'),
  forming: fc.nat(2),
  weather: fc.oneof(
    { weight: 10, arbitrary: fc.constant('calm' as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('feedDown', 'feedUp', 'historyFails', 'historyAnswers', 'stop', 'kill'),
    },
  ),
  turns: fc.nat(6),
});

/** One life of the product, through stops and kills. */
class Life {
  readonly #place: Place;
  readonly #truth: readonly ClosedCandle[];
  readonly #clock: ManualClock = createManualClock(START);
  readonly #late: ClosedCandle[] = [];
  #bench: EngineBench | null = null;

  constructor(place: Place, truth: readonly ClosedCandle[]) {
    this.#place = place;
    this.#truth = truth;
  }

  get bench(): EngineBench {
    if (this.#bench === null) throw new Error('not started');
    return this.#bench;
  }

  /** Starts or starts again; what is replayed from the first record and from the snapshot is the same. */
  async start(): Promise<void> {
    const config = loadConfig({});
    if (!config.ok) throw new Error(config.error.message);
    const { store, journal } = this.#place.open();
    const common = { start: START, clock: this.#clock, truth: this.#truth, snapshotEvery: SNAPSHOT_EVERY };
    const bench = new EngineBench({ ...common, store, journal });
    const recovered = await bench.engine.recover();
    expect(recovered).toMatchObject({ ok: true, value: { divergences: [] } });
    await expectReplayed(journal, digest(bench.engine.state()));
    const parts = { clock: this.#clock, store, config: { ...config.value, derivedTimeframes: FRAMES, historyDays: 1 } };
    const receivedTime = this.#clock.now();
    bench.engine.mailbox.mustOffer({ kind: 'runStarted', receivedTime, version: 'test', configHash: '', seed: 0 });
    bench.engine.mailbox.mustOffer(deepFreeze(await describeSeries(parts, BTC_1M)));
    bench.engine.start();
    this.#bench = bench;
    this.changeFeed('feedUp');
  }

  changeFeed(kind: 'feedUp' | 'feedDown'): void {
    this.bench.feed.play({ kind, receivedTime: this.#clock.now(), seriesId: BTC_1M, reason: 'test' });
  }

  async stop(): Promise<void> {
    await this.bench.engine.stop();
    expect(this.bench.fatal).toEqual([]);
    await expectReplayed(this.bench.journal, digest(this.bench.engine.state()));
  }

  async kill(): Promise<void> {
    this.#place.lose();
    await this.bench.engine.stop().catch(() => {}); // Its files are gone under it: an error or none, as chance has it.
  }

  async live(minute: ClosedCandle, { fate, forming, weather, turns }: Happening): Promise<void> {
    const { bench } = this;
    for (let update = 0; update < forming; update++) {
      await this.#clock.advance(300);
      const now = this.#clock.now();
      bench.feed.play({ kind: 'formingReceived', receivedTime: now, eventTime: now, candle: formingOf(minute) });
    }
    await this.#clock.advanceTo(addMs(minute.openTime, 60_000));
    const sent = fate === 'sent' ? [minute] : fate === 'twice' ? [minute, minute] : [];
    for (const candle of [...sent, ...this.#late.splice(0)]) bench.playClosed(candle);
    if (fate === 'late') this.#late.push(minute);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    if (turns > 3) await bench.settle();
    if (weather === 'feedDown' || weather === 'feedUp') this.changeFeed(weather);
    if (weather === 'historyFails') bench.feed.history = 'fails';
    if (weather === 'historyAnswers') bench.feed.history = 'answers';
    if (weather === 'stop') await this.stop();
    if (weather === 'kill') await this.kill();
    if (weather === 'stop' || weather === 'kill') await this.start();
  }

  /** Gives repair what it needs until nothing is missing. */
  async heal(): Promise<void> {
    this.bench.feed.history = 'answers';
    this.changeFeed('feedDown');
    for (let minute = 0; minute < 8; minute++) {
      await this.#clock.advance(60_000);
      await this.bench.settle();
    }
  }
}

async function expectReplayed(journal: Journal, running: string): Promise<void> {
  for (const from of ['start', 'snapshot'] as const) {
    const replayed = await replay(journal, step, { from });
    if (!replayed.ok) throw new Error(replayed.error.message);
    expect(replayed.value.divergences).toEqual([]);
    expect(digest(replayed.value.state)).toBe(running);
  }
}

/** Numbers and completeness, without how they came to be. */
const shown = ({ certificate, kind: _kind, ...columns }: ClosedCandle) => ({ ...columns, made: certificate.baseCount });

async function expectTruth(store: CandleStore, truth: readonly ClosedCandle[]): Promise<void> {
  const everything = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX), limit: 100_000, take: 'oldest' } as const;
  expect((await store.read({ ...everything, seriesId: BTC_1M })).map(shown)).toEqual(truth.map(shown));
  const end = addMs(START, truth.length * 60_000);
  const gaps = [{ kind: 'candleGap', seriesId: BTC_1M, from: epochMs(0), to: START, reason: 'exchange_gap' }] as const;
  const from = at('2024-03-01T00:00:00Z');
  const fold = foldStored(createFanout(BTC_1M, FRAMES), { from, to: end, candles: truth, gaps });
  for (const frame of FRAMES) {
    const seriesId = siblingSeries(BTC_1M, frame);
    const wanted = fold.closed.filter((candle) => candle.seriesId === seriesId);
    expect((await store.read({ ...everything, seriesId })).map(shown)).toEqual(wanted.map(shown));
  }
}

describe.each([
  ['memory', memoryPlace, { numRuns: 40, minutes: 140 }],
  ['SQLite', sqlitePlace, { numRuns: 6, minutes: 60 }],
] as const)('an engine on %s', (_name, openPlace, { numRuns, minutes }) => {
  it('is what its journal says, through any traffic, stop and kill, and ends with the candles of the venue', async () => {
    const script = fc
      .tuple(
        minutesArbitrary(START, { min: 20, max: minutes }),
        fc.array(happening, { minLength: minutes, maxLength: minutes }),
      )
      .map(([truth, happenings]) => ({ truth: deepFreeze(truth), happenings }));
    await fc.assert(
      fc.asyncProperty(script, async ({ truth, happenings }) => {
        const place = openPlace();
        try {
          const life = new Life(place, truth);
          await life.start();
          for (const [index, minute] of truth.entries()) await life.live(minute, happenings[index] as Happening);
          await life.heal();
          await life.stop();
          expect(life.bench.engine.state().market.series[BTC_1M]?.holes).toEqual([]);
          await expectTruth(life.bench.store, truth);
        } finally {
          place.remove();
        }
      }),
      // A failing run is made smaller for half a minute at most; its seed and path are printed.
      { numRuns, interruptAfterTimeLimit: 30_000 },
    );
  });
});
