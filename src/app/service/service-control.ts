/**
 * The running service as the HTTP and WebSocket edge sees it: posts go through the engine, subscriptions through the
 * supervisor, and derived series that were never stored are made from their base on first use.
 */
import type { IngestState, MarketControl } from '../../api/market-control.ts';
import { err, ok } from '../../core/result.ts';
import { derivableTimeframes } from '../../market/derived-timeframe-fanout.ts';
import { toFailure } from '../../model/failure.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';
import { deriveHistory } from '../data/derive-history.ts';
import type { ServiceBackfill } from './service-backfill.ts';
import type { Upstream } from './upstream.ts';

/** What the control is made of. */
export type ControlParts = {
  readonly config: Config;
  readonly upstream: Upstream;
  readonly store: CandleStore;
  readonly clock: Clock;
  readonly backfill: ServiceBackfill;
  readonly whitelist: readonly SeriesId[];
  readonly metrics: () => Readonly<Record<string, number>>;
};

/** The control of a running service. */
export function createServiceControl(parts: ControlParts): MarketControl {
  const { upstream, clock, backfill } = parts;
  const { engine, supervisor } = upstream;
  const preparing = new Map<SeriesId, Promise<void>>();
  return {
    postClosed: async (candles, announce) => {
      try {
        await upstream.post(candles, announce);
        return ok(null);
      } catch (error) {
        return err(toFailure(error));
      }
    },
    postForming: async (candle) => {
      const { seriesId } = candle;
      await engine.submit({ kind: 'formingPosted', receivedTime: clock.now(), seriesId, candle });
    },
    reserve: (seriesId) => supervisor.reserve(seriesId),
    release: (seriesId) => supervisor.release(seriesId),
    prepareSeries: (seriesId) => {
      const known =
        preparing.get(seriesId) ?? prepareDerived(parts, seriesId).finally(() => preparing.delete(seriesId));
      preparing.set(seriesId, known);
      return known;
    },
    prepareChart: (seriesId, how) => upstream.prepareChart(seriesId, how),
    coverTail: (seriesId, limit) => backfill.coverTail(seriesId, limit),
    repairGap: (seriesId, hole) => backfill.repairGap(seriesId, hole),
    backfill: (seriesId) => backfill.state(seriesId),
    ingestState: () => describeIngest(parts),
    whitelist: () => parts.whitelist,
    metrics: parts.metrics,
  };
}

/** A configured derived series that has nothing stored is derived from everything stored of its base. */
async function prepareDerived(parts: ControlParts, seriesId: SeriesId): Promise<void> {
  const { config, store } = parts;
  const { timeframe } = seriesParts(seriesId);
  const wanted = derivableTimeframes(config.baseTimeframe, config.derivedTimeframes);
  if (!wanted.includes(timeframe)) return;
  const { count } = await store.extent(seriesId);
  if (count === 0) await deriveHistory(store, siblingSeries(seriesId, config.baseTimeframe), [timeframe]);
}

function describeIngest(parts: ControlParts): IngestState {
  const { ingest } = parts.config;
  return {
    jobs: parts.upstream.supervisor.jobs(),
    whitelist_series_ids: parts.whitelist,
    ondemand_max_jobs: ingest.onDemandMax,
    whitelist_ingest_enabled: ingest.whitelist === 'on',
    ingest_role_guard_enabled: ingest.roleGuard === 'on',
    ingest_role: ingest.role,
    ingest_jobs_enabled: !(ingest.roleGuard === 'on' && ingest.role === 'read'),
    loop_guardrail_enabled: ingest.guardrail === 'on',
  };
}
