/**
 * From decisions to orders and back: approved intents go to execution, what execution tells goes to the portfolio, and
 * what earlier stages must hear of it waits for the next input.
 */
import { type DecisionEffect, type DecisionInput, foldDecisions } from '../../decisions/index.ts';
import { foldExecution } from '../../execution/index.ts';
import { groundOf, type SaleScope, saleScopeOf } from '../../ledger/index.ts';
import type { ExecutionFact, ExecutionInput, OrderRecord } from '../../model/execution.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { TradeIntent } from '../../model/intent.ts';
import { foldPortfolio, type PortfolioFact, type PortfolioInput, viewPortfolio } from '../../portfolio/index.ts';
import { keepClosed, keepEntry, keepExit, keepLeg, keepRefusal } from './trading-ledger.ts';
import { note, type TradingTurn, tell } from './trading-turn.ts';

/** Folds an input of decisions and lets what they approve be ordered. */
export function decide(turn: TradingTurn, input: DecisionInput): void {
  const { decisions, portfolio } = turn.state;
  const effects = foldDecisions(decisions, input, viewPortfolio(portfolio));
  for (const effect of effects) takeDecision(turn, effect, effects);
}

type DecisionOf<Kind extends DecisionEffect['kind']> = Extract<DecisionEffect, { readonly kind: Kind }>;

type Decided<Kind extends DecisionEffect['kind']> = (
  turn: TradingTurn,
  effect: DecisionOf<Kind>,
  all: readonly DecisionEffect[],
) => void;

const DECISIONS: { readonly [Kind in DecisionEffect['kind']]: Decided<Kind> } = {
  intentApproved: (turn, { intent }) => takeIntent(turn, intent),
  decided: (turn, { record }, all) => {
    const repeated = record.kind === 'entry' ? keepEntry(turn, record) : 0;
    if (record.kind === 'exit') keepExit(turn, record, saleScope(record.intentId, all));
    note(turn, { kind: 'decision', record, repeated }, record.traceId);
  },
  // The portfolio is behind the decisions in this very turn; nothing comes back from it.
  peakReset: (turn) => book(turn, { kind: 'peakReset', time: turn.now }),
  riskActed: (turn, { layer, text }) => note(turn, { kind: 'risk', layer, text, held: heldBy(turn) }),
  healthChanged: (turn, { health }) => note(turn, { kind: 'health', health }),
};

function takeDecision<Kind extends DecisionEffect['kind']>(
  turn: TradingTurn,
  effect: DecisionOf<Kind>,
  all: readonly DecisionEffect[],
): void {
  DECISIONS[effect.kind as Kind](turn, effect, all);
}

/** Whether the intent of an exit sells everything that is held. */
function saleScope(intentId: string | null, all: readonly DecisionEffect[]): 'whole' | 'part' {
  const intents = all.flatMap((effect) => (effect.kind === 'intentApproved' ? [effect.intent] : []));
  const exit = intents.find((intent) => intent.kind === 'exit' && intent.intentId === intentId);
  return exit?.kind === 'exit' && exit.quantity !== 'all' ? 'part' : 'whole';
}

function takeIntent(turn: TradingTurn, intent: TradeIntent): void {
  if (turn.state.settings.orders === 'made') {
    execute(turn, { kind: 'intentApproved', receivedTime: turn.now, intent });
  } else if (intent.kind !== 'protect') {
    const { intentId } = intent;
    keepRefusal(turn, { intentId, code: 'observing', reason: 'decisions are recorded, nothing is ordered' });
    tell(turn, { kind: 'intentEnded', intentId, outcome: 'nothing', time: turn.now });
  }
}

/** Folds an input of execution. */
export function execute(turn: TradingTurn, input: ExecutionInput): void {
  const { facts, effects } = foldExecution(turn.state.execution, input);
  turn.effects.push(...effects);
  for (const fact of facts) if (fact.kind !== 'dustLeft') takeFact(turn, fact);
  // An order may be told to have ended before its last fills are: its sale is complete when all of them are booked.
  for (const fact of facts) if (fact.kind === 'orderMoved') endOrder(turn, fact.order);
  // Giving up a rest ends the position, and the sale that left it belongs to the position.
  for (const fact of facts) if (fact.kind === 'dustLeft') takeFact(turn, fact);
}

function saleOf({ state }: TradingTurn, { purpose, positionId, intentId }: OrderRecord): SaleScope | null {
  return purpose === 'exit' ? (saleScopeOf(state.ledger, positionId, intentId) ?? 'whole') : null;
}

