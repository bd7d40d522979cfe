/**
 * The candle store of a data directory for one piece of work: opened before, closed after it, however it ends.
 */
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import type { Result } from '../../core/result.ts';
import { err } from '../../core/result.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { prepareDataDir } from '../service/kline-service.ts';

/** Runs `work`; what it answers, or a failure of the data directory, the database or anything `work` rejected with. */
export async function withCandleStore<T>(
  dataDir: string,
  work: (store: CandleStore) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const path = prepareDataDir(dataDir);
  if (!path.ok) return path;
  try {
    const database = openSqliteDatabase({ path: path.value });
    try {
      return await work(createSqliteCandleStore(database));
    } finally {
      database.close();
    }
  } catch (thrown) {
    if (thrown instanceof FailureError) return err(thrown.failure);
    throw thrown;
  }
}
