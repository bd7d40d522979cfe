/**
 * One cycle of the pool: every candidate gets the market's newest figures, then its heat; the hot become active, the
 * cold leave, and what changed is one batch for the store. Figures come from the windows each time, because a heat of
 * hours ago buys what is over.
 */
import type { EpochMs } from '../core/time.ts';
import type { Candidate, CandidateBatch, CandidateMarket, HeatRecord } from '../model/candidate.ts';
import {
  type CandidatePool,
  hotterFirst,
  isCold,
  leave,
  listCandidates,
  putCandidate,
  refreshMentions,
} from './candidate-pool.ts';
import type { HeatWeights } from './discovery-config.ts';
import { type Rank, rankCandidate } from './hot-ranker.ts';
import { type MentionCounter, readMentions } from './mention-counter.ts';
import { noteRefusal } from './refusals.ts';
import type { TickerStream } from './ticker-stream.ts';
import { readTicker, type TickerView } from './ticker-view.ts';

/** What a cycle needs beside the pool. */
export type CycleContext = {
  readonly now: EpochMs;
  readonly stream: TickerStream;
  readonly weights: HeatWeights;
  readonly mentions: MentionCounter;
};

/** Runs a cycle; answers what is to be stored. */
export function runPoolCycle(pool: CandidatePool, context: CycleContext): CandidateBatch {
  const { now } = context;
  for (const candidate of listCandidates(pool)) {
    if (candidate.status === 'cooling') endCooling(pool, candidate, now);
    else scoreCandidate(pool, candidate, context);
  }
  promote(pool, now);
  for (const candidate of listCandidates(pool)) expire(pool, candidate, now);
  const heat = takeHeat(pool, now);
  const all = Object.values(pool.candidates);
  return {
    time: now,
    saved: all.filter(({ leaving }) => leaving === null),
    removed: all.filter(({ leaving }) => leaving !== null).map(({ instrumentId }) => instrumentId),
    heat,
  };
}

function endCooling(pool: CandidatePool, candidate: Candidate, now: EpochMs): void {
  if (candidate.coolingUntil !== null && now < candidate.coolingUntil) return;
  leave(pool, candidate, { reason: 'its cooling is over', time: now });
}

function scoreCandidate(pool: CandidatePool, known: Candidate, { now, stream, weights, mentions }: CycleContext): void {
  const candidate = refreshMentions(pool, known, readMentions(mentions, known.instrumentId, now));
  const { marketStaleMs } = pool.config;
  const { mentionMs } = mentions.config;
  const market = toMarket(readTicker(stream, candidate.instrumentId, now));
  const fresh: Candidate = { ...candidate, market };
  const { components, ...heats } = rankCandidate(fresh, { now, weights, marketStaleMs, mentionMs });
  const lowHeatSince = lowSince(fresh, heats, { now, exitHeat: pool.config.exitHeat });
  putCandidate(pool, { ...fresh, components, heat: heats.heat, scoredTime: now, lowHeatSince });
}

/**
 * Since when a candidate is cold. Talk warms nobody who would be cold without it. Of what is held only what was seen
 * counts: after an outage or a restart nothing is known yet, which is no reason to sell.
 */
function lowSince(
  { status, market, lowHeatSince }: Candidate,
  { heat, quietHeat }: Pick<Rank, 'heat' | 'quietHeat'>,
  { now, exitHeat }: { readonly now: EpochMs; readonly exitHeat: number },
): EpochMs | null {
  if (Math.min(heat, quietHeat) >= exitHeat) return null;
  const isSeen = market.change5m !== null && market.volumeRatio !== null;
  return status === 'trading' && !isSeen ? now : (lowHeatSince ?? now);
}

function toMarket(view: TickerView | null): CandidateMarket {
  return {
    change1m: view?.change1m ?? null,
    change5m: view?.change5m ?? null,
    change15m: view?.change15m ?? null,
    change1h: view?.change1h ?? null,
    change24h: view?.change24h ?? null,
    volumeRatio: view?.volumeRatio ?? null,
    takerBuyShare: view?.takerBuyShare ?? null,
    quoteVolume24h: view?.quoteVolume24h ?? null,
    tickerTime: view?.tickerTime ?? null,
  };
}

/** The hottest of those on probation become active; when all places are taken, only by displacing a cooler one. */
function promote(pool: CandidatePool, now: EpochMs): void {
  const { enterHeat, activeMax } = pool.config;
  const staying = listCandidates(pool).filter(({ status }) => status !== 'cooling');
  const hot = staying.filter(({ tier, heat }) => tier === 'probation' && heat >= enterHeat);
  const ready = hot.filter((candidate) => isMoreThanTalk(pool, candidate, now)).sort(hotterFirst);
  const active = staying.filter(({ tier }) => tier === 'active');
  const coolest = active.filter(({ status }) => status !== 'trading').sort((a, b) => hotterFirst(b, a));
  let places = activeMax - active.length;
  for (const candidate of ready) {
    const displaced = places > 0 ? undefined : coolest[0];
    if (places <= 0 && (displaced === undefined || displaced.heat >= candidate.heat)) {
      const reason = `all ${activeMax} places are taken by hotter ones`;
      noteRefusal(pool.refusals, { gate: 'pool:capacity', subject: candidate.instrumentId, reason, time: now });
      continue;
    }
    if (displaced === undefined) places--;
    else {
      coolest.shift();
      leave(pool, displaced, { reason: `displaced by ${candidate.instrumentId}`, time: now });
    }
    putCandidate(pool, { ...candidate, tier: 'active' });
  }
}

/** Who is only talked about takes no place from anybody, however hot the talk. */
function isMoreThanTalk(pool: CandidatePool, { instrumentId, source, lowHeatSince }: Candidate, now: EpochMs): boolean {
  if (source !== 'social' && lowHeatSince === null) return true;
  const reason = 'what is said of it is all that makes it hot';
  noteRefusal(pool.refusals, { gate: 'pool:socialAlone', subject: instrumentId, reason, time: now });
  return false;
}

function expire(pool: CandidatePool, candidate: Candidate, now: EpochMs): void {
  const { status, tier, signalTime } = candidate;
  const { probationMs, exitHoldMs, exitHeat } = pool.config;
  if (status === 'trading' || status === 'cooling') return;
  if (tier === 'probation') {
    if (now - signalTime < probationMs) return;
    leave(pool, candidate, { reason: `not hot enough within ${probationMs} ms of its newest signal`, time: now });
  } else if (isCold(candidate, pool.config, now)) {
    leave(pool, candidate, { reason: `heat below ${exitHeat} for ${exitHoldMs} ms`, time: now });
  }
}

/** Heat of each candidate at most once in the configured time; looking and noting are one (problem R5-1). */
function takeHeat(pool: CandidatePool, now: EpochMs): readonly HeatRecord[] {
  return listCandidates(pool).flatMap(({ instrumentId, heat, components, scoredTime }) => {
    const last = pool.heatTimes[instrumentId];
    if (scoredTime !== now || (last !== undefined && now - last < pool.config.heatHistoryMs)) return [];
    pool.heatTimes[instrumentId] = now;
    return [{ instrumentId, time: now, heat, components }];
  });
}
