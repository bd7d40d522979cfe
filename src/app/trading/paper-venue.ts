/**
 * Trading on paper: a simulated venue whose market is the real one. Prices come from the watch on the market, the rules
 * of trading from the exchange; wallet, orders and fills are the venue's own. It keeps every rule that the exchange
 * would keep, and what it answers is handled as the exchange's answer would be.
 */
import type { MatcherCosts } from '../../adapters/sim/matcher-pricing.ts';
import { createSimVenue, type SimVenue } from '../../adapters/sim/sim-venue.ts';
import { type Decimal, decimalFromFloat, divide, ZERO } from '../../core/decimal.ts';
import type { Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { Ticker } from '../../model/ticker.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import type { Account } from '../../ports/account.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketWatchEvent } from '../../ports/market-watch.ts';
import type { Random } from '../../ports/random.ts';
import type { Venue } from '../../ports/venue.ts';

/** So much of an asset. */
export type Holding = { readonly asset: string; readonly quantity: Decimal };

/** What paper is made of. */
export type PaperOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly costs: MatcherCosts;
  /** The exchange's rules, read anew when asked for. */
  readonly fetchRules: () => Promise<Result<readonly TradingRules[], Failure>>;
};

/** The venue and its account. */
export type PaperVenue = Venue &
  Account & {
    /** Moves its market by what the watch tells. */
    readonly follow: (event: MarketWatchEvent) => void;
    /** Puts into the wallet what the ledger says is there, once, at the start. */
    readonly fund: (holdings: readonly Holding[]) => void;
  };

const MINUTES_A_DAY = 1_440;

/** A venue without prices, and without anything in its wallet. */
export function createPaperVenue(options: PaperOptions): PaperVenue {
  const { clock, random, costs, fetchRules } = options;
  const venue = createSimVenue({ clock, random, costs, rules: [], funds: [] });
  const fetchTradingRules = async (): Promise<Result<readonly TradingRules[], Failure>> => {
    const answer = await fetchRules();
    if (answer.ok) venue.setRules(answer.value);
    return answer;
  };
  return {
    submit: (order) => venue.submit(order),
    query: (key) => venue.query(key),
    cancel: (key) => venue.cancel(key),
    replace: (replacement) => venue.replace(replacement),
    openOrders: (instrumentId) => venue.openOrders(instrumentId),
    onReport: (listener) => venue.onReport(listener),
    onConnection: (listener) => venue.onConnection(listener),
    fetchBalances: () => venue.fetchBalances(),
    fetchPermissions: () => venue.fetchPermissions(),
    fetchOrders: (instrumentId, since) => venue.fetchOrders(instrumentId, since),
    close: () => venue.close(),
    fetchTradingRules,
    follow: (event) => followMarket(venue, event),
    fund: (holdings) => {
      for (const holding of holdings) if (holding.quantity > 0n) venue.deposit(holding);
    },
  };
}

function followMarket(venue: SimVenue, event: MarketWatchEvent): void {
  if (event.kind === 'tickersReceived') for (const ticker of event.tickers) move(venue, ticker);
}

/** What a mean minute of the day trades is what can be had at a price. */
function move(venue: SimVenue, { instrumentId, price, quoteVolume24h }: Ticker): void {
  const exact = decimalFromFloat(price) ?? ZERO;
  const minute = decimalFromFloat(Number((quoteVolume24h / MINUTES_A_DAY).toFixed(8))) ?? ZERO;
  if (exact <= 0n || minute <= 0n) return;
  venue.onPrice(instrumentId as InstrumentId, exact as Price, divide(minute, exact) as Quantity);
}
