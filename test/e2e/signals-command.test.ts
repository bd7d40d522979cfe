/**
 * `hotwick signals` as people type it, against the simulated exchange.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import type { DurationMs } from '../../src/core/time.ts';
import { BOOK_NAMES, type TradeSignal } from '../../src/model/signal.ts';
import { type Ending, runHotwick } from '../fixtures/hotwick-process.ts';

const MINUTE_MS = 60_000;
const HISTORY_MS = (30 * 86_400_000) as DurationMs;
const clock = createWallClock();
let exchange: SimExchange;

beforeAll(async () => {
  const market = createGeneratedMarket({
    seed: 8,
    startTime: clock.now(),
    historyMs: HISTORY_MS,
    symbols: 4,
    markets: ['spot', 'futures'],
  });
  exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
});
afterAll(async () => {
  await exchange.close();
  clock.close();
});

function run(...args: readonly string[]): Promise<Ending> {
  return runHotwick(['signals', ...args], {
    TRADE_CANVAS_BINANCE_SPOT_BASE_URL: exchange.httpUrl,
    TRADE_CANVAS_BINANCE_FUTURES_BASE_URL: exchange.httpUrl,
  });
}

describe('hotwick signals', () => {
  it('judges a coin in all four timeframes, with the reason of every point', async () => {
    const ending = await run('BTCUSDT', '--json');
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    const signal = JSON.parse(ending.stdout) as TradeSignal;
    expect(signal.instrumentId).toBe('binance:spot:BTC/USDT');
    expect(signal.timeframes.map(({ kind, candles }) => [kind, candles])).toEqual([
      ['scored', 500],
      ['scored', 500],
      ['scored', 600],
      ['scored', 700],
    ]);
  });

  it('bug: is still there for its answer when all it does is wait for the candle of a minute just over', async () => {
    // By the exchange's clock the next minute has begun, and the candle of this one is not there yet.
    exchange.faults.skewClock(MINUTE_MS - (clock.now() % MINUTE_MS));
    const { code, stdout } = await run('BTCUSDT', '--json');
    exchange.faults.skewClock(0);
    expect(code).toBe(0);
    const { timeframes } = JSON.parse(stdout) as TradeSignal;
    expect(timeframes.map(({ kind }) => kind)).toContain('scored');
  });

  it('explains each book to people', async () => {
    const { code, stdout } = await run('btc/usdt', '--profile', 'parity');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^binance:spot:BTC\/USDT at .*, profile parity\n\n {2}(BUY|SELL|HOLD) {2}strength /);
    for (const name of [...BOOK_NAMES, 'fusion'])
      expect(stdout).toMatch(new RegExp(`^ {4}${name} +sell +[\\d.]+ +buy`, 'm'));
  });

  it('of a coin that the exchange does not know is HOLD, with the reason and exit status 1', async () => {
    const { code, stdout, stderr } = await run('NOPE/USDT');
    expect(code).toBe(1);
    expect(stdout).toContain('1h history: venue_refused');
    expect(stderr).toContain('no timeframe could be judged');
  });
});
