/**
 * What a simulated market is made of: a recording given as a file, or the seeded generator.
 */
import { parseCandleFileName } from '../../adapters/archive/candle-file-name.ts';
import { createGeneratedMarket } from '../../adapters/sim/generated-market.ts';
import { createReplayMarket } from '../../adapters/sim/replay-market.ts';
import type { SimMarket } from '../../adapters/sim/sim-market.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import { type InstrumentId, instrumentId, type MarketType } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import { bucketOpen, type Timeframe } from '../../model/timeframe.ts';
import { openCandleFile, parseAssets } from '../data/candle-files.ts';
import { currentMinute } from './market-clock.ts';

/** What an operator asks for. */
export type SimSourceOptions = {
  readonly seed: number;
  /** Path of recorded 1m candles; the generator where absent. */
  readonly replay?: string;
  /** `BTC/USDT`: what the recording is of. */
  readonly symbol: string;
  readonly market: MarketType;
  /** Where the market goes on after an earlier run; its default start where `null`. */
  readonly resumeFrom: EpochMs | null;
};

/** A market, the instrument to show first, and when it begins to move. */
export type SimSource = {
  readonly market: SimMarket;
  readonly instrumentId: InstrumentId;
  readonly startTime: EpochMs;
  /** End of the recording; `null` for a market without end. */
  readonly endTime: EpochMs | null;
  readonly historyMs: number;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Generated history: enough for ten daily candles. */
const GENERATED_HISTORY_MS = 10 * DAY_MS;
/** Of a recording, at most this much and at most half of it is history when the play begins. */
const REPLAY_HISTORY_MS = 2 * DAY_MS;

/**
 * Opens the market; fails when the recording can not be read or is not one of 1m candles (`file_unreadable`, `csv_*`,
 * `usage_wrong`), and with `symbol_unknown` when the generator has no such instrument.
 */
export async function openSimSource(options: SimSourceOptions): Promise<Result<SimSource, Failure>> {
  const assets = parseAssets(options.symbol);
  if (assets === null) return err(failure('instrument_malformed', { text: options.symbol }));
  const id = instrumentId({ venue: 'binance', market: options.market, ...assets });
  return options.replay === undefined ? generate(options, id) : openReplay(options, id, options.replay);
}

function generate(options: SimSourceOptions, id: InstrumentId): Result<SimSource, Failure> {
  const present = currentMinute();
  const startTime = options.resumeFrom !== null && options.resumeFrom > present ? options.resumeFrom : present;
  const market = createGeneratedMarket({
    seed: options.seed,
    startTime,
    historyMs: GENERATED_HISTORY_MS,
    markets: ['futures', 'spot'],
  });
  if (!market.instruments.some((instrument) => instrument.instrumentId === id)) {
    return err(failure('symbol_unknown', { symbol: `${options.symbol} (${options.market})` }));
  }
  return ok({ market, instrumentId: id, startTime, endTime: null, historyMs: GENERATED_HISTORY_MS });
}

async function openReplay(
  options: SimSourceOptions,
  id: InstrumentId,
  path: string,
): Promise<Result<SimSource, Failure>> {
  const misfit = findMisfit(path, options);
  if (misfit !== null) return err(failure('usage_wrong', { reason: misfit }));
  const file = openCandleFile(path, { series: seriesId({ instrumentId: id, timeframe: '1m' as Timeframe }) });
  if (!file.ok) return file;
  const candles: ClosedCandle[] = [];
  try {
    for await (const chunk of file.value.chunks) candles.push(...chunk);
  } catch (error) {
    return err(toFailure(error));
  }
  const [first, last] = [candles[0], candles[candles.length - 1]];
  if (first === undefined || last === undefined)
    return err(failure('usage_wrong', { reason: `${path} holds no candles` }));
  const endTime = addMs(last.openTime, MINUTE_MS);
  const historyMs = Math.min(REPLAY_HISTORY_MS, (endTime - first.openTime) / 2);
  const initial = bucketOpen(addMs(first.openTime, historyMs), MINUTE_MS);
  const startTime = options.resumeFrom !== null && options.resumeFrom > initial ? options.resumeFrom : initial;
  const market = createReplayMarket({ tracks: [{ instrumentId: id, candles }], startTime, seed: options.seed });
  return ok({ market, instrumentId: id, startTime, endTime, historyMs: startTime - first.openTime });
}

/** What the recording's name contradicts, `null` where it agrees or says nothing: numbers must not run under another name. */
function findMisfit(path: string, options: SimSourceOptions): string | null {
  const name = parseCandleFileName(path);
  if (!name.ok) return null;
  const { symbol, timeframeText } = name.value;
  if (timeframeText !== '1m') return `a recording is played from 1m candles, ${path} holds ${timeframeText}`;
  const isSame = symbol.replace('_', '') === options.symbol.replace('/', '').toUpperCase();
  return isSame ? null : `${path} holds ${symbol} by its name, --symbol says ${options.symbol}`;
}
