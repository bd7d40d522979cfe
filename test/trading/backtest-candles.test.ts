/**
 * A backtest over candle files: the files of a market in which a coin bursts, played through everything that trades.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createScenarioMarket } from '../../src/adapters/sim/scenario/scenario-market.ts';
import { backtestCandles, type CandleBacktestOptions } from '../../src/app/modes/backtest-candles.ts';
import { parseScenario } from '../../src/app/scenarios/scenario-text.ts';
import { toDecimalText } from '../../src/core/decimal.ts';
import { addMs, epochMs } from '../../src/core/time.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { recordingFolder } from '../fixtures/recording-folder.ts';

const START = epochMs(Date.UTC(2026, 5, 15, 9, 0));
const HOUR_MS = 3_600_000;

/** Files of a burst that falls to its stop, one for each coin. */
function writeMarket(timeframe: '1m' | '5m'): string {
  const dir = recordingFolder();
  const scenario = parseScenario(burstMarket(move('20m', 'price: -9%, volume: 5x, for: 3m')), 'test');
  if (!scenario.ok) throw new Error(scenario.error.message);
  const market = createScenarioMarket(scenario.value, { seed: 7, startTime: START });
  const period = { from: addMs(START, -96 * HOUR_MS), to: addMs(START, HOUR_MS / 2) };
  mkdirSync(dir, { recursive: true });
  for (const { instrumentId, symbol, market: kind } of market.instruments) {
    if (kind !== 'spot') continue;
    const lines = market
      .candles(instrumentId, timeframe, period)
      .map(({ openTime, open, high, low, close, volume }) =>
        [openTime, ...[open, high, low, close, volume].map(toDecimalText)].join(','),
      );
    writeFileSync(join(dir, `${symbol}-${timeframe}-2026-06.csv`), `${lines.join('\n')}\n`);
  }
  return dir;
}

function play(dir: string, options: Partial<CandleBacktestOptions> = {}): ReturnType<typeof backtestCandles> {
  const silent = { onLoading: () => {}, onProgress: () => {} };
  return backtestCandles({
    dir,
    from: START,
    to: null,
    resolved: null,
    seed: 3,
    frameMs: 10_000,
    ...silent,
    ...options,
  });
}

it('a backtest over files of minutes buys the burst, is stopped, and says what it cost and how little it proves', async () => {
  const dir = writeMarket('1m');
  const played = await play(dir);
  if (!played.ok) throw new Error(played.error.message);
  const { results, trades, ledger, invariants, recording, costs } = played.value;
  expect(recording).toMatchObject({ kind: 'candle files', timeframe: '1m', skipped: [] });
  expect(trades).toHaveLength(1);
  expect(trades[0]).toMatchObject({ instrument: 'binance:spot:HOT/USDT', exit_reason: 'stop' });
  expect(costs).toEqual({ taker_fee_rate: 0.001, slippage_bps: 5 });
  expect(Number(results.fees)).toBeCloseTo(Number(results.volume) * costs.taker_fee_rate, 4);
  expect(Number(results.net)).toBeLessThan(0);
  expect(ledger.cash).toBe(results.equity);
  expect(results.max_drawdown.pct).toBeGreaterThan(0);
  expect(results.warnings.join(' ')).toMatch(/1 trades are too few/);
  expect(invariants.map(({ name, outcome }) => [name, outcome])).toEqual(
    [
      'ledgerAgreesWithWallet',
      'nothingIsLost',
      'resultsAddUp',
      'positionsAreProtected',
      'limitsAreKept',
      'ordersAreKnown',
    ].map((name) => [name, 'held']),
  );
  const again = await play(dir);
  expect(again.ok && again.value.decisions_hash).toBe(played.value.decisions_hash);
});

it('a backtest over files of five minutes plays too, and a stretch that is not there is refused', async () => {
  const dir = writeMarket('5m');
  const played = await play(dir);
  if (!played.ok) throw new Error(played.error.message);
  expect(played.value.assumptions.join(' ')).toContain('a bar of 5m is divided into minutes');
  expect(played.value.invariants.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  const early = await play(dir, { from: epochMs(START - 200 * HOUR_MS) });
  expect(early.ok ? null : early.error.message).toContain('--from is before the first candle');
  const empty = await play(recordingFolder());
  expect(empty.ok ? null : empty.error.code).toBe('usage_wrong');
});
