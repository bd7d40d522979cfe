/**
 * A list of orders as the exchange keeps it.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { SimOrder } from './sim-order.ts';

/** Which kind of list. */
export type ListKind = 'OCO' | 'OTO' | 'OTOCO';

/** A list of orders; the working one of an OTO or OTOCO comes first. */
export type OrderList = {
  readonly listId: number;
  readonly kind: ListKind;
  readonly account: string;
  readonly symbol: string;
  readonly clientListId: string;
  readonly createdTime: EpochMs;
  readonly orders: readonly SimOrder[];
  statusType: 'EXEC_STARTED' | 'UPDATED' | 'ALL_DONE';
  status: 'EXECUTING' | 'ALL_DONE';
};
