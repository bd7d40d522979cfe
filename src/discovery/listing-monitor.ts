/**
 * ListingMonitor: announcements and lists of instruments in, listings and delistings out. An announced coin waits until
 * the exchange itself knows it, so a fake or misread title never becomes a candidate. The first list only says what
 * there is; afterwards what is new in it is a listing. Ids are remembered, so a restart tells nothing twice.
 */
import type { EpochMs } from '../core/time.ts';
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import type {
  Announcement,
  AnnouncementsReceived,
  InstrumentFacts,
  InstrumentsReceived,
  ListedInstrument,
  ListingMemory,
  PendingListing,
} from '../model/listing-facts.ts';
import { parseAnnouncedTime } from './announced-time.ts';
import { plainText, readTitle, type TitleReading } from './announcement-title.ts';
import type { ListingConfig } from './discovery-config.ts';
import { noteRefusal, type RefusalLedger } from './refusals.ts';
import { createSeenIds, listSeen, noteSeen, restoreSeen, type SeenIds } from './seen-ids.ts';

/** What was learned. */
export type ListingEvent =
  | {
      readonly kind: 'listingFound';
      readonly instrumentId: InstrumentId;
      readonly source: 'announcement' | 'instruments';
      readonly announcedTime: EpochMs;
      readonly openTime: EpochMs | null;
      /** Of the announcement; foreign text, cleaned. */
      readonly title: string | null;
    }
  | { readonly kind: 'listingPending'; readonly pending: PendingListing }
  | { readonly kind: 'listingExpired'; readonly pending: PendingListing }
  | {
      readonly kind: 'delistingFound';
      readonly instrumentId: InstrumentId;
      /** When trading ends, where the announcement says so. */
      readonly endTime: EpochMs | null;
    }
  | { readonly kind: 'instrumentGone'; readonly instrumentId: InstrumentId };

/** The monitor's memory; plain data. */
export type ListingMonitor = {
  readonly config: ListingConfig;
  readonly quoteAsset: string;
  seen: SeenIds;
  /** `null` before the first list. */
  instruments: Record<string, InstrumentFacts> | null;
  pending: Record<string, PendingListing>;
  delistings: Record<string, EpochMs | null>;
};

/** Coins that wait at most. Policy beyond it: the one that expires first gives way. */
export const PENDING_MAX = 200;
/** Signs of a title that are kept. */
const TITLE_KEPT_MAX = 200;
/** Delistings remembered at most. Policy beyond it: the oldest gives way. */
const DELISTINGS_MAX = 1_000;
/** A guess from a bare word is only believed of a coin that the exchange lists within this time. */
const GUESS_PENDING_MS = 86_400_000;

/** Nothing known. */
export function createListingMonitor(config: ListingConfig, quoteAsset: string): ListingMonitor {
  return { config, quoteAsset, seen: createSeenIds(), instruments: null, pending: {}, delistings: {} };
}

/** What a restart must not forget, as a copy. */
export function listingMemory({ seen, instruments, pending, delistings }: ListingMonitor): ListingMemory {
  return {
    seen: listSeen(seen),
    instruments: instruments === null ? null : { ...instruments },
    pending: { ...pending },
    delistings: { ...delistings },
  };
}

/** Takes over what was known before a restart; a list that has come since then stays. */
export function foldListingsRestored(monitor: ListingMonitor, memory: ListingMemory): void {
  monitor.seen = restoreSeen(memory.seen);
  monitor.instruments ??= memory.instruments === null ? null : { ...memory.instruments };
  monitor.pending = { ...memory.pending, ...monitor.pending };
  monitor.delistings = { ...memory.delistings, ...monitor.delistings };
}

/** Facts of an instrument, `null` where the exchange does not list it or no list has come yet. */
export function factsOf(monitor: ListingMonitor, instrumentId: InstrumentId): InstrumentFacts | null {
  const { instruments } = monitor;
  return instruments !== null && Object.hasOwn(instruments, instrumentId) ? (instruments[instrumentId] ?? null) : null;
}

