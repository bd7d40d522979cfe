/**
 * The files of Binance's public archive by series and time: whole months and single days of klines, each a zip beside
 * a `.CHECKSUM`. In comes a series and a stretch of days, out go the files that together cover it exactly once.
 * Source: data.binance.vision and github.com/binance/binance-public-data.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type MarketType, parseInstrumentId } from '../../model/instrument.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';

/** A series as the archive spells it. */
export type ArchiveSeries = {
  readonly seriesId: SeriesId;
  readonly market: MarketType;
  readonly symbol: string;
  readonly interval: string;
};

/** One file; it covers [`from`, `to`), whole UTC days. */
export type ArchiveFile = {
  readonly span: 'month' | 'day';
  /** Below the base address, with a leading slash. */
  readonly path: string;
  /** `BTCUSDT-1m-2024-03.zip`. */
  readonly name: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

const DAY_MS = 86_400_000;
/** Intervals of at most a day; longer ones are not aligned to the days of a file. */
const INTERVALS = new Set(['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d']);
const FOLDERS: Readonly<Record<MarketType, string>> = { spot: 'spot', futures: 'futures/um' };

/** The archive's name of a series; `series_id_malformed` or `timeframe_malformed` where the archive has none. */
export function resolveArchiveSeries(seriesId: SeriesId): Result<ArchiveSeries, Failure> {
  const { instrumentId, timeframe } = seriesParts(seriesId);
  const parts = parseInstrumentId(instrumentId);
  if (!parts.ok) return err(failure('series_id_malformed', { reason: `${seriesId}: ${parts.error.message}` }));
  const { venue, market, base, quote } = parts.value;
  if (venue !== 'binance') {
    return err(failure('series_id_malformed', { reason: `${seriesId} is not in the archive of binance` }));
  }
  if (!INTERVALS.has(timeframe)) {
    return err(failure('timeframe_malformed', { reason: `the archive has no candles of ${timeframe}` }));
  }
  const symbol = `${base}${quote.split(':')[0] ?? ''}`.toUpperCase();
  return ok({ seriesId, market, symbol, interval: timeframe });
}

/** Files of [`from`, `to`), both starts of days, ascending: a month where all of it lies inside, else single days. */
export function planArchive(
  series: ArchiveSeries,
  period: { readonly from: EpochMs; readonly to: EpochMs },
): readonly ArchiveFile[] {
  const files: ArchiveFile[] = [];
  for (let from = period.from; from < period.to; ) {
    const monthEnd = startOfNextMonth(from);
    const isWhole = new Date(from).getUTCDate() === 1 && monthEnd <= period.to;
    const to = isWhole ? monthEnd : epochMs(from + DAY_MS);
    files.push(toFile(series, { span: isWhole ? 'month' : 'day', from, to }));
    from = to;
  }
  return files;
}

/** The single days of a stretch, ascending: what stands in for a month that the archive lacks. */
export function archiveDays(
  series: ArchiveSeries,
  period: { readonly from: EpochMs; readonly to: EpochMs },
): readonly ArchiveFile[] {
  return Array.from({ length: Math.ceil((period.to - period.from) / DAY_MS) }, (_, index) => {
    const from = epochMs(period.from + index * DAY_MS);
    return toFile(series, { span: 'day', from, to: epochMs(from + DAY_MS) });
  });
}

function toFile(series: ArchiveSeries, stretch: Pick<ArchiveFile, 'span' | 'from' | 'to'>): ArchiveFile {
  const { market, symbol, interval } = series;
  const isMonth = stretch.span === 'month';
  const date = new Date(stretch.from).toISOString().slice(0, isMonth ? 7 : 10);
  const name = `${symbol}-${interval}-${date}.zip`;
  const path = `/data/${FOLDERS[market]}/${isMonth ? 'monthly' : 'daily'}/klines/${symbol}/${interval}/${name}`;
  return { ...stretch, path, name };
}

function startOfNextMonth(time: EpochMs): EpochMs {
  const date = new Date(time);
  return epochMs(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}
