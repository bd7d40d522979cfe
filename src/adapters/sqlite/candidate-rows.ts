/**
 * Candidates and heat as rows of hotcoins.db and back. Columns and the older names in the JSON are shared with other
 * programs: fractions, quote units, seconds; what they do not know stands beside them with times in milliseconds and is
 * what is read back. Whatever is written is read back as it was.
 */
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import type { Candidate, HeatComponents, HeatRecord } from '../../model/candidate.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import { RowFault } from './sqlite-failures.ts';
import { readStoredJson, type StoredJson } from './stored-json.ts';

/** A row of `coin_pool`. */
export type CandidateRow = readonly [
  symbol: string,
  heatScore: number,
  source: string,
  status: string,
  dataJson: string,
  updatedAt: number,
];

/** A row of `heat_history` without its symbol. */
export type HeatRow = readonly [ts: number, score: number, components: string];

const SOURCES = ['momentum', 'listing', 'social', 'mixed', 'unknown'] as const;
const STATUSES = ['watching', 'analyzing', 'trading', 'cooling'] as const;
const TIERS = ['probation', 'active'] as const;
const DAY_MS = 86_400_000;

/** The venue's spelling of an instrument, by which rows are known: `ABCUSDT`. */
export function symbolOf(instrumentId: InstrumentId): string {
  const parts = parseInstrumentId(instrumentId);
  if (!parts.ok) throw new RowFault(`instrument ${instrumentId}`);
  return `${parts.value.base}${parts.value.quote}`;
}

/** Seconds since the epoch, as the shared columns have it. */
export function toSeconds(time: EpochMs): number {
  return time / 1_000;
}

/** The row of `candidate` as it is at `time`. */
export function toCandidateRow(candidate: Candidate, time: EpochMs): CandidateRow {
  const { instrumentId, heat, source, status } = candidate;
  const data = JSON.stringify({ ...sharedFields(candidate, time), ...ownFields(candidate) });
  return [symbolOf(instrumentId), heat, source, status, data, toSeconds(time)];
}

/** What other programs read, in their units: 0 is "not" where they know no null. */
function sharedFields(candidate: Candidate, time: EpochMs): Readonly<Record<string, unknown>> {
  const { market, mentions, listing, listedTime, components } = candidate;
  return {
    discovered_at: toSeconds(candidate.discoveredTime),
    price_change_1m: market.change1m,
    price_change_5m: market.change5m,
    price_change_15m: market.change15m,
    price_change_1h: market.change1h,
    price_change_24h: market.change24h,
    volume_surge_ratio: market.volumeRatio,
    quote_volume_24h: market.quoteVolume24h,
    mention_velocity: mentions.velocity,
    sentiment: mentions.sentiment,
    kol_mentions: mentions.authors,
    listing_open_time: listing?.openTime ?? 0,
    has_listing_signal: listing !== null,
    has_futures: candidate.hasFutures,
    coin_age_days: listedTime === null ? -1 : Math.floor((time - listedTime) / DAY_MS),
    last_score_update: secondsOrZero(candidate.scoredTime),
    low_score_since: secondsOrZero(candidate.lowHeatSince),
    cooling_until: secondsOrZero(candidate.coolingUntil),
    score_announcement: components.announcement,
    score_social: components.social,
    score_sentiment: components.sentiment,
    score_momentum: components.momentum,
    score_liquidity: components.liquidity,
    score_risk_penalty: components.riskPenalty,
  };
}

function secondsOrZero(time: EpochMs | null): number {
  return time === null ? 0 : toSeconds(time);
}

function ownFields(candidate: Candidate): Readonly<Record<string, unknown>> {
  const { market, mentions, listing } = candidate;
  return {
    instrumentId: candidate.instrumentId,
    tier: candidate.tier,
    discoveredTime: candidate.discoveredTime,
    signalTime: candidate.signalTime,
    scoredTime: candidate.scoredTime,
    lowHeatSince: candidate.lowHeatSince,
    coolingUntil: candidate.coolingUntil,
    listedTime: candidate.listedTime,
    announcedTime: listing?.announcedTime ?? null,
    announcedTitle: listing?.title ?? null,
    openTime: listing?.openTime ?? null,
    takerBuyShare: market.takerBuyShare,
    tickerTime: market.tickerTime,
    mentionTime: mentions.lastTime,
    burstScore: candidate.burstScore,
  };
}

