import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { at, BTC_1M, closedCandle, formingOf } from '../../test/fixtures/candles.ts';
import { type BenchOptions, EngineBench } from '../../test/fixtures/engine-bench.ts';
import { createMemoryCandleStore } from '../adapters/memory/memory-candle-store.ts';
import { createMemoryJournal } from '../adapters/memory/memory-journal.ts';
import { createSqliteCandleStore } from '../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../adapters/sqlite/sqlite-journal.ts';
import { digest, readInputs } from '../journal/index.ts';
import type { Input } from '../model/events.ts';
import { FailureError, failure } from '../model/failure.ts';
import { timeframe } from '../model/timeframe.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { Journal } from '../ports/journal.ts';
import { replay } from './replay.ts';
import { type Step, step } from './step.ts';

const START = at('2024-03-01T00:00:00Z');
const FRAMES = ['5m', '15m'].map(timeframe);

const minutes = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const price = String(100 + index);
    return closedCandle({ openTime: START + index * 60_000, prices: [price, price, price, price] });
  });

const feedUp = (bench: EngineBench): Input => {
  return { kind: 'feedUp', receivedTime: bench.clock.now(), seriesId: BTC_1M, reason: 'first frame' };
};

function openSqlite(): Pick<BenchOptions, 'store' | 'journal'> {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-engine-'));
  const database = openSqliteDatabase({ path: join(folder, 'market.db') });
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { store: createSqliteCandleStore(database), journal: createSqliteJournal(database) };
}

const PLACES = [
  ['memory', () => ({ store: createMemoryCandleStore(), journal: createMemoryJournal() })],
  ['SQLite', openSqlite],
] as const;

/** A bench whose series is open and whose stream is up. */
async function openBench(options: Partial<BenchOptions> = {}): Promise<EngineBench> {
  const bench = new EngineBench({ start: START, ...options });
  bench.engine.mailbox.mustOffer(bench.opening(BTC_1M, FRAMES));
  bench.engine.mailbox.mustOffer(feedUp(bench));
  bench.engine.start();
  await bench.settle();
  return bench;
}

async function journaled(journal: Journal): Promise<readonly string[]> {
  const kinds: string[] = [];
  for await (const { input } of readInputs<Input>(journal, 1)) kinds.push(input.kind);
  return kinds;
}

const isLasting = ({ port }: { readonly port: string }): boolean =>
  ['save', 'closed', 'gap', 'fetch', 'timer'].includes(port);

describe.each(PLACES)('an engine on %s', (_name, openPlace) => {
  it('performs no lasting effect before its input is durable', async () => {
    const truth = minutes(40);
    const bench = await openBench({ ...openPlace(), truth });
    for (const [index, minute] of truth.entries()) {
      await bench.clock.advanceTo(at(new Date(minute.openTime + 60_000).toISOString()));
      if (index % 7 !== 3) bench.playClosed(minute);
      await bench.settle();
    }
    await bench.clock.advance(60_000);
    await bench.engine.stop();
    expect(bench.fatal).toEqual([]);
    const lasting = bench.calls.filter(isLasting);
    expect(lasting.filter(({ appended, durable }) => durable < appended)).toEqual([]);
    expect(new Set(lasting.map(({ port }) => port))).toEqual(new Set(['save', 'closed', 'fetch', 'timer']));
    expect((await bench.store.extent(BTC_1M)).count).toBe(truth.length);
  });

  it('stores a burst in one transaction before it announces anything of it', async () => {
    const truth = minutes(15);
    const bench = await openBench({ ...openPlace(), truth });
    await bench.clock.advance(15 * 60_000);
    await bench.settle();
    bench.calls.length = 0;
    for (const minute of truth) bench.playClosed(minute);
    await bench.settle();
    await bench.engine.stop();
    const doing = bench.calls.filter(({ port }) => port !== 'append' && port !== 'timer').map(({ port }) => port);
    expect(doing.slice(0, 2)).toEqual(['flush', 'save']);
    expect(doing.filter((port) => port === 'save')).toHaveLength(1);
    expect(bench.calls.find(({ port }) => port === 'save')?.count).toBe(15 + 3 + 1);
    expect(doing.slice(2).filter((port) => port === 'closed')).toHaveLength(15 + 3 + 1);
  });

  it.each([
    ['ingest', ['flush', 'save', 'flush', 'closed']],
    ['rest', ['flush', 'save', 'closed']],
  ] as const)('a posted candle of source %s is announced and answered after %j', async (source, order) => {
    const bench = await openBench(openPlace());
    bench.calls.length = 0;
    const [minute] = minutes(1) as [ReturnType<typeof closedCandle>];
    const candles = [{ ...minute, certificate: { ...minute.certificate, source } }];
    const { seriesId } = minute;
    await bench.engine.submit({ kind: 'candlesPosted', receivedTime: START, seriesId, candles, announce: 'publish' });
    expect(bench.calls.filter(({ port }) => port !== 'append').map(({ port }) => port)).toEqual(order);
    await bench.engine.stop();
  });

  it('announces a forming candle without waiting for the journal', async () => {
    const bench = await openBench(openPlace());
    bench.calls.length = 0;
    const candle = formingOf(minutes(1)[0] as ReturnType<typeof closedCandle>);
    bench.feed.play({ kind: 'formingReceived', receivedTime: START, eventTime: START, candle });
    await bench.settle();
    expect(bench.calls.map(({ port }) => port)).toEqual(['forming', 'forming', 'forming', 'append']);
    await bench.engine.stop();
    expect(bench.calls.at(-1)).toMatchObject({ port: 'flush' });
  });

  it('processes everything that waits before it stops, and its journal is durable then', async () => {
    const place = openPlace();
    const bench = new EngineBench({ start: START, ...place });
    bench.engine.mailbox.mustOffer(bench.opening(BTC_1M, FRAMES));
    bench.engine.mailbox.mustOffer(feedUp(bench));
    for (const minute of minutes(700)) bench.playClosed(minute);
    bench.engine.start();
    await Promise.all([bench.engine.stop(), bench.engine.stop()]);
    expect(bench.engine.stats()).toMatchObject({ depth: 0, sequence: 702 });
    expect((await place.store?.extent(BTC_1M))?.count).toBe(700);
    expect(await place.journal?.lastSequence()).toBe(702);
    expect(bench.fatal).toEqual([]);
  });

  it('lets senders wait while it is busy and takes their inputs in order', async () => {
    const bench = new EngineBench({ start: START, ...openPlace(), mailboxMax: 8 });
    bench.engine.mailbox.mustOffer(bench.opening(BTC_1M, FRAMES));
    bench.engine.start();
    for (const minute of minutes(100)) bench.playClosed(minute);
    await bench.settle();
    await bench.engine.stop();
    expect(bench.engine.stats().blocked).toBeGreaterThan(0);
    expect((await bench.store.extent(BTC_1M)).count).toBe(100);
    const announced = bench.published.flatMap((message) =>
      message.kind === 'candlesClosed' && message.seriesId === BTC_1M ? message.candles : [],
    );
    expect(announced.map(({ openTime }) => openTime)).toEqual(minutes(100).map(({ openTime }) => openTime));
  });
});

