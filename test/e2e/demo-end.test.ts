/**
 * The last line of a demo that was given a length: what it counts is what is stored.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { DATABASE_FILE } from '../../src/app/service/kline-service.ts';
import { toIsoText } from '../../src/core/time.ts';
import { series } from '../fixtures/candles.ts';
import { runHotwick } from '../fixtures/hotwick-process.ts';

const BTC_1M = series('binance:futures:BTC/USDT:1m');
const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-demo-end-'));

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it('counts every candle up to its end, which it once did before the last ones were stored', async () => {
  const args = ['demo', '--port', '0', '--speed', '120', '--for', '5m', '--data-dir', dataDir];
  const ending = await runHotwick(args);
  expect(ending).toMatchObject({ code: 0, stderr: '' });
  const [, startText] = /market .* from (\S+)/.exec(ending.stdout) ?? [];
  const [, count, lastText] = /Stopped\. (\d+) closed candles of \S+, the last at (\S+)\./.exec(ending.stdout) ?? [];
  expect(Date.parse(lastText ?? '')).toBeGreaterThanOrEqual(Date.parse(startText ?? '') + 4 * 60_000);
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  try {
    const stored = await createSqliteCandleStore(database).extent(BTC_1M);
    expect(Number(count)).toBe(stored.count);
    expect(lastText).toBe(stored.head === null ? '' : toIsoText(stored.head));
  } finally {
    database.close();
  }
});
