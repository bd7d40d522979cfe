/**
 * CandidatePool: signals in, a bounded set of candidates out. A signal puts a coin on probation; heat makes it active,
 * cold makes it leave, a loss makes it cool. Candidates are never edited: every change is a new object, so a reader
 * keeps what it was given (problem R3-1). One that leaves is gone only when the store has said so (problem R8-2).
 */
import type { EpochMs } from '../core/time.ts';
import type { Candidate, CandidateSource, CandidateStatus, HeatComponents } from '../model/candidate.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { Anomaly } from './anomaly-detector.ts';
import type { PoolConfig } from './discovery-config.ts';
import { createRefusalLedger, noteRefusal, type RefusalLedger } from './refusals.ts';

/** The pool; plain data. */
export type CandidatePool = {
  readonly config: PoolConfig;
  candidates: Record<string, Candidate>;
  /** When heat of each was last written down; an entry lives as long as its candidate (problem R2-5). */
  heatTimes: Record<string, EpochMs>;
  /** Of all of discovery. */
  refusals: RefusalLedger;
};

/** Leaving candidates that wait for the store at most. Policy beyond it: nothing new comes in. */
const LEAVING_MAX = 500;
/** Authors remembered of a coin. Policy beyond it: the oldest is forgotten. */
const AUTHORS_MAX = 20;
const NO_HEAT: HeatComponents = {
  announcement: 0,
  social: 0,
  sentiment: 0,
  momentum: 0,
  liquidity: 0,
  riskPenalty: 0,
};

/** An empty pool. */
export function createCandidatePool(config: PoolConfig): CandidatePool {
  return { config, candidates: {}, heatTimes: {}, refusals: createRefusalLedger() };
}

/** A candidate, leaving ones included; `null` when the pool has none of that name. */
export function candidateOf(pool: CandidatePool, instrumentId: InstrumentId): Candidate | null {
  return Object.hasOwn(pool.candidates, instrumentId) ? (pool.candidates[instrumentId] ?? null) : null;
}

/** Replaces a candidate. */
export function putCandidate(pool: CandidatePool, candidate: Candidate): void {
  pool.candidates[candidate.instrumentId] = Object.freeze(candidate);
}

/** All that stay, in the order they came. */
export function listCandidates(pool: CandidatePool): readonly Candidate[] {
  return Object.values(pool.candidates).filter(({ leaving }) => leaving === null);
}

/** Whether heat has been low for as long as the pool bears it. */
export function isCold(
  { lowHeatSince }: Candidate,
  { exitHoldMs }: Pick<PoolConfig, 'exitHoldMs'>,
  now: EpochMs,
): boolean {
  return lowHeatSince !== null && now - lowHeatSince >= exitHoldMs;
}

/** Who counts as in the pool at `now`: neither cooling nor cold. A coin that is held is kept cold, and is not in it. */
export function listMembers(pool: CandidatePool, now: EpochMs): readonly Candidate[] {
  return listCandidates(pool).filter(
    (candidate) => candidate.status !== 'cooling' && !isCold(candidate, pool.config, now),
  );
}

/**
 * Who may be chosen with the next cycle, at most `count`: newcomers that were not scored yet, newest first, then the
 * hottest. What is to be known of a choice, such as books, is asked for them.
 */
export function listNearest(pool: CandidatePool, count: number): readonly Candidate[] {
  const all = listCandidates(pool).filter(({ status }) => status !== 'cooling');
  const newcomers = all.filter(({ scoredTime }) => scoredTime === null).reverse();
  const scored = all.filter(({ scoredTime }) => scoredTime !== null).sort(hotterFirst);
  return [...newcomers, ...scored].slice(0, count);
}

/** The `count` hottest active candidates with at least `minHeat` that do not cool, hottest first. */
export function topCandidates(
  pool: CandidatePool,
  { count, minHeat }: { readonly count: number; readonly minHeat: number },
): readonly Candidate[] {
  return listCandidates(pool)
    .filter(({ tier, status, heat }) => tier === 'active' && status !== 'cooling' && heat >= minHeat)
    .sort(hotterFirst)
    .slice(0, count);
}

