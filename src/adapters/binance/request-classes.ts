/**
 * Why a request is made, and what that entitles it to, as one table. The order of the rows is the order of service.
 */

/** Priority class of a request. */
export type RequestPurpose = 'protect' | 'orders' | 'reconcile' | 'repair' | 'signals' | 'history';

/** What a class may use. */
export type RequestClass = {
  readonly purpose: RequestPurpose;
  /** Part of the minute's weight up to which the class may fill it, counting what all classes used. */
  readonly shareRatio: number;
  /** Requests under way, of all classes, below which one of this class may start. */
  readonly slots: number;
  /** Longest wait for permission. */
  readonly waitMsMax: number;
};

/**
 * The table, highest first.
 *
 * - Protection is whatever sells or cancels; other orders buy.
 * - Shares: history alone leaves half of each minute free, so whatever becomes urgent later in it finds room at once;
 *   the steps above it keep each class clear of the ones below. The last 2 % belong to nobody: other programs behind
 *   the same address spend between two answers, and the limit is passed only once.
 * - Slots: slow answers to lower classes never hold every socket, each class has one or more to itself.
 * - Waits: a stop order that waited 5 s must be decided anew by who wanted it, and so must any other order. Knowledge of orders and clocks ages in
 *   half a minute, an opinion sooner. Repair outlasts one whole minute without budget, history ten.
 */
export const REQUEST_CLASSES: readonly RequestClass[] = [
  { purpose: 'protect', shareRatio: 0.98, slots: 9, waitMsMax: 5_000 },
  { purpose: 'orders', shareRatio: 0.95, slots: 8, waitMsMax: 5_000 },
  { purpose: 'reconcile', shareRatio: 0.9, slots: 7, waitMsMax: 30_000 },
  { purpose: 'repair', shareRatio: 0.8, slots: 6, waitMsMax: 120_000 },
  { purpose: 'signals', shareRatio: 0.65, slots: 5, waitMsMax: 20_000 },
  { purpose: 'history', shareRatio: 0.5, slots: 4, waitMsMax: 600_000 },
];

/** Requests of one budget that can be under way at once: sockets to keep for it. */
export const SLOTS_MAX = 9;
