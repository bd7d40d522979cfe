/**
 * Files of candles by path: which series they hold, told by name or by the operator, and a reader for each.
 */

import { readCandleCsv } from '../../adapters/archive/candle-csv.ts';
import { parseCandleFileName, splitSymbol } from '../../adapters/archive/candle-file-name.ts';
import { openCandleParquet } from '../../adapters/archive/candle-parquet.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { instrumentId, type MarketType } from '../../model/instrument.ts';
import { parseSeriesId, type SeriesId, seriesId, seriesParts } from '../../model/series.ts';
import { parseTimeframe, type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleFile } from './verify-candles.ts';

const DAY_MS = 86_400_000;

/** What an operator may say of a file when its name does not. */
export type FileHints = {
  /** `BTC/USDT` or `BTCUSDT`. */
  readonly symbol?: string;
  readonly market?: MarketType;
  /** A whole series id; wins over everything else. */
  readonly series?: string;
};

/** A file with its series; `interval` may be one that only the exchange uses (`1w`, `1M`). */
export type NamedCandleFile = CandleFile & { readonly path: string; readonly seriesId: SeriesId };

/** Names a file of candles; fails with `file_name_unclear`, `instrument_malformed` or `series_id_malformed`. */
export function openCandleFile(path: string, hints: FileHints = {}): Result<NamedCandleFile, Failure> {
  const named = hints.series === undefined ? nameByHints(path, hints) : parseSeriesId(hints.series);
  if (!named.ok) return named;
  const { timeframe } = seriesParts(named.value);
  const parsed = parseTimeframe(timeframe);
  // Candles longer than a day are not aligned to the epoch by their length.
  const stepMs = parsed.ok && timeframeMs(parsed.value) <= DAY_MS ? timeframeMs(parsed.value) : null;
  const chunks = readCandleCsv({ path, seriesId: named.value, source: 'archive', stepMs });
  return ok({ path, seriesId: named.value, interval: timeframe, chunks });
}

/**
 * Names a file of candles for an import: like `openCandleFile`, and also Parquet files made by an export, which say
 * themselves what they hold. Fails with `usage_wrong` when the operator says something else.
 */
export async function openImportFile(path: string, hints: FileHints = {}): Promise<Result<NamedCandleFile, Failure>> {
  if (!path.toLowerCase().endsWith('.parquet')) return openCandleFile(path, hints);
  const opened = await openCandleParquet(path);
  if (!opened.ok) return opened;
  const { seriesId, chunks } = opened.value;
  if (hints.series !== undefined && hints.series !== seriesId) {
    return err(failure('usage_wrong', { reason: `${path} holds ${seriesId}, not ${hints.series}` }));
  }
  return ok({ path, seriesId, interval: seriesParts(seriesId).timeframe, chunks });
}

function nameByHints(path: string, hints: FileHints): Result<SeriesId, Failure> {
  const name = parseCandleFileName(path);
  if (!name.ok) return name;
  const assets = parseAssets(hints.symbol ?? name.value.symbol);
  const market = hints.market ?? marketOfPath(path);
  if (assets === null) return err(failure('instrument_malformed', { text: hints.symbol ?? name.value.symbol }));
  if (market === null) return err(failure('file_name_unclear', { path }));
  const instrument = instrumentId({ venue: 'binance', market, ...assets });
  return ok(seriesId({ instrumentId: instrument, timeframe: name.value.timeframeText as Timeframe }));
}

/** Base and quote of `BTC/USDT` or `BTCUSDT`; `null` when they can not be told apart. */
export function parseAssets(symbol: string): { readonly base: string; readonly quote: string } | null {
  const [base, quote, ...rest] = symbol.split('/');
  if (base !== undefined && quote !== undefined && base !== '' && quote !== '' && rest.length === 0)
    return { base, quote };
  return symbol.includes('/') ? null : splitSymbol(symbol);
}

function marketOfPath(path: string): MarketType | null {
  if (/futures|usdm|\bum\b/i.test(path)) return 'futures';
  return /spot/i.test(path) ? 'spot' : null;
}
