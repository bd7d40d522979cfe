/**
 * The user story of the first seed, over real sockets, on recorded BTCUSDT candles: a trader switches to 5m, sees the
 * price move, and every close can be queried.
 */
import { expect, it } from 'vitest';
import type { CandlesAnswer, WireCandle } from '../../src/api/contract.ts';
import { openCandleFile } from '../../src/app/data/candle-files.ts';
import { toFloat } from '../../src/core/decimal.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';

const RECORDING = 'klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz';
const FIVE = 'binance:futures:BTC/USDT:5m';
const FIFTEEN = 'binance:futures:BTC/USDT:15m';

/** The start-up switches and the subscription as the seed writes them. */
const SEED_ENVIRONMENT = {
  TRADE_CANVAS_MARKET_REALTIME_SOURCE: 'binance_ws',
  TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1',
  TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '1',
};
const SEED_SUBSCRIPTION =
  '{"type":"subscribe","series_id":"binance:futures:BTC/USDT:5m","since":null,"supports_batch":true}';

async function getCandles(port: number, seriesId: string, limit: number): Promise<CandlesAnswer> {
  const query = new URLSearchParams({ series_id: seriesId, limit: String(limit) });
  const response = await fetch(`http://127.0.0.1:${port}/api/market/candles?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as CandlesAnswer;
}

/** The exchange's own candles by open second. */
async function published(path: string): Promise<Map<number, WireCandle>> {
  const file = openCandleFile(dataFile(path));
  if (!file.ok) throw new Error(file.error.message);
  const found = new Map<number, WireCandle>();
  for await (const chunk of file.value.chunks) {
    for (const candle of chunk) {
      const [open, high, low, close, volume] = [candle.open, candle.high, candle.low, candle.close, candle.volume].map(
        toFloat,
      );
      const time = candle.openTime / 1000;
      found.set(time, { candle_time: time, open, high, low, close, volume } as WireCandle);
    }
  }
  return found;
}

describeWithData('the first seed: one 1m upstream, every timeframe alive', () => {
  it('shows forming and closed 5m on the socket and serves the same closed candles over HTTP', async () => {
    const args = ['demo', '--port', '0', '--replay', dataFile(RECORDING), '--speed', '600', '--for', '4h'];
    const program = new HotwickProcess(args, SEED_ENVIRONMENT);
    const port = await program.port();
    const client = new MarketClient(port);
    await client.opened;
    client.send(SEED_SUBSCRIPTION);
    client.subscribe(FIFTEEN);
    await client.until(() => client.ofType('candle_closed', FIVE).length >= 6);
    await client.until(() => client.ofType('candle_closed', FIFTEEN).length >= 2);

    expect(client.ofType('candle_forming', FIVE).length).toBeGreaterThan(0);
    const closed = client.closedCandles(FIVE);
    for (const candle of [...closed, ...client.ofType('candle_forming', FIVE).map((message) => message.candle)]) {
      expect(candle.candle_time % 300).toBe(0);
    }
    const times = closed.map((candle) => candle.candle_time);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(client.ofType('gap', FIVE)).toEqual([]);

    const answer = await getCandles(port, FIVE, 10);
    const last = answer.candles.at(-1);
    expect(answer.server_head_time).toBe(last?.candle_time);
    await client.until(() => client.closedCandles(FIVE).some((candle) => candle.candle_time === last?.candle_time));
    expect(client.closedCandles(FIVE).find((candle) => candle.candle_time === last?.candle_time)).toEqual(last);

    const exchange = await published('klines/spot-vision/BTCUSDT-15m-20240301-20240430.csv.gz');
    for (const candle of client.closedCandles(FIFTEEN)) expect(candle).toEqual(exchange.get(candle.candle_time));

    await client.close();
    const ending = await program.end();
    expect(ending).toMatchObject({ code: 0, stderr: '' });
  });

  it('stops by itself after the market time it was given, with exit status 0', async () => {
    const program = new HotwickProcess([
      'demo',
      '--port',
      '0',
      '--replay',
      dataFile(RECORDING),
      '--speed',
      '1200',
      '--for',
      '10m',
    ]);
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    expect(ending.stdout).toContain('Stopped.');
  });

  it('goes on where it stopped when the data directory is kept', async () => {
    const { mkdtempSync, rmSync } = await import('node:fs');
    const { join } = await import('node:path');
    const { tmpdir } = await import('node:os');
    const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-resume-'));
    try {
      const args = ['demo', '--port', '0', '--replay', dataFile(RECORDING), '--speed', '1200', '--data-dir', dataDir];
      const heads: number[] = [];
      for (let run = 0; run < 2; run++) {
        const program = new HotwickProcess(args);
        const port = await program.port();
        const client = new MarketClient(port);
        await client.opened;
        client.subscribe(FIVE);
        const known = () => client.ofType('candle_closed', FIVE).length;
        await client.until(() => known() >= 3);
        await program.end();
        const times = client.closedCandles(FIVE).map((candle) => candle.candle_time);
        for (let i = 1; i < times.length; i++) expect((times[i] as number) - (times[i - 1] as number)).toBe(300);
        if (run === 1) expect(times).toContain(heads[0]);
        heads.push(times.at(-1) as number);
      }
      expect(heads[1]).toBeGreaterThan(heads[0] as number);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
