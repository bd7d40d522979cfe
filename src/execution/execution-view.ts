/**
 * What people and other stages may know of execution: copies, made when asked for.
 */
import type { EpochMs } from '../core/time.ts';
import type { OrderRecord } from '../model/execution.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import { type Desk, nakedMsOf } from './desk.ts';
import { whyClosed } from './entries.ts';
import { isFresh } from './exchange-info-cache.ts';
import { type MetricsView, readMetrics } from './execution-metrics.ts';
import { type ExecutionState, listDesks, liveOrders, reservedQuote } from './execution-state.ts';
import { type PrecheckStatistics, readPrecheckStatistics } from './precheck-statistics.ts';

/** A position under execution. */
export type PositionView = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  /** What the fills say we hold, less fees taken in the base asset. */
  readonly held: Quantity;
  readonly softwareStop: Price | null;
  readonly protection: Desk['told'];
  /** Time without a stop on the venue while there was something to protect. */
  readonly nakedMs: number;
  /** Orders that have not ended. */
  readonly orders: readonly OrderRecord[];
};

/** What the stage is like at an instant. */
export type ExecutionView = {
  /** Why no entry is admitted, `null` when they are. */
  readonly entriesClosed: string | null;
  readonly isRulesFresh: boolean;
  /** Quote money of entries whose end is not known. */
  readonly reserved: Money;
  readonly positions: readonly PositionView[];
  readonly metrics: MetricsView;
  readonly prechecks: PrecheckStatistics;
};

/** A view of the stage at `now`. */
export function readExecution(state: ExecutionState, now: EpochMs): ExecutionView {
  return {
    entriesClosed: whyClosed(state),
    isRulesFresh: isFresh(state.rules, state.config.rules, now),
    reserved: reservedQuote(state, state.config.quoteAsset),
    positions: listDesks(state).map((desk) => ({
      positionId: desk.positionId,
      instrumentId: desk.instrumentId,
      held: desk.held,
      softwareStop: desk.softwareStop,
      protection: desk.told,
      nakedMs: nakedMsOf(desk, now),
      orders: liveOrders(state, desk.positionId),
    })),
    metrics: readMetrics(state.metrics, now),
    prechecks: readPrecheckStatistics(state.statistics, now),
  };
}
