/**
 * What the name of a candle file says: the venue's symbol, the timeframe and, where given, the stretch of time. A name
 * that leaves any of it unclear is refused; nothing is guessed.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';

/** What a file name says; the stretch is [`from`, `to`), absent where the name gives no dates. */
export type CandleFileName = {
  /** The venue's own string, for example `BTCUSDT`. */
  readonly symbol: string;
  /** As Binance spells it: a number and `s`, `m`, `h`, `d`, `w` or `M`; a month is `1M` also where the name says `1mo`. */
  readonly timeframeText: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
};

/** Base and quote asset of a symbol. */
export type SymbolAssets = { readonly base: string; readonly quote: string };

const DAY_MS = 86_400_000;
const FILE_NAME = /^([\p{Lu}\p{Lo}\p{N}_]+)-([1-9]\d{0,2})(s|m|h|d|w|M|mo)(?:-([\d-]+))?\.(?:csv|csv\.gz|zip)$/u;

/**
 * Reads `BTCUSDT-1m-20240301-20240430.csv.gz` (first and last day), Binance's `BTCUSDT-1m-2024-03-01.zip` and
 * `BTCUSDT-1m-2024-03.csv`, and `BTCUSDT-5m.csv.gz`; folders before the name are ignored. Answers
 * `file_name_unclear` for anything else.
 */
export function parseCandleFileName(path: string): Result<CandleFileName, Failure> {
  const unclear = err(failure('file_name_unclear', { path }));
  const match = FILE_NAME.exec(path.split(/[/\\]/).at(-1) ?? '');
  if (match === null) return unclear;
  const [, symbol = '', length = '', unit = '', dates] = match;
  const named = { symbol, timeframeText: `${length}${unit === 'mo' ? 'M' : unit}` };
  if (dates === undefined) return ok(named);
  const stretch = parseStretch(dates);
  return stretch === null ? unclear : ok({ ...named, ...stretch });
}

function parseStretch(text: string): { readonly from: EpochMs; readonly to: EpochMs } | null {
  const days = /^(\d{4})(\d\d)(\d\d)-(\d{4})(\d\d)(\d\d)$/.exec(text);
  if (days !== null) {
    const [y1, m1, d1, y2, m2, d2] = days.slice(1).map(Number) as [number, number, number, number, number, number];
    return toStretch(toDay(y1, m1, d1), toDay(y2, m2, d2));
  }
  const dayOrMonth = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text);
  if (dayOrMonth === null) return null;
  const [year, month] = [Number(dayOrMonth[1]), Number(dayOrMonth[2])];
  if (dayOrMonth[3] !== undefined) {
    const day = toDay(year, month, Number(dayOrMonth[3]));
    return toStretch(day, day);
  }
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return toStretch(toDay(year, month, 1), toDay(year, month, lastDay));
}

/** Start of a day of the calendar, `null` when there is none such. */
function toDay(year: number, month: number, day: number): number | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1970 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

function toStretch(first: number | null, last: number | null): { readonly from: EpochMs; readonly to: EpochMs } | null {
  if (first === null || last === null || last < first) return null;
  return { from: epochMs(first), to: epochMs(last + DAY_MS) };
}

/**
 * Quote assets of Binance's spot and USD-M markets. None is the end of another base's name in use (`AEUR` is left out:
 * it would read `ADAEUR` as AD/AEUR); where two fit, the longer one is meant.
 */
const QUOTE_ASSETS: readonly string[] = [
  ...['FDUSD', 'RLUSD', 'USDT', 'USDC', 'TUSD', 'BUSD', 'USDP', 'USDS', 'USD1', 'IDRT', 'BIDR', 'BKRW', 'BVND', 'EURI'],
  ...['BTC', 'ETH', 'BNB', 'TRY', 'EUR', 'BRL', 'JPY', 'GBP', 'AUD', 'RUB', 'UAH', 'NGN', 'ZAR', 'DAI', 'PAX', 'VAI'],
  ...['TRX', 'XRP', 'DOGE', 'DOT', 'SOL', 'PLN', 'RON', 'ARS', 'MXN', 'COP', 'CZK', 'IDR'],
];

/** Base and quote of a symbol by the quote assets known; `null` when it ends in none of them or has no base. */
export function splitSymbol(symbol: string): SymbolAssets | null {
  const fitting = QUOTE_ASSETS.filter((asset) => symbol.length > asset.length && symbol.endsWith(asset));
  const quote = fitting.sort((a, b) => b.length - a.length)[0];
  return quote === undefined ? null : { base: symbol.slice(0, -quote.length), quote };
}
