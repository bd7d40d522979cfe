/**
 * Instruments: what can be watched or traded, named without any venue's own spelling.
 */
import type { Brand } from '../core/brand.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import { type Failure, failure } from './failure.ts';
import type { Money, Price, Quantity } from './money.ts';

/** `binance:futures:BTC/USDT`. */
export type InstrumentId = Brand<string, 'InstrumentId'>;
/** Which market of a venue. */
export type MarketType = 'spot' | 'futures';

/** Parts of an instrument id. */
export type InstrumentParts = {
  readonly venue: string;
  readonly market: MarketType;
  readonly base: string;
  readonly quote: string;
};

/** Whether new positions may be opened: anything but `trading` means no entry. */
export type InstrumentStatus = 'trading' | 'halted' | 'unlisted';

/** An instrument and its venue rules; decimals are exact, a `null` limit means the venue sets none. */
export type Instrument = {
  readonly instrumentId: InstrumentId;
  readonly status: InstrumentStatus;
  readonly priceTick: Price;
  readonly quantityStep: Quantity;
  readonly quantityMin: Quantity;
  readonly minNotional: Money | null;
  /** First time it could be traded, where the venue says so. */
  readonly listedTime: EpochMs | null;
};

/** The id made of `parts`. */
export function instrumentId(parts: InstrumentParts): InstrumentId {
  return `${parts.venue}:${parts.market}:${parts.base}/${parts.quote}` as InstrumentId;
}

/** The parts of an instrument id given as text. */
export function parseInstrumentId(text: string): Result<InstrumentParts, Failure> {
  const match = /^([^:\s]+):(spot|futures):([^/:\s]+)\/([^/\s]+)$/.exec(text.trim());
  if (match === null) return err(failure('instrument_malformed', { text }));
  const [, venue, market, base, quote] = match as unknown as [string, string, MarketType, string, string];
  return ok({ venue, market, base, quote });
}
