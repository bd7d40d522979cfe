/**
 * The trading stages as one fold: discovery, signals, decisions, execution and portfolio, from left to right. What a
 * later stage has to say to an earlier one is heard with the next input, which is asked for at once; so nothing runs in
 * circles, and a replay hears it at the same place.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { type HealthFacts, reopenDecisions } from '../../decisions/index.ts';
import { listNearest, reopenDiscovery } from '../../discovery/index.ts';
import { EXECUTION_TIMER, readExecution } from '../../execution/index.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { createSignalDesk } from './signal-desk.ts';
import type { TradingEffect, TradingInput } from './trading-events.ts';
import { keepEnd, lookAtPrices } from './trading-ledger.ts';
import { discover, followPrices } from './trading-market.ts';
import { book, decide, execute } from './trading-orders.ts';
import { foldSignals, followAgain, SIGNAL_TIMER, takeMarket } from './trading-signals.ts';
import { createTrading, type Told, type TradingSettings, type TradingState } from './trading-state.ts';
import { createTradingTurn, effectsOfTurn, type TradingTurn } from './trading-turn.ts';

/** The next round of choosing, judging and measuring. */
const CYCLE_TIMER = 'trading:cycle';
/** Exits that only time asks for. */
const GUARD_TIMER = 'trading:guard';
const GUARD_MS = 1_000;

/** Inputs that bring settings. */
const SETTERS: ReadonlySet<string> = new Set(['tradingOpened', 'settingsChanged']);

/** Whether trading has anything to do with an input. */
export function isTradingInput(input: { readonly kind: string }): input is TradingInput {
  return SETTERS.has(input.kind) || Object.hasOwn(TAKERS, input.kind);
}

/**
 * Folds one input, with the candles that the market stage closed because of it. Before `tradingOpened` there is no
 * trading and nothing happens; the state mutates in place.
 */
export function foldTrading(
  state: TradingState | null,
  input: TradingInput,
): { readonly state: TradingState | null; readonly effects: readonly TradingEffect[] } {
  if (input.kind === 'tradingOpened') return open(state, input);
  if (state === null) return { state, effects: [] };
  if (input.kind === 'settingsChanged') return change(state, input);
  const turn = createTradingTurn(state, input.receivedTime);
  hear(turn);
  takeInput(turn, input);
  return { state, effects: effectsOfTurn(turn) };
}

/** What the market stage closed and missed because of an input, for the signals; it follows its other effects. */
export function foldTradingMarket(
  state: TradingState,
  told: { readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[]; readonly now: EpochMs },
): readonly TradingEffect[] {
  const turn = createTradingTurn(state, told.now);
  takeMarket(turn, told);
  return effectsOfTurn(turn);
}

function open(
  known: TradingState | null,
  { settings, receivedTime }: Extract<TradingInput, { kind: 'tradingOpened' }>,
): { readonly state: TradingState; readonly effects: readonly TradingEffect[] } {
  const state = known === null ? createTrading(settings) : reset(known, settings);
  state.reconciliation = 'pending';
  const turn = createTradingTurn(state, receivedTime);
  turn.effects.push({ kind: 'startTimer', timerId: CYCLE_TIMER, at: addMs(receivedTime, settings.cycleMs) });
  turn.effects.push({ kind: 'startTimer', timerId: GUARD_TIMER, at: addMs(receivedTime, GUARD_MS) });
  followAgain(turn);
  hear(turn);
  return { state, effects: effectsOfTurn(turn) };
}

/** New settings over what is known; money and positions stay what they are. */
function reset(state: TradingState, settings: TradingSettings): TradingState {
  return {
    ...state,
    settings,
    discovery: reopenDiscovery(state.discovery, settings.discovery),
    // The streams that kept its history are gone with the last run, and so are its timers: it begins anew.
    signals: { ...createSignalDesk(settings.signals), followed: state.signals.followed },
    decisions: reopenDecisions(state.decisions, settings.decisions),
    execution: { ...state.execution, config: settings.execution },
    books: {},
    booksTime: null,
  };
}

/**
 * Settings under way reach discovery and decisions alone. Where money is and how much of it, what signals are made of and
 * how orders are carried out stay what they are, whatever the input says: paper never becomes money while it runs.
 */
function change(
  known: TradingState,
  { settings, receivedTime }: Extract<TradingInput, { kind: 'settingsChanged' }>,
): { readonly state: TradingState; readonly effects: readonly TradingEffect[] } {
  const { signals, execution, initialCapital, orders } = known.settings;
  const state: TradingState = {
    ...known,
    settings: { ...settings, signals, execution, initialCapital, orders },
    discovery: reopenDiscovery(known.discovery, settings.discovery),
    decisions: { ...known.decisions, config: settings.decisions },
  };
  const turn = createTradingTurn(state, receivedTime);
  hear(turn);
  return { state, effects: effectsOfTurn(turn) };
}

/** What later stages told with earlier inputs, in order. */
function hear(turn: TradingTurn): void {
  const { told } = turn.state;
  turn.state.told = [];
  for (const each of told) hearOne(turn, each);
}

function hearOne(turn: TradingTurn, told: Told): void {
  const receivedTime = turn.now;
  if (told.kind === 'intentEnded') {
    keepEnd(turn, told);
    decide(turn, told);
  } else if (told.kind === 'positionOpened') {
    discover(turn, { kind: 'positionOpened', receivedTime, instrumentId: told.instrumentId });
  } else {
    const { instrumentId, outcome, positionId, time } = told;
    decide(turn, { kind: 'positionGone', positionId, time });
    discover(turn, { kind: 'positionClosed', receivedTime, instrumentId, outcome });
  }
}