/** The candidate in a row; throws `RowFault` naming what is broken. */
export function parseCandidateRow([symbol, heat, source, status, dataJson]: CandidateRow): Candidate {
  const data = readStoredJson(dataJson);
  const instrumentId = readInstrument(data);
  if (symbolOf(instrumentId) !== symbol) throw new RowFault(`the row of ${symbol} holds ${instrumentId}`);
  if (!Number.isFinite(heat)) throw new RowFault(`heat_score is ${heat}`);
  const announcedTime = data.timeOrNull('announcedTime');
  return {
    instrumentId,
    source: wordOf('source', source, SOURCES),
    status: wordOf('status', status, STATUSES),
    tier: data.oneOf('tier', TIERS),
    heat,
    components: readComponents(data, 'score_'),
    discoveredTime: data.time('discoveredTime'),
    signalTime: data.time('signalTime'),
    scoredTime: data.timeOrNull('scoredTime'),
    lowHeatSince: data.timeOrNull('lowHeatSince'),
    coolingUntil: data.timeOrNull('coolingUntil'),
    market: readMarket(data),
    burstScore: data.numberOrNull('burstScore'),
    mentions: {
      velocity: data.number('mention_velocity'),
      sentiment: data.number('sentiment'),
      lastTime: data.timeOrNull('mentionTime'),
      authors: data.texts('kol_mentions'),
    },
    listing:
      announcedTime === null
        ? null
        : { announcedTime, openTime: data.timeOrNull('openTime'), title: data.textOrNull('announcedTitle') },
    hasFutures: data.flag('has_futures'),
    listedTime: data.timeOrNull('listedTime'),
    leaving: null,
  };
}

function readMarket(data: StoredJson): Candidate['market'] {
  return {
    change1m: data.numberOrNull('price_change_1m'),
    change5m: data.numberOrNull('price_change_5m'),
    change15m: data.numberOrNull('price_change_15m'),
    change1h: data.numberOrNull('price_change_1h'),
    change24h: data.numberOrNull('price_change_24h'),
    volumeRatio: data.numberOrNull('volume_surge_ratio'),
    takerBuyShare: data.numberOrNull('takerBuyShare'),
    quoteVolume24h: data.numberOrNull('quote_volume_24h'),
    tickerTime: data.timeOrNull('tickerTime'),
  };
}

/** The instrument that a stored object names. */
export function readInstrument(data: StoredJson): InstrumentId {
  const text = data.text('instrumentId');
  if (!parseInstrumentId(text).ok) throw new RowFault(`instrumentId is ${text.slice(0, 60)}`);
  return text as InstrumentId;
}

function wordOf<T extends string>(name: string, value: string, words: readonly T[]): T {
  const word = words.find((one) => one === value);
  if (word === undefined) throw new RowFault(`${name} is ${String(value).slice(0, 60)}`);
  return word;
}

/** Components of heat as stored. */
export function toComponentsJson({ riskPenalty, ...others }: HeatComponents): string {
  return JSON.stringify({ ...others, risk_penalty: riskPenalty });
}

/** The heat record in a row of `instrumentId`; throws `RowFault` naming what is broken. */
export function parseHeatRow(instrumentId: InstrumentId, [ts, score, components]: HeatRow): HeatRecord {
  const time = Math.round(ts * 1_000);
  if (!isEpochMs(time)) throw new RowFault(`ts is ${ts}`);
  if (!Number.isFinite(score)) throw new RowFault(`score is ${score}`);
  return { instrumentId, time, heat: score, components: readComponents(readStoredJson(components), '') };
}

function readComponents(data: StoredJson, prefix: 'score_' | ''): HeatComponents {
  return {
    announcement: data.number(`${prefix}announcement`),
    social: data.number(`${prefix}social`),
    sentiment: data.number(`${prefix}sentiment`),
    momentum: data.number(`${prefix}momentum`),
    liquidity: data.number(`${prefix}liquidity`),
    riskPenalty: data.number(`${prefix}risk_penalty`),
  };
}