/** Folds announcements, oldest first whatever their order. */
export function foldAnnouncements(
  monitor: ListingMonitor,
  { receivedTime: now, announcements }: AnnouncementsReceived,
  refusals: RefusalLedger,
): readonly ListingEvent[] {
  const { seenMax: max, seenTtlMs: ttlMs, newsMaxAgeMs } = monitor.config;
  const ordered = [...announcements].sort((a, b) => (a.releaseTime ?? now) - (b.releaseTime ?? now));
  return ordered.flatMap((announcement) => {
    if (noteSeen(monitor.seen, announcement.id, { now, max, ttlMs }) === 'known') return [];
    const refuse = (reason: string): readonly ListingEvent[] => {
      noteRefusal(refusals, { gate: 'listing:announcement', subject: announcement.id.slice(0, 40), reason, time: now });
      return [];
    };
    // Without a time it may be years old: the venue's older answers have none, and a restart would take all as new.
    if (announcement.releaseTime === null) return refuse('no release time');
    const reading = readTitle(announcement.title);
    const isOld = now - announcement.releaseTime > newsMaxAgeMs;
    if (isOld && !isAhead(announcement, reading, now)) return refuse('no news any more');
    if (reading.kind === 'other') return refuse(reading.reason);
    return reading.bases.flatMap((base) => foldNamed(monitor, { announcement, reading, base, now }));
  });
}

/** A delisting is told days before it happens, and counts until then. */
function isAhead({ title }: Announcement, { kind }: TitleReading, now: EpochMs): boolean {
  return kind === 'delisting' && (parseAnnouncedTime(title) ?? 0) > now;
}

type Named = {
  readonly announcement: Announcement;
  readonly reading: TitleReading;
  readonly base: string;
  readonly now: EpochMs;
};

function foldNamed(monitor: ListingMonitor, { announcement, reading, base, now }: Named): readonly ListingEvent[] {
  const instrumentId = `binance:spot:${base}/${monitor.quoteAsset}` as InstrumentId;
  const facts = factsOf(monitor, instrumentId);
  const time = parseAnnouncedTime(announcement.title) ?? parseAnnouncedTime(announcement.body);
  if (reading.kind === 'delisting') {
    // Before the first list nobody knows what exists: what that list does not hold is forgotten with it.
    const isUnknown = facts === null && monitor.instruments !== null;
    return isUnknown ? [] : noteDelisting(monitor, instrumentId, time);
  }
  const announcedTime = announcement.releaseTime ?? now;
  const title = plainText(announcement.title).slice(0, TITLE_KEPT_MAX);
  if (facts?.status === 'trading') {
    // It traded before it was announced: another pair or another product of a known coin.
    const isFresh = facts.firstSeenTime !== null && now - facts.firstSeenTime < monitor.config.newsMaxAgeMs;
    if (!isFresh) return [];
    return [{ kind: 'listingFound', instrumentId, source: 'announcement', announcedTime, openTime: time, title }];
  }
  const waitMs = reading.confidence === 'guess' ? GUESS_PENDING_MS : monitor.config.pendingMs;
  const pending: PendingListing = {
    base,
    announcementId: announcement.id.slice(0, 40),
    title,
    announcedTime,
    openTime: time,
    confidence: reading.confidence,
    expiresTime: (Math.max(now, time ?? 0) + waitMs) as EpochMs,
  };
  monitor.pending[instrumentId] = pending;
  boundPending(monitor);
  return [{ kind: 'listingPending', pending }];
}

function boundPending(monitor: ListingMonitor): void {
  const entries = Object.entries(monitor.pending);
  if (entries.length <= PENDING_MAX) return;
  const first = entries.reduce((a, b) => (b[1].expiresTime < a[1].expiresTime ? b : a));
  delete monitor.pending[first[0]];
}

function noteDelisting(
  monitor: ListingMonitor,
  instrumentId: InstrumentId,
  endTime: EpochMs | null,
): readonly ListingEvent[] {
  monitor.delistings[instrumentId] = endTime;
  const names = Object.keys(monitor.delistings);
  if (names.length > DELISTINGS_MAX) delete monitor.delistings[names[0] as string];
  return [{ kind: 'delistingFound', instrumentId, endTime }];
}

