import { describe, expect, it } from 'vitest';
import { add, decimal, multiply, subtract, toDecimalText, ZERO } from '../core/decimal.ts';
import { type EpochMs, epochMs } from '../core/time.ts';
import type { EntryOpinion } from '../model/decision.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ExitIntent, OpenIntent, PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { PortfolioView, PositionView } from '../model/position.ts';
import {
  areEntriesOpen,
  createDecisions,
  DEFAULT_DECISION_CONFIG,
  type DecisionConfig,
  type DecisionEffect,
  type DecisionsState,
  foldDecisions,
  reopenDecisions,
} from './index.ts';

const START = 1_767_268_800_000;
const DAY_MS = 86_400_000;
const at = (ms: number): EpochMs => epochMs(START + ms);
const money = (text: string): Money => decimal(text) as Money;
const coin = (base: string): InstrumentId => `binance:spot:${base}/USDT` as InstrumentId;

function held(base: string, facts: Partial<PositionView> & { readonly at?: string } = {}): PositionView {
  const mark = decimal(facts.at ?? '100') as Price;
  const quantity = facts.quantity ?? (decimal('1') as Quantity);
  const value = multiply(mark, quantity) as Money;
  return {
    positionId: `id${base}` as PositionId,
    instrumentId: coin(base),
    openedTime: at(0),
    traceId: 'trace',
    entryPrice: decimal('100') as Price,
    quantityInitial: quantity,
    quantity,
    mark,
    markTime: at(0),
    value,
    unrealized: subtract(value, multiply(decimal('100'), quantity) as Money),
    realized: ZERO as Money,
    otherFees: {},
    ...facts,
  };
}

function portfolio(positions: readonly PositionView[] = [], facts: Partial<PortfolioView> = {}): PortfolioView {
  const cost = positions.reduce(
    (sum, { quantity }) => add(sum, multiply(decimal('100'), quantity) as Money),
    money('0'),
  );
  const cash = subtract(money('1000'), cost);
  const equity = positions.reduce((sum, { value }) => add(sum, value), cash);
  return {
    time: at(0),
    initialCapital: money('1000'),
    cash,
    equity,
    peak: money('1000'),
    dayStart: at(0),
    dayStartEquity: money('1000'),
    dayRealized: money('0'),
    positions,
    ...facts,
  };
}

function opinion(base: string, facts: Partial<EntryOpinion> = {}): EntryOpinion {
  return {
    instrumentId: coin(base),
    action: 'BUY',
    strength: 60,
    confidence: 0.6,
    confirm: { sell: 5, buy: 60 },
    atr: null,
    heat: 60,
    liquidity: 100,
    quoteVolume1h: null,
    price: decimal('100') as Price,
    priceTime: at(0),
    book: null,
    reason: '',
    ...facts,
  };
}

const WELL = {
  tickerAgeMs: 100,
  heldPriceAgeMs: null,
  isFeedUp: true,
  isVenueUp: true,
  orderErrors5m: 0,
  unknownOrders: 0,
  reconciliation: 'clean',
  areRulesStale: false,
  isCapitalKept: false,
  clockSkewMs: 0,
  loopLagMs: 0,
  isStorageFailing: false,
} as const;

function desk(config: Partial<DecisionConfig> = {}): DecisionsState {
  const state = createDecisions({ ...DEFAULT_DECISION_CONFIG, ...config });
  foldDecisions(state, { kind: 'healthMeasured', time: at(0), facts: WELL }, portfolio());
  return state;
}

function enter(
  state: DecisionsState,
  opinions: readonly EntryOpinion[],
  { view = portfolio(), time = at(0) }: { readonly view?: PortfolioView; readonly time?: EpochMs } = {},
): readonly DecisionEffect[] {
  const pool = opinions.map(({ instrumentId }) => instrumentId);
  return foldDecisions(state, { kind: 'opinionsFormed', time, traceId: 'cycle', opinions, pool }, view);
}

