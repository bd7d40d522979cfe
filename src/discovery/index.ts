/**
 * The discovery stage: tickers, minutes, announcements, lists of instruments and mentions in, candidates out. Its faces
 * are `createDiscovery` and `foldDiscovery`. The state is plain data and its windows mutate in place; whoever reads it
 * from outside uses the views, which are copies.
 */
import { assertNever } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { BookFacts } from '../model/book.ts';
import type { Candidate, CandidateBatch } from '../model/candidate.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { AnnouncementsReceived, InstrumentsReceived, ListingMemory } from '../model/listing-facts.ts';
import type { PostsReceived } from '../model/social-post.ts';
import type { MinuteReceived, TickersReceived } from '../model/ticker.ts';
import {
  type Anomaly,
  type AnomalyDetector,
  createAnomalyDetector,
  detectAnomaly,
  dropCooldowns,
} from './anomaly-detector.ts';
import {
  admitAnomaly,
  admitListing,
  admitMentions,
  type CandidatePool,
  createCandidatePool,
  foldPositionClosed,
  foldRemovalStored,
  type MentionSummary,
  putCandidate,
  setListedTime,
  setStatus,
  topCandidates,
} from './candidate-pool.ts';
import { type FilterRefusal, filterCandidate } from './coin-filter.ts';
import type { DiscoveryConfig } from './discovery-config.ts';
import {
  createListingMonitor,
  delistingOf,
  factsOf,
  foldAnnouncements,
  foldInstruments,
  foldListingsRestored,
  isListedBase,
  type ListingEvent,
  type ListingMonitor,
  listingMemory,
  listWatchable,
} from './listing-monitor.ts';
import { createMarketMove, foldMarketMove, type MarketMove } from './market-move.ts';
import { createMentionCounter, dropMentions, foldPosts, type MentionCounter, readMentions } from './mention-counter.ts';
import {
  askSooner,
  createPoll,
  foldPollOutcome,
  type PollJob,
  type PollLimits,
  type PollOutcome,
  type PollState,
  takeDue,
} from './poll-plan.ts';
import { runPoolCycle } from './pool-cycle.ts';
import { noteRefusal } from './refusals.ts';
import {
  createTickerStream,
  dropStale,
  findSlot,
  foldMinute,
  foldTickers,
  type TickerStream,
} from './ticker-stream.ts';

export type { Anomaly } from './anomaly-detector.ts';
export type { BurstScore } from './burst-score.ts';
export { scoreBurst } from './burst-score.ts';
export { type CandidatePool, candidateOf, listCandidates, listMembers, listNearest } from './candidate-pool.ts';
export { DEFAULT_DISCOVERY_CONFIG, type DiscoveryConfig } from './discovery-config.ts';
export { listTrading } from './listing-monitor.ts';
export { listRecentPosts, type MentionFigures, readMentions } from './mention-counter.ts';
export type { PollJob, PollOutcome } from './poll-plan.ts';
export { listRefusals, type Refusal } from './refusals.ts';
export { findSlot } from './ticker-stream.ts';
export { readPrice, readTicker, readTickers, type TickerView } from './ticker-view.ts';

/** Everything discovery remembers; plain data. */
export type DiscoveryState = {
  readonly config: DiscoveryConfig;
  stream: TickerStream;
  market: MarketMove;
  detector: AnomalyDetector;
  listing: ListingMonitor;
  mentions: MentionCounter;
  pool: CandidatePool;
  polls: Record<PollJob, PollState>;
  tidiedTime: EpochMs;
  /** Whether the next cycle asks for what is known of lists to be stored. */
  listings: 'saved' | 'unsaved';
};

