/**
 * Kills a process that writes predictions, ten times, each at a moment drawn from a printed seed: everything acknowledged is
 * there, no batch is there in part, and the next process goes on in the same file.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { PREDICTIONS_SCHEMA } from '../../src/adapters/sqlite/prediction-rows.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqlitePredictionLog } from '../../src/adapters/sqlite/sqlite-prediction-log.ts';
import { createRng } from '../../src/core/rng.ts';
import { outcomeAt, predictionAt } from '../fixtures/prediction-batches.ts';

const KILLS = 10;
const seed = Number(process.env['HOTWICK_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const writer = fileURLToPath(new URL('../fixtures/kill-predictor.ts', import.meta.url));

it(`a killed writer of predictions leaves whole batches and loses none (HOTWICK_KILL_SEED=${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-kill-predictions-'));
  const path = join(folder, 'predictions.db');
  let child: ChildProcessWithoutNullStreams | null = null;
  onTestFinished(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const rng = createRng(seed, 'kill-predictions');
  let acknowledged = -1;
  for (let kill = 0; kill < KILLS; kill++) {
    child = spawn(process.execPath, [writer, path]);
    const lines = await killAfter(child, { lines: 1 + rng.integer(30), turns: rng.integer(40) });
    expect(child.signalCode, `run ${kill} ended by itself`).toBe('SIGKILL');
    acknowledged = Math.max(acknowledged, ...lines.map((line) => Number(line.split(' ')[1])));
    acknowledged = await inspect(path, acknowledged);
  }
});

/** Waits for so many lines, then for so many turns of this process, kills the child, and gives the lines it ended. */
async function killAfter(
  child: ChildProcessWithoutNullStreams,
  moment: { readonly lines: number; readonly turns: number },
): Promise<readonly string[]> {
  let text = '';
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
  return text.split('\n').slice(0, -1);
}

/** Answers the number of the newest batch. */
async function inspect(path: string, acknowledged: number): Promise<number> {
  const database = openSqliteDatabase({ path, schema: PREDICTIONS_SCHEMA });
  const log = createSqlitePredictionLog(database);
  const { predictions, resolved, newestNumber } = await log.summarize('m');
  const batches = newestNumber / 3;
  expect(Number.isInteger(batches)).toBe(true);
  // At most one batch can be stored whose acknowledgement was never heard.
  expect([acknowledged + 1, acknowledged + 2]).toContain(batches);
  expect([predictions, resolved]).toEqual([newestNumber, newestNumber - 3]);
  expect((await log.loadOpen()).map(({ number }) => number)).toEqual([2, 1, 0].map((back) => newestNumber - back));
  const all = (await log.loadNewest(newestNumber)).toReversed();
  expect(all).toEqual(
    Array.from({ length: newestNumber }, (_, at) => ({
      prediction: predictionAt(at + 1),
      resolution: at + 1 > newestNumber - 3 ? null : outcomeAt(at + 1),
    })),
  );
  database.close();
  const raw = new Database(path, { readonly: true });
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(raw.pragma('foreign_key_check')).toEqual([]);
  raw.close();
  return batches - 1;
}
