/**
 * Kills a writing process twenty times, each at a moment drawn from a printed seed, and looks at what it left behind:
 * everything acknowledged is there, nothing is doubled or torn, and the next process continues in the same file.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { createRng } from '../../src/core/rng.ts';
import { epochMs } from '../../src/core/time.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { KILL_SERIES, KILL_SERIES_OTHER, killBatch, killRecords } from '../fixtures/kill-plan.ts';

const KILLS = 20;
const seed = Number(process.env['HOTWICK_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const writer = fileURLToPath(new URL('../fixtures/kill-writer.ts', import.meta.url));
const ALL = { from: epochMs(0), to: epochMs(9e13), limit: 1e9, take: 'oldest' } as const;

/** What a killed child had acknowledged. */
type Acknowledged = { readonly batch: number; readonly sequence: number };

describe('a killed writer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-kill-'));
  let child: ChildProcessWithoutNullStreams | null = null;
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it(`loses nothing it acknowledged and leaves nothing half-written (HOTWICK_KILL_SEED=${seed})`, async () => {
    const rng = createRng(seed, 'kill-store');
    const path = join(folder, 'market.db');
    let known: Acknowledged = { batch: -1, sequence: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      child = spawn(process.execPath, [writer, path]);
      const spoken = await killAfter(child, { lines: 1 + rng.integer(30), turns: rng.integer(40) });
      expect(child.signalCode, `run ${kill} ended by itself: ${spoken.errors}`).toBe('SIGKILL');
      // What was found has to be there from then on, whether or not it had been acknowledged.
      known = await inspect(path, latest(known, spoken.lines));
    }
  });
});

/** Waits for so many lines, then for so many turns of this process, kills the child, and gives everything it said. */
async function killAfter(
  child: ChildProcessWithoutNullStreams,
  moment: { readonly lines: number; readonly turns: number },
): Promise<{ readonly lines: readonly string[]; readonly errors: string }> {
  let text = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const closed = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.split('\n').length > moment.lines) resolve();
    });
    child.once('exit', () => resolve());
  });
  for (let turn = 0; turn < moment.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGKILL');
  await closed;
  // A line without its end was cut off by the kill: it acknowledges nothing.
  return { lines: text.split('\n').slice(0, -1), errors };
}

function latest(before: Acknowledged, lines: readonly string[]): Acknowledged {
  const numbers = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  return {
    batch: Math.max(before.batch, ...numbers('candles')),
    sequence: Math.max(before.sequence, ...numbers('journal')),
  };
}

async function inspect(path: string, known: Acknowledged): Promise<Acknowledged> {
  const database = openSqliteDatabase({ path });
  const batch = await inspectCandles(createSqliteCandleStore(database), known.batch);
  const sequence = await inspectJournal(createSqliteJournal(database), known.sequence);
  database.close();
  const raw = new Database(path, { readonly: true });
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
  raw.close();
  return { batch, sequence };
}

async function inspectCandles(
  store: ReturnType<typeof createSqliteCandleStore>,
  acknowledged: number,
): Promise<number> {
  const { count } = await store.extent(KILL_SERIES);
  const batches = count / killBatch(0).candlesPerSeries;
  expect(Number.isInteger(batches), `${count} candles are no whole batches`).toBe(true);
  // At most one batch can be stored whose acknowledgement was never heard.
  expect([acknowledged + 1, acknowledged + 2]).toContain(batches);
  const expected = Array.from({ length: batches }, (_, number) => killBatch(number));
  for (const seriesId of [KILL_SERIES, KILL_SERIES_OTHER]) {
    const candles = expected.flatMap((batch) => batch.candles).filter((candle) => candle.seriesId === seriesId);
    expect(await store.read({ seriesId, ...ALL })).toEqual(candles);
  }
  expect(await store.readGaps(KILL_SERIES, ALL)).toEqual(expected.flatMap((batch) => batch.gaps));
  return batches - 1;
}

async function inspectJournal(journal: ReturnType<typeof createSqliteJournal>, acknowledged: number): Promise<number> {
  const last = await journal.lastSequence();
  expect([acknowledged, acknowledged + 3]).toContain(last);
  const records: JournalRecord[] = [];
  for await (const record of journal.read(1)) records.push(record);
  const snapshot = await journal.loadSnapshot();
  if (snapshot !== null) {
    expect(snapshot.sequence).toBeLessThanOrEqual(last);
    expect(snapshot.stateHash).toBe(String(snapshot.sequence));
  }
  // Old segments may have been forgotten; what is left is one stretch that reaches to the end and over the snapshot.
  const first = records[0]?.sequence ?? last + 1;
  expect(first).toBeLessThanOrEqual((snapshot?.sequence ?? 0) + 1);
  const expected: JournalRecord[] = [];
  for (let sequence = first; sequence <= last; sequence += 3) expected.push(...killRecords(sequence));
  expect(records).toEqual(expected);
  return last;
}
