/**
 * What is asked about the account over REST. In: answers, untrusted. Out: balances without nothing, what the key may do,
 * and own orders with their fills.
 */
import { z } from 'zod';
import { type Decimal, parseDecimal } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs, isVenueMs } from '../../../core/time.ts';
import type { AccountPermissions, Balance } from '../../../model/balance.ts';
import type { Failure } from '../../../model/failure.ts';
import type { OrderReport } from '../../../model/order.ts';
import { describeIssue } from '../schema-issue.ts';
import { malformed, type OrderLedger } from './order-ledger.ts';
import { type OrderFacts, parseOrderArray } from './order-messages.ts';
import { baseId } from './order-tracker.ts';
import type { SignedTransport } from './signed-transport.ts';

const ACCOUNT = '/api/v3/account';
const RESTRICTIONS = '/sapi/v1/account/apiRestrictions';
const ALL_ORDERS = '/api/v3/allOrders';
const ACCOUNT_WEIGHT = 20;
const ALL_ORDERS_WEIGHT = 20;
const PAGE = 1_000;
/** The longest stretch the venue answers at once. */
const STRETCH_MS = 86_400_000;
/** Beyond this the whole history of the symbol is paged by order number instead. */
const STRETCHES_MAX = 30;

const accountShape = z.object({
  canTrade: z.boolean(),
  canWithdraw: z.boolean(),
  balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })),
});
const restrictionsShape = z.object({
  ipRestrict: z.boolean(),
  enableWithdrawals: z.boolean(),
  enableSpotAndMarginTrading: z.boolean(),
});

async function fetchAccount(transport: SignedTransport): Promise<Result<z.infer<typeof accountShape>, Failure>> {
  const params = { omitZeroBalances: 'true' };
  const answer = await transport.ask({ path: ACCOUNT, params, weight: ACCOUNT_WEIGHT, purpose: 'reconcile' });
  if (!answer.ok) return answer;
  const parsed = accountShape.safeParse(answer.value);
  return parsed.success ? ok(parsed.data) : err(malformed(ACCOUNT, describeIssue(parsed.error)));
}

/** Balances of which there is something. */
export async function fetchBalances(transport: SignedTransport): Promise<Result<readonly Balance[], Failure>> {
  const account = await fetchAccount(transport);
  if (!account.ok) return account;
  const balances: Balance[] = [];
  for (const { asset, free: freeText, locked: lockedText } of account.value.balances) {
    const [free, locked]: (Decimal | null)[] = [parseDecimal(freeText), parseDecimal(lockedText)];
    if (free == null || locked == null) return err(malformed(ACCOUNT, `the balance of ${asset} is no number`));
    if (free !== 0n || locked !== 0n) balances.push({ asset, free, locked });
  }
  return ok(balances);
}

/** What the key may do; on networks that do not tell about keys, what the account may. */
export async function fetchPermissions(transport: SignedTransport): Promise<Result<AccountPermissions, Failure>> {
  const account = await fetchAccount(transport);
  if (!account.ok) return account;
  const { canTrade, canWithdraw } = account.value;
  const answer = await transport.ask({ path: RESTRICTIONS, params: {}, weight: 1, purpose: 'reconcile' });
  if (!answer.ok) {
    const isUntold = answer.error.context['status'] === 404;
    return isUntold ? ok({ canTrade, canWithdraw, isIpRestricted: null }) : answer;
  }
  const parsed = restrictionsShape.safeParse(answer.value);
  if (!parsed.success) return err(malformed(RESTRICTIONS, describeIssue(parsed.error)));
  const key = parsed.data;
  return ok({
    canTrade: canTrade && key.enableSpotAndMarginTrading,
    canWithdraw: key.enableWithdrawals,
    isIpRestricted: key.ipRestrict,
  });
}

/** Which orders to fetch: created at `since` or later. */
export type OwnOrdersQuery = { readonly symbol: string; readonly since: EpochMs; readonly now: EpochMs };

type Parts = { readonly transport: SignedTransport; readonly ledger: OrderLedger };
type Page = { readonly orders: readonly OrderFacts[]; readonly rows: readonly unknown[] };

/** Own orders of a symbol in whatever state, oldest first, each pair once. */
export async function fetchOwnOrders(
  { transport, ledger }: Parts,
  query: OwnOrdersQuery,
): Promise<Result<readonly OrderReport[], Failure>> {
  const found = await collectOrders(transport, query);
  if (!found.ok) return found;
  ledger.learn(found.value);
  const reports = new Map<string, OrderReport>();
  for (const { symbol, clientOrderId } of found.value) {
    const base = baseId(clientOrderId);
    if (reports.has(base)) continue;
    const report = await ledger.complete({ symbol, clientOrderId: base });
    if (!report.ok) return report;
    reports.set(base, report.value);
  }
  return ok([...reports.values()]);
}

async function collectOrders(
  transport: SignedTransport,
  { symbol, since, now }: OwnOrdersQuery,
): Promise<Result<readonly OrderFacts[], Failure>> {
  if (now - since > STRETCHES_MAX * STRETCH_MS) return pageFrom(transport, { symbol, since, orderId: 0 });
  const found: OrderFacts[] = [];
  for (let from = since; from <= now; from = addMs(from, STRETCH_MS)) {
    const stretch = { symbol, startTime: from, endTime: from + STRETCH_MS - 1, limit: PAGE };
    const page = await fetchPage(transport, stretch);
    if (!page.ok) return page;
    found.push(...page.value.orders);
    const last = page.value.orders.at(-1);
    if (last === undefined || page.value.orders.length < PAGE) continue;
    const rest = await pageFrom(transport, { symbol, since, orderId: last.orderId + 1 });
    return rest.ok ? ok([...found, ...rest.value]) : rest;
  }
  return ok(found);
}

/** Every order from a number on; ends with the newest, because each page begins after the one before. */
async function pageFrom(
  transport: SignedTransport,
  { symbol, since, orderId }: { readonly symbol: string; readonly since: EpochMs; readonly orderId: number },
): Promise<Result<readonly OrderFacts[], Failure>> {
  const found: OrderFacts[] = [];
  for (let next: number | null = orderId; next !== null; ) {
    const page: Result<Page, Failure> = await fetchPage(transport, { symbol, orderId: next, limit: PAGE });
    if (!page.ok) return page;
    const { orders, rows } = page.value;
    found.push(...orders.filter((_, index) => createdAt(rows[index]) >= since));
    const last = orders.at(-1);
    next = last !== undefined && orders.length === PAGE ? last.orderId + 1 : null;
  }
  return ok(found);
}

function createdAt(row: unknown): number {
  const { time } = (row ?? {}) as { readonly time?: unknown };
  return typeof time === 'number' && isVenueMs(time) ? time : Number.MAX_SAFE_INTEGER;
}

async function fetchPage(
  transport: SignedTransport,
  params: Readonly<Record<string, string | number>>,
): Promise<Result<Page, Failure>> {
  const answer = await transport.ask({ path: ALL_ORDERS, params, weight: ALL_ORDERS_WEIGHT, purpose: 'reconcile' });
  if (!answer.ok) return answer;
  const orders = parseOrderArray(answer.value);
  if (!orders.ok) return err(malformed(ALL_ORDERS, orders.error));
  return ok({ orders: orders.value, rows: answer.value as readonly unknown[] });
}
