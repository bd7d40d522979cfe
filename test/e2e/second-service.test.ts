import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { MarketClient } from '../fixtures/market-client.ts';

const FIVE = 'binance:futures:BTC/USDT:5m';

describe('a second service on one data directory', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hotwick-second-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is refused with what to do, and the first goes on undisturbed', async () => {
    const args = ['demo', '--port', '0', '--data-dir', dataDir, '--speed', '600'];
    const first = new HotwickProcess(args);
    const client = new MarketClient(await first.port());
    await client.opened;
    client.subscribe(FIVE);
    await client.until(() => client.closedCandles(FIVE).length > 0);
    const second = await runHotwick(args);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('error data_dir_in_use');
    expect(second.stderr).toContain('--data-dir');
    const known = client.closedCandles(FIVE).length;
    await client.until(() => client.closedCandles(FIVE).length > known + 1);
    await client.close();
    expect(await first.end()).toMatchObject({ code: 0, stderr: '' });
  });
});
