/**
 * The CandidateStore contract for SQLite.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOTCOINS_SCHEMA } from '../../src/adapters/sqlite/hotcoins-schema.ts';
import { createSqliteCandidateStore } from '../../src/adapters/sqlite/sqlite-candidate-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { describeCandidateStore } from './candidate-store.contract.ts';

describeCandidateStore({
  name: 'sqlite',
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-candidates-'));
    const database = openSqliteDatabase({ path: join(folder, 'hotcoins.db'), schema: HOTCOINS_SCHEMA });
    return {
      open: () => createSqliteCandidateStore(database),
      destroy: () => {
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
