import { describe, expect, it } from 'vitest';
import { at, coin, openDesk, T0 } from '../../test/fixtures/discovery-desk.ts';
import type { Candidate, CandidateMarket } from '../model/candidate.ts';
import { isLeveraged } from './asset-classes.ts';
import { type FilterContext, filterCandidate } from './coin-filter.ts';
import { DEFAULT_DISCOVERY_CONFIG } from './discovery-config.ts';

function candidate(base: string, market: Partial<CandidateMarket> = {}, rest: Partial<Candidate> = {}): Candidate {
  const desk = openDesk();
  desk.send({ kind: 'positionClosed', receivedTime: T0, instrumentId: coin(base), outcome: 'gain' });
  const plain = desk.state.pool.candidates[coin(base)] as Candidate;
  return { ...plain, ...rest, market: { ...plain.market, quoteVolume24h: 1e6, change24h: 0.1, ...market } };
}

const LISTED = ['BTC', 'ETH', 'JUP', 'SYRUP', 'SUP', 'A'];
const CONTEXT: FilterContext = {
  now: T0,
  config: DEFAULT_DISCOVERY_CONFIG.filter,
  facts: { status: 'trading', isMarketByQuote: true, permissions: ['SPOT'], firstSeenTime: null },
  delisting: null,
  book: { bid: 1, ask: 1.001, askDepthQuote: 5_000, bidDepthQuote: 5_000 },
  isListed: (base) => LISTED.includes(base),
};

const gate = (given: Candidate, context: Partial<FilterContext> = {}): string | null =>
  filterCandidate(given, { ...CONTEXT, ...context })?.gate ?? null;

describe('the filter', () => {
  it('lets a liquid coin with a tight book pass', () => {
    expect(gate(candidate('A'))).toBeNull();
  });

  it.each(['USDC', 'FDUSD', 'EUR', 'AEUR', 'USD1', 'PAXG', 'WBTC'])('refuses %s as money', (base) => {
    expect(gate(candidate(base))).toBe('stable');
  });

  it.each(['A', ' ausdt ', 'a/usdt'])('refuses what the operator named as "%s"', (entry) => {
    const config = { ...CONTEXT.config, blacklist: [entry] };
    expect(gate(candidate('A'), { config })).toBe('blacklist');
    expect(gate(candidate('AA'), { config })).toBeNull();
  });

  it('refuses leveraged tokens by the venue or by name, and no coin whose name ends alike', () => {
    const permissions = (base: string, ...words: string[]) =>
      isLeveraged(base, { permissions: words, isListed: CONTEXT.isListed });
    expect(['BTCUP', 'BTCDOWN', 'ETHBULL', 'ETHBEAR', 'ETH3L'].map((base) => permissions(base))).toEqual(
      Array(5).fill(true),
    );
    expect(['JUP', 'SYRUP', 'SUP', 'BULL', 'UP', 'XUP'].map((base) => permissions(base))).toEqual(Array(6).fill(false));
    expect(permissions('ANY', 'LEVERAGED')).toBe(true);
    expect(gate(candidate('BTCUP'))).toBe('leveraged');
  });

  it('refuses what can not be bought', () => {
    const facts = { status: 'trading', isMarketByQuote: true, permissions: [], firstSeenTime: null } as const;
    expect(gate(candidate('A'), { facts: null })).toBe('notTradable');
    expect(gate(candidate('A'), { facts: { ...facts, status: 'halted' } })).toBe('notTradable');
    expect(gate(candidate('A'), { facts: { ...facts, isMarketByQuote: false } })).toBe('notTradable');
    expect(gate(candidate('A'), { delisting: { endTime: at(86_400_000) } })).toBe('delisting');
  });

  it('R5-5: a new listing needs a tenth of the volume, 50,000, and no less', () => {
    const listing = { announcedTime: T0, openTime: null, title: null };
    expect(gate(candidate('A', { quoteVolume24h: 50_000 }, { listing }))).toBeNull();
    expect(gate(candidate('A', { quoteVolume24h: 49_999 }, { listing }))).toBe('liquidity');
    expect(gate(candidate('A', { quoteVolume24h: 499_999 }))).toBe('liquidity');
    expect(gate(candidate('A', { quoteVolume24h: 500_000 }))).toBeNull();
    expect(gate(candidate('A', { quoteVolume24h: null }))).toBe('liquidity');
    expect(gate(candidate('A', { quoteVolume24h: Number.NaN }))).toBe('liquidity');
  });

  it('does not chase: +30 % passes, more does not, listings included', () => {
    const listing = { announcedTime: T0, openTime: null, title: null };
    expect(gate(candidate('A', { change24h: 0.3 }))).toBeNull();
    expect(gate(candidate('A', { change24h: 0.3001 }, { listing }))).toBe('fomo');
    expect(gate(candidate('A', { change24h: null }))).toBe('fomo');
  });

  it('refuses what cools', () => {
    expect(gate(candidate('A', {}, { status: 'cooling', coolingUntil: at(1) }))).toBe('cooling');
  });

  it.each([
    ['bookUnknown', null],
    ['spread', { bid: 1, ask: 1.006, askDepthQuote: 5_000, bidDepthQuote: 5_000 }],
    ['spread', { bid: 1.1, ask: 1, askDepthQuote: 5_000, bidDepthQuote: 5_000 }],
    ['spread', { bid: 0, ask: 1, askDepthQuote: 5_000, bidDepthQuote: 5_000 }],
    ['spread', { bid: Number.NaN, ask: 1, askDepthQuote: 5_000, bidDepthQuote: 5_000 }],
    ['depth', { bid: 1, ask: 1.001, askDepthQuote: 1_999, bidDepthQuote: 5_000 }],
    ['depth', { bid: 1, ask: 1.001, askDepthQuote: 5_000, bidDepthQuote: Number.NaN }],
  ])('refuses for %s with the book %o', (expected, book) => {
    expect(gate(candidate('A'), { book })).toBe(expected);
  });

  it('lets an unknown book pass only where the operator says so', () => {
    expect(gate(candidate('A'), { book: null, config: { ...CONTEXT.config, bookGate: 'whereKnown' } })).toBeNull();
  });

  it('tells the first exclusion that bites', () => {
    const bad = candidate('USDC', { quoteVolume24h: 0, change24h: 9 }, { status: 'cooling', coolingUntil: at(1) });
    expect(gate(bad, { facts: null, book: null })).toBe('stable');
    const poor = candidate('A', { quoteVolume24h: 0, change24h: 9 });
    expect(gate(poor, { book: null })).toBe('liquidity');
  });
});