/** What can enter. */
export type DiscoveryInput =
  | TickersReceived
  | MinuteReceived
  | AnnouncementsReceived
  | InstrumentsReceived
  | PostsReceived
  | { readonly kind: 'mentionsCounted'; readonly receivedTime: EpochMs; readonly mention: MentionSummary }
  | {
      readonly kind: 'cycleDue';
      readonly receivedTime: EpochMs;
      /** How many of the hottest are wanted. */
      readonly count: number;
      /** Books by instrument, as far as they are known. */
      readonly books: Readonly<Record<string, BookFacts>>;
    }
  | { readonly kind: 'positionOpened'; readonly receivedTime: EpochMs; readonly instrumentId: InstrumentId }
  | {
      readonly kind: 'positionClosed';
      readonly receivedTime: EpochMs;
      readonly instrumentId: InstrumentId;
      readonly outcome: 'gain' | 'loss';
    }
  | {
      readonly kind: 'pollEnded';
      readonly receivedTime: EpochMs;
      readonly job: PollJob;
      readonly outcome: PollOutcome;
    }
  | { readonly kind: 'candidatesStored'; readonly receivedTime: EpochMs; readonly removed: readonly InstrumentId[] }
  | { readonly kind: 'candidatesRestored'; readonly receivedTime: EpochMs; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'listingsRestored'; readonly receivedTime: EpochMs; readonly memory: ListingMemory }
  | {
      readonly kind: 'listedTimeKnown';
      readonly receivedTime: EpochMs;
      readonly instrumentId: InstrumentId;
      readonly listedTime: EpochMs;
    };

/** A candidate that the filter kept out, and why. */
export type FilteredCandidate = FilterRefusal & { readonly instrumentId: InstrumentId };

/** What leaves. */
export type DiscoveryEffect =
  | Anomaly
  | ListingEvent
  | { readonly kind: 'candidateAdmitted'; readonly instrumentId: InstrumentId; readonly time: EpochMs }
  /** Since when it has been traded is not known; asked with each cycle until it is. */
  | { readonly kind: 'fetchListedTime'; readonly instrumentId: InstrumentId }
  /** Let minutes of exactly these come. */
  | { readonly kind: 'followMinutes'; readonly instrumentIds: readonly InstrumentId[] }
  | {
      readonly kind: 'candidatesChosen';
      readonly time: EpochMs;
      readonly candidates: readonly Candidate[];
      /** Hot enough, and kept out by the filter. */
      readonly refused: readonly FilteredCandidate[];
    }
  | { readonly kind: 'pollDue'; readonly job: PollJob }
  | { readonly kind: 'saveCandidates'; readonly batch: CandidateBatch }
  | { readonly kind: 'saveListings'; readonly memory: ListingMemory };

/** Housekeeping is due this long after the last. */
const TIDY_MS = 60_000;

/** Nothing known. */
export function createDiscovery(config: DiscoveryConfig): DiscoveryState {
  return {
    config,
    stream: createTickerStream(config.ticker),
    market: createMarketMove(),
    detector: createAnomalyDetector(),
    listing: createListingMonitor(config.listing, config.ticker.quoteAsset),
    mentions: createMentionCounter(config.social),
    pool: createCandidatePool(config.pool),
    polls: { announcements: createPoll(), instruments: createPoll() },
    tidiedTime: 0 as EpochMs,
    listings: 'saved',
  };
}

/** What is known, under new settings. */
export function reopenDiscovery(state: DiscoveryState, config: DiscoveryConfig): DiscoveryState {
  return {
    ...state,
    config,
    stream: { ...state.stream, config: config.ticker },
    listing: { ...state.listing, config: config.listing },
    mentions: { ...state.mentions, config: config.social },
    pool: { ...state.pool, config: config.pool },
    // The minutes of the market ended with the last run; whose minutes are to come again, only the list says.
    polls: { ...state.polls, instruments: askSooner(state.polls.instruments) },
  };
}