function move(state: DecisionsState, view: PortfolioView, time = at(1_000)) {
  const prices = view.positions.map(({ instrumentId, mark }) => ({
    instrumentId,
    price: mark as Price,
    change5m: null,
    change15m: null,
  }));
  return foldDecisions(state, { kind: 'pricesMoved', time, prices }, view);
}

const opens = (effects: readonly DecisionEffect[]): readonly OpenIntent[] =>
  effects.flatMap((each) => (each.kind === 'intentApproved' && each.intent.kind === 'open' ? [each.intent] : []));
const exits = (effects: readonly DecisionEffect[]): readonly ExitIntent[] =>
  effects.flatMap((each) => (each.kind === 'intentApproved' && each.intent.kind === 'exit' ? [each.intent] : []));
const gates = (effects: readonly DecisionEffect[]): readonly (string | null)[] =>
  effects.flatMap((each) => (each.kind === 'decided' && each.record.kind === 'entry' ? [each.record.gate] : []));
function ended(
  state: DecisionsState,
  intentId: string | undefined,
  how: { readonly outcome: 'filled' | 'nothing'; readonly view: PortfolioView; readonly time?: EpochMs },
): readonly DecisionEffect[] {
  const { outcome, view, time = at(2_000) } = how;
  return foldDecisions(state, { kind: 'intentEnded', intentId: intentId ?? '', outcome, time }, view);
}