describe('a submitted input', () => {
  const input = (bench: EngineBench): Input => {
    const candle = minutes(1)[0] as ReturnType<typeof closedCandle>;
    return { kind: 'closedReceived', receivedTime: bench.clock.now(), eventTime: bench.clock.now(), candle };
  };

  it('is through when what it asked for is stored and announced', async () => {
    const bench = await openBench();
    await bench.engine.submit(input(bench));
    expect((await bench.store.extent(BTC_1M)).count).toBe(1);
    expect(bench.published).toHaveLength(1);
    await bench.engine.stop();
  });

  it('is refused by an engine that has stopped', async () => {
    const bench = await openBench();
    await bench.engine.stop();
    await expect(bench.engine.submit(input(bench))).rejects.toMatchObject({ failure: { code: 'engine_stopped' } });
  });

  it('that waits when the engine stops is processed before', async () => {
    const bench = await openBench();
    const [, submitted] = await Promise.all([bench.engine.stop(), bench.engine.submit(input(bench)).catch(String)]);
    expect(String(submitted)).toContain('engine_stopped');
    const other = await openBench();
    await Promise.all([other.engine.submit(input(other)), other.engine.stop()]);
    expect((await other.store.extent(BTC_1M)).count).toBe(1);
  });
});

describe('an engine whose step fails', () => {
  const failing: Step = (state, input) => {
    if (input.kind === 'timerFired' && input.timerId === 'poison') throw new Error('a broken invariant');
    return step(state, input);
  };

  it('stops, says so once, and has the input that did it at the end of its journal', async () => {
    const place = openSqlite();
    const bench = await openBench({ ...place, step: failing });
    bench.engine.mailbox.mustOffer({ kind: 'timerFired', receivedTime: START, timerId: 'poison' });
    bench.playClosed(minutes(1)[0] as ReturnType<typeof closedCandle>);
    await bench.settle();
    await bench.engine.stop();
    expect(bench.fatal).toMatchObject([{ message: 'a broken invariant' }]);
    expect(await journaled(bench.journal)).toEqual(['seriesOpened', 'feedUp', 'timerFired']);
    expect((await bench.store.extent(BTC_1M)).count).toBe(0);
  });
});

describe('an engine whose store fails', () => {
  const full = new FailureError(failure('store_unavailable', { path: 'market.db', reason: 'the disk is full' }));

  function brokenStore(): CandleStore & { isBroken: boolean } {
    const store = createMemoryCandleStore();
    const broken = {
      ...store,
      isBroken: false,
      save: (batch: Parameters<CandleStore['save']>[0]) => (broken.isBroken ? Promise.reject(full) : store.save(batch)),
    };
    return broken;
  }

  it('stops and says so; nothing of the burst is announced, and its inputs are in the journal', async () => {
    const store = brokenStore();
    const bench = await openBench({ store });
    store.isBroken = true;
    bench.playClosed(minutes(1)[0] as ReturnType<typeof closedCandle>);
    await bench.settle();
    await bench.engine.stop();
    expect(bench.fatal).toEqual([full]);
    expect(bench.published).toEqual([]);
    expect(await journaled(bench.journal)).toContain('closedReceived');
  });

  it('says so too when the last candles can not be stored on the way out', async () => {
    const store = brokenStore();
    const bench = await openBench({ store });
    store.isBroken = true;
    bench.playClosed(minutes(1)[0] as ReturnType<typeof closedCandle>);
    await bench.engine.stop();
    expect(bench.fatal).toEqual([full]);
  });
});

