/**
 * What the service fetches beside following series: after reads, before a hole is told, and at the start. Each is
 * behind a switch of its own. Nothing here competes with a job: what a job brings is left to it.
 */
import type { BackfillState, MarketControl } from '../../api/market-control.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { toReason } from '../../model/failure.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';
import { GapRepair, type Hole } from './gap-repair.ts';
import { RangeFiller } from './range-filler.ts';
import { TailCoverage } from './tail-coverage.ts';
import type { Upstream } from './upstream.ts';

/** What it is made of. */
export type BackfillParts = {
  readonly config: Config;
  readonly store: CandleStore;
  readonly upstream: Upstream;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly onWarning: (reason: string) => void;
};

/** The backfill of a service. */
export type ServiceBackfill = Pick<MarketControl, 'repairGap' | 'coverTail'> & {
  readonly state: (seriesId: SeriesId) => BackfillState;
  /** Completes the newest `candles` of a series that no job follows. */
  readonly complete: (seriesId: SeriesId, candles: number) => Promise<BackfillState>;
};

/** The backfill; nothing is fetched before the feed is open and somebody asks. */
export function createServiceBackfill(parts: BackfillParts): ServiceBackfill {
  const { config, upstream, clock, wallClock, onWarning } = parts;
  const { backfill } = config;
  const onError = (error: unknown): void => onWarning(toReason(error));
  const filler = createFiller(parts);
  const tail = new TailCoverage({ filler, clock, jobStart: (seriesId) => findJobStart(parts, seriesId), onError });
  const { exchange, gapMax: candlesMax } = backfill;
  const gaps = new GapRepair({ filler, wallClock, exchange, candlesMax, onError });
  return {
    coverTail: (seriesId, limit) => {
      if (backfill.tail === 'off' || !isOfVenue(seriesId)) return;
      tail.start({ seriesId, candles: Math.min(limit, backfill.tailMax), exchange: backfill.exchangeOnRead });
    },
    repairGap: (seriesId: SeriesId, hole: Hole) => {
      const isOurs = backfill.gap === 'on' && isOfVenue(seriesId) && !upstream.supervisor.follows(seriesId);
      return isOurs ? gaps.repair(seriesId, hole) : null;
    },
    state: (seriesId) => tail.state(seriesId),
    complete: (seriesId, candles) => tail.run({ seriesId, candles, exchange: backfill.exchange }),
  };
}

function createFiller({ config, store, clock, upstream }: BackfillParts): RangeFiller {
  const { baseTimeframe, derivedTimeframes } = config;
  return new RangeFiller({
    store,
    clock,
    baseTimeframe,
    derivedTimeframes,
    fetchHistory: (request) => upstream.feed().fetchHistory(request),
    save: (candles) => upstream.post(candles, 'silent'),
  });
}

function isOfVenue(seriesId: SeriesId): boolean {
  return seriesId.startsWith('binance:');
}

/** A job continues behind the newest stored candle of its base; before anything is stored it brings everything. */
async function findJobStart({ upstream, store }: BackfillParts, seriesId: SeriesId): Promise<EpochMs | null> {
  if (!upstream.supervisor.follows(seriesId)) return null;
  const { head } = await store.extent(seriesId);
  return head === null ? (0 as EpochMs) : addMs(head, timeframeMs(seriesParts(seriesId).timeframe));
}
