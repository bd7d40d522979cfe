import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BTC_1M } from '../../../test/fixtures/candles.ts';
import { planWith, walkMinutes } from '../../../test/fixtures/chart-candles.ts';
import { changesOf } from '../../../test/fixtures/chart-changes.ts';
import { epochMs } from '../../core/time.ts';
import type { ChartStore } from '../../ports/chart-store.ts';
import { createSqliteChartStore } from './sqlite-chart-store.ts';
import { openSqliteDatabase, type SqliteConnection, type SqliteDatabase } from './sqlite-database.ts';

const plan = planWith({ majorWindow: 2, minorWindow: 1, lookbackCandles: 200, overlayCandles: 100 });
const candles = walkMinutes(1500, 4);
const at = candles.at(-1)?.openTime ?? epochMs(0);

describe('charts in the database file', () => {
  let folder = '';
  let database: SqliteDatabase;
  let charts: ChartStore;
  let rows: SqliteConnection;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hotwick-charts-'));
    database = openSqliteDatabase({ path: join(folder, 'market.db') });
    charts = createSqliteChartStore(database);
    rows = database.connect('NORMAL');
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const count = (table: string, where: string): number =>
    Number(rows.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get());

  it('take away what a replaced generation held, a bounded part with each save, until nothing is left', async () => {
    const few = candles.slice(0, 300);
    await charts.save(changesOf(candles, [], { plan }));
    const held = count('chart_instructions', 'generation = 1');
    expect(held).toBeGreaterThan(1000);
    const next = changesOf(few, [10, 20, 30, 40, 50, 60], { plan, generation: 2, version: 1_000_000 });
    await charts.save(next.slice(0, 1));
    const left = count('chart_instructions', 'generation = 1');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(held);
    for (const change of next) await charts.save([change]);
    for (const table of ['charts', 'chart_events', 'chart_factor_heads', 'chart_instructions']) {
      expect(count(table, 'generation = 1'), table).toBe(0);
      expect(count(table, 'generation = 2'), table).toBeGreaterThan(0);
    }
  });

  it('are refused as damage where a row can not be what was written', async () => {
    await charts.save(changesOf(candles.slice(0, 400), [], { plan }));
    const corrupt = { failure: { code: 'store_corrupt' } };
    rows.exec("UPDATE chart_events SET payload = '{'");
    rows.exec("UPDATE chart_instructions SET reach = 'far'");
    rows.exec("UPDATE chart_factor_heads SET payload = x'00'");
    await expect(charts.readEvents({ seriesId: BTC_1M, from: epochMs(0), to: at, limit: 1 })).rejects.toMatchObject(
      corrupt,
    );
    await expect(charts.readDrawn({ seriesId: BTC_1M, at, after: 0 })).rejects.toMatchObject(corrupt);
    await expect(charts.readHeads(BTC_1M, at)).rejects.toMatchObject(corrupt);
  });
});
