/**
 * Features that compare a coin with everything that had a candle closing at the same moment: ranks, breadth, its sector
 * and Bitcoin. Made of what was known at that moment, so no coin is in it because of what it became later.
 */
import { type NumberWindow, numberAt, smaValue } from '../indicators/index.ts';
import type { CandleFeatures } from './candle-features.ts';
import type { NamedValues } from './features-hot.ts';

/** A coin at the moment: its state after its newest candle. */
export type Peer = { readonly symbol: string; readonly sector: string; readonly state: CandleFeatures };

/** How many returns the correlation is made of. */
const CORRELATED = 20;

/**
 * The group `crossSection` of each peer by symbol. `bitcoin` is the state of Bitcoin after the candle of the same moment,
 * or `null`; a coin alone has no rank.
 */
export function describePeers(
  peers: readonly Peer[],
  bitcoin: CandleFeatures | null,
): ReadonlyMap<string, NamedValues> {
  const changes = peers.map(({ state }) => numberAt(state.closes, 0) / numberAt(state.closes, 5) - 1);
  const volumes = peers.map(({ state }) => smaValue(state.dayVolume));
  const changeRanks = rank(changes);
  const volumeRanks = rank(volumes);
  const known = changes.filter((change) => !Number.isNaN(change));
  const breadth = known.length < 2 ? null : known.filter((change) => change > 0).length / known.length;
  const sectors = sumSectors(peers, changes);
  return new Map(
    peers.map(({ symbol, sector, state }, at) => [
      symbol,
      {
        volume_rank_pct: volumeRanks[at] ?? null,
        return_rank_pct: changeRanks[at] ?? null,
        corr_btc_20: bitcoin === null ? null : correlate(state, bitcoin),
        sector_momentum: meanOfOthers(sectors.get(sector), changes[at] as number),
        breadth,
      },
    ]),
  );
}

/** For each value the share of the others below it, equal ones counted by half; `null` without another one. */
function rank(values: readonly number[]): readonly (number | null)[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const others = sorted.length - 1;
  const below = new Map<number, { first: number; count: number }>();
  sorted.forEach((value, at) => {
    const seen = below.get(value);
    if (seen === undefined) below.set(value, { first: at, count: 1 });
    else seen.count++;
  });
  return values.map((value) => {
    const place = below.get(value);
    return place === undefined || others < 1 ? null : (place.first + (place.count - 1) / 2) / others;
  });
}

type SectorSum = { sum: number; count: number };

function sumSectors(peers: readonly Peer[], changes: readonly number[]): ReadonlyMap<string, SectorSum> {
  const sums = new Map<string, SectorSum>();
  peers.forEach(({ sector }, at) => {
    const change = changes[at] as number;
    if (Number.isNaN(change)) return;
    const total = sums.get(sector) ?? { sum: 0, count: 0 };
    total.sum += change;
    total.count++;
    sums.set(sector, total);
  });
  return sums;
}

function meanOfOthers(total: SectorSum | undefined, own: number): number | null {
  if (total === undefined || total.count < 2 || Number.isNaN(own)) return null;
  return (total.sum - own) / (total.count - 1);
}

/** Pearson's correlation of the newest returns, pair by pair; `null` before there are enough and without any movement. */
function correlate(a: CandleFeatures, b: CandleFeatures): number | null {
  const meanA = meanOf(a.returns);
  const meanB = meanOf(b.returns);
  let [squareA, squareB, product] = [0, 0, 0];
  for (let lag = 0; lag < CORRELATED; lag++) {
    const x = numberAt(a.returns, lag) - meanA;
    const y = numberAt(b.returns, lag) - meanB;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  const value = product / Math.sqrt(squareA * squareB);
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : null;
}

function meanOf(window: NumberWindow): number {
  let sum = 0;
  for (let lag = 0; lag < CORRELATED; lag++) sum += numberAt(window, lag);
  return sum / CORRELATED;
}
