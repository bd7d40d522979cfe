/**
 * From opinions to entries: rules first, then room, then size, then what the size must keep. The strongest signal is
 * decided first. An approved entry reserves its room at once.
 */
import { toDecimalText } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { DecisionRecord, EntryOpinion, SizeStep, Verdict } from '../model/decision.ts';
import type { OpenIntent } from '../model/intent.ts';
import type { Money, Price } from '../model/money.ts';
import type { PortfolioView } from '../model/position.ts';
import { allocateCapital } from './capital-allocator.ts';
import type { DecisionEffect } from './decision-effect.ts';
import { type Desk, makeId, makePositionId } from './desk.ts';
import { checkDepth, checkEntry, deriveStopDistance } from './entry-exit-rules.ts';
import { latchesOf } from './latches.ts';
import { capitalOf, checkAmount, checkRoom, countSlots, exposureOf, type RiskFacts } from './portfolio-risk.ts';
import { type Check, judge, refusalOf } from './verdicts.ts';

/** The cycle whose opinions are decided. */
export type EntryCycle = {
  readonly time: EpochMs;
  readonly traceId: string;
  readonly opinions: readonly EntryOpinion[];
};

/** Decides every opinion, the strongest first; equal ones in their order. */
export function decideEntries(desk: Desk, portfolio: PortfolioView, cycle: EntryCycle): readonly DecisionEffect[] {
  const ordered = [...cycle.opinions].sort((a, b) => b.strength - a.strength);
  return ordered.flatMap((opinion) => decideEntry(desk, portfolio, { opinion, ...cycle }));
}

type Asked = Pick<EntryCycle, 'time' | 'traceId'> & { readonly opinion: EntryOpinion };

function decideEntry(desk: Desk, portfolio: PortfolioView, asked: Asked): readonly DecisionEffect[] {
  const { opinion, time } = asked;
  const { config } = desk;
  const facts: RiskFacts = { portfolio, reservations: Object.values(desk.reservations), halt: desk.halt, config };
  const first = judge([
    ...checkEntry(opinion, config.rules, time),
    checkState(desk),
    ...checkRoom(facts, opinion.instrumentId),
  ]);
  if (refusalOf(first) !== null) return [refused(desk, asked, { verdicts: first, size: [] })];
  const stopDistance = deriveStopDistance(opinion, config.rules);
  const { amount, steps } = allocateCapital(
    {
      capital: capitalOf(portfolio),
      equity: portfolio.equity,
      cash: portfolio.cash,
      exposure: exposureOf(facts),
      used: countSlots(portfolio, facts.reservations),
      heat: opinion.heat ?? 0,
      liquidity: opinion.liquidity,
      stopDistance,
      quoteVolume1h: opinion.quoteVolume1h,
      bidDepth: opinion.book?.bidDepth ?? null,
    },
    config.sizing,
  );
  const entry = { instrumentId: opinion.instrumentId, amount };
  const last = judge([
    checkSize(amount, desk),
    ...checkDepth(opinion, config.rules, amount),
    ...checkAmount(facts, entry),
  ]);
  const verdicts = [...first, ...last];
  if (refusalOf(verdicts) !== null) return [refused(desk, asked, { verdicts, size: steps })];
  return approve(desk, asked, { amount, stopDistance, verdicts, size: steps });
}

function checkState(desk: Desk): Check {
  const latches = latchesOf(desk);
  const { state, reasons } = desk.health;
  return {
    rule: 'engine state',
    isMet: state === 'tradeable' && latches.length === 0,
    value: latches.length > 0 ? latches.join(', ') : state,
    limit: 'tradeable',
    refusal: latches.length > 0 ? 'entries are latched' : `the engine is ${state}: ${reasons.join(', ')}`,
  };
}

function checkSize(amount: Money, { config }: Desk): Check {
  return {
    rule: 'size',
    isMet: amount > 0n,
    value: toDecimalText(amount),
    limit: toDecimalText(config.sizing.amountMin),
    refusal: 'what may be spent is below the least amount',
  };
}

type Judged = { readonly verdicts: readonly Verdict[]; readonly size: readonly SizeStep[] };

function refused(desk: Desk, asked: Asked, judged: Judged): DecisionEffect {
  const refusal = refusalOf(judged.verdicts);
  return {
    kind: 'decided',
    record: {
      ...recordOf(desk, asked, judged),
      outcome: 'refused',
      gate: refusal?.rule ?? null,
      positionId: null,
      intentId: null,
    },
  };
}

function recordOf(
  desk: Desk,
  { opinion, time, traceId }: Asked,
  { verdicts, size }: Judged,
): Omit<DecisionRecord, 'outcome' | 'gate' | 'positionId' | 'intentId'> {
  const { instrumentId, price, strength, heat } = opinion;
  const decisionId = makeId(desk, time);
  return {
    decisionId,
    kind: 'entry',
    time,
    traceId,
    instrumentId,
    reason: null,
    price,
    strength,
    heat,
    verdicts,
    size,
  };
}

function approve(
  desk: Desk,
  asked: Asked,
  { amount, stopDistance, ...judged }: Judged & { readonly amount: Money; readonly stopDistance: number },
): readonly DecisionEffect[] {
  const { opinion, time, traceId } = asked;
  const { instrumentId } = opinion;
  const positionId = makePositionId(desk, time);
  const intentId = `open-${positionId}`;
  desk.reservations[intentId] = { intentId, positionId, instrumentId, amount };
  desk.distances[positionId] = stopDistance;
  const intent: OpenIntent = {
    kind: 'open',
    intentId,
    positionId,
    instrumentId,
    quoteAmount: amount,
    referencePrice: opinion.price as Price,
    maxSlippage: desk.config.rules.slippageMax,
    stopDistance,
    traceId,
    time,
  };
  const record: DecisionRecord = {
    ...recordOf(desk, asked, judged),
    outcome: 'approved',
    gate: null,
    positionId,
    intentId,
  };
  return [
    { kind: 'decided', record },
    { kind: 'intentApproved', intent },
  ];
}
