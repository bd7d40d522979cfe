/**
 * Signals of the whole market, where that is wanted: between two rounds of trading some coins that are no candidates are
 * judged, those first whose signal is oldest, so that in time everyone has one. They are for people: nothing is decided
 * by them, and the next round does not wait for them.
 */
import { type DiscoveryState, listTrading } from '../../discovery/index.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type { SignalDesk } from './signal-desk.ts';

/** Coins judged between two rounds: at most 40 requests, whose weight is 80. */
export const SWEEP_COINS = 10;
/** Coins of the market that are judged at most, so that those of the rounds have room. Policy beyond it: left out. */
const SWEPT_MAX = 900;
const SUFFIX = ':market';

/** The name of the sweep after the round `traceId`. */
export function sweepOf(traceId: string): string {
  return `${traceId}${SUFFIX}`;
}

/** Whether a cycle of signals is a sweep. */
export function isSweep(traceId: string | undefined): boolean {
  return traceId?.endsWith(SUFFIX) === true;
}

/** Where the sweep finds coins and signals. */
type SweptState = { readonly discovery: Pick<DiscoveryState, 'listing'>; readonly signals: SignalDesk };

/** Whom to judge next, whose state was used longest ago first; nobody where only candidates are wanted. */
export function nextOfMarket({ discovery, signals }: SweptState): readonly InstrumentId[] {
  const { config, coins, phase } = signals.dispatcher;
  if (config.universe !== 'market' || phase === 'stopped') return [];
  const usedAt = (instrumentId: InstrumentId): number => coins[instrumentId]?.usedAt ?? 0;
  return listTrading(discovery.listing)
    .slice(0, SWEPT_MAX)
    .sort((a, b) => usedAt(a) - usedAt(b))
    .slice(0, SWEEP_COINS);
}

/** The signals of a sweep that were judged; whom a round overtook, or who took too long, comes again. */
export function judgedOf(signals: readonly TradeSignal[]): readonly TradeSignal[] {
  return signals.filter(({ timeframes }) => timeframes.length > 0);
}
