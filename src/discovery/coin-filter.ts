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

/** A refusal with its reason. */
export type FilterRefusal = { readonly gate: FilterGate; readonly reason: string };

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
  if (excluded !== null) return { gate: excluded, reason: `${baseOf(instrumentId)} is excluded (${excluded})` };
  const base = baseOf(instrumentId);
  if (!isLeveraged(base, { permissions: facts?.permissions ?? [], isListed })) return null;
  return { gate: 'leveraged', reason: `${base} is a leveraged token` };
}

function refuseStatus({ facts, delisting, now }: FilterContext): FilterRefusal | null {
  if (facts === null) return { gate: 'notTradable', reason: 'the exchange does not list it' };
  if (facts.status !== 'trading') return { gate: 'notTradable', reason: `its status is ${facts.status}` };
  if (!facts.isMarketByQuote) return { gate: 'notTradable', reason: 'it can not be bought at the market by amount' };
  if (delisting === null) return null;
  const { endTime } = delisting;
  const text = endTime === null ? 'at a time not told' : endTime > now ? `in ${endTime - now} ms` : 'by now';
  return { gate: 'delisting', reason: `its trading ends ${text}` };
}

/** A new listing needs a tenth of the volume, not none (problem R5-5), and is not chased either. */
function refuseMarket({ market, listing }: Candidate, config: FilterConfig): FilterRefusal | null {
  const share = listing === null ? 1 : config.listingVolumeShare;
  const least = config.quoteVolume24hMin * share;
  const { quoteVolume24h: volume, change24h: change } = market;
  if (volume === null || !(volume >= least)) {
    return { gate: 'liquidity', reason: `24h volume ${volume ?? 'unknown'} is below ${least}` };
  }
  if (change === null || !(change <= config.change24hMax)) {
    return {
      gate: 'fomo',
      reason: `24h change ${change?.toFixed(4) ?? 'unknown'} is not within ${config.change24hMax}`,
    };
  }
  return null;
}

function refuseCooling({ status, coolingUntil }: Candidate, now: EpochMs): FilterRefusal | null {
  if (status !== 'cooling' || coolingUntil === null) return null;
  return { gate: 'cooling', reason: `it cools for ${Math.max(0, coolingUntil - now)} ms more` };
}

/** Talk can be bought: without a burst or a listing, or when they are over, it is never enough. */
function refuseTalk({ source, lowHeatSince }: Candidate): FilterRefusal | null {
  if (source === 'social') return { gate: 'socialAlone', reason: 'it is only talked about' };
  return lowHeatSince === null ? null : { gate: 'socialAlone', reason: 'it is cold but for what is said of it' };
}

function refuseBook({ book, config }: FilterContext): FilterRefusal | null {
  if (book === null) {
    return config.bookGate === 'required' ? { gate: 'bookUnknown', reason: 'its book is not known' } : null;
  }
  const { bid, ask, askDepthQuote, bidDepthQuote } = book;
  const spread = (ask - bid) / ((ask + bid) / 2);
  if (!(bid > 0 && spread >= 0 && spread <= config.spreadMax)) {
    return { gate: 'spread', reason: `spread ${spread.toFixed(5)} is not within ${config.spreadMax}` };
  }
  const least = config.depthMultiple * config.orderQuote;
  const depth = Math.min(askDepthQuote, bidDepthQuote);
  return depth >= least ? null : { gate: 'depth', reason: `depth ${depth} within 1 % is below ${least}` };
}
