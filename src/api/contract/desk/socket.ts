/**
 * The desk's socket, `/ws/hotcoin`. Every topic is a map from names or ids to values. A client subscribes to topics and
 * gets a snapshot of each, then deltas that turn the map of version `from` into that of `version`; a delta sets values
 * as a whole and takes names away. A client that comes back with the run and versions it has gets the deltas it missed,
 * or a snapshot where they are no longer kept or the run is another.
 */
import { z } from 'zod';
import type { PoolCoin } from '../hot-coins.ts';
import type { DeskEvent } from './chart.ts';
import type { WireEquityBar } from './equity.ts';
import type { ExecutionMetricsAnswer, PrecheckStatsAnswer } from './execution.ts';
import type { FunnelAnswer, HotPost, ListingNotice, WireMonitor } from './feed.ts';
import type { DeskPosition, DeskTrade } from './positions.ts';
import type { RiskAnswer } from './risk.ts';
import type { DeskStatus } from './status.ts';
import { statusSignal } from './status.ts';

/** Names of the topics. */
export const DESK_TOPICS = [
  'status',
  'risk',
  'positions',
  'pool',
  'signals',
  'trades',
  'events',
  'equity',
  'metrics',
  'funnel',
  'posts',
] as const;

/** Newest events that their topic holds. */
export const EVENTS_SHOWN = 200;
/** Newest trades that their topic holds. */
export const TRADES_SHOWN = 100;

/** Name of a topic. */
export const deskTopic = z.enum(DESK_TOPICS);

/** A signal on the socket: the newest of each coin. */
export const deskSignal = statusSignal.extend({ trace_id: z.string() }).meta({ id: 'DeskSignal' });

/** Client to server. `versions` are what the client has of each topic, of `run`. */
export const deskSubscribe = z
  .object({
    type: z.literal('subscribe'),
    topics: z.array(deskTopic).min(1).max(DESK_TOPICS.length),
    run: z.string().optional(),
    versions: z.partialRecord(deskTopic, z.int()).optional(),
  })
  .meta({ id: 'DeskSubscribe' });

/** Client to server. */
export const deskUnsubscribe = z
  .object({ type: z.literal('unsubscribe'), topics: z.array(deskTopic).min(1).max(DESK_TOPICS.length) })
  .meta({ id: 'DeskUnsubscribe' });

const values = z.record(z.string(), z.unknown());

/** The first message of a socket. */
export const deskHello = z
  .object({ type: z.literal('hello'), run: z.string(), topics: z.array(deskTopic), updates_per_second: z.number() })
  .meta({ id: 'DeskHello' });

/** A whole topic. */
export const deskSnapshot = z
  .object({
    type: z.literal('snapshot'),
    topic: deskTopic,
    run: z.string(),
    version: z.int(),
    time_ms: z.number(),
    data: values,
  })
  .meta({ id: 'DeskSnapshot' });

/** What changed; to be applied to version `from` only. */
export const deskDelta = z
  .object({
    type: z.literal('delta'),
    topic: deskTopic,
    from: z.int(),
    version: z.int(),
    time_ms: z.number(),
    set: values,
    unset: z.array(z.string()),
  })
  .meta({ id: 'DeskDelta' });

/** What was wrong with a message. */
export const deskProblem = z
  .object({ type: z.literal('error'), code: z.string(), message: z.string() })
  .meta({ id: 'DeskProblem' });

/** Server to client. */
export const deskMessage = z.union([deskHello, deskSnapshot, deskDelta, deskProblem]);

/** Name of a topic. */
export type DeskTopic = z.infer<typeof deskTopic>;
/** Client to server. */
export type DeskRequest = z.infer<typeof deskSubscribe> | z.infer<typeof deskUnsubscribe>;
/** Server to client. */
export type DeskMessage = z.infer<typeof deskMessage>;
/** A signal on the socket. */
export type DeskSignal = z.infer<typeof deskSignal>;

type Timeless<T extends { ts: number }> = Omit<T, 'ts'>;
type MapOf<T> = Readonly<Record<string, T>>;

/** What a topic's map holds: fields of one answer, or rows by what identifies them. */
export type DeskTopicData = {
  readonly status: DeskStatus;
  readonly risk: Timeless<RiskAnswer>;
  /** By `position_id`. */
  readonly positions: MapOf<DeskPosition>;
  /** Coins of `GET /hotcoin/api/pool` by `symbol`. */
  readonly pool: MapOf<PoolCoin>;
  /** By `symbol`. */
  readonly signals: MapOf<DeskSignal>;
  /** By `position_id/leg`; the newest 100. */
  readonly trades: MapOf<DeskTrade>;
  /** By `id`; the newest 200. */
  readonly events: MapOf<DeskEvent>;
  /** The newest minutes of `GET /hotcoin/api/equity` by `time`; the newest of them is forming. */
  readonly equity: MapOf<WireEquityBar>;
  readonly metrics: {
    readonly execution: Timeless<ExecutionMetricsAnswer>;
    readonly prechecks: Timeless<PrecheckStatsAnswer>;
  };
  readonly funnel: Timeless<FunnelAnswer>;
  readonly posts: {
    readonly posts: readonly HotPost[];
    readonly listings: readonly ListingNotice[];
    readonly monitors: MapOf<WireMonitor>;
  };
};
