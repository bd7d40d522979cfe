/**
 * What a venue says about what it lists: its announcements, and its list of instruments as discovery needs it.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId, InstrumentStatus } from './instrument.ts';

/** One announcement; its texts are foreign and unchecked but for their length. */
export type Announcement = {
  readonly id: string;
  readonly title: string;
  /** Empty where only the list was read. */
  readonly body: string;
  readonly releaseTime: EpochMs | null;
};

/** The newest announcements, in any order; mostly ones that were seen before. */
export type AnnouncementsReceived = {
  readonly kind: 'announcementsReceived';
  readonly receivedTime: EpochMs;
  readonly announcements: readonly Announcement[];
};

/** An instrument as the venue lists it. */
export type ListedInstrument = {
  readonly instrumentId: InstrumentId;
  readonly status: InstrumentStatus;
  /** Whether it can be bought at the market for an amount of the quote asset. */
  readonly isMarketByQuote: boolean;
  /** Permissions in the venue's words, such as `SPOT` and `LEVERAGED`. */
  readonly permissions: readonly string[];
};

/** The whole list of a market. */
export type InstrumentsReceived = {
  readonly kind: 'instrumentsReceived';
  readonly receivedTime: EpochMs;
  readonly instruments: readonly ListedInstrument[];
};

/** What is known of an instrument. */
export type InstrumentFacts = {
  readonly status: InstrumentStatus;
  readonly isMarketByQuote: boolean;
  readonly permissions: readonly string[];
  /** When a list first held it; `null` for those of the first list, which may be of any age. */
  readonly firstSeenTime: EpochMs | null;
};

/** A coin that was announced and that the exchange does not trade yet. */
export type PendingListing = {
  readonly base: string;
  readonly announcementId: string;
  /** Foreign text without tags and control signs, at most 200 signs; `null` where none is kept. */
  readonly title: string | null;
  readonly announcedTime: EpochMs;
  readonly openTime: EpochMs | null;
  /** `guess` where a title only held a bare word. */
  readonly confidence: 'sure' | 'guess';
  readonly expiresTime: EpochMs;
};

/** What a restart must not forget of lists and announcements; plain data. */
export type ListingMemory = {
  /** Ids of announcements with the time each was last seen, the one unseen for longest first. */
  readonly seen: readonly (readonly [id: string, time: EpochMs])[];
  /** By instrument; `null` before the first list. */
  readonly instruments: Readonly<Record<string, InstrumentFacts>> | null;
  readonly pending: Readonly<Record<string, PendingListing>>;
  /** End of trading by instrument, `null` where the announcement does not say. */
  readonly delistings: Readonly<Record<string, EpochMs | null>>;
};