function heldBy({ state }: TradingTurn): readonly InstrumentId[] {
  return Object.values(state.portfolio.positions).map(({ instrumentId }) => instrumentId);
}

type FactOf<Kind extends ExecutionFact['kind']> = Extract<ExecutionFact, { readonly kind: Kind }>;

const FACTS: { readonly [Kind in ExecutionFact['kind']]: (turn: TradingTurn, fact: FactOf<Kind>) => void } = {
  orderMoved: (turn, { order }) => {
    const ground = groundOf(turn.state.ledger, order);
    note(turn, { kind: 'order', order, sale: saleOf(turn, order), ground }, order.traceId);
  },
  orderFilled: (turn, { kind, purpose, reason, ...filled }) => {
    book(turn, { kind: 'positionFilled', reason: reason === 'protection' ? 'stop' : reason, ...filled });
  },
  intentDone: (turn, { intentId, outcome, time }) => tell(turn, { kind: 'intentEnded', intentId, outcome, time }),
  intentRefused: (turn, { time, ...refusal }) => {
    note(turn, { ...refusal, sale: saleScopeOf(turn.state.ledger, refusal.positionId, refusal.intentId) });
    keepRefusal(turn, refusal);
    tell(turn, { kind: 'intentEnded', intentId: refusal.intentId, outcome: 'nothing', time });
  },
  protectionChanged: (turn, { positionId, protection, stopPrice, nakedMs }) => {
    const { instrumentId = null, traceId = null } = turn.state.execution.desks[positionId] ?? {};
    note(turn, { kind: 'protection', positionId, instrumentId, protection, stopPrice, nakedMs }, traceId);
  },
  dustLeft: (turn, { positionId, time }) => book(turn, { kind: 'dustLeft', positionId, time }),
  positionReleased: () => {},
  mismatchFound: (turn, { mismatch }) => {
    if (!isHarmless(mismatch.kind)) turn.state.reconciliation = 'mismatch';
    note(turn, { kind: 'mismatch', mismatch });
  },
  reconciled: ({ state }, { mismatches }) => {
    if (state.reconciliation === 'pending' || mismatches === 0) state.reconciliation = 'clean';
  },
};

function takeFact<Kind extends ExecutionFact['kind']>(turn: TradingTurn, fact: FactOf<Kind>): void {
  FACTS[fact.kind as Kind](turn, fact);
}

/** What was adopted or swept is in order again; what the account lacks is not. */
function isHarmless(kind: Extract<ExecutionFact, { kind: 'mismatchFound' }>['mismatch']['kind']): boolean {
  return kind !== 'balanceShort' && kind !== 'orderVanished';
}

const ENDED: ReadonlySet<OrderRecord['state']> = new Set(['filled', 'cancelled', 'expired', 'rejected']);

function endOrder(turn: TradingTurn, { state, positionId, clientOrderId }: OrderRecord): void {
  if (ENDED.has(state)) book(turn, { kind: 'orderEnded', positionId, clientOrderId, time: turn.now });
}

/** Folds an input of the portfolio. */
export function book(turn: TradingTurn, input: PortfolioInput): void {
  for (const fact of foldPortfolio(turn.state.portfolio, input)) takePortfolioFact(turn, fact);
}

type Booked<Kind extends PortfolioFact['kind']> = Extract<PortfolioFact, { readonly kind: Kind }>;

const BOOKED: { readonly [Kind in PortfolioFact['kind']]: (turn: TradingTurn, fact: Booked<Kind>) => void } = {
  positionOpened: (turn, { instrumentId }) => tell(turn, { kind: 'positionOpened', instrumentId, time: turn.now }),
  legClosed: (turn, { leg }) => note(turn, { kind: 'leg', leg, context: keepLeg(turn, leg) }, leg.traceId),
  positionClosed: (turn, { closed }) => {
    const { instrumentId, positionId, pnlNet, lastReason, traceId } = closed;
    // A coin that fell to its stop cools, also when earlier parts made up for it.
    const outcome = pnlNet < 0n || lastReason === 'stop' ? 'loss' : 'gain';
    tell(turn, { kind: 'positionClosed', instrumentId, positionId, outcome, time: turn.now });
    keepClosed(turn, closed);
    note(turn, { kind: 'positionClosed', closed }, traceId);
  },
  capitalChanged: (turn, fact) => note(turn, fact),
  capitalKept: (turn, fact) => note(turn, fact),
};

function takePortfolioFact<Kind extends PortfolioFact['kind']>(turn: TradingTurn, fact: Booked<Kind>): void {
  BOOKED[fact.kind as Kind](turn, fact);
}