type Taken = Exclude<TradingInput, { readonly kind: 'tradingOpened' | 'settingsChanged' }>;
type TakenOf<Kind extends Taken['kind']> = Extract<Taken, { readonly kind: Kind }>;

const TAKERS: { readonly [Kind in Taken['kind']]: (turn: TradingTurn, input: TakenOf<Kind>) => void } = {
  capitalSet: (turn, { capital }) => book(turn, { kind: 'capitalSet', time: turn.now, capital }),
  tradingContinued: () => {},
  surroundingsMeasured: ({ state }, { surroundings }) => {
    state.surroundings = surroundings;
  },
  booksFetched: (turn, { books, receivedTime }) => {
    turn.state.books = { ...books };
    turn.state.booksTime = receivedTime;
    choose(turn);
  },
  operatorCommanded: (turn, { command }) => decide(turn, { kind: 'commanded', time: turn.now, command }),
  tradingClosed: (turn, { reason }) => decide(turn, { kind: 'tradingStopped', time: turn.now, reason }),
  timerFired: (turn, { timerId }) => takeTimer(turn, timerId),
  tickersReceived: (turn, input) => {
    discover(turn, input);
    followPrices(turn, input.tickers);
  },
  minuteReceived: (turn, input) => {
    discover(turn, input);
    followPrices(turn, [{ instrumentId: input.minute.instrumentId, price: input.minute.close }]);
  },
  instrumentsReceived: discover,
  venueChanged: (turn, input) => {
    turn.state.venue = input.connection;
    execute(turn, input);
  },
  announcementsReceived: discover,
  mentionsCounted: discover,
  postsReceived: discover,
  pollEnded: discover,
  candidatesStored: discover,
  candidatesRestored: discover,
  listingsRestored: discover,
  listedTimeKnown: discover,
  executionOpened: execute,
  orderAnswered: execute,
  orderReplaced: execute,
  cancelAnswered: execute,
  orderQueried: execute,
  orderReported: execute,
  openOrdersFetched: execute,
  ordersFetched: execute,
  balancesFetched: execute,
  tradingRulesFetched: execute,
  signalHistoryFetched: foldSignals,
  signalHistoryFailed: foldSignals,
  signalsStopped: foldSignals,
};

function takeInput<Kind extends Taken['kind']>(turn: TradingTurn, input: TakenOf<Kind>): void {
  TAKERS[input.kind as Kind](turn, input);
}

function takeTimer(turn: TradingTurn, timerId: string): void {
  const receivedTime = turn.now;
  if (timerId === CYCLE_TIMER) beginCycle(turn);
  else if (timerId === GUARD_TIMER) {
    turn.effects.push({ kind: 'startTimer', timerId, at: addMs(receivedTime, GUARD_MS) });
    book(turn, { kind: 'timePassed', time: receivedTime });
    decide(turn, { kind: 'guardDue', time: receivedTime });
  } else if (timerId.startsWith(EXECUTION_TIMER)) execute(turn, { kind: 'timerFired', receivedTime, timerId });
  else if (timerId.startsWith(SIGNAL_TIMER)) foldSignals(turn, { kind: 'timerFired', receivedTime, timerId });
}

/** A round: measure, then read the books of whoever may be chosen; what they say continues it. */
function beginCycle(turn: TradingTurn): void {
  const { state, now } = turn;
  state.cycle++;
  lookAtPrices(turn);
  turn.effects.push({ kind: 'startTimer', timerId: CYCLE_TIMER, at: addMs(now, state.settings.cycleMs) });
  decide(turn, { kind: 'healthMeasured', time: now, facts: measureHealth(turn) });
  const nearest = listNearest(state.discovery.pool, 2 * state.settings.candidatesMax);
  const instrumentIds = nearest.map(({ instrumentId }) => instrumentId);
  if (nearest.length > 0) turn.effects.push({ kind: 'fetchBooks', instrumentIds });
  else choose(turn);
}

function choose(turn: TradingTurn): void {
  const { books, settings } = turn.state;
  discover(turn, { kind: 'cycleDue', receivedTime: turn.now, count: settings.candidatesMax, books });
}

function measureHealth({ state, now }: TradingTurn): Omit<HealthFacts, 'latches'> {
  const { frameTime } = state.discovery.stream;
  const view = readExecution(state.execution, now);
  const { clockSkewMs, loopLagMs, feed, storage } = state.surroundings;
  const ages = Object.values(state.portfolio.marks).map(({ time }) => now - time);
  return {
    tickerAgeMs: frameTime === null ? null : now - frameTime,
    heldPriceAgeMs: ages.length === 0 ? null : Math.max(...ages),
    isFeedUp: feed === 'up',
    isVenueUp: state.venue === 'up',
    orderErrors5m: view.metrics.orderErrors5m,
    unknownOrders: view.positions.flatMap(({ orders }) => orders).filter((order) => order.state === 'unknown').length,
    reconciliation: state.reconciliation,
    areRulesStale: !view.isRulesFresh,
    clockSkewMs,
    loopLagMs,
    isStorageFailing: storage === 'failing',
    // A payment out of what is held waits for a start; meanwhile the larger capital must not be spent.
    isCapitalKept: state.settings.initialCapital < state.portfolio.initialCapital,
  };
}
