/**
 * A live scan as tables: the hottest candidates with their reasons, and, because mostly nothing is hot, the coins that
 * are nearest to a burst and what they lack.
 */

import type { EpochMs } from '../../core/time.ts';
import {
  type DiscoveryState,
  listCandidates,
  listRefusals,
  readMentions,
  readTickers,
  type TickerView,
} from '../../discovery/index.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { coinOf, signedPercent, type TextTable } from './scan-tables.ts';

/** Rows of a table at most. */
const ROWS_MAX = 20;
const NEAREST_MAX = 10;
/** A refusal is of now when it is not older than a few cycles. */
const RECENT_MS = 60_000;

/** Both tables at `now`. */
export function toLiveTables(state: DiscoveryState, now: EpochMs): readonly TextTable[] {
  return [hottestTable(state, now), nearestTable(state, now)];
}

function hottestTable(state: DiscoveryState, now: EpochMs): TextTable {
  const candidates = [...listCandidates(state.pool)].sort((a, b) => b.heat - a.heat).slice(0, ROWS_MAX);
  return {
    title: `The hottest coins: ${candidates.length}`,
    headings: ['heat', 'coin', 'tier', 'source', '5m', '1h', '24h', 'volume', '24h volume', 'score', 'talk', 'gate'],
    rows: candidates.map((candidate) => [
      candidate.heat.toFixed(1),
      coinOf(candidate.instrumentId),
      candidate.tier,
      candidate.source,
      ...marketCells(candidate.market),
      candidate.burstScore === null ? '-' : candidate.burstScore.toFixed(1),
      talkOf(state, candidate, now),
      gateOf(state, candidate.instrumentId, now),
    ]),
  };
}

function marketCells(market: Candidate['market'] | TickerView): readonly string[] {
  const { change5m, change1h, change24h, volumeRatio, quoteVolume24h } = market;
  return [
    signedOrUnknown(change5m),
    signedOrUnknown(change1h),
    signedOrUnknown(change24h),
    volumeRatio === null ? '-' : `${volumeRatio.toFixed(1)}x`,
    quoteVolume24h === null ? '-' : `${(quoteVolume24h / 1e6).toFixed(2)} M`,
  ];
}

function signedOrUnknown(share: number | null): string {
  return share === null ? '-' : signedPercent(share);
}

/** Authors an hour, and whether they become more. */
function talkOf(state: DiscoveryState, { instrumentId }: Candidate, now: EpochMs): string {
  const { velocity, acceleration } = readMentions(state.mentions, instrumentId, now);
  return velocity === 0 ? '-' : `${velocity.toFixed(0)}/h x${acceleration.toFixed(1)}`;
}

/** The newest gate that refused the coin within the last minute. */
function gateOf(state: DiscoveryState, instrumentId: InstrumentId, now: EpochMs): string {
  const refusals = listRefusals(state.pool.refusals);
  const found = refusals.find(({ subject, lastTime }) => subject === instrumentId && now - lastTime < RECENT_MS);
  return found === undefined ? '-' : `${found.gate}: ${found.reason}`;
}

function nearestTable(state: DiscoveryState, now: EpochMs): TextTable {
  const views = readTickers(state.stream, now);
  const rising = views.filter(({ change5m }) => change5m !== null && change5m > 0);
  const nearest = [...rising].sort((a, b) => nearnessOf(state, b) - nearnessOf(state, a)).slice(0, NEAREST_MAX);
  return {
    title: `Nearest to a burst, of ${views.length} watched`,
    headings: ['coin', '5m', '1h', '24h', 'volume', '24h volume', 'lacks'],
    rows: nearest.map((view) => [coinOf(view.instrumentId), ...marketCells(view), lackOf(state, view)]),
  };
}

/** How much of the rule is met: the lesser of its two halves. */
function nearnessOf({ config }: DiscoveryState, { change5m, volumeRatio }: TickerView): number {
  return Math.min((change5m ?? 0) / config.anomaly.change5mMin, (volumeRatio ?? 0) / config.anomaly.volumeRatioMin);
}

function lackOf({ config }: DiscoveryState, view: TickerView): string {
  const { change5mMin, volumeRatioMin, quoteVolume24hMin, change24hMax } = config.anomaly;
  const lacks = [
    view.volumeRatio === null ? 'volume is not known yet' : view.volumeRatio < volumeRatioMin ? 'volume' : null,
    (view.change5m ?? 0) < change5mMin ? 'rise' : null,
    (view.quoteVolume24h ?? 0) < quoteVolume24hMin ? 'liquidity' : null,
    (view.change24h ?? 0) > change24hMax ? 'rose too far already' : null,
  ].filter((lack) => lack !== null);
  return lacks.length === 0 ? '-' : lacks.join(', ');
}
