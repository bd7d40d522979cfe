/**
 * A finished run done again from its journal alone: from the first record, through the same step, compared by the
 * digest of each input's effects and by the hash of the state at the end.
 */
import { join } from 'node:path';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../../adapters/sqlite/sqlite-storage.ts';
import { replay, step } from '../../engine/index.ts';
import { digest } from '../../journal/index.ts';
import { TRADING_DATABASE } from '../trading/trading-stores.ts';

/** How the replay went; `breach` is `null` where it agrees. */
export type ReplayCheck = {
  readonly inputs: number;
  readonly stateHash: string | null;
  readonly breach: string | null;
};

/** Replays the run that was stored in `dataDir` and is not running any more. */
export async function checkReplay(dataDir: string, expectedHash: string): Promise<ReplayCheck> {
  const database = openSqliteDatabase({ path: join(dataDir, TRADING_DATABASE) });
  const { store, charts, journal, orders } = createSqliteStorage(database);
  try {
    const replayed = await replay(journal, step, { from: 'start' });
    if (!replayed.ok) return { inputs: 0, stateHash: null, breach: replayed.error.message };
    const { inputs, divergences, state } = replayed.value;
    const stateHash = digest(state);
    return { inputs, stateHash, breach: tellBreach({ divergences, stateHash, expectedHash }) };
  } finally {
    await Promise.all([store.close(), charts.close(), journal.close(), orders.close()]);
    database.close();
  }
}

function tellBreach(found: {
  readonly divergences: readonly number[];
  readonly stateHash: string;
  readonly expectedHash: string;
}): string | null {
  const { divergences, stateHash, expectedHash } = found;
  const [first] = divergences;
  if (first !== undefined) return `input ${first} has other effects when it is done again`;
  return stateHash === expectedHash ? null : `the state is ${stateHash}, it was ${expectedHash}`;
}
