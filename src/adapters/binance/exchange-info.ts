/**
 * The venue's list of instruments. In comes the untrusted answer in the spot or the futures shape, out go instruments
 * with exact rules; a symbol that can not be expressed is left out and named, the others stay usable.
 */
import { z } from 'zod';
import { type Decimal, parseDecimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { isVenueMs } from '../../core/time.ts';
import { type Instrument, type InstrumentStatus, instrumentId, type MarketType } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { describeIssue } from './schema-issue.ts';
import { BINANCE_VENUE } from './symbol-name.ts';

/** Instruments in the venue's order, and one line for each symbol that was left out as unusable. */
export type ParsedInstruments = { readonly instruments: readonly Instrument[]; readonly unusable: readonly string[] };

const filterShape = z.object({
  filterType: z.string(),
  tickSize: z.string().nullish(),
  stepSize: z.string().nullish(),
  minQty: z.string().nullish(),
  /** Spot spells it `minNotional`, futures `notional`. */
  minNotional: z.string().nullish(),
  notional: z.string().nullish(),
});
const symbolShape = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  contractType: z.string().nullish(),
  onboardDate: z.number().nullish(),
  filters: z.array(filterShape),
});
const answerShape = z.object({ symbols: z.array(z.unknown()) });

type VenueSymbol = z.infer<typeof symbolShape>;

/** Not (or no longer) listed: everything else that is not `TRADING` is a halt, unknown new states included. */
const UNLISTED: ReadonlySet<string> = new Set([
  'PENDING_TRADING',
  'PRE_TRADING',
  'POST_TRADING',
  'SETTLING',
  'DELIVERING',
  'DELIVERED',
  'CLOSE',
]);

/** The instruments in `body`; of futures only the perpetual ones. Fails when the answer as a whole has another shape. */
export function parseExchangeInfo(body: unknown, market: MarketType): Result<ParsedInstruments, string> {
  const answer = answerShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  const instruments: Instrument[] = [];
  const unusable: string[] = [];
  for (const [index, entry] of answer.data.symbols.entries()) {
    const parsed = symbolShape.safeParse(entry);
    if (!parsed.success) {
      unusable.push(`entry ${index}: ${describeIssue(parsed.error)}`);
      continue;
    }
    if (market === 'futures' && parsed.data.contractType !== 'PERPETUAL') continue;
    const instrument = parseInstrument(parsed.data, market);
    if (instrument.ok) instruments.push(instrument.value);
    else unusable.push(`${parsed.data.symbol}: ${instrument.error}`);
  }
  return ok({ instruments, unusable });
}

function parseInstrument(symbol: VenueSymbol, market: MarketType): Result<Instrument, string> {
  const { baseAsset: base, quoteAsset: quote } = symbol;
  // Streams are addressed by base and quote, so a symbol that is spelled otherwise can not be reached.
  if (symbol.symbol !== `${base}${quote}`) return err(`is not spelled ${base}${quote}`);
  if (/[:/\s]/.test(`${base}${quote}`)) return err('holds a separator of our own names');
  const filter = (type: string) => symbol.filters.find((each) => each.filterType === type);
  const priceTick = parsePositive(filter('PRICE_FILTER')?.tickSize);
  const quantityStep = parsePositive(filter('LOT_SIZE')?.stepSize);
  const quantityMin = parseDecimal(filter('LOT_SIZE')?.minQty ?? '');
  if (priceTick === null) return err('has no price tick');
  if (quantityStep === null || quantityMin === null) return err('has no quantity step');
  const notionalFilter = filter('NOTIONAL') ?? filter('MIN_NOTIONAL');
  const { onboardDate } = symbol;
  return ok({
    instrumentId: instrumentId({ venue: BINANCE_VENUE, market, base, quote }),
    status: toStatus(symbol.status),
    priceTick: priceTick as Price,
    quantityStep: quantityStep as Quantity,
    quantityMin: quantityMin as Quantity,
    minNotional: parsePositive(notionalFilter?.minNotional ?? notionalFilter?.notional) as Money | null,
    listedTime: typeof onboardDate === 'number' && isVenueMs(onboardDate) ? onboardDate : null,
  });
}

function parsePositive(text: string | null | undefined): Decimal | null {
  const value = parseDecimal(text ?? '');
  return value !== null && value > 0n ? value : null;
}

/** The venue's word for a status as ours. */
export function toStatus(status: string): InstrumentStatus {
  if (status === 'TRADING') return 'trading';
  return UNLISTED.has(status) ? 'unlisted' : 'halted';
}
