/**
 * The ledgers of a data directory, opened to be read beside whoever writes them: on paper, with money, or both.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteDecisionLedger } from '../../adapters/sqlite/sqlite-decision-ledger.ts';
import { createSqliteOrderStore } from '../../adapters/sqlite/sqlite-order-store.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { TRADING_DATABASE } from '../trading/trading-stores.ts';
import type { WhyLanguage } from './why-phrases.ts';
import { createWhyReader, type WhyReader } from './why-reader.ts';

/** A ledger that was found. */
export type OpenedWhy = {
  /** Its folder. */
  readonly dir: string;
  readonly reader: WhyReader;
  readonly close: () => void;
};

/** Folders of a data directory that trading keeps its files in, and the directory itself where it is one of them. */
const FOLDERS = ['money', 'paper', '.'] as const;

/** Opens every ledger in `dir`; fails with `ledger_missing` where there is none. Throws `FailureError` as stores do. */
export function openWhy(
  dir: string,
  now: () => EpochMs,
  language: WhyLanguage = 'en',
): Result<readonly OpenedWhy[], Failure> {
  const found = FOLDERS.map((folder) => join(dir, folder)).filter((each) => existsSync(join(each, TRADING_DATABASE)));
  if (found.length === 0) return err(failure('ledger_missing', { path: dir }));
  return ok(found.map((each) => openOne(each, now, language)));
}

function openOne(dir: string, now: () => EpochMs, language: WhyLanguage): OpenedWhy {
  const database = openSqliteDatabase({ path: join(dir, TRADING_DATABASE) });
  const decisions = createSqliteDecisionLedger(database);
  const orders = createSqliteOrderStore(database);
  return { dir, reader: createWhyReader({ decisions, orders, now, language }), close: () => database.close() };
}
