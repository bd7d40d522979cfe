/**
 * The signals of one instrument, as a pure fold: closed candles and gaps of its timeframes in, a trade signal when
 * asked. The state mutates in place, is plain data and belongs to one instrument; nothing is shared between two.
 */

import { cloneState, parseState, stateText } from '../indicators/index.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import { seriesParts } from '../model/series.ts';
import type { TradeSignal } from '../model/signal.ts';
import type { Timeframe } from '../model/timeframe.ts';
import type { SignalProfile } from './hot-coin-params.ts';
import {
  type Acceptance,
  acceptClosedCandle,
  acceptExchangeGap,
  acceptPlainCandle,
  createTimeframeState,
  opinionAt,
  type PlainCandle,
  restartTimeframe,
  type TimeframeState,
} from './timeframe-state.ts';
import { deriveTradeSignal, type SignalContext } from './trade-signal.ts';

/** Signals of one instrument; timeframes ascend by length. */
export type SignalWorkerState = {
  readonly instrumentId: string;
  readonly profile: SignalProfile;
  readonly timeframes: readonly TimeframeState[];
};

/** An instrument without candles. */
export function createSignalWorker(instrumentId: string, profile: SignalProfile): SignalWorkerState {
  const timeframes = profile.timeframes.map((params) => createTimeframeState(profile, params));
  return { instrumentId, profile, timeframes };
}

/** Takes the next closed candle of one of the profile's timeframes; others are ignored. */
export function foldClosedCandle(worker: SignalWorkerState, candle: ClosedCandle): Acceptance {
  const state = findTimeframe(worker, seriesParts(candle.seriesId).timeframe);
  return state === undefined ? { kind: 'ignored' } : acceptClosedCandle(state, candle);
}

/** Takes the next closed candle in plain numbers. */
export function foldPlainCandle(worker: SignalWorkerState, timeframe: Timeframe, candle: PlainCandle): Acceptance {
  const state = findTimeframe(worker, timeframe);
  return state === undefined ? { kind: 'ignored' } : acceptPlainCandle(state, candle);
}

/**
 * A gap that the exchange has itself joins what lies around it; an unknown one needs nothing, since the candle behind
 * it starts the series over.
 */
export function foldCandleGap(worker: SignalWorkerState, gap: CandleGap): void {
  const state = findTimeframe(worker, seriesParts(gap.seriesId).timeframe);
  if (state !== undefined && gap.reason === 'exchange_gap') acceptExchangeGap(state, gap);
}

/** Forgets a timeframe, for history that follows from its start. */
export function restartHistory(worker: SignalWorkerState, timeframe: Timeframe): void {
  const state = findTimeframe(worker, timeframe);
  if (state !== undefined) restartTimeframe(state);
}

/** The signal at the time of `context`; only candles that had closed by then have a say. */
export function deriveSignal(worker: SignalWorkerState, context: Omit<SignalContext, 'instrumentId'>): TradeSignal {
  const { instrumentId, profile, timeframes } = worker;
  const opinions = timeframes.map((state) => opinionAt(state, context.at));
  return deriveTradeSignal(opinions, profile, { instrumentId, ...context });
}

function findTimeframe({ timeframes }: SignalWorkerState, timeframe: Timeframe): TimeframeState | undefined {
  return timeframes.find(({ params }) => params.timeframe === timeframe);
}

/** An independent copy. */
export function cloneWorker(worker: SignalWorkerState): SignalWorkerState {
  return cloneState(worker);
}

/** The state as text, for snapshots. */
export function workerText(worker: SignalWorkerState): string {
  return stateText(worker);
}

/** The state that `text` was made of; it goes on exactly. Throws `SyntaxError` on anything that is not JSON. */
export function parseWorker(text: string): SignalWorkerState {
  return parseState(text);
}