/** Hottest first; of two alike the one found first, then by name. */
export function hotterFirst(a: Candidate, b: Candidate): number {
  return b.heat - a.heat || a.discoveredTime - b.discoveredTime || (a.instrumentId < b.instrumentId ? -1 : 1);
}

/** Folds an anomaly: the coin comes in or is confirmed. A position's status is not touched. */
export function admitAnomaly(pool: CandidatePool, anomaly: Anomaly): 'admitted' | 'confirmed' | 'refused' {
  const { instrumentId, detectedTime: time } = anomaly;
  return admit(pool, { instrumentId, source: 'momentum', time }, (candidate) => ({
    ...candidate,
    market: {
      ...candidate.market,
      change5m: anomaly.change5m,
      change24h: anomaly.change24h,
      volumeRatio: anomaly.volumeRatio,
      quoteVolume24h: anomaly.quoteVolume24h,
      tickerTime: time,
    },
    burstScore: anomaly.score?.score ?? candidate.burstScore,
  }));
}

/** Folds a listing. */
export function admitListing(
  pool: CandidatePool,
  listing: {
    readonly instrumentId: InstrumentId;
    readonly time: EpochMs;
    readonly announcedTime: EpochMs;
    readonly openTime: EpochMs | null;
    readonly title: string | null;
  },
): 'admitted' | 'confirmed' | 'refused' {
  const { instrumentId, time, announcedTime } = listing;
  return admit(pool, { instrumentId, source: 'listing', time }, (candidate) => ({
    ...candidate,
    listing: {
      announcedTime,
      openTime: listing.openTime ?? candidate.listing?.openTime ?? null,
      title: listing.title ?? candidate.listing?.title ?? null,
    },
  }));
}

/** What was said of a coin within the last hour. */
export type MentionSummary = {
  readonly instrumentId: InstrumentId;
  readonly time: EpochMs;
  readonly velocity: number;
  readonly sentiment: number;
  readonly author: string | null;
};

/** Folds mentions. */
export function admitMentions(pool: CandidatePool, mention: MentionSummary): 'admitted' | 'confirmed' | 'refused' {
  const { instrumentId, time, velocity, sentiment, author } = mention;
  return admit(pool, { instrumentId, source: 'social', time }, (candidate) => {
    const others = candidate.mentions.authors.filter((each) => each !== author);
    const authors = author === null ? candidate.mentions.authors : [...others, author].slice(-AUTHORS_MAX);
    return { ...candidate, mentions: { velocity, sentiment, lastTime: time, authors } };
  });
}

/** Brings what is said of a candidate up to date; it is no new signal, and one that nobody speaks of stays as it is. */
export function refreshMentions(
  pool: CandidatePool,
  candidate: Candidate,
  figures: { readonly velocity: number; readonly sentiment: number; readonly lastTime: EpochMs | null },
): Candidate {
  const { velocity, sentiment, lastTime } = figures;
  if (lastTime === null) return candidate;
  const fresh = { ...candidate, mentions: { ...candidate.mentions, velocity, sentiment, lastTime } };
  putCandidate(pool, fresh);
  return fresh;
}

type Signal = { readonly instrumentId: InstrumentId; readonly source: CandidateSource; readonly time: EpochMs };

function admit(
  pool: CandidatePool,
  signal: Signal,
  change: (candidate: Candidate) => Candidate,
): 'admitted' | 'confirmed' | 'refused' {
  const { instrumentId, time, source } = signal;
  const known = candidateOf(pool, instrumentId);
  const coolingUntil = known?.coolingUntil ?? null;
  if (known?.status === 'cooling' && coolingUntil !== null && time < coolingUntil) {
    const reason = `it cools for ${coolingUntil - time} ms more; ${source} ignored`;
    noteRefusal(pool.refusals, { gate: 'pool:cooling', subject: instrumentId, reason, time });
    return 'refused';
  }
  if (known === null && isStuck(pool)) {
    const reason = 'the store does not take those that left';
    noteRefusal(pool.refusals, { gate: 'pool:stuck', subject: instrumentId, reason, time });
    return 'refused';
  }
  if (known === null || known.status === 'cooling' || known.leaving !== null) {
    if (known === null) makeRoom(pool, time);
    putCandidate(pool, change(newCandidate(signal)));
    return 'admitted';
  }
  putCandidate(pool, change({ ...known, source: mixedSource(known.source, source), signalTime: time }));
  return 'confirmed';
}

