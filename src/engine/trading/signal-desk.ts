/**
 * The dispatcher of signals as a part of the trading stages: what it is set by, what it remembers, what goes in and out.
 */
import type { EpochMs } from '../../core/time.ts';
import type { TimerFired } from '../../model/events.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import {
  createSignalDispatcher,
  DEFAULT_DISPATCH,
  type DispatchEffect,
  type DispatchInput,
  type SignalDispatcherState,
  type SignalProfile,
} from '../../signals/index.ts';

/** What signals are set by. */
export type SignalSettings = {
  readonly profile: SignalProfile;
  readonly universe: 'pool' | 'market';
  readonly workersMax: number;
  readonly deadlineMs: number;
  /** The timeframe that confirms a direction and whose average range makes the stop. */
  readonly confirmTimeframe: Timeframe;
};

/** The dispatcher, and whose candles are followed until when. */
export type SignalDesk = {
  readonly dispatcher: SignalDispatcherState;
  readonly followed: Record<string, EpochMs>;
};

/** What can enter from outside: answers to its requests. */
export type SignalDeskInput =
  | Extract<DispatchInput, { readonly kind: 'signalHistoryFetched' | 'signalHistoryFailed' | 'signalsStopped' }>
  | TimerFired;

/** What it asks for. */
export type SignalDeskEffect =
  | Extract<DispatchEffect, { readonly kind: 'fetchSignalHistory' | 'abandonSignalHistory' | 'startTimer' }>
  /** Let the minutes of this instrument come as certified candles, and those derived from them; or no longer. */
  | { readonly kind: 'followSeries' | 'unfollowSeries'; readonly instrumentId: InstrumentId };

/** Coins of the market whose state is kept; more pairs than that in the quote asset have never traded at once. */
export const MARKET_COINS_MAX = 1_000;

/** A desk that knows no coin. */
export function createSignalDesk(settings: SignalSettings): SignalDesk {
  const { profile, universe, workersMax, deadlineMs } = settings;
  const coinsMax = universe === 'market' ? MARKET_COINS_MAX : DEFAULT_DISPATCH.coinsMax;
  const config = { ...DEFAULT_DISPATCH, profile, universe, workersMax, deadlineMs, coinsMax };
  return { dispatcher: createSignalDispatcher(config), followed: {} };
}
