/**
 * Our names of the symbols of one quote asset. A symbol comes again with every frame, so its name is made once and then
 * looked up.
 */
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import { BINANCE_VENUE } from './symbol-name.ts';

const SEPARATOR = /[:/\s]/;
/** Symbols remembered. Policy beyond it: all are forgotten, and made anew as they come. */
export const NAMES_MAX = 20_000;

/** Names by symbol. */
export class TickerNames {
  readonly #quote: string;
  readonly #names = new Map<string, InstrumentId | null>();

  constructor(quote: string) {
    this.#quote = quote;
  }

  /** The name; `foreign` of another quote asset, `null` where the symbol holds a separator of our own names. */
  nameOf(symbol: string): InstrumentId | 'foreign' | null {
    const quote = this.#quote;
    if (!symbol.endsWith(quote) || symbol.length === quote.length) return 'foreign';
    const known = this.#names.get(symbol);
    if (known !== undefined) return known;
    const base = symbol.slice(0, -quote.length);
    const name = SEPARATOR.test(base) ? null : instrumentId({ venue: BINANCE_VENUE, market: 'spot', base, quote });
    if (this.#names.size >= NAMES_MAX) this.#names.clear();
    this.#names.set(symbol, name);
    return name;
  }
}
