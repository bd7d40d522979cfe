/**
 * What a run did, as it is told: closed trades with their sales, decisions counted by what refused them and hashed in
 * order, and the deepest fall of equity. Bounded: the newest trades are kept one by one, everything counts.
 */
import { createHash, type Hash } from 'node:crypto';
import { multiply, toDecimalText, toFloat } from '../../core/decimal.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import type { TradingEvent } from '../../engine/index.ts';
import { encode } from '../../journal/index.ts';
import type { DecisionRecord } from '../../model/decision.ts';
import type { ClosedPosition, TradeLeg } from '../../model/position.ts';
import { createDrawdownWatch, type Drawdown, foldEquity, type TradeResult } from '../../reports/performance.ts';

/** A sale of a trade, as reports show it. */
export type ReportedLeg = {
  readonly time: string;
  readonly reason: string;
  readonly quantity: string;
  readonly price: string;
  readonly pnl_net: string;
  readonly fees: string;
};

/** A trade from its first fill to its last, as reports show it; money in quote units, exact. */
export type ReportedTrade = {
  readonly instrument: string;
  readonly entry_time: string;
  readonly exit_time: string;
  readonly entry_price: string;
  readonly quantity: string;
  readonly pnl_net: string;
  readonly pnl_net_pct: number;
  readonly exit_reason: string;
  readonly legs: readonly ReportedLeg[];
};

/** How entries were refused, most frequent first. */
export type Refusals = readonly { readonly rule: string; readonly count: number }[];

/** Trades listed one by one; those before count in every figure. */
const TRADES_LISTED_MAX = 20_000;

/** The tally of one run. */
export class RunTally {
  readonly #trades: ReportedTrade[] = [];
  readonly #results: TradeResult[] = [];
  readonly #legs = new Map<string, TradeLeg[]>();
  readonly #refused = new Map<string, number>();
  readonly #drawdown = createDrawdownWatch();
  readonly #decisions: Hash = createHash('sha256');
  readonly #onDecision: (text: string) => void;
  #counts: Record<string, number> = {};
  #equity: { readonly time: string; readonly equity: number }[] = [];

  /** `onDecision` hears of each decision's text, in order. */
  constructor(onDecision: (text: string) => void) {
    this.#onDecision = onDecision;
  }

  hear(events: readonly TradingEvent[]): void {
    for (const event of events) {
      this.#counts[event.kind] = (this.#counts[event.kind] ?? 0) + 1;
      if (event.kind === 'decision') this.#decide(event.record);
      else if (event.kind === 'leg') this.#keepLeg(event.leg);
      else if (event.kind === 'positionClosed') this.#close(event.closed);
    }
  }

  /** Takes equity at an instant; once a minute is enough. */
  measure(time: EpochMs, equity: number): void {
    foldEquity(this.#drawdown, time, equity);
  }

  /** Keeps a point of the curve that is shown. */
  plot(time: EpochMs, equity: number): void {
    this.#equity.push({ time: toIsoText(time), equity });
  }

  get trades(): readonly ReportedTrade[] {
    return this.#trades;
  }

  get results(): readonly TradeResult[] {
    return this.#results;
  }

  get drawdown(): Drawdown {
    return this.#drawdown.worst;
  }

  get equity(): readonly { readonly time: string; readonly equity: number }[] {
    return this.#equity;
  }

  /** How often each kind of event was told. */
  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  refusals(): Refusals {
    return [...this.#refused].map(([rule, count]) => ({ rule, count })).sort((a, b) => b.count - a.count);
  }

  /** Hash of every decision's text, in order: two runs with the same decided the same. */
  decisionsHash(): string {
    return this.#decisions.copy().digest('hex');
  }

  #decide(record: DecisionRecord): void {
    const text = encode(record);
    this.#decisions.update(text).update('\n');
    this.#onDecision(text);
    if (record.outcome !== 'refused') return;
    const rule = record.gate ?? 'no rule';
    this.#refused.set(rule, (this.#refused.get(rule) ?? 0) + 1);
  }

  #keepLeg(leg: TradeLeg): void {
    const known = this.#legs.get(leg.positionId);
    if (known === undefined) this.#legs.set(leg.positionId, [leg]);
    else known.push(leg);
  }

  #close(closed: ClosedPosition): void {
    const legs = this.#legs.get(closed.positionId) ?? [];
    this.#legs.delete(closed.positionId);
    const cost = toFloat(multiply(closed.entryPrice, closed.quantity));
    const pnlNet = toFloat(closed.pnlNet);
    this.#results.push({ entryTime: closed.entryTime, exitTime: closed.exitTime, pnlNet, cost });
    if (this.#trades.length >= TRADES_LISTED_MAX) return;
    this.#trades.push({
      instrument: closed.instrumentId,
      entry_time: toIsoText(closed.entryTime),
      exit_time: toIsoText(closed.exitTime),
      entry_price: toDecimalText(closed.entryPrice),
      quantity: toDecimalText(closed.quantity),
      pnl_net: toDecimalText(closed.pnlNet),
      pnl_net_pct: cost > 0 ? (100 * pnlNet) / cost : 0,
      exit_reason: closed.lastReason,
      legs: legs.map(toReportedLeg),
    });
  }
}

function toReportedLeg(leg: TradeLeg): ReportedLeg {
  return {
    time: toIsoText(leg.exitTime),
    reason: leg.reason,
    quantity: toDecimalText(leg.quantity),
    price: toDecimalText(leg.exitPrice),
    pnl_net: toDecimalText(leg.pnlNet),
    fees: toDecimalText((leg.feeEntry + leg.feeExit) as typeof leg.feeEntry),
  };
}
