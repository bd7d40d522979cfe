/**
 * The PredictionLog contract for its adapters, and what only the one in a database file promises.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryPredictionLog } from '../../src/adapters/memory/memory-prediction-log.ts';
import { PREDICTIONS_SCHEMA } from '../../src/adapters/sqlite/prediction-rows.ts';
import { openSqliteDatabase, type SqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqlitePredictionLog } from '../../src/adapters/sqlite/sqlite-prediction-log.ts';
import { describePredictionLog, predictionOf, resolutionOf } from './prediction-log.contract.ts';

describePredictionLog({
  name: 'memory',
  create: (predictionsMax) => {
    const log = createMemoryPredictionLog(predictionsMax);
    return { log, reopen: () => log, destroy: () => {} };
  },
});

function openFile(): { readonly database: SqliteDatabase; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-predictions-'));
  const database = openSqliteDatabase({ path: join(folder, 'predictions.db'), schema: PREDICTIONS_SCHEMA });
  const remove = (): void => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, remove };
}

describePredictionLog({
  name: 'sqlite',
  create: (predictionsMax) => {
    const { database, remove } = openFile();
    const reopen = () => createSqlitePredictionLog(database, { predictionsMax });
    return { log: reopen(), reopen, destroy: remove };
  },
});

describe('the log in its file', () => {
  it('lets nobody change a prediction or its outcome afterwards', () => {
    const { database, remove } = openFile();
    const log = createSqlitePredictionLog(database);
    void log.save({ predictions: [predictionOf(1)], resolutions: [resolutionOf(1)], rounds: [] });
    const other = database.connect('NORMAL');
    expect(() => other.exec('UPDATE predictions SET probability = 0.9')).toThrow(/never changed/);
    expect(() => other.exec('UPDATE resolutions SET label = 0')).toThrow(/never changed/);
    remove();
  });

  it('stores nothing of a batch for which the disk has no place', async () => {
    const { database, remove } = openFile();
    const log = createSqlitePredictionLog(database);
    const other = database.connect('NORMAL');
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON resolutions BEGIN SELECT RAISE(ABORT, 'no place'); END");
    const batch = { predictions: [predictionOf(1)], resolutions: [resolutionOf(1)], rounds: [] };
    await expect(log.save(batch)).rejects.toThrow(/no place/);
    expect(await log.loadNewest(1)).toEqual([]);
    other.exec('DROP TRIGGER refuse');
    await log.save(batch);
    expect(await log.loadNewest(1)).toHaveLength(1);
    remove();
  });

  it('names a row that nobody here can have written', async () => {
    const { database, remove } = openFile();
    const log = createSqlitePredictionLog(database);
    database
      .connect('NORMAL')
      .exec("INSERT INTO predictions VALUES (1, 'm', 'binance:spot:HOT/USDT', 5, 1.5, 0.5, '{}', x'00')");
    await expect(log.loadOpen()).rejects.toThrow(/store_corrupt.*predictions 1: reasons/);
    remove();
  });
});