describe('entries', () => {
  it('approves with amount, stop and record, and reserves its room', () => {
    const state = desk();
    const effects = enter(state, [opinion('PEPE')]);
    expect(opens(effects)).toMatchObject([{ quoteAmount: money('86.4'), stopDistance: 0.05, traceId: 'cycle' }]);
    const [record] = effects.flatMap((each) => (each.kind === 'decided' ? [each.record] : []));
    expect(record).toMatchObject({ outcome: 'approved', gate: null, intentId: opens(effects)[0]?.intentId });
    expect(record?.verdicts.every(({ outcome }) => outcome === 'passed')).toBe(true);
    expect(Object.values(state.reservations)).toMatchObject([{ amount: money('86.4') }]);
  });

  it('C-3 gives ten signals at once with room for four exactly four, the strongest, within every limit', () => {
    const config = { sizing: { ...DEFAULT_DECISION_CONFIG.sizing, positionsMax: 4 } };
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];
    const effects = enter(
      desk(config),
      names.map((name, index) => opinion(name, { strength: 50 + index, heat: 100 })),
    );
    const chosen = opens(effects);
    expect(chosen.map(({ instrumentId }) => instrumentId)).toEqual(['J', 'I', 'H', 'G'].map(coin));
    const total = chosen.reduce((sum, { quoteAmount }) => add(sum, quoteAmount), money('0'));
    expect(toDecimalText(total)).toBe('400');
    expect(gates(effects).slice(4)).toEqual(Array.from({ length: 6 }, () => 'positions'));
  });

  it('C-3 reserves money too: where the exposure has room for one, the next cycle does not spend it twice', () => {
    const sizing = { ...DEFAULT_DECISION_CONFIG.sizing, totalShareMax: 0.12 };
    const state = desk({ sizing: { ...sizing, positionsMax: 2 } });
    const first = opens(enter(state, [opinion('A', { heat: 100 })]))[0]?.quoteAmount ?? money('0');
    const second = opens(enter(state, [opinion('B', { heat: 100 })]))[0]?.quoteAmount ?? money('0');
    expect(toDecimalText(first)).toBe('84');
    expect(toDecimalText(add(first, second)), 'both are under way: together they keep the limit').toBe('120');
  });

  it('C-3 frees room only when the intent is over', () => {
    const state = desk({ sizing: { ...DEFAULT_DECISION_CONFIG.sizing, positionsMax: 1 } });
    const [first] = opens(enter(state, [opinion('A')]));
    expect(gates(enter(state, [opinion('B')]))).toEqual(['positions']);
    ended(state, first?.intentId, { outcome: 'nothing', view: portfolio() });
    expect(opens(enter(state, [opinion('B')]))).toHaveLength(1);
  });

  it('refuses a coin that is held or being bought', () => {
    const state = desk();
    enter(state, [opinion('A')]);
    expect(gates(enter(state, [opinion('A')]))).toEqual(['one position a coin']);
    expect(gates(enter(desk(), [opinion('B')], { view: portfolio([held('B')]) }))).toEqual(['one position a coin']);
  });

  it('R4-4 values what is held at its newest price: a coin that doubled leaves no room', () => {
    const quantity = decimal('2') as Quantity;
    const view = (price: string): PortfolioView =>
      portfolio([held('A', { quantity, at: price })], { dayStartEquity: money('1000') });
    expect(opens(enter(desk(), [opinion('B')], { view: view('100') }))).toHaveLength(1);
    expect(gates(enter(desk(), [opinion('B')], { view: view('200') }))).toEqual(['size']);
  });

  it('L3 bounds a sector, and coins without one do not share it', () => {
    const config = { sectors: { A: 'meme', B: 'meme', C: 'meme' } };
    const view = portfolio([held('A'), held('B', { quantity: decimal('0.5') as Quantity })]);
    expect(gates(enter(desk(config), [opinion('C')], { view }))).toEqual(['L3 sector']);
    expect(opens(enter(desk(config), [opinion('D')], { view }))).toHaveLength(1);
  });

  it('L4 ends entries for the day at 5 % of the capital, unrealised losses included', () => {
    const view = portfolio([held('A', { at: '49' })], { dayStartEquity: money('1000') });
    expect(gates(enter(desk(), [opinion('B')], { view }))).toEqual(['L4 day loss']);
    expect(opens(enter(desk(), [opinion('B')], { view: { ...view, dayStartEquity: money('949') } }))).toHaveLength(1);
  });

  it('refuses while the engine is not tradeable, paused or in an emergency, and says why', () => {
    const blocked = createDecisions(DEFAULT_DECISION_CONFIG);
    expect(gates(enter(blocked, [opinion('A')]))).toEqual(['engine state']);
    const paused = desk();
    const pause = { kind: 'pauseEntries', reason: 'holiday' } as const;
    foldDecisions(paused, { kind: 'commanded', time: at(0), command: pause }, portfolio());
    expect(gates(enter(paused, [opinion('A')]))).toEqual(['engine state']);
    expect(areEntriesOpen(paused)).toBe(false);
    foldDecisions(paused, { kind: 'commanded', time: at(0), command: { kind: 'resumeEntries' } }, portfolio());
    expect(opens(enter(paused, [opinion('A')]))).toHaveLength(1);
  });

  it('is a pure function of its inputs', () => {
    const run = (): string =>
      JSON.stringify(enter(desk(), [opinion('A'), opinion('B')]), (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    expect(run()).toBe(run());
  });
});

describe('exits', () => {
  it('sells a position at its stop once, and again only after a failure and a pause', () => {
    const state = desk();
    const view = portfolio([held('A', { at: '94' })]);
    const [first] = exits(move(state, view));
    expect(first).toMatchObject({ reason: 'stop', quantity: 'all' });
    expect(exits(move(state, view))).toEqual([]);
    ended(state, first?.intentId, { outcome: 'nothing', view: view, time: at(2_000) });
    expect(exits(move(state, view, at(2_100)))).toEqual([]);
    expect(exits(move(state, view, at(2_250)))).toMatchObject([{ reason: 'stop' }]);
  });

  it('sells at the stop right after a tier, without a pause between different exits', () => {
    const state = desk();
    const [tier] = exits(move(state, portfolio([held('A', { at: '105' })])));
    expect(tier).toMatchObject({ reason: 'takeProfit', quantity: decimal('0.3') });
    const left = portfolio([
      held('A', { at: '94', quantity: decimal('0.7') as Quantity, quantityInitial: decimal('1') as Quantity }),
    ]);
    ended(state, tier?.intentId, { outcome: 'filled', view: left, time: at(1_500) });
    expect(exits(move(state, left, at(1_600)))).toMatchObject([{ reason: 'stop', quantity: 'all' }]);
  });

  it('C-6 keeps tiers by position: a new position in the same coin starts with none sold', () => {
    const state = desk();
    const [first] = exits(move(state, portfolio([held('A', { at: '106' })])));
    ended(state, first?.intentId, { outcome: 'filled', view: portfolio([held('A', { at: '106' })]) });
    expect(exits(move(state, portfolio([held('A', { at: '106' })]), at(3_000)))).toEqual([]);
    foldDecisions(state, { kind: 'positionGone', time: at(4_000), positionId: 'idA' as PositionId }, portfolio());
    expect(Object.keys(state.guards), 'nothing is left of the first').toEqual([]);
    const again = portfolio([held('A', { at: '106', positionId: 'second' as PositionId })]);
    expect(exits(move(state, again, at(5_000)))).toMatchObject([{ reason: 'takeProfit', positionId: 'second' }]);
  });

  it('judges by time alone as well', () => {
    const state = desk();
    const view = portfolio([held('A')]);
    const due = (ms: number) => foldDecisions(state, { kind: 'guardDue', time: at(ms) }, view);
    expect(exits(due(240 * 60_000))).toEqual([]);
    expect(exits(due(240 * 60_000 + 1))).toMatchObject([{ reason: 'time' }]);
  });

  it('leaves on a SELL signal, and when the coin has left the pool', () => {
    const view = portfolio([held('A')]);
    expect(exits(enter(desk(), [opinion('A', { action: 'SELL' })], { view }))).toMatchObject([
      { reason: 'sellSignal' },
    ]);
    expect(exits(enter(desk(), [opinion('B')], { view }))).toMatchObject([{ reason: 'heatDecay', positionId: 'idA' }]);
  });

  it('goes on while entries are blocked', () => {
    const state = createDecisions(DEFAULT_DECISION_CONFIG);
    expect(exits(move(state, portfolio([held('A', { at: '90' })])))).toMatchObject([{ reason: 'stop' }]);
  });

  it('R4-2 leaves at once on the change that the stream keeps', () => {
    const view = portfolio([held('A', { at: '97' })]);
    const prices = [{ instrumentId: coin('A'), price: decimal('97') as Price, change5m: -0.02, change15m: -0.21 }];
    const effects = foldDecisions(desk(), { kind: 'pricesMoved', time: at(1_000), prices }, view);
    expect(exits(effects)).toMatchObject([{ reason: 'blackSwan', urgency: 'emergency', quantity: 'all' }]);
  });

  it('moves the resting stop to break-even after the first tier where that is wanted', () => {
    const rules = { ...DEFAULT_DECISION_CONFIG.rules, breakEven: 'afterFirstTier' } as const;
    const state = desk({ rules });
    const view = portfolio([held('A', { at: '105' })]);
    const [tier] = exits(move(state, view));
    expect(ended(state, tier?.intentId, { outcome: 'filled', view: view })).toEqual([
      {
        kind: 'intentApproved',
        intent: { kind: 'protect', positionId: 'idA', stopPrice: decimal('100.2'), time: at(2_000) },
      },
    ]);
  });
});

describe('the layers above a single trade', () => {
  const quarter = decimal('4') as Quantity;

  it('L2 closes a coin that costs 5 % of the capital, whatever its own stop says', () => {
    const rules = { ...DEFAULT_DECISION_CONFIG.rules, stopDistance: 0.5 };
    const effects = move(desk({ rules }), portfolio([held('A', { quantity: quarter, at: '87' })]));
    expect(effects[0]).toMatchObject({ kind: 'riskActed', layer: 'L2' });
    expect(exits(effects)).toMatchObject([{ reason: 'coinLoss', urgency: 'emergency' }]);
  });

  it('L5 closes all, halts once and is never pushed further, and ends only with an acknowledgement', () => {
    const state = desk();
    const fallen = portfolio([held('A', { quantity: quarter, at: '60' })]);
    const effects = move(state, fallen);
    expect(effects[0]).toMatchObject({ kind: 'riskActed', layer: 'L5' });
    expect(exits(effects)).toMatchObject([{ reason: 'drawdown', quantity: 'all' }]);
    const until = state.halt?.until;
    const sold = portfolio([], { cash: money('840'), equity: money('840') });
    for (let hour = 1; hour < 24; hour++) move(state, sold, at(hour * 3_600_000));
    expect(state.halt?.until).toBe(until);
    expect(
      gates(enter(state, [opinion('B')], { view: { ...sold, dayStartEquity: money('840') }, time: at(3_600_000) })),
    ).not.toContain(null);
    const tick = (ms: number): readonly DecisionEffect[] =>
      foldDecisions(state, { kind: 'guardDue', time: at(ms) }, sold);
    expect(tick(DAY_MS + 2_000)).toEqual([]);
    foldDecisions(state, { kind: 'commanded', time: at(DAY_MS), command: { kind: 'acknowledgeHalt' } }, sold);
    expect(tick(DAY_MS + 3_000)).toEqual([{ kind: 'peakReset' }]);
    expect(state.halt).toBeNull();
    expect(
      foldDecisions(state, { kind: 'guardDue', time: at(DAY_MS + 4_000) }, { ...sold, peak: money('840') }),
    ).toEqual([]);
  });

  it('L5 ends by itself where that is wanted', () => {
    const state = desk({ risk: { ...DEFAULT_DECISION_CONFIG.risk, resume: 'automatic' } });
    move(state, portfolio([held('A', { quantity: quarter, at: '60' })]));
    const sold = portfolio([], { equity: money('840') });
    expect(foldDecisions(state, { kind: 'guardDue', time: at(DAY_MS + 2_000) }, sold)).toEqual([{ kind: 'peakReset' }]);
  });

  it('L5 sells what was being bought when the halt began, too', () => {
    const state = desk();
    move(state, portfolio([held('A', { quantity: quarter, at: '60' })]));
    expect(state.halt).not.toBeNull();
    const late = portfolio([held('B', { openedTime: at(2_000) })]);
    expect(exits(move(state, late, at(3_000)))).toMatchObject([{ reason: 'drawdown', positionId: 'idB' }]);
  });

  it('R7-3 latches an emergency, sells everything, and goes on until it is sold', () => {
    const state = desk();
    const view = portfolio([held('A'), held('B')]);
    const command = { kind: 'emergencyClose', requestId: 'r1', reason: 'operator' } as const;
    const effects = foldDecisions(state, { kind: 'commanded', time: at(1_000), command }, view);
    expect(exits(effects).map(({ reason, urgency }) => [reason, urgency])).toEqual([
      ['emergency', 'emergency'],
      ['emergency', 'emergency'],
    ]);
    const [first] = exits(effects);
    ended(state, first?.intentId, { outcome: 'nothing', view: view });
    expect(exits(move(state, view, at(5_000)))).toMatchObject([{ reason: 'emergency', positionId: 'idA' }]);
    expect(gates(enter(state, [opinion('C')], { view }))).toContain('engine state');
    expect(foldDecisions(state, { kind: 'commanded', time: at(6_000), command }, view)).toEqual([]);
    foldDecisions(state, { kind: 'commanded', time: at(7_000), command: { kind: 'resetEmergency' } }, portfolio());
    expect(areEntriesOpen(state)).toBe(true);
  });

  it('lets the loss of peak and equity never open entries again by a late price', () => {
    const state = desk();
    move(state, portfolio([held('A', { quantity: quarter, at: '60' })]));
    expect(state.halt).not.toBeNull();
    move(state, portfolio([held('A', { quantity: quarter, at: '120' })]));
    expect(state.halt).not.toBeNull();
  });
});

describe('a new run', () => {
  it('begins as unknown after the last one was stopped, and keeps its guards and latches', () => {
    const state = desk();
    move(state, portfolio([held('A')]));
    foldDecisions(state, { kind: 'tradingStopped', time: at(1_000), reason: 'shutdown' }, portfolio());
    const again = reopenDecisions(state, DEFAULT_DECISION_CONFIG);
    expect(again.health.state).toBe('unknown');
    expect(Object.keys(again.guards)).toEqual(['idA']);
    foldDecisions(again, { kind: 'healthMeasured', time: at(2_000), facts: WELL }, portfolio());
    expect(areEntriesOpen(again)).toBe(true);
  });
});
