/**
 * Topics of the desk's socket from the views of a runner: maps of fields, or of rows by what identifies them.
 */
import type { EpochMs } from '../../core/time.ts';
import { type DeskTopic, EVENTS_SHOWN, TRADES_SHOWN } from '../contract.ts';
import { toPoolAnswer } from '../pool-routes.ts';
import { toSignalHead } from '../signal-routes.ts';
import type { DeskRunner } from './desk-ports.ts';
import { toStatus } from './desk-status.ts';

type Values = Readonly<Record<string, unknown>>;

const EVERY_EVENT = { types: null, symbol: null, traceId: null, positionId: null, before: null };

const TOPICS: { readonly [Topic in DeskTopic]: (runner: DeskRunner, now: EpochMs) => Values } = {
  status: (runner, now) => toStatus({ runner, file: null }, now),
  risk: ({ views }) => timeless(views.risk()),
  positions: ({ views }) => byKey(views.positions().positions, ({ position_id }) => position_id),
  pool: ({ views }, now) => byKey(toPoolAnswer(views.pool(), now).coins, ({ symbol }) => symbol),
  signals: ({ views }) => byKey(views.signals().map(toSignalHead), ({ symbol }) => symbol),
  trades: ({ queries }) => byKey(queries.recentTrades(TRADES_SHOWN), ({ position_id, leg }) => `${position_id}/${leg}`),
  events: ({ queries }) =>
    byKey(queries.events({ ...EVERY_EVENT, limit: EVENTS_SHOWN }).events, ({ id }) => String(id)),
  equity: ({ views }) => byKey(views.equity(), ({ time }) => String(time)),
  metrics: ({ views }) => ({ execution: timeless(views.metrics()), prechecks: timeless(views.prechecks()) }),
  funnel: ({ views }) => timeless(views.funnel()),
  posts: ({ views }) => {
    const { posts, listings, monitors } = views.posts();
    return { posts, listings, monitors };
  },
};

/** Topics of rows that are written down once and never change: the same row is the same object. */
export const WRITTEN_TOPICS: ReadonlySet<DeskTopic> = new Set(['events', 'trades']);

/** A topic as it is now; without a runner only the status has something to say. */
export function readTopic(topic: DeskTopic, runner: DeskRunner | null, now: EpochMs): Values {
  if (runner !== null) return TOPICS[topic](runner, now);
  return topic === 'status' ? toStatus({ runner, file: null }, now) : {};
}

/** Without the time of asking, which alone is no news. */
function timeless<T extends { readonly ts: number }>({ ts: _asked, ...rest }: T): Omit<T, 'ts'> {
  return rest;
}

function byKey<T>(rows: readonly T[], keyOf: (row: T) => string): Values {
  return Object.fromEntries(rows.map((row) => [keyOf(row), row]));
}
