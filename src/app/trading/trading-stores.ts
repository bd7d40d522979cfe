/**
 * Where trading keeps what it must not forget: the engine's file with journal, candles and orders, and the candidates'.
 */
import { join } from 'node:path';
import { acquireDataLock } from '../../adapters/sqlite/data-lock.ts';
import { HOTCOINS_SCHEMA } from '../../adapters/sqlite/hotcoins-schema.ts';
import { createSqliteCandidateStore } from '../../adapters/sqlite/sqlite-candidate-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteRequestLedger } from '../../adapters/sqlite/sqlite-request-ledger.ts';
import { createSqliteStorage, type SqliteStorage } from '../../adapters/sqlite/sqlite-storage.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import type { Closer } from './closers.ts';

/** The stores. */
export type TradingStores = SqliteStorage & { readonly ledger: RequestLedger; readonly candidates: CandidateStore };

/** Name of the engine's file in a data directory. */
export const TRADING_DATABASE = 'trading.db';
const TRADING_LOCK = 'trading.lock';

/** Opens everything; fails with `data_dir_in_use` where another process trades. What was opened goes to `closers`. */
export function openTradingStores(
  options: {
    readonly dataDir: string;
    readonly candidatesPath: string;
    readonly heatRetentionMs: number;
    readonly journalBytesMax?: number;
  },
  closers: Closer[],
): Result<TradingStores, Failure> {
  const { dataDir, candidatesPath, heatRetentionMs, journalBytesMax } = options;
  const lock = acquireDataLock(join(dataDir, TRADING_LOCK));
  if (!lock.ok) return lock;
  closers.push(() => lock.value.release());
  const database = openSqliteDatabase({ path: join(dataDir, TRADING_DATABASE) });
  closers.push(() => database.close());
  const storage = createSqliteStorage(database, journalBytesMax === undefined ? {} : { bytesMax: journalBytesMax });
  closers.push(
    () => storage.store.close(),
    () => storage.journal.close(),
    () => storage.charts.close(),
    () => storage.orders.close(),
    () => storage.decisions.close(),
  );
  const ledger = createSqliteRequestLedger(database);
  closers.push(() => ledger.close());
  const file = openSqliteDatabase({ path: candidatesPath, schema: HOTCOINS_SCHEMA });
  const candidates = createSqliteCandidateStore(file, { heatRetentionMs });
  closers.push(() => candidates.close());
  return ok({ ...storage, ledger, candidates });
}
