/**
 * The CandleStore contract for the adapters that need nothing but this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryCandleStore } from '../../src/adapters/memory/memory-candle-store.ts';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { describeCandlePast } from './candle-past.contract.ts';
import { type CandleStoreHarness, describeCandleStore } from './candle-store.contract.ts';

const memory: CandleStoreHarness = {
  name: 'memory',
  durability: 'volatile',
  create: () => ({ open: createMemoryCandleStore, destroy: () => {} }),
};

const sqlite: CandleStoreHarness = {
  name: 'sqlite',
  durability: 'durable',
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-candles-'));
    const database = openSqliteDatabase({ path: join(folder, 'market.db') });
    return {
      open: () => createSqliteCandleStore(database),
      destroy: () => {
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

for (const harness of [memory, sqlite]) {
  describeCandleStore(harness);
  describeCandlePast(harness);
}
