/**
 * The run watched from outside: the venue's reports and account on one side, the engine's state on the other. Every
 * second of market time what must hold is looked at; what breaks is noted with its time.
 */
import { add, type Decimal, lesser, subtract, toDecimalText, ZERO } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { EngineState, TradingEvent } from '../../engine/index.ts';
import { readExecution } from '../../execution/index.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type { Money } from '../../model/money.ts';
import type { OrderReport } from '../../model/order.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import type { Account } from '../../ports/account.ts';
import type { Venue } from '../../ports/venue.ts';
import type { HotCoinConfig } from '../hotcoin/hotcoin-schema.ts';
import { toMoney } from '../hotcoin/stage-settings.ts';
import type { Holding } from '../trading/paper-venue.ts';
import { InvariantBook } from './invariants.ts';
import { findDifference, WalletAuditor } from './wallet-auditor.ts';

type TradingState = NonNullable<EngineState['trading']>;

/** What the auditor may look at. */
export type AuditorParts = {
  readonly venue: Venue;
  readonly account: Account;
  readonly limits: Pick<
    HotCoinConfig['execution'],
    'max_concurrent_positions' | 'max_single_position_pct' | 'max_total_exposure_pct' | 'initial_capital'
  >;
  /** Longest time that a position may be without a resting stop. */
  readonly nakedMaxMs: number;
  /** The trading stages, `null` before there are any. */
  readonly trading: () => TradingState | null;
};

const NONE = ZERO as Money;

/** The auditor of one run. */
export class RunAuditor {
  readonly book = new InvariantBook();
  readonly wallet = new WalletAuditor();
  readonly #parts: AuditorParts;
  /** Since when an instrument is held without a resting stop. */
  readonly #nakedSince = new Map<InstrumentId, EpochMs>();
  /** Quote units that an open position has cost. */
  readonly #costs = new Map<InstrumentId, Money>();
  #closedResults: Money = NONE;
  #nakedMsMax = 0;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
    parts.venue.onReport((report) => this.#takeReport(report));
  }

  /** Takes what the wallet begins with. */
  fund(holdings: readonly Holding[]): void {
    this.wallet.deposit(holdings);
  }

