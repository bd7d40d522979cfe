/**
 * Orders, fills and protections as rows: records enter and come back equal, decimals as exact texts; a row that this
 * program can not have written is named.
 */
import { add, type Decimal, parseDecimal, toDecimalText, ZERO } from '../../core/decimal.ts';
import { isEpochMs } from '../../core/time.ts';
import type { OrderRecord, ProtectionRecord } from '../../model/execution.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { PositionId } from '../../model/intent.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ClientOrderId, Fill, OrderTerms, VenueOrderId } from '../../model/order.ts';
import { RowFault } from './sqlite-failures.ts';

/** Columns of `orders`, in their order. */
export const ORDER_COLUMNS = [
  ...['client_order_id', 'position_id', 'instrument_id', 'intent_id', 'side', 'purpose', 'reason', 'terms', 'state'],
  ...['venue_order_id', 'created_time', 'updated_time', 'trace_id', 'failure'],
] as const;
/** Columns of `fills`, in their order. */
export const FILL_COLUMNS = [
  ...['client_order_id', 'trade_id', 'instrument_id', 'price', 'quantity', 'fee', 'fee_asset', 'event_time'],
] as const;
/** Columns of `protections`, in their order. */
export const PROTECTION_COLUMNS = [
  ...['position_id', 'instrument_id', 'state', 'stop_distance', 'stop_price', 'order_count', 'naked_ms', 'trace_id'],
  ...['updated_time'],
] as const;

/** One row, by column. */
export type Row = Readonly<Record<string, unknown>>;
type Cell = string | number | null;

/** The row of an order; its fills are rows of their own. */
export function toOrderRow(order: OrderRecord): readonly Cell[] {
  const { clientOrderId, positionId, instrumentId, intentId, side, purpose, reason, terms, state } = order;
  return [
    ...[clientOrderId, positionId, instrumentId, intentId, side, purpose, reason],
    ...[terms === null ? null : JSON.stringify(terms, decimalToText), state, order.venueOrderId],
    ...[order.createdTime, order.updatedTime, order.traceId],
    order.failure === null ? null : JSON.stringify(order.failure),
  ];
}

function decimalToText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? toDecimalText(value as Decimal) : value;
}

/** The row of a fill. */
export function toFillRow(order: OrderRecord, fill: Fill): readonly Cell[] {
  const { tradeId, feeAsset, eventTime } = fill;
  const exact = [fill.price, fill.quantity, fill.fee].map(toDecimalText);
  return [order.clientOrderId, tradeId, order.instrumentId, ...exact, feeAsset, eventTime];
}

/** The row of a protection. */
export function toProtectionRow(record: ProtectionRecord): readonly Cell[] {
  const { positionId, instrumentId, state, stopDistance, stopPrice, orderCount, nakedMs, traceId } = record;
  const stop = stopPrice === null ? null : toDecimalText(stopPrice);
  return [positionId, instrumentId, state, stopDistance, stop, orderCount, nakedMs, traceId, record.updatedTime];
}

/** The record in an order's row and its fills' rows, oldest first. */
export function parseOrderRow(row: Row, fillRows: readonly Row[]): OrderRecord {
  const fills = fillRows.map(parseFillRow);
  return {
    clientOrderId: textOf(row, 'client_order_id') as ClientOrderId,
    intentId: textOf(row, 'intent_id'),
    ...parseOwner(row),
    // Words are checked by the table itself.
    side: textOf(row, 'side') as OrderRecord['side'],
    purpose: textOf(row, 'purpose') as OrderRecord['purpose'],
    reason: textOf(row, 'reason') as OrderRecord['reason'],
    terms: row['terms'] === null ? null : parseTerms(textOf(row, 'terms')),
    state: textOf(row, 'state') as OrderRecord['state'],
    venueOrderId: row['venue_order_id'] === null ? null : (textOf(row, 'venue_order_id') as VenueOrderId),
    filledQuantity: fills.reduce((sum, fill) => add(sum, fill.quantity), ZERO as Quantity),
    fills,
    createdTime: timeOf(row, 'created_time'),
    updatedTime: timeOf(row, 'updated_time'),
    traceId: textOf(row, 'trace_id'),
    failure: row['failure'] === null ? null : (parseJson(textOf(row, 'failure')) as Failure),
  };
}

function parseOwner(row: Row): Pick<OrderRecord, 'positionId' | 'instrumentId'> {
  return {
    positionId: textOf(row, 'position_id') as PositionId,
    instrumentId: textOf(row, 'instrument_id') as InstrumentId,
  };
}

function parseFillRow(row: Row): Fill {
  return {
    tradeId: textOf(row, 'trade_id'),
    price: decimalOf(row, 'price') as Fill['price'],
    quantity: decimalOf(row, 'quantity') as Fill['quantity'],
    fee: decimalOf(row, 'fee'),
    feeAsset: textOf(row, 'fee_asset'),
    eventTime: timeOf(row, 'event_time'),
  };
}

/** The record in a protection's row. */
export function parseProtectionRow(row: Row): ProtectionRecord {
  return {
    ...parseOwner(row),
    state: textOf(row, 'state') as ProtectionRecord['state'],
    stopDistance: numberOf(row, 'stop_distance'),
    stopPrice: row['stop_price'] === null ? null : (decimalOf(row, 'stop_price') as Price),
    orderCount: numberOf(row, 'order_count'),
    nakedMs: numberOf(row, 'naked_ms'),
    traceId: textOf(row, 'trace_id'),
    updatedTime: timeOf(row, 'updated_time'),
  };
}

/** Fields of terms that are words, not decimals. */
const WORDS: readonly string[] = ['type', 'side', 'timeInForce'];

function parseTerms(json: string): OrderTerms {
  const fields = Object.entries(parseJson(json) as Row).map(([name, value]): [string, unknown] => {
    if (WORDS.includes(name) || value === null) return [name, value];
    return [name, decimalOf({ [name]: value }, name)];
  });
  return Object.fromEntries(fields) as OrderTerms;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new RowFault(`no JSON: ${json.slice(0, 60)}`, { cause });
  }
}

function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new RowFault(`${name} is ${String(value)}`);
  return value;
}

function numberOf(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new RowFault(`${name} is ${String(value)}`);
  return value;
}

function timeOf(row: Row, name: string): OrderRecord['createdTime'] {
  const value = numberOf(row, name);
  if (!isEpochMs(value)) throw new RowFault(`${name} is ${value}`);
  return value;
}

function decimalOf(row: Row, name: string): Decimal {
  const value = parseDecimal(textOf(row, name));
  if (value === null) throw new RowFault(`${name} is ${textOf(row, name)}`);
  return value;
}
