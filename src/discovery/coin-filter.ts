/**
 * CoinFilter: hard exclusions, in a fixed order; the first that bites is the reason. In comes a candidate with what is
 * known of its instrument and its book, out goes a refusal or nothing. What must be known and is not, refuses.
 */
import type { EpochMs } from '../core/time.ts';
import type { BookFacts } from '../model/book.ts';
import type { Candidate } from '../model/candidate.ts';
import type { InstrumentFacts } from '../model/listing-facts.ts';
import { baseOf, excludedByName, isLeveraged } from './asset-classes.ts';
import type { FilterConfig } from './discovery-config.ts';

/** Which exclusion bit. */
export type FilterGate =
  | 'stable'
  | 'blacklist'
  | 'leveraged'
  | 'notTradable'
  | 'delisting'
  | 'liquidity'
  | 'fomo'
  | 'cooling'
  | 'socialAlone'
  | 'spread'
  | 'depth'
  | 'bookUnknown';

/** What is known of a candidate beside itself. */
export type FilterContext = {
  readonly now: EpochMs;
  readonly config: FilterConfig;
  /** `null` when the exchange does not list it. */
  readonly facts: InstrumentFacts | null;
  readonly delisting: { readonly endTime: EpochMs | null } | null;
  readonly book: BookFacts | null;
  readonly isListed: (base: string) => boolean;
};

/** A refusal with its reason, and what was seen and allowed where that is a number. */
export type FilterRefusal = {
  readonly gate: FilterGate;
  readonly reason: string;
  readonly value: number | null;
  readonly limit: number | null;
};

function refuse(gate: FilterGate, reason: string, numbers: Partial<FilterRefusal> = {}): FilterRefusal {
  return { gate, reason, value: null, limit: null, ...numbers };
}

/** The first exclusion that bites `candidate`; `null` when it passes. */
export function filterCandidate(candidate: Candidate, context: FilterContext): FilterRefusal | null {
  return (
    refuseClass(candidate, context) ??
    refuseStatus(context) ??
    refuseMarket(candidate, context.config) ??
    refuseCooling(candidate, context.now) ??
    refuseTalk(candidate) ??
    refuseBook(context)
  );
}

function refuseClass({ instrumentId }: Candidate, { config, facts, isListed }: FilterContext): FilterRefusal | null {
  const excluded = excludedByName(instrumentId, config);
  if (excluded !== null) return refuse(excluded, `${baseOf(instrumentId)} is excluded (${excluded})`);
  const base = baseOf(instrumentId);
  if (!isLeveraged(base, { permissions: facts?.permissions ?? [], isListed })) return null;
  return refuse('leveraged', `${base} is a leveraged token`);
}

function refuseStatus({ facts, delisting, now }: FilterContext): FilterRefusal | null {
  if (facts === null) return refuse('notTradable', 'the exchange does not list it');
  if (facts.status !== 'trading') return refuse('notTradable', `its status is ${facts.status}`);
  if (!facts.isMarketByQuote) return refuse('notTradable', 'it can not be bought at the market by amount');
  if (delisting === null) return null;
  const { endTime } = delisting;
  const text = endTime === null ? 'at a time not told' : endTime > now ? `in ${endTime - now} ms` : 'by now';
  return refuse('delisting', `its trading ends ${text}`, { value: endTime });
}

/** A new listing needs a tenth of the volume, not none (problem R5-5), and is not chased either. */
function refuseMarket({ market, listing }: Candidate, config: FilterConfig): FilterRefusal | null {
  const share = listing === null ? 1 : config.listingVolumeShare;
  const least = config.quoteVolume24hMin * share;
  const { quoteVolume24h: volume, change24h: change } = market;
  if (volume === null || !(volume >= least)) {
    const reason = `24h volume ${volume ?? 'unknown'} is below ${least}`;
    return refuse('liquidity', reason, { value: volume, limit: least });
  }
  if (change === null || !(change <= config.change24hMax)) {
    const reason = `24h change ${change?.toFixed(4) ?? 'unknown'} is not within ${config.change24hMax}`;
    return refuse('fomo', reason, { value: change, limit: config.change24hMax });
  }
  return null;
}

function refuseCooling({ status, coolingUntil }: Candidate, now: EpochMs): FilterRefusal | null {
  if (status !== 'cooling' || coolingUntil === null) return null;
  return refuse('cooling', `it cools for ${Math.max(0, coolingUntil - now)} ms more`, {
    value: now,
    limit: coolingUntil,
  });
}

/** Talk can be bought: without a burst or a listing, or when they are over, it is never enough. */
function refuseTalk({ source, lowHeatSince }: Candidate): FilterRefusal | null {
  if (source === 'social') return refuse('socialAlone', 'it is only talked about');
  return lowHeatSince === null ? null : refuse('socialAlone', 'it is cold but for what is said of it');
}

function refuseBook({ book, config }: FilterContext): FilterRefusal | null {
  if (book === null) {
    return config.bookGate === 'required' ? refuse('bookUnknown', 'its book is not known') : null;
  }
  const { bid, ask, askDepthQuote, bidDepthQuote } = book;
  const spread = (ask - bid) / ((ask + bid) / 2);
  if (!(bid > 0 && spread >= 0 && spread <= config.spreadMax)) {
    const reason = `spread ${spread.toFixed(5)} is not within ${config.spreadMax}`;
    return refuse('spread', reason, { value: Number.isFinite(spread) ? spread : null, limit: config.spreadMax });
  }
  const least = config.depthMultiple * config.orderQuote;
  const depth = Math.min(askDepthQuote, bidDepthQuote);
  if (depth >= least) return null;
  return refuse('depth', `depth ${depth} within 1 % is below ${least}`, { value: depth, limit: least });
}