  /** Takes what the engine tells people. */
  hear(events: readonly TradingEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'positionClosed') continue;
      this.#closedResults = add(this.#closedResults, event.closed.pnlNet);
      this.#costs.delete(event.closed.instrumentId);
    }
  }

  /** Looks at everything while nothing is under way. */
  async look(now: EpochMs): Promise<void> {
    const trading = this.#parts.trading();
    if (trading === null) return;
    await this.#lookAtProtection(trading, now);
    await this.#lookAtWallet(trading, now);
    this.#lookAtResults(trading, now);
  }

  /** Looks at what must be so when a run ends. */
  conclude(now: EpochMs): void {
    const trading = this.#parts.trading();
    if (trading === null) return;
    const { positions } = readExecution(trading.execution, now);
    const doubtful = positions.flatMap(({ orders }) => orders).filter(({ state }) => state === 'unknown').length;
    const isClean = doubtful === 0 && trading.reconciliation === 'clean';
    const breach = isClean ? null : `${doubtful} orders in doubt, records and venue: ${trading.reconciliation}`;
    this.book.note('ordersAreKnown', now, breach);
    const { fills } = this.wallet.totals();
    this.book.describe('nothingIsLost', `${fills} fills`);
    this.book.describe('positionsAreProtected', `longest ${this.#nakedMsMax} ms, bound ${this.#parts.nakedMaxMs} ms`);
  }

  /** Only a position that is held for longer than an instant without a stop is naked. */
  async #lookAtProtection(trading: TradingState, now: EpochMs): Promise<void> {
    const held = viewPortfolio(trading.portfolio).positions;
    if (held.length === 0) {
      this.#nakedSince.clear();
      return;
    }
    const open = await this.#parts.venue.openOrders(null);
    const stopped = new Set(open.ok ? open.value.filter(({ side }) => side === 'sell').map((o) => o.instrumentId) : []);
    for (const id of [...this.#nakedSince.keys()]) if (stopped.has(id)) this.#nakedSince.delete(id);
    for (const { instrumentId } of held) {
      if (stopped.has(instrumentId)) continue;
      const since = this.#nakedSince.get(instrumentId) ?? now;
      this.#nakedSince.set(instrumentId, since);
      this.#nakedMsMax = Math.max(this.#nakedMsMax, now - since);
    }
    const [longest] = [...this.#nakedSince].sort(([, a], [, b]) => a - b);
    const isTooLong = longest !== undefined && now - longest[1] > this.#parts.nakedMaxMs;
    this.book.note('positionsAreProtected', now, isTooLong ? `${longest[0]} for ${now - longest[1]} ms` : null);
  }

  async #lookAtWallet(trading: TradingState, now: EpochMs): Promise<void> {
    const balances = await this.#parts.account.fetchBalances();
    if (!balances.ok) return;
    const wallet = new Map(balances.value.map(({ asset, free, locked }) => [asset, add(free, locked)] as const));
    this.book.note('ledgerAgreesWithWallet', now, tellDifference(ledgerOf(trading), wallet));
    this.book.note('nothingIsLost', now, tellDifference(this.wallet.expected(), wallet));
  }

  #lookAtResults({ portfolio }: TradingState, now: EpochMs): void {
    const { positions, cash, initialCapital } = viewPortfolio(portfolio);
    let sum = add(initialCapital, this.#closedResults);
    for (const { value, unrealized, realized } of positions)
      sum = add(sum, subtract(realized, subtract(value, unrealized)));
    const breach = sum === cash ? null : `the cash is ${toDecimalText(cash)}, results say ${toDecimalText(sum)}`;
    this.book.note('resultsAddUp', now, breach);
  }

  #takeReport(report: OrderReport): void {
    const before = this.wallet.totals().quoteOut;
    this.wallet.take(report);
    const spent = subtract(this.wallet.totals().quoteOut, before) as Money;
    if (report.side === 'buy' && spent > 0n) this.#lookAtLimits(report, spent);
  }

  /** At the moment something was bought: what it cost, and everything else at its newest price. */
  #lookAtLimits({ instrumentId, updateTime }: OrderReport, spent: Money): void {
    const trading = this.#parts.trading();
    if (trading === null) return;
    const cost = add(this.#costs.get(instrumentId) ?? NONE, spent);
    this.#costs.set(instrumentId, cost);
    const { limits } = this.#parts;
    const { positions, equity } = viewPortfolio(trading.portfolio);
    const others = positions.filter((each) => each.instrumentId !== instrumentId);
    const capital = lesser(toMoney(limits.initial_capital), equity);
    const exposure = others.reduce((sum, { value }) => add(sum, value), cost);
    const breach =
      others.length + 1 > limits.max_concurrent_positions
        ? `${others.length + 1} positions`
        : (tellExcess(`the cost of ${instrumentId}`, cost, shareOf(capital, limits.max_single_position_pct)) ??
          tellExcess('everything held', exposure, shareOf(capital, limits.max_total_exposure_pct)));
    this.book.note('limitsAreKept', updateTime, breach);
  }
}

function shareOf(capital: Money, part: number): Money {
  return ((capital * toMoney(part)) / toMoney(1)) as Money;
}

function tellExcess(what: string, value: Money, most: Money): string | null {
  return value <= most ? null : `${what} is ${toDecimalText(value)}, at most ${toDecimalText(most)} is allowed`;
}

/** What the ledger says is owned, by asset. */
function ledgerOf({ portfolio }: TradingState): ReadonlyMap<string, Decimal> {
  const amounts = new Map<string, Decimal>([['USDT', portfolio.cash]]);
  const put = (id: string, quantity: Decimal): void => {
    const parts = parseInstrumentId(id);
    const asset = parts.ok ? parts.value.base : id;
    amounts.set(asset, add(amounts.get(asset) ?? ZERO, quantity));
  };
  for (const { instrumentId, held } of Object.values(portfolio.positions)) put(instrumentId, held);
  for (const [id, quantity] of Object.entries(portfolio.dust)) put(id, quantity);
  return amounts;
}

function tellDifference(a: ReadonlyMap<string, Decimal>, wallet: ReadonlyMap<string, Decimal>): string | null {
  const found = findDifference(a, wallet);
  return found === null ? null : `${found.asset} differs by ${toDecimalText(found.difference)} from the wallet`;
}
