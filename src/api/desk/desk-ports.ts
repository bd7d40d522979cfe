/**
 * What the operator's desk knows of trading: views that are read at once, questions that take time, and commands. A
 * composition implements them; the edge knows nothing else. One runner is one engine from its start to its end, and a
 * handler takes it once, so that one that ends or is replaced meanwhile is still the one it answers for (R7-5). Nothing
 * here is a global: two runners in one process are two of these (B-8).
 */
import type { Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type {
  BalancesAnswer,
  ConfigAnswer,
  ConfigSaved,
  DeskChartAnswer,
  DeskEvent,
  DeskStatus,
  DeskTrade,
  EmergencyAnswer,
  EquityAnswer,
  ExecutionMetricsAnswer,
  FunnelAnswer,
  HotPostsAnswer,
  MlAnswer,
  ParamsAnswer,
  PositionsAnswer,
  PrecheckStatsAnswer,
  RiskAnswer,
  TradesAnswer,
  WhyAnswer,
  WireEquityBar,
} from '../contract.ts';
import type { PoolView } from '../pool-routes.ts';

/** Answers that are made at once from the engine's state; each call is a new copy. May throw while the engine begins. */
export type DeskViews = {
  /** What could be collected; what could not is missing and named in `block_errors` (R9-3). */
  readonly status: () => Partial<DeskStatus>;
  readonly risk: () => RiskAnswer;
  readonly positions: () => PositionsAnswer;
  readonly pool: () => PoolView;
  /** Newest first. */
  readonly signals: () => readonly TradeSignal[];
  readonly metrics: () => ExecutionMetricsAnswer;
  readonly prechecks: () => PrecheckStatsAnswer;
  readonly funnel: () => FunnelAnswer;
  readonly posts: () => HotPostsAnswer;
  /** The newest minutes of equity, ascending; the last one is forming. */
  readonly equity: () => readonly WireEquityBar[];
  /** The model that is watched beside trading. */
  readonly ml: () => MlAnswer;
  readonly params: () => ParamsAnswer;
};

/** What is wanted of the event log; `null` is no condition. */
export type EventsWanted = {
  readonly types: readonly string[] | null;
  readonly symbol: string | null;
  readonly traceId: string | null;
  readonly positionId: string | null;
  readonly before: number | null;
  readonly limit: number;
};

/** What is wanted of a chart. */
export type ChartWanted = {
  readonly symbol: string;
  readonly interval: string;
  readonly days: number;
  readonly barsMax: number;
  readonly traceId: string | null;
  readonly scores: 'with' | 'without';
};

/** What is to be explained: a coin around a moment or now, a position, or everything from a moment on. */
export type WhyWanted =
  | { readonly about: 'coin'; readonly symbol: string; readonly at: EpochMs | null }
  | { readonly about: 'position'; readonly positionId: string }
  | { readonly about: 'everything'; readonly from: EpochMs };

/** What is wanted of the history of equity: how far back, and in about how many bars at most. */
export type EquityWanted = { readonly hours: number; readonly points: number };

/** Events of the log, newest first, and whether there are older ones. */
export type EventsFound = { readonly events: readonly DeskEvent[]; readonly hasOlder: boolean };

/** A trade that others are older than: by the end of its leg in Unix seconds, and its order. */
export type TradePlace = Pick<DeskTrade, 'exit_time' | 'client_order_id'>;

/** How many trades are wanted, of all or of those older than one. */
export type TradesWanted = { readonly limit: number; readonly before: TradePlace | null };

/** Questions; they fail with the failure of whatever they had to ask. */
export type DeskQueries = {
  readonly events: (wanted: EventsWanted) => EventsFound;
  readonly trades: (wanted: TradesWanted) => Promise<TradesAnswer>;
  /** Those of them that are in memory, newest first. */
  readonly recentTrades: (limit: number) => readonly DeskTrade[];
  readonly chart: (wanted: ChartWanted) => Promise<Result<DeskChartAnswer, Failure>>;
  readonly equity: (wanted: EquityWanted) => Promise<Result<EquityAnswer, Failure>>;
  readonly balances: () => Promise<Result<BalancesAnswer, Failure>>;
  /** `null` where nothing is known of the position. */
  /** `language` is that of its sentences. */
  readonly why: (wanted: WhyWanted, language: 'en' | 'zh') => Promise<WhyAnswer | null>;
};

/** What is to be closed at once, and why. */
export type EmergencyWanted = { readonly requestId: string; readonly reason: string };

/**
 * Commands. They go the way of every input, so a replay has them too.
 * - `emergencyClose` latches entries off, sells everything and answers what is really sold, after all is or a few
 *   seconds; the same `requestId` again answers how it stands and sells nothing twice.
 * - `acknowledge` ends a latch; answers `false` where there was none.
 * - `closePosition` answers `false` where there is no such position.
 */
export type DeskControl = {
  readonly emergencyClose: (wanted: EmergencyWanted) => Promise<EmergencyAnswer>;
  readonly acknowledge: (what: 'halt' | 'emergency') => Promise<boolean>;
  readonly pauseEntries: (reason: string) => Promise<void>;
  readonly resumeEntries: () => Promise<void>;
  readonly closePosition: (positionId: string) => Promise<boolean>;
};

/** Trading under way. */
export type DeskRunner = {
  readonly views: DeskViews;
  readonly queries: DeskQueries;
  readonly control: DeskControl;
};

/** The status file as it was last written, by whatever process; `ageMs` is negative where its clock is ahead. */
export type StatusFile = { readonly status: Readonly<Record<string, unknown>>; readonly ageMs: number };

/** What is wrong with settings, the first problems. */
export type ConfigRefused = { readonly problems: readonly string[] };

/**
 * Settings, in force and saved. A change is an object of groups and names and is checked as a whole; `preview` says what
 * it amounts to, `save` saves it, or nothing. What acts at once is in force when a save resolves.
 */
export type ConfigDesk = {
  readonly read: () => Promise<Result<ConfigAnswer, Failure>>;
  readonly preview: (change: unknown) => Promise<Result<ConfigSaved, ConfigRefused>>;
  readonly save: (change: unknown) => Promise<Result<ConfigSaved, ConfigRefused>>;
};

/** Everything the desk is made of; it outlives a runner. */
export type Desk = {
  /** The runner of this moment, `null` before the first and between two. */
  readonly runner: () => DeskRunner | null;
  /** `null` where there is none. */
  readonly readStatusFile: () => Promise<StatusFile | null>;
  /** Trades of former days where no runner has any. */
  readonly readTradeFiles: (wanted: TradesWanted) => Promise<TradesAnswer>;
  /** `null` where settings are not edited here. */
  readonly config: ConfigDesk | null;
};
