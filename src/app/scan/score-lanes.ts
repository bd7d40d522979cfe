/**
 * The volatility-normalised score as an alarm of its own, beside the seed's rule: the same gates and the same cooldown,
 * at several thresholds, so that both can be compared at about the same number of alarms.
 */
import type { EpochMs } from '../../core/time.ts';
import { excludedByName } from '../../discovery/asset-classes.ts';
import { type DiscoveryState, findSlot, scoreBurst } from '../../discovery/index.ts';
import { change24hAt, changeAt } from '../../discovery/ticker-view.ts';
import type { Ticker } from '../../model/ticker.ts';

/** Thresholds in standard deviations. They are a scale to read off, not a choice. */
export const SCORE_THRESHOLDS = [3, 4, 5, 6, 8, 12] as const;
const BURST_MS = 300_000;
/** The least scale of a return in the score: a smaller move can not reach the lowest threshold. */
const RETURN_SCALE_MIN = 0.0005;

/** When each threshold last told each instrument. */
export type ScoreLanes = { readonly told: Map<string, EpochMs>[] };

/** The lane's name in reports. */
export function scoreLaneName(threshold: number): string {
  return `score>=${threshold}`;
}

/** Nothing told. */
export function createScoreLanes(): ScoreLanes {
  return { told: SCORE_THRESHOLDS.map(() => new Map()) };
}

/** Names of the lanes that tell `ticker` at `now`, after the stage has folded it. */
export function foldScore(
  lanes: ScoreLanes,
  state: DiscoveryState,
  { ticker, now }: { readonly ticker: Ticker; readonly now: EpochMs },
): readonly string[] {
  const { config, stream, market } = state;
  const slot = findSlot(stream, ticker.instrumentId);
  if (slot === undefined || !canReach(state, slot, now)) return [];
  const score = scoreBurst(stream, market, { slot, now })?.score ?? Number.NaN;
  if (!(score >= SCORE_THRESHOLDS[0]) || !passesGates(state, slot, ticker)) return [];
  return SCORE_THRESHOLDS.flatMap((threshold, index) => {
    const told = lanes.told[index] as Map<string, EpochMs>;
    const last = told.get(ticker.instrumentId);
    if (score < threshold || (last !== undefined && now - last < config.anomaly.cooldownMs)) return [];
    told.set(ticker.instrumentId, now);
    return [scoreLaneName(threshold)];
  });
}

/** The cheap half first, and exact: most moves are too small for any threshold at the smallest scale there is. */
function canReach({ stream, market }: DiscoveryState, slot: number, now: EpochMs): boolean {
  const change = changeAt(stream, slot, { now, backMs: BURST_MS });
  return Math.log1p(change) - Math.log1p(market.change5m) >= SCORE_THRESHOLDS[0] * RETURN_SCALE_MIN;
}

/** Whether the rule's gates for liquidity, chasing and kind of asset would let the instrument pass. */
export function passesGates({ config, stream }: DiscoveryState, slot: number, ticker: Ticker): boolean {
  const { quoteVolume24hMin, change24hMax } = config.anomaly;
  return (
    ticker.quoteVolume24h >= quoteVolume24hMin &&
    change24hAt(stream, slot) <= change24hMax &&
    excludedByName(ticker.instrumentId, config.filter) === null
  );
}
