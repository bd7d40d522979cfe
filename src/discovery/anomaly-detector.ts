/**
 * AnomalyDetector: the seed's burst rule over the windows, with its cooldown. A slot whose instrument just moved comes
 * in; an anomaly leaves, or nothing. What met the burst but not the other gates is refused with its reason. The
 * volatility-normalised score goes along with every anomaly and decides nothing.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import { excludedByName } from './asset-classes.ts';
import { type BurstScore, scoreBurst } from './burst-score.ts';
import type { AnomalyConfig, FilterConfig } from './discovery-config.ts';
import { BURST_MS, type MarketMove } from './market-move.ts';
import { noteRefusal, type RefusalLedger } from './refusals.ts';
import { figureAt, type TickerStream, volumesOf } from './ticker-stream.ts';
import { change24hAt, changeAt } from './ticker-view.ts';
import { volumeRatioAt } from './volume-rings.ts';

/** An instrument at the start of a burst. */
export type Anomaly = {
  readonly kind: 'anomalyDetected';
  readonly instrumentId: InstrumentId;
  readonly detectedTime: EpochMs;
  readonly price: number;
  /** `null` where the other half of the rule was met and volume is not known (mode `either`). */
  readonly volumeRatio: number | null;
  readonly change5m: number | null;
  readonly change24h: number;
  readonly quoteVolume24h: number;
  readonly score: BurstScore | null;
};

/** When each instrument was told last; plain data. */
export type AnomalyDetector = { alerted: Record<string, EpochMs> };

/** What the detector looks at. */
export type DetectorContext = {
  readonly stream: TickerStream;
  readonly market: MarketMove;
  readonly anomaly: AnomalyConfig;
  readonly filter: Pick<FilterConfig, 'stableAssets' | 'blacklist'>;
  readonly refusals: RefusalLedger;
};

/** Nothing told yet. */
export function createAnomalyDetector(): AnomalyDetector {
  return { alerted: {} };
}

/** Judges one slot at `now`; an anomaly starts the instrument's cooldown. */
export function detectAnomaly(
  detector: AnomalyDetector,
  context: DetectorContext,
  { slot, now }: { readonly slot: number; readonly now: EpochMs },
): Anomaly | null {
  const { stream, anomaly: rule } = context;
  // The cheap half first: nearly every instrument of every second ends here.
  const change5m = changeAt(stream, slot, { now, backMs: BURST_MS });
  const hasRisen = change5m >= rule.change5mMin;
  if (!hasRisen && rule.mode === 'both') return null;
  const volumeRatio = volumeRatioAt(volumesOf(stream), slot, now);
  const hasSurged = volumeRatio >= rule.volumeRatioMin;
  if (rule.mode === 'both' ? !hasSurged : !(hasRisen || hasSurged)) return null;
  const instrumentId = stream.instruments[slot] as InstrumentId;
  const gate = findGate(detector, context, { slot, now });
  if (gate !== null) {
    noteRefusal(context.refusals, { gate: gate.gate, subject: instrumentId, reason: gate.reason, time: now });
    return null;
  }
  detector.alerted[instrumentId] = now;
  return {
    kind: 'anomalyDetected',
    instrumentId,
    detectedTime: now,
    price: stream.prices.last[slot] as number,
    volumeRatio: Number.isNaN(volumeRatio) ? null : volumeRatio,
    change5m: Number.isNaN(change5m) ? null : change5m,
    change24h: change24hAt(stream, slot),
    quoteVolume24h: figureAt(stream, slot, 'quoteVolume24h'),
    score: scoreBurst(stream, context.market, { slot, now }),
  };
}

type Gate = { readonly gate: string; readonly reason: string };

/** The gates behind the burst in the order of the rule; figures that are not known do not pass. */
function findGate(
  detector: AnomalyDetector,
  { stream, anomaly: rule, filter }: DetectorContext,
  { slot, now }: { readonly slot: number; readonly now: EpochMs },
): Gate | null {
  const instrumentId = stream.instruments[slot] as InstrumentId;
  const excluded = excludedByName(instrumentId, filter);
  if (excluded !== null) return { gate: `anomaly:${excluded}`, reason: `${instrumentId} is excluded (${excluded})` };
  const volume = figureAt(stream, slot, 'quoteVolume24h');
  if (!(volume >= rule.quoteVolume24hMin)) {
    return { gate: 'anomaly:liquidity', reason: `24h volume ${volume} is below ${rule.quoteVolume24hMin}` };
  }
  const change = change24hAt(stream, slot);
  if (!(change <= rule.change24hMax)) {
    return { gate: 'anomaly:fomo', reason: `24h change ${change.toFixed(4)} is above ${rule.change24hMax}` };
  }
  const last = Object.hasOwn(detector.alerted, instrumentId) ? detector.alerted[instrumentId] : undefined;
  if (last !== undefined && now - last < rule.cooldownMs) {
    return { gate: 'anomaly:cooldown', reason: `told ${now - last} ms ago` };
  }
  return null;
}

/** Forgets cooldowns that are over, and entries that are no times (problems R3-6, R7-2). */
export function dropCooldowns(
  detector: AnomalyDetector,
  { now, cooldownMs }: { now: EpochMs; cooldownMs: number },
): void {
  for (const [instrumentId, time] of Object.entries(detector.alerted)) {
    if (!(now - time < cooldownMs)) delete detector.alerted[instrumentId];
  }
}