function isStuck(pool: CandidatePool): boolean {
  let leaving = 0;
  for (const candidate of Object.values(pool.candidates)) if (candidate.leaving !== null) leaving++;
  return leaving >= LEAVING_MAX;
}

/** On probation the coolest gives way, and of two alike the one that waits longest. */
function makeRoom(pool: CandidatePool, time: EpochMs): void {
  const waiting = listCandidates(pool).filter(({ tier, status }) => tier === 'probation' && status !== 'trading');
  if (waiting.length < pool.config.probationMax) return;
  const last = waiting.sort((a, b) => a.heat - b.heat || a.discoveredTime - b.discoveredTime)[0];
  if (last !== undefined) leave(pool, last, { reason: 'probation is full', time });
}

function newCandidate({ instrumentId, source, time }: Signal): Candidate {
  return {
    instrumentId,
    source,
    status: 'watching',
    tier: 'probation',
    heat: 0,
    components: NO_HEAT,
    discoveredTime: time,
    signalTime: time,
    scoredTime: null,
    lowHeatSince: null,
    coolingUntil: null,
    market: {
      change1m: null,
      change5m: null,
      change15m: null,
      change1h: null,
      change24h: null,
      volumeRatio: null,
      takerBuyShare: null,
      quoteVolume24h: null,
      tickerTime: null,
    },
    burstScore: null,
    mentions: { velocity: 0, sentiment: 0, lastTime: null, authors: [] },
    listing: null,
    hasFutures: false,
    listedTime: null,
    leaving: null,
  };
}

function mixedSource(known: CandidateSource, next: CandidateSource): CandidateSource {
  return known === 'unknown' || known === next ? next : 'mixed';
}

/** Marks a candidate as leaving, with the reason. */
export function leave(
  pool: CandidatePool,
  candidate: Candidate,
  { reason, time }: { readonly reason: string; readonly time: EpochMs },
): void {
  noteRefusal(pool.refusals, { gate: 'pool:left', subject: candidate.instrumentId, reason, time });
  putCandidate(pool, { ...candidate, leaving: reason });
}

/** Sets the status of a candidate and nothing else (problem R3-3). */
export function setStatus(pool: CandidatePool, instrumentId: InstrumentId, status: CandidateStatus): void {
  const candidate = candidateOf(pool, instrumentId);
  if (candidate !== null) putCandidate(pool, { ...candidate, status });
}

/** Sets since when a candidate's coin has been traded, which makes its age (problem A-1). */
export function setListedTime(pool: CandidatePool, instrumentId: InstrumentId, listedTime: EpochMs): void {
  const candidate = candidateOf(pool, instrumentId);
  if (candidate !== null) putCandidate(pool, { ...candidate, listedTime });
}

/** Folds the end of a position: a gain returns the coin to watching, a loss cools it. */
export function foldPositionClosed(
  pool: CandidatePool,
  { instrumentId, time, outcome }: { instrumentId: InstrumentId; time: EpochMs; outcome: 'gain' | 'loss' },
): void {
  const known = candidateOf(pool, instrumentId) ?? newCandidate({ instrumentId, source: 'unknown', time });
  if (outcome === 'gain') putCandidate(pool, { ...known, status: 'watching' });
  else {
    const coolingUntil = (time + pool.config.coolingMs) as EpochMs;
    putCandidate(pool, { ...known, status: 'cooling', coolingUntil, leaving: null });
  }
}

/** Forgets those that the store has removed; one that came back meanwhile stays. */
export function foldRemovalStored(pool: CandidatePool, instrumentIds: readonly InstrumentId[]): void {
  for (const instrumentId of instrumentIds) {
    if (candidateOf(pool, instrumentId)?.leaving === null) continue;
    delete pool.candidates[instrumentId];
    delete pool.heatTimes[instrumentId];
  }
}
