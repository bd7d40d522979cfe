/**
 * Instruments as symbols of a charting library: which there are, which one a text means, and how they are described.
 * Pure: the known series in, descriptions out.
 */
import { type Decimal, toDecimalText } from '../core/decimal.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { InstrumentId } from '../model/instrument.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { type Timeframe, timeframe } from '../model/timeframe.ts';
import type { UdfSymbolAnswer } from './contract.ts';

/** Timeframes by the library's names for them. */
export const RESOLUTIONS: ReadonlyMap<string, Timeframe> = new Map([
  ['1', timeframe('1m')],
  ['5', timeframe('5m')],
  ['15', timeframe('15m')],
  ['60', timeframe('1h')],
  ['240', timeframe('4h')],
  ['1D', timeframe('1d')],
]);

/** An instrument by its parts; `symbol` is `BTC/USDT`. */
export type ChartSymbol = {
  readonly id: InstrumentId;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
};

/** The timeframe of a resolution; `D` means `1D`. */
export function findResolution(text: string): Timeframe | undefined {
  return RESOLUTIONS.get(text === 'D' ? '1D' : text);
}

/** The instruments of `series`, each once, ascending. */
export function listSymbols(series: readonly SeriesId[]): readonly ChartSymbol[] {
  const ids = new Set(series.map((id) => seriesParts(id).instrumentId));
  return [...ids].sort().map((id) => {
    const [venue = '', market = '', ...rest] = id.split(':');
    return { id, venue, market, symbol: rest.join(':') };
  });
}

/** The instrument that `text` means: its id, or its symbol with or without the stroke, in any case. */
export function findSymbol(symbols: readonly ChartSymbol[], text: string): ChartSymbol | undefined {
  const wanted = plain(text);
  return (
    symbols.find(({ id }) => id === text) ??
    symbols.find(({ id }) => plain(id) === wanted) ??
    symbols.find(({ venue, symbol }) => [plain(symbol), plain(`${venue}:${symbol}`)].includes(wanted))
  );
}

/** Instruments whose name holds `query`, of the named exchange where one is named. */
export function searchSymbols(
  symbols: readonly ChartSymbol[],
  wanted: { readonly query: string; readonly exchange: string; readonly limit: number },
): readonly ChartSymbol[] {
  const exchange = wanted.exchange.toUpperCase();
  return symbols
    .filter(({ id, symbol }) => [id, symbol].some((name) => plain(name).includes(plain(wanted.query))))
    .filter(({ venue }) => exchange === '' || venue.toUpperCase() === exchange)
    .slice(0, wanted.limit);
}

function plain(text: string): string {
  return text.replaceAll('/', '').toUpperCase();
}

/** One line for people. */
export function describeLine({ symbol, market, venue }: ChartSymbol): string {
  return `${symbol} ${market} on ${venue}`;
}

/** The description; `candles` show how finely prices are quoted. */
export function describeSymbol(symbol: ChartSymbol, candles: readonly ClosedCandle[]): UdfSymbolAnswer {
  const exchange = symbol.venue.toUpperCase();
  const resolutions = [...RESOLUTIONS.keys()];
  return {
    name: symbol.symbol,
    ticker: symbol.id,
    description: describeLine(symbol),
    type: 'crypto',
    session: '24x7',
    timezone: 'Etc/UTC',
    exchange,
    listed_exchange: exchange,
    format: 'price',
    minmov: 1,
    minmove2: 0,
    pricescale:
      10 ** Math.max(2, ...candles.flatMap(({ open, high, low, close }) => [open, high, low, close].map(places))),
    has_intraday: true,
    intraday_multipliers: resolutions.filter((each) => !each.endsWith('D')),
    has_daily: true,
    has_weekly_and_monthly: false,
    supported_resolutions: resolutions,
    volume_precision: 8,
    data_status: 'streaming',
  };
}

/** Decimal places of a price. */
function places(price: Decimal): number {
  return (toDecimalText(price).split('.')[1] ?? '').length;
}