/** Folds one input and answers what follows from it. */
export function foldDiscovery(state: DiscoveryState, input: DiscoveryInput): readonly DiscoveryEffect[] {
  switch (input.kind) {
    case 'tickersReceived':
      return foldFrame(state, input);
    case 'minuteReceived':
      foldMinute(state.stream, input.minute, input.receivedTime);
      return [];
    case 'announcementsReceived':
      state.listings = 'unsaved';
      return foldListings(state, foldAnnouncements(state.listing, input, state.pool.refusals), input.receivedTime);
    case 'instrumentsReceived':
      state.listings = 'unsaved';
      return [
        ...foldListings(state, foldInstruments(state.listing, input), input.receivedTime),
        ...followListed(state, input),
      ];
    case 'postsReceived':
      return foldSocial(state, input);
    case 'mentionsCounted':
      return foldMentions(state, input.mention);
    case 'cycleDue':
      return foldCycle(state, input);
    case 'positionOpened':
      setStatus(state.pool, input.instrumentId, 'trading');
      return [];
    case 'positionClosed':
      foldPositionClosed(state.pool, { ...input, time: input.receivedTime });
      return [];
    case 'pollEnded':
      foldPollOutcome(state.polls[input.job], input.outcome, {
        ...pollLimits(state, input.job),
        now: input.receivedTime,
      });
      return [];
    case 'candidatesStored':
      foldRemovalStored(state.pool, input.removed);
      return [];
    case 'candidatesRestored':
      for (const candidate of input.candidates) putCandidate(state.pool, candidate);
      return [];
    case 'listingsRestored':
      foldListingsRestored(state.listing, input.memory);
      return [];
    case 'listedTimeKnown':
      setListedTime(state.pool, input.instrumentId, input.listedTime);
      return [];
    default:
      return assertNever(input);
  }
}

function foldFrame(state: DiscoveryState, input: TickersReceived): readonly DiscoveryEffect[] {
  const { stream, market, config } = state;
  const now = input.receivedTime;
  foldTickers(stream, input);
  foldMarketMove(market, stream, now);
  const context = { stream, market, anomaly: config.anomaly, filter: config.filter, refusals: state.pool.refusals };
  const effects: DiscoveryEffect[] = [];
  for (let index = 0; index < stream.movedCount; index++) {
    const anomaly = detectAnomaly(state.detector, context, { slot: stream.moved[index] as number, now });
    if (anomaly === null) continue;
    const { instrumentId } = anomaly;
    effects.push(anomaly, ...toAdmitted(admitAnomaly(state.pool, anomaly), instrumentId, now));
  }
  return effects;
}

function toAdmitted(
  outcome: 'admitted' | 'confirmed' | 'refused',
  instrumentId: InstrumentId,
  time: EpochMs,
): readonly DiscoveryEffect[] {
  return outcome === 'admitted' ? [{ kind: 'candidateAdmitted', instrumentId, time }] : [];
}

function foldListings(
  state: DiscoveryState,
  events: readonly ListingEvent[],
  time: EpochMs,
): readonly DiscoveryEffect[] {
  return events.flatMap((event): readonly DiscoveryEffect[] => {
    if (event.kind !== 'listingFound') return [event];
    const { instrumentId, announcedTime, openTime, title } = event;
    const outcome = admitListing(state.pool, { instrumentId, time, announcedTime, openTime, title });
    return [event, ...toAdmitted(outcome, instrumentId, time)];
  });
}

/** An answer without anything that trades is no list, and ends no stream. */
function followListed({ listing, config }: DiscoveryState, input: InstrumentsReceived): readonly DiscoveryEffect[] {
  const instrumentIds = listWatchable(listing, input, config.ticker.instrumentsMax);
  return instrumentIds.length === 0 ? [] : [{ kind: 'followMinutes', instrumentIds }];
}

/** Posts name coins by ticker; only what the exchange lists is a coin. */
function foldSocial(state: DiscoveryState, input: PostsReceived): readonly DiscoveryEffect[] {
  const { quoteAsset } = state.config.ticker;
  const toInstrument = (ticker: string): InstrumentId | null => {
    const instrumentId = `binance:spot:${ticker}/${quoteAsset}` as InstrumentId;
    return isKnown(state, instrumentId) ? instrumentId : null;
  };
  const now = input.receivedTime;
  return [...foldPosts(state.mentions, input, toInstrument)].flatMap(([instrumentId, author]) => {
    const { velocity, sentiment } = readMentions(state.mentions, instrumentId, now);
    return foldMentions(state, { instrumentId, time: now, velocity, sentiment, author });
  });
}