describe('recovery', () => {
  it('continues the sequence and ends in the state it had, from the newest snapshot on', async () => {
    const place = openSqlite();
    const first = await openBench({ ...place, snapshotEvery: 10 });
    for (const minute of minutes(33)) {
      first.playClosed(minute);
      await first.settle();
    }
    await first.engine.stop();
    const second = new EngineBench({ start: START, ...place });
    const recovered = await second.engine.recover();
    expect(recovered).toMatchObject({ ok: true, value: { divergences: [] } });
    expect(recovered.ok && recovered.value.inputs).toBeLessThan(10);
    expect(digest(second.engine.state())).toBe(digest(first.engine.state()));
    second.engine.mailbox.mustOffer(feedUp(second));
    second.engine.start();
    await second.engine.stop();
    expect(second.engine.stats().sequence).toBe(first.engine.stats().sequence + 1);
  });

  it('counts an input of many candles as many, because it takes as long to replay', async () => {
    const bench = await openBench({ snapshotEvery: 50 });
    const posted = (count: number): Promise<void> => {
      const input = { kind: 'candlesPosted', receivedTime: START, seriesId: BTC_1M, announce: 'silent' } as const;
      return bench.engine.submit({ ...input, candles: minutes(count) });
    };
    await posted(1);
    expect(bench.calls.filter(({ port }) => port === 'snapshot')).toEqual([]);
    await posted(500);
    await bench.settle();
    expect(bench.calls.filter(({ port }) => port === 'snapshot')).toHaveLength(1);
    await bench.engine.stop();
  });

  it('replays no more than one snapshot apart, however early every run ends', async () => {
    const place = openSqlite();
    const truth = minutes(60);
    const replayed: number[] = [];
    for (let run = 0; run < 12; run++) {
      const bench = new EngineBench({ start: START, snapshotEvery: 10, ...place });
      const recovered = await bench.engine.recover();
      replayed.push(recovered.ok ? recovered.value.inputs : Number.NaN);
      if (run === 0) bench.engine.mailbox.mustOffer(bench.opening(BTC_1M, FRAMES));
      bench.engine.mailbox.mustOffer(feedUp(bench));
      bench.engine.start();
      for (const minute of truth.slice(run * 5, run * 5 + 5)) {
        bench.playClosed(minute);
        await bench.settle();
      }
    }
    expect(Math.max(...replayed)).toBeGreaterThan(0);
    expect(Math.max(...replayed)).toBeLessThan(20);
  });

  it('stops at a wanted input, also before the newest snapshot', async () => {
    const bench = await openBench({ snapshotEvery: 5 });
    const digests: string[] = [digest(bench.engine.state())];
    for (const minute of minutes(20)) {
      bench.playClosed(minute);
      await bench.settle();
      digests.push(digest(bench.engine.state()));
    }
    await bench.engine.stop();
    for (const [index, expected] of digests.entries()) {
      const replayed = await replay(bench.journal, step, { from: 'snapshot', to: index + 2 });
      expect(replayed.ok && digest(replayed.value.state)).toBe(expected);
    }
  });

  it('refuses to start from the beginning when the beginning was forgotten', async () => {
    const journal = createMemoryJournal({ bytesMax: 1 });
    const bench = await openBench({ journal, snapshotEvery: 5 });
    for (const minute of minutes(30)) {
      bench.playClosed(minute);
      await bench.settle();
    }
    await bench.engine.stop();
    expect(await replay(journal, step, { from: 'start' })).toMatchObject({
      ok: false,
      error: { code: 'journal_corrupt', context: { sequence: 1 } },
    });
    expect(await replay(journal, step)).toMatchObject({ ok: true, value: { divergences: [] } });
  });

  it('names the inputs whose effects are not those recorded', async () => {
    const bench = await openBench();
    for (const minute of minutes(3)) bench.playClosed(minute);
    await bench.engine.stop();
    const changed: Step = (state, input) => {
      const stepped = step(state, input);
      return input.kind === 'closedReceived' ? { ...stepped, effects: stepped.effects.slice(1) } : stepped;
    };
    expect(await replay(bench.journal, changed)).toMatchObject({ ok: true, value: { divergences: [3, 4, 5] } });
  });

  it('does not trust a snapshot that is not what its hash says', async () => {
    const bench = await openBench();
    await bench.engine.stop();
    const { sequence } = bench.engine.stats();
    await bench.journal.saveSnapshot({
      sequence,
      stateHash: 'f'.repeat(64),
      body: '{"sequence":2,"market":{"series":{}}}',
    });
    expect(await bench.engine.recover()).toMatchObject({ ok: false, error: { code: 'journal_corrupt' } });
  });
});
