/**
 * The ChartStore contract for the adapters that need nothing but this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryCandleStore } from '../../src/adapters/memory/memory-candle-store.ts';
import { createMemoryChartStore } from '../../src/adapters/memory/memory-chart-store.ts';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { createSqliteChartStore } from '../../src/adapters/sqlite/sqlite-chart-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { describeChartStore } from './chart-store.contract.ts';

describeChartStore({
  name: 'memory',
  create: () => {
    const candles = createMemoryCandleStore();
    return { candles, charts: createMemoryChartStore(candles), destroy: () => {} };
  },
});

describeChartStore({
  name: 'sqlite',
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-charts-'));
    const database = openSqliteDatabase({ path: join(folder, 'market.db') });
    return {
      candles: createSqliteCandleStore(database),
      charts: createSqliteChartStore(database),
      destroy: () => {
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