function isKnown({ listing, stream }: DiscoveryState, instrumentId: InstrumentId): boolean {
  return factsOf(listing, instrumentId) !== null || findSlot(stream, instrumentId) !== undefined;
}

/** Whoever is talked about must exist: a made-up coin never comes in. */
function foldMentions(state: DiscoveryState, mention: MentionSummary): readonly DiscoveryEffect[] {
  const { instrumentId, time } = mention;
  if (isKnown(state, instrumentId)) return toAdmitted(admitMentions(state.pool, mention), instrumentId, time);
  const reason = 'the exchange does not list it';
  noteRefusal(state.pool.refusals, { gate: 'pool:unknown', subject: instrumentId, reason, time });
  return [];
}

function foldCycle(
  state: DiscoveryState,
  input: Extract<DiscoveryInput, { kind: 'cycleDue' }>,
): readonly DiscoveryEffect[] {
  const { receivedTime: now, count, books } = input;
  const { config, pool, stream } = state;
  if (now - state.tidiedTime >= TIDY_MS) {
    state.tidiedTime = now;
    dropStale(stream, now);
    dropCooldowns(state.detector, { now, cooldownMs: config.anomaly.cooldownMs });
    dropMentions(state.mentions, now);
  }
  const batch = runPoolCycle(pool, { now, stream, weights: config.weights, mentions: state.mentions });
  const top = topCandidates(pool, { count, minHeat: config.pool.enterHeat });
  const judged = top.map((candidate) => ({ candidate, refusal: refuseCandidate(state, candidate, { now, books }) }));
  return [
    {
      kind: 'candidatesChosen',
      time: now,
      candidates: judged.flatMap(({ candidate, refusal }) => (refusal === null ? [candidate] : [])),
      refused: judged.flatMap(({ candidate: { instrumentId }, refusal }) =>
        refusal === null ? [] : [{ ...refusal, instrumentId }],
      ),
    },
    { kind: 'saveCandidates', batch },
    ...batch.saved
      .filter(({ listedTime }) => listedTime === null)
      .map(({ instrumentId }) => ({ kind: 'fetchListedTime', instrumentId }) as const),
    ...takeListings(state),
    ...JOBS.filter(
      (job) => takeDue(state.polls[job], { now, intervalMs: pollLimits(state, job).intervalMs }) === 'due',
    ).map((job) => ({ kind: 'pollDue', job }) as const),
  ];
}

function takeListings(state: DiscoveryState): readonly DiscoveryEffect[] {
  if (state.listings === 'saved') return [];
  state.listings = 'saved';
  return [{ kind: 'saveListings', memory: listingMemory(state.listing) }];
}

function refuseCandidate(
  { config, listing, pool }: DiscoveryState,
  candidate: Candidate,
  { now, books }: { readonly now: EpochMs; readonly books: Readonly<Record<string, BookFacts>> },
): FilterRefusal | null {
  const { instrumentId } = candidate;
  const refusal = filterCandidate(candidate, {
    now,
    config: config.filter,
    facts: factsOf(listing, instrumentId),
    delisting: delistingOf(listing, instrumentId),
    book: Object.hasOwn(books, instrumentId) ? (books[instrumentId] ?? null) : null,
    isListed: (base) => isListedBase(listing, base),
  });
  if (refusal === null) return null;
  noteRefusal(pool.refusals, { ...refusal, gate: `filter:${refusal.gate}`, subject: instrumentId, time: now });
  return refusal;
}

const JOBS: readonly PollJob[] = ['instruments', 'announcements'];

function pollLimits({ config }: DiscoveryState, job: PollJob): PollLimits {
  const { announcementPollMs, instrumentPollMs, backoffMinMs, backoffMaxMs } = config.listing;
  return { intervalMs: job === 'announcements' ? announcementPollMs : instrumentPollMs, backoffMinMs, backoffMaxMs };
}