/** Folds a whole list of instruments; an empty one is no list and changes nothing. */
export function foldInstruments(
  monitor: ListingMonitor,
  { receivedTime: now, instruments }: InstrumentsReceived,
): readonly ListingEvent[] {
  const watched = instruments.filter(({ instrumentId }) => isWatched(monitor, instrumentId));
  if (watched.length === 0) return [];
  const before = monitor.instruments;
  const next: Record<string, InstrumentFacts> = {};
  for (const listed of watched) next[listed.instrumentId] = toFacts(listed, before, now);
  monitor.instruments = next;
  const events = watched.flatMap((listed) => foundIn(monitor, { listed, before, now }));
  const gone = Object.keys(before ?? {}).filter((name) => !Object.hasOwn(next, name));
  for (const name of Object.keys(monitor.delistings)) if (!Object.hasOwn(next, name)) delete monitor.delistings[name];
  return [
    ...events,
    ...gone.map((name) => ({ kind: 'instrumentGone' as const, instrumentId: name as InstrumentId })),
    ...expirePending(monitor, now),
  ];
}

function isWatched(monitor: ListingMonitor, instrumentId: InstrumentId): boolean {
  const parts = parseInstrumentId(instrumentId);
  return parts.ok && parts.value.market === 'spot' && parts.value.quote === monitor.quoteAsset;
}

function toFacts(
  { instrumentId, status, isMarketByQuote, permissions }: ListedInstrument,
  before: Record<string, InstrumentFacts> | null,
  now: EpochMs,
): InstrumentFacts {
  const known = before !== null && Object.hasOwn(before, instrumentId) ? before[instrumentId] : undefined;
  const firstSeenTime = known === undefined ? (before === null ? null : now) : known.firstSeenTime;
  return { status, isMarketByQuote, permissions, firstSeenTime };
}

/** A listing is found when an announced coin is known at last, or when a list holds a coin that the last one did not. */
function foundIn(
  monitor: ListingMonitor,
  { listed, before, now }: { listed: ListedInstrument; before: Record<string, InstrumentFacts> | null; now: EpochMs },
): readonly ListingEvent[] {
  const { instrumentId, status } = listed;
  const pending = Object.hasOwn(monitor.pending, instrumentId) ? monitor.pending[instrumentId] : undefined;
  const isNew = before !== null && !Object.hasOwn(before, instrumentId);
  if (pending !== undefined) {
    // What was halted when it was announced is confirmed by trading, what was unknown by being listed.
    if (!isNew && status !== 'trading' && before !== null) return [];
    delete monitor.pending[instrumentId];
    const { announcedTime, openTime, title } = pending;
    return [{ kind: 'listingFound', instrumentId, source: 'announcement', announcedTime, openTime, title }];
  }
  if (!isNew) return [];
  return [
    { kind: 'listingFound', instrumentId, source: 'instruments', announcedTime: now, openTime: null, title: null },
  ];
}

/** Gives up on announced coins that the exchange did not come to know in time. */
export function expirePending(monitor: ListingMonitor, now: EpochMs): readonly ListingEvent[] {
  return Object.entries(monitor.pending).flatMap(([instrumentId, pending]) => {
    if (now < pending.expiresTime) return [];
    delete monitor.pending[instrumentId];
    return [{ kind: 'listingExpired' as const, pending }];
  });
}

/** Every watched instrument of a list that trades, at most `instrumentsMax`. */
export function listWatchable(
  monitor: ListingMonitor,
  { instruments }: InstrumentsReceived,
  instrumentsMax: number,
): readonly InstrumentId[] {
  return instruments
    .filter(({ instrumentId, status }) => status === 'trading' && isWatched(monitor, instrumentId))
    .slice(0, instrumentsMax)
    .map(({ instrumentId }) => instrumentId);
}

/** Every watched instrument that traded by the newest list, in its order. */
export function listTrading({ instruments }: ListingMonitor): readonly InstrumentId[] {
  const listed = Object.entries(instruments ?? {});
  return listed.flatMap(([name, { status }]) => (status === 'trading' ? [name as InstrumentId] : []));
}

/** Whether trading of an instrument ends, and when; `null` where nothing is announced. */
export function delistingOf(
  monitor: ListingMonitor,
  instrumentId: InstrumentId,
): { readonly endTime: EpochMs | null } | null {
  if (!Object.hasOwn(monitor.delistings, instrumentId)) return null;
  return { endTime: monitor.delistings[instrumentId] ?? null };
}

/** Whether `base` is listed against the watched quote asset. */
export function isListedBase(monitor: ListingMonitor, base: string): boolean {
  return factsOf(monitor, `binance:spot:${base}/${monitor.quoteAsset}` as InstrumentId) !== null;
}
