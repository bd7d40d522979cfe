/**
 * How own records and the venue differ, as a plan. In come what we know and what the venue shows, out come differences
 * in an order that depends on nothing but their names; nothing is changed here.
 */

import { assertNever } from '../core/assert.ts';
import type { Balance } from '../model/balance.ts';
import type { Mismatch } from '../model/execution.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { Quantity } from '../model/money.ts';
import type { OrderKey, OrderReport } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { baseChange, type Desk, sellableOf } from './desk.ts';
import { quantityMin, quantizeQuantity } from './quantize.ts';

/** What is compared. */
export type Evidence = {
  /** Whether there is a record of an order, also of one that ended. */
  readonly isKnown: (order: OrderReport) => boolean;
  readonly deskOf: (positionId: PositionId) => Desk | null;
  readonly rulesOf: (instrumentId: InstrumentId) => TradingRules | null;
  /** Open orders at the venue. */
  readonly openOrders: readonly OrderReport[];
  /** Orders at the venue in whatever state. */
  readonly histories: readonly OrderReport[];
};

/** One difference and what is to be done about it. */
export type Difference =
  | { readonly kind: 'adoptOrder'; readonly positionId: PositionId; readonly report: OrderReport }
  | {
      readonly kind: 'adoptPosition';
      readonly positionId: PositionId;
      readonly instrumentId: InstrumentId;
      readonly baseAsset: string;
      readonly quantity: Quantity;
      /** Oldest first. */
      readonly reports: readonly OrderReport[];
    }
  | { readonly kind: 'cancelOrphan'; readonly key: OrderKey }
  | { readonly kind: 'flag'; readonly mismatch: Mismatch };

type OwnReport = { readonly positionId: PositionId; readonly number: number; readonly report: OrderReport };

/** What to adopt, cancel and flag. */
export function planReconciliation(evidence: Evidence): readonly Difference[] {
  const reports = joinReports(evidence);
  const own = reports.flatMap((report) => toOwn(report));
  const strange = own.filter(({ report }) => !evidence.isKnown(report));
  const groups = Map.groupBy(strange, ({ positionId }) => positionId);
  return [
    ...[...groups.values()].flatMap((group) => planGroup(group, evidence)),
    ...evidence.openOrders.filter((report) => toOwn(report).length === 0).map(flagForeign),
  ].sort(byName);
}

/** One report an order: a listed open order is at least as new as its history was when that was asked for first. */
function joinReports({ openOrders, histories }: Evidence): readonly OrderReport[] {
  const joined = new Map<string, OrderReport>();
  for (const report of [...openOrders, ...histories]) {
    const name = `${report.instrumentId} ${report.clientOrderId}`;
    const known = joined.get(name);
    const isNewer = known === undefined || report.updateTime >= known.updateTime;
    if (isNewer) joined.set(name, report);
  }
  return [...joined.values()];
}

function toOwn(report: OrderReport): readonly OwnReport[] {
  const parts = parseClientOrderId(report.clientOrderId);
  return parts === null ? [] : [{ positionId: parts.positionId, number: parts.number, report }];
}

/** Orders of one position that we have no record of. */
function planGroup(group: readonly OwnReport[], evidence: Evidence): readonly Difference[] {
  const sorted = [...group].sort((a, b) => a.number - b.number);
  const { positionId, report } = sorted[0] as OwnReport;
  if (evidence.deskOf(positionId) !== null) {
    return sorted.map((own) => ({ kind: 'adoptOrder', positionId, report: own.report }));
  }
  const { instrumentId } = report;
  const rules = evidence.rulesOf(instrumentId);
  const reports = sorted.map((own) => own.report);
  const quantity = rules === null ? (0n as Quantity) : heldBy(reports, rules);
  if (rules !== null && quantity > 0n) {
    return [{ kind: 'adoptPosition', positionId, instrumentId, baseAsset: rules.baseAsset, quantity, reports }];
  }
  return reports.filter(isOpen).map(({ clientOrderId }) => ({
    kind: 'cancelOrphan',
    key: { instrumentId, clientOrderId },
  }));
}

/** What the orders of a position left in the account, zero unless it can be sold. */
function heldBy(reports: readonly OrderReport[], rules: TradingRules): Quantity {
  let held = 0n;
  for (const { side, fills } of reports) for (const fill of fills) held += baseChange(fill, side, rules.baseAsset);
  const hasEntry = reports.some((report) => report.side === 'buy');
  const sellable = hasEntry && held > 0n ? quantizeQuantity(held as Quantity, rules, 'market') : 0n;
  return sellable >= quantityMin(rules, 'market') && sellable > 0n ? (held as Quantity) : (0n as Quantity);
}

function isOpen({ status }: OrderReport): boolean {
  return status === 'open' || status === 'partiallyFilled';
}

function flagForeign({ clientOrderId }: OrderReport): Difference {
  return { kind: 'flag', mismatch: { kind: 'foreignOrder', clientOrderId } };
}

function nameOf(difference: Difference): string {
  switch (difference.kind) {
    case 'adoptOrder':
      return `1 ${difference.report.clientOrderId}`;
    case 'adoptPosition':
      return `2 ${difference.positionId}`;
    case 'cancelOrphan':
      return `3 ${difference.key.clientOrderId}`;
    case 'flag':
      return `4 ${difference.mismatch.kind} ${'clientOrderId' in difference.mismatch ? difference.mismatch.clientOrderId : ''}`;
    default:
      return assertNever(difference);
  }
}

function byName(a: Difference, b: Difference): number {
  const [first, second] = [nameOf(a), nameOf(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** An asset of which our fills say more than the account has. */
export type Shortage = Extract<Mismatch, { kind: 'balanceShort' }>;

/** What an account has, and what of it our own open sales lock, by asset. */
export type Owned = { readonly balances: readonly Balance[]; readonly locked: ReadonlyMap<string, bigint> };

/**
 * Where less can be sold than the desks hold, by asset in the order of their names: what is free and what our own sales
 * lock counts, what others lock does not.
 */
export function findShortages(desks: readonly Desk[], { balances, locked }: Owned): readonly Shortage[] {
  const held = new Map<string, bigint>();
  for (const desk of desks) held.set(desk.baseAsset, (held.get(desk.baseAsset) ?? 0n) + desk.held);
  return [...held]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([asset, quantity]): Shortage[] => {
      const balance = balances.find((entry) => entry.asset === asset);
      const own = locked.get(asset) ?? 0n;
      const kept = (balance?.locked ?? 0n) as bigint;
      const found = ((balance?.free ?? 0n) as bigint) + (kept < own ? kept : own);
      if (found >= quantity) return [];
      return [{ kind: 'balanceShort', asset, held: quantity as Shortage['held'], found: found as Shortage['found'] }];
    });
}

/** What of its holding each desk can not sell because the account lacks it; the first desks have the most of it. */
export function spreadShortage(desks: readonly Desk[], shortages: readonly Shortage[]): void {
  const lacking = new Map(shortages.map(({ asset, held, found }) => [asset, (held - found) as bigint]));
  for (const desk of [...desks].reverse()) {
    desk.shortfall = 0n as Quantity;
    const missing = lacking.get(desk.baseAsset) ?? 0n;
    const part = missing < desk.held ? missing : sellableOf(desk);
    desk.shortfall = part as Quantity;
    lacking.set(desk.baseAsset, missing - part);
  }
}
