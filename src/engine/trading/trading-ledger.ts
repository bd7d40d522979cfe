/**
 * What the trading stages do, told to the ledger: who was no candidate for an order and why, each decision with the
 * signal it was made from, what became of it, and the prices of each round.
 */
import { decimalFromFloat, toDecimalText } from '../../core/decimal.ts';
import { candidateOf, type FilteredCandidate, listCandidates, readPrice } from '../../discovery/index.ts';
import { orderOf } from '../../execution/index.ts';
import {
  foldClosedLeg,
  foldJudgements,
  foldLedger,
  type Judgement,
  type LedgerInput,
  measuredInstruments,
  type SaleScope,
} from '../../ledger/index.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { DecisionRecord, Verdict } from '../../model/decision.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { LedgerCandidate, LedgerRow, LedgerSignal, LedgerTimeframe, TradeContext } from '../../model/ledger.ts';
import type { Price } from '../../model/money.ts';
import type { TradeLeg } from '../../model/position.ts';
import { BOOK_NAMES, type TimeframeOpinion, type TradeSignal } from '../../model/signal.ts';
import { note, type TradingTurn } from './trading-turn.ts';

const REASONS_MAX = 5;

function fold(turn: TradingTurn, input: LedgerInput): void {
  const batch = foldLedger(turn.state.ledger, input);
  if (batch !== null) turn.ledger.push(batch);
}

/** Verdicts of now; answers the rows they stand in. */
function judge({ state, now, ledger }: TradingTurn, judgements: readonly Judgement[]): readonly LedgerRow[] {
  const { configHash } = state.settings;
  const { rows, batch } = foldJudgements(state.ledger, judgements, { now, configHash });
  if (batch !== null) ledger.push(batch);
  return rows;
}

/** Keeps the verdict about every candidate of a round that is not asked about any further. */
export function keepRound(
  turn: TradingTurn,
  round: {
    readonly traceId: string;
    readonly chosen: readonly Candidate[];
    readonly refused: readonly FilteredCandidate[];
  },
): void {
  const { state } = turn;
  const chosen = new Set(round.chosen.map(({ instrumentId }) => instrumentId));
  const refusals = new Map(round.refused.map((refusal) => [refusal.instrumentId, refusal]));
  const judgements = listCandidates(state.discovery.pool)
    .filter(({ instrumentId }) => !chosen.has(instrumentId))
    .map((candidate): Judgement => {
      const refusal = refusals.get(candidate.instrumentId);
      const verdict = refusal === undefined ? judgePlace(turn, candidate) : judgeFilter(refusal);
      return toJudgement(turn, candidate, { verdict, traceId: round.traceId });
    });
  for (const { instrumentId, rounds, newest } of judge(turn, judgements)) {
    const refusal = refusals.get(instrumentId);
    if (refusal === undefined || rounds > 1) continue;
    note(turn, { kind: 'filterRejected', ...refusal, heat: newest.heat ?? 0, price: priceOf(turn, instrumentId) });
  }
}

function judgeFilter({ gate, reason: text, value, limit }: FilteredCandidate): Verdict {
  return { rule: `filter:${gate}`, outcome: 'refused', value, limit, text };
}

/** Why a candidate is not among those that the filter looks at. */
function judgePlace({ state }: TradingTurn, { status, tier, heat, coolingUntil }: Candidate): Verdict {
  const { enterHeat, activeMax } = state.discovery.pool.config;
  const refuse = (rule: string, rest: Omit<Verdict, 'rule' | 'outcome'>): Verdict => ({
    rule,
    outcome: 'refused',
    ...rest,
  });
  if (status === 'cooling') {
    return refuse('pool:cooling', { value: coolingUntil, limit: null, text: 'it cools after a loss, until that time' });
  }
  if (heat < enterHeat) {
    return refuse('pool:heat', { value: heat, limit: enterHeat, text: 'it is not hot enough to be looked at' });
  }
  if (tier === 'probation') {
    return refuse('pool:capacity', { value: heat, limit: activeMax, text: 'all places are taken by hotter ones' });
  }
  const limit = state.settings.candidatesMax;
  return refuse('pool:rank', { value: heat, limit, text: 'it is not among that many hottest' });
}

function toJudgement(
  turn: TradingTurn,
  candidate: Candidate,
  { verdict, traceId }: { readonly verdict: Verdict; readonly traceId: string },
): Judgement {
  const { instrumentId, heat } = candidate;
  return {
    instrumentId,
    traceId,
    price: priceOf(turn, instrumentId),
    outcome: 'refused',
    gate: verdict.rule,
    positionId: null,
    intentId: null,
    heat,
    candidate: describe(candidate),
    signal: null,
    verdicts: [verdict],
    size: [],
    stopDistance: null,
  };
}

