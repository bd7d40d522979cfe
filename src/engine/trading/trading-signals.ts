/**
 * Signals inside the engine: candidates and holdings in, opinions for the decisions out. The candles of whoever is
 * judged are followed by the market stage, so that history is asked for once and the stream keeps it up to date.
 */
import { decimalFromFloat } from '../../core/decimal.ts';
import { addMs } from '../../core/time.ts';
import { candidateOf, listMembers, readTicker } from '../../discovery/index.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import type { EntryOpinion } from '../../model/decision.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price } from '../../model/money.ts';
import type { TradeSignal } from '../../model/signal.ts';
import { averageRange, type DispatchInput, foldSignalDispatcher } from '../../signals/index.ts';
import { isSweep, judgedOf, nextOfMarket, sweepOf } from './market-sweep.ts';
import { MARKET_COINS_MAX, type SignalDeskInput } from './signal-desk.ts';
import { decide } from './trading-orders.ts';
import { note, type TradingTurn } from './trading-turn.ts';

/** Timers of the stage begin with this. */
export const SIGNAL_TIMER = 'signals';
/** Candles of a coin are followed this long after it was last wanted. */
const FOLLOW_MS = 30 * 60_000;
/**
 * Coins whose candles are followed, where candidates alone are scored and where the whole market is. Policy beyond it: those
 * wanted least recently are no longer.
 */
const FOLLOWED_MAX = { pool: 60, market: MARKET_COINS_MAX } as const;
const RANGE_PERIOD = 14;

/**
 * Asks for the signals of the chosen candidates and of everything held. A round that is still under work goes on to its
 * end: were it overtaken every few seconds, a slow exchange would never get to answer. A sweep of the market is overtaken.
 */
export function askSignals(
  turn: TradingTurn,
  { candidates, traceId }: { readonly candidates: readonly Candidate[]; readonly traceId: string },
): void {
  const held = Object.values(turn.state.portfolio.positions).map(({ instrumentId }) => instrumentId);
  const instrumentIds = [...new Set([...candidates.map(({ instrumentId }) => instrumentId), ...held])];
  follow(turn, instrumentIds);
  const { cycle } = turn.state.signals.dispatcher;
  if (cycle !== null && !isSweep(cycle.traceId)) return;
  turn.state.chosen = candidates.map(({ instrumentId }) => instrumentId);
  dispatch(turn, { kind: 'signalsAsked', receivedTime: turn.now, traceId, instrumentIds });
}

function follow(turn: TradingTurn, wanted: readonly InstrumentId[]): void {
  const { followed, dispatcher } = turn.state.signals;
  const followedMax = FOLLOWED_MAX[dispatcher.config.universe];
  for (const instrumentId of wanted) {
    if (!Object.hasOwn(followed, instrumentId)) turn.effects.push({ kind: 'followSeries', instrumentId });
    followed[instrumentId] = addMs(turn.now, FOLLOW_MS);
  }
  const latestFirst = Object.entries(followed).sort(([, a], [, b]) => b - a);
  for (const [index, [instrumentId, until]] of latestFirst.entries()) {
    if (index < followedMax && until > turn.now) continue;
    delete followed[instrumentId];
    turn.effects.push({ kind: 'unfollowSeries', instrumentId: instrumentId as InstrumentId });
  }
}

/** After a restart nobody follows anything: whoever was followed is asked for again. */
export function followAgain(turn: TradingTurn): void {
  for (const instrumentId of Object.keys(turn.state.signals.followed)) {
    turn.effects.push({ kind: 'followSeries', instrumentId: instrumentId as InstrumentId });
  }
}

/** Folds an answer or a timer. */
export function foldSignals(turn: TradingTurn, input: SignalDeskInput): void {
  dispatch(turn, input);
}

/** Candles and gaps that the market stage told. */
export function takeMarket(
  turn: TradingTurn,
  { candles, gaps }: { readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[] },
): void {
  const receivedTime = turn.now;
  if (candles.length > 0) dispatch(turn, { kind: 'signalCandlesClosed', receivedTime, candles });
  for (const gap of gaps) dispatch(turn, { kind: 'signalGapFound', receivedTime, gap });
}

function dispatch(turn: TradingTurn, input: DispatchInput): void {
  for (const effect of foldSignalDispatcher(turn.state.signals.dispatcher, input)) {
    if (effect.kind === 'signalCycleEnded') endCycle(turn, effect);
    else if (effect.kind !== 'signalDerived') turn.effects.push(effect);
  }
}

type CycleEnd = { readonly signals: readonly TradeSignal[]; readonly traceId: string };

/** A round leads to decisions and then to a sweep of the market, a sweep to what is shown alone. */
function endCycle(turn: TradingTurn, ended: CycleEnd): void {
  if (isSweep(ended.traceId)) {
    const signals = judgedOf(ended.signals);
    if (signals.length > 0) note(turn, { kind: 'signals', signals }, ended.traceId);
    return;
  }
  opine(turn, ended);
  const { cycle } = turn.state.signals.dispatcher;
  const instrumentIds = cycle === null ? nextOfMarket(turn.state) : [];
  if (instrumentIds.length === 0) return;
  // Their history is asked for once; from then on the stream keeps it (C-7).
  follow(turn, instrumentIds);
  dispatch(turn, { kind: 'signalsAsked', receivedTime: turn.now, traceId: sweepOf(ended.traceId), instrumentIds });
}

function opine(turn: TradingTurn, { signals, traceId }: CycleEnd): void {
  note(turn, { kind: 'signals', signals }, traceId);
  const opinions = signals.map((signal) => toOpinion(turn, signal));
  const pool = listMembers(turn.state.discovery.pool, turn.now).map(({ instrumentId }) => instrumentId);
  for (const signal of signals) turn.signals.set(signal.instrumentId, signal);
  decide(turn, { kind: 'opinionsFormed', time: turn.now, traceId, opinions, pool });
}

function toOpinion({ state, now }: TradingTurn, signal: TradeSignal): EntryOpinion {
  const instrumentId = signal.instrumentId as InstrumentId;
  const { confirmTimeframe: timeframe } = state.settings.signals;
  const candidate = candidateOf(state.discovery.pool, instrumentId);
  const ticker = readTicker(state.discovery.stream, instrumentId, now);
  const confirming = signal.timeframes.find((each) => each.timeframe === timeframe);
  const coin = state.signals.dispatcher.coins[instrumentId];
  const price = ticker?.price == null ? null : decimalFromFloat(ticker.price);
  const { action, strength, confidence, reason } = signal;
  return {
    instrumentId,
    action,
    strength,
    confidence,
    confirm: confirming?.kind === 'scored' ? confirming.score.fused : null,
    atr: coin === undefined ? null : averageRange(coin.worker, { timeframe, period: RANGE_PERIOD }),
    heat: candidate?.heat ?? null,
    liquidity: candidate?.components.liquidity ?? 0,
    quoteVolume1h: ticker?.quoteVolume1h ?? null,
    price: price as Price | null,
    priceTime: ticker?.tickerTime ?? null,
    book: bookOf(state, instrumentId),
    reason,
  };
}

function bookOf({ books, booksTime }: TradingTurn['state'], instrumentId: InstrumentId): EntryOpinion['book'] {
  const facts = Object.hasOwn(books, instrumentId) ? books[instrumentId] : undefined;
  if (facts === undefined || booksTime === null) return null;
  const middle = (facts.bid + facts.ask) / 2;
  const spread = middle > 0 ? (facts.ask - facts.bid) / middle : Number.POSITIVE_INFINITY;
  return { spread, bidDepth: facts.bidDepthQuote, time: booksTime };
}
