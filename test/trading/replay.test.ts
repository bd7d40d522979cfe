/**
 * What trading did can be done again: its journal, stepped through from the first record, gives the same effects and the
 * same state, to the last digit.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../../src/adapters/sqlite/sqlite-storage.ts';
import { replay, step } from '../../src/engine/index.ts';
import { digest } from '../../src/journal/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

it('C-8 a run that bought and sold is replayed to the same decisions and the same state', async () => {
  const run = await TradingRun.start({ scenario: burstMarket(move('18m', 'price: -9%, volume: 5x, for: 1m')) });
  try {
    const hasSold = (): boolean => run.told('positionClosed').length > 0;
    await run.passUntil(hasSold, { limitMs: 25 * 60_000, what: 'the position is sold' });
    const { engine } = run.service;
    await run.end();
    const before = digest(engine.state());
    const database = openSqliteDatabase({ path: join(run.dataDir, 'trading.db') });
    const { store, charts, journal } = createSqliteStorage(database);
    const replayed = await replay(journal, step, { from: 'start' });
    await Promise.all([store.close(), charts.close(), journal.close()]);
    database.close();
    if (!replayed.ok) throw new Error(replayed.error.message);
    expect(replayed.value.inputs).toBeGreaterThan(1_000);
    expect(replayed.value.divergences).toEqual([]);
    expect(digest(replayed.value.state)).toBe(before);
  } finally {
    await run.close();
  }
});
