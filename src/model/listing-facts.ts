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
