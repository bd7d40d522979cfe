/**
 * A backtest over candle files: their minutes are unfolded into prices as the simulated exchange does it, and everything
 * behind the market is what paper has. What candles do not say is filled in and listed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createLocalMarket } from '../../adapters/sim/local/local-market.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import { type BacktestReport, toBacktestReport } from '../backtest/backtest-report.ts';
import { type LoadedCandles, loadCandles } from '../backtest/load-candles.ts';
import { type ResolvedConfig, resolveHotCoinConfig } from '../hotcoin/hotcoin-config.ts';
import { runVirtually, type VirtualRun } from '../simulation/virtual-run.ts';
import { paperCosts } from '../trading/paper-costs.ts';
import { createPaperVenue } from '../trading/paper-venue.ts';
import { packageVersion } from '../version.ts';
import { BACKTEST_JOURNAL_BYTES, type BacktestOptions } from './backtest.ts';

/** What an operator may choose. */
export type CandleBacktestOptions = BacktestOptions & {
  /** Time between two prices of a coin; a whole part of ten seconds. */
  readonly frameMs: number;
  readonly onLoading: (bars: number) => void;
};

const QUOTE_ASSET = 'USDT';
const MINUTES_MS = 10_000;

/** Plays the folder and answers the report. */
export async function backtestCandles(options: CandleBacktestOptions): Promise<Result<BacktestReport, Failure>> {
  const { dir, from, to, seed, onLoading: onProgress } = options;
  const settings =
    options.resolved === null
      ? resolveHotCoinConfig({ execution: { enable_order_execution: true } }, {})
      : ok(options.resolved);
  if (!settings.ok) return settings;
  const loaded = await loadCandles({ dir, from, to, seed, quoteAsset: QUOTE_ASSET, onProgress });
  if (!loaded.ok) return loaded;
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-backtest-'));
  try {
    const run = await play(options, { candles: loaded.value, resolved: settings.value, dataDir });
    return run.ok ? ok(report(options, { candles: loaded.value, resolved: settings.value, run: run.value })) : run;
  } catch (error) {
    return err(toFailure(error));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function play(
  { seed, frameMs, onProgress, onDecision = () => {} }: CandleBacktestOptions,
  parts: { readonly candles: LoadedCandles; readonly resolved: ResolvedConfig; readonly dataDir: string },
): Promise<Result<VirtualRun, Failure>> {
  const { candles, resolved, dataDir } = parts;
  const clock = createManualClock(candles.from);
  const local = createLocalMarket({
    market: candles.market,
    clock,
    quoteAsset: QUOTE_ASSET,
    pace: { tickersMs: frameMs, minutesMs: Math.max(frameMs, MINUTES_MS) },
    outages: [],
    announcements: [],
  });
  const run = await runVirtually({
    resolved,
    seed,
    version: packageVersion(),
    dataDir,
    clock,
    advanceTo: async (time) => {
      await clock.advanceTo(time);
      return 'more';
    },
    end: candles.to,
    market: local,
    socials: [],
    venue: createPaperVenue({
      clock,
      random: createSeededRandom(seed, 'paper'),
      costs: paperCosts(resolved.config),
      fetchRules: () => local.fetchTradingRules(),
    }),
    journalBytesMax: BACKTEST_JOURNAL_BYTES,
    lookMs: frameMs,
    onDecision,
    onProgress,
  });
  clock.close();
  return run;
}

function report(
  { dir, seed, frameMs }: CandleBacktestOptions,
  done: { readonly candles: LoadedCandles; readonly resolved: ResolvedConfig; readonly run: VirtualRun },
): BacktestReport {
  const { candles, resolved, run } = done;
  const { recording, market, from, to } = candles;
  const { timeframe, skipped } = recording;
  return toBacktestReport({
    run,
    resolved,
    version: packageVersion(),
    seed,
    from,
    to,
    recording: { dir, kind: 'candle files', instruments: market.instruments.length, timeframe, skipped },
    assumptions: describeAssumptions(timeframe, frameMs),
    unanswered: 0,
    parity: null,
  });
}

function describeAssumptions(timeframe: string, frameMs: number): readonly string[] {
  const inside =
    timeframe === '1m'
      ? []
      : [`a bar of ${timeframe} is divided into minutes: even volumes, high and low in minutes drawn from the seed`];
  return [
    `prices come every ${frameMs / 1000} s; inside a minute they visit high and low in an order drawn from the seed: play several`,
    ...inside,
    'orders are filled at the newest price, with commission and slippage of the settings; own orders move no price',
    'at most a mean minute of the last 24 hours can be had at a price',
    'books are made up from the volume of the last minutes; there are no announcements and no posts',
    'a coin whose candles begin with the recording counts as listed a year before; coins that are gone by now may be missing',
    'tick and step are read off the numbers; the least order is worth 5 USDT',
  ];
}