function describe({ source, status, tier, components }: Candidate): LedgerCandidate {
  return { source, status, tier, components };
}

function priceOf({ state, now }: TradingTurn, instrumentId: InstrumentId): Price | null {
  const price = readPrice(state.discovery.stream, instrumentId, now);
  return price === null ? null : (decimalFromFloat(price) as Price | null);
}

/**
 * Keeps a decision about an entry with the signal it was made from; answers how often it was the same before. A coin that
 * was asked about only because it is held has its verdict from the round already.
 */
export function keepEntry(turn: TradingTurn, record: DecisionRecord): number {
  const { state } = turn;
  const { instrumentId, traceId, outcome, gate, positionId, intentId, price, heat, verdicts, size } = record;
  if (outcome === 'refused' && !state.chosen.includes(instrumentId)) return 1;
  const candidate = candidateOf(state.discovery.pool, instrumentId);
  const signal = turn.signals.get(instrumentId);
  const judgement: Judgement = {
    ...{ instrumentId, traceId, outcome, gate, positionId, intentId, price, heat, verdicts, size },
    candidate: candidate === null ? null : describe(candidate),
    signal: signal === undefined ? null : toLedgerSignal(signal),
    stopDistance: positionId === null ? null : (state.decisions.distances[positionId] ?? null),
  };
  const [row] = judge(turn, [judgement]);
  return row === undefined ? 0 : row.rounds - 1;
}

function toLedgerSignal({ action, strength, confidence, reason, ...signal }: TradeSignal): LedgerSignal {
  const { sellScore: sell, buyScore: buy, consensus, timeframes } = signal;
  const { net, coverage } = consensus;
  const numbers = { strength, confidence, sell, buy, net, coverage };
  const shown = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, rounded(value)]));
  return { action, reason, ...(shown as typeof numbers), timeframes: timeframes.map(toTimeframe) };
}

function toTimeframe(opinion: TimeframeOpinion): LedgerTimeframe {
  const { timeframe, closeTime } = opinion;
  if (opinion.kind === 'skipped') {
    return { timeframe, closeTime, sell: null, buy: null, reasons: [], skipped: opinion.reason };
  }
  const { books, fused } = opinion.score;
  const reasons = BOOK_NAMES.flatMap((book) => books[book].reasons)
    .map(({ rule, side, points }) => ({ rule, side, points: rounded(points) }))
    .sort((a, b) => b.points - a.points)
    .slice(0, REASONS_MAX);
  return { timeframe, closeTime, sell: rounded(fused.sell), buy: rounded(fused.buy), reasons, skipped: null };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Keeps a decision about an exit. */
export function keepExit(turn: TradingTurn, record: DecisionRecord, scope: SaleScope): void {
  const { settings } = turn.state;
  fold(turn, { kind: 'exitDecided', time: turn.now, configHash: settings.configHash, record, scope });
}

/** Keeps that an intent was not ordered. */
export function keepRefusal(
  turn: TradingTurn,
  refusal: { readonly intentId: string; readonly code: string; readonly reason: string },
): void {
  const { intentId, code, reason } = refusal;
  fold(turn, { kind: 'intentRefused', time: turn.now, intentId, code, reason });
}

/** Keeps what became of an intent. */
export function keepEnd(
  turn: TradingTurn,
  { intentId, outcome }: { readonly intentId: string; readonly outcome: 'filled' | 'partial' | 'nothing' },
): void {
  fold(turn, { kind: 'intentEnded', time: turn.now, intentId, outcome });
}

/** Keeps a closed leg; answers what it was decided by. */
export function keepLeg(turn: TradingTurn, leg: TradeLeg): TradeContext {
  const { ledger, execution, settings } = turn.state;
  const order = orderOf(execution, leg.clientOrderId);
  const terms = order?.terms ?? null;
  const stopPrice = terms?.type === 'stop' || terms?.type === 'oco' ? toDecimalText(terms.stopPrice) : null;
  const closed = { leg, intentId: order?.intentId ?? null, stopPrice, configHash: settings.configHash };
  const { context, batch } = foldClosedLeg(ledger, closed);
  if (batch !== null) turn.ledger.push(batch);
  return context;
}

/** Keeps the end of a position. */
export function keepClosed(
  turn: TradingTurn,
  closed: Extract<LedgerInput, { kind: 'positionClosed' }>['closed'],
): void {
  fold(turn, { kind: 'positionClosed', closed });
}

/** Lets the ledger see what became of the prices it follows; once a round. */
export function lookAtPrices(turn: TradingTurn): void {
  const { state, now } = turn;
  const prices: Record<string, number | null> = {};
  for (const instrumentId of measuredInstruments(state.ledger)) {
    prices[instrumentId] = readPrice(state.discovery.stream, instrumentId as InstrumentId, now);
  }
  fold(turn, { kind: 'pricesSeen', time: now, prices });
}
