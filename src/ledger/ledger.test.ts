import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../core/decimal.ts';
import { type EpochMs, epochMs } from '../core/time.ts';
import type { DecisionRecord } from '../model/decision.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { LedgerBatch, LedgerOutcome, LedgerRow } from '../model/ledger.ts';
import type { Price } from '../model/money.ts';
import type { TradeLeg } from '../model/position.ts';
import {
  createLedger,
  foldClosedLeg,
  foldJudgements,
  foldLedger,
  type Judgement,
  type LedgerInput,
  type LedgerState,
} from './index.ts';

const START = 1_781_514_000_000;
const at = (seconds: number): EpochMs => epochMs(START + seconds * 1000);
const HOT = 'binance:spot:HOT/USDT' as InstrumentId;
const P1 = 'P1' as PositionId;

function judgement(gate: string | null, other: Partial<Judgement> = {}): Judgement {
  const verdict = { rule: gate ?? 'all', outcome: gate === null ? 'passed' : 'refused', text: '' } as const;
  return {
    ...{ instrumentId: HOT, traceId: 'round', price: decimal('2') as Price, heat: 60, candidate: null, signal: null },
    ...{ outcome: gate === null ? 'approved' : 'refused', gate, positionId: null, intentId: null, size: [] },
    ...{ verdicts: [{ ...verdict, value: 1, limit: 2 }], stopDistance: null },
    ...other,
  };
}

const bought = (positionId = P1): Judgement =>
  judgement(null, { positionId, intentId: `open-${positionId}`, stopDistance: 0.04 });

/** A ledger with everything it ever asked to store. */
class Desk {
  readonly state: LedgerState = createLedger();
  readonly rows = new Map<number, LedgerRow>();
  readonly outcomes: LedgerOutcome[] = [];
  saves = 0;

  fold(input: LedgerInput): LedgerBatch | null {
    const batch = foldLedger(this.state, input);
    this.#keep(batch);
    return batch;
  }

  #keep(batch: LedgerBatch | null): void {
    for (const row of batch?.rows ?? []) this.rows.set(row.number, row);
    this.outcomes.push(...(batch?.outcomes ?? []));
    this.saves += batch?.rows.length ?? 0;
  }

  judge(seconds: number, ...judgements: readonly Judgement[]): void {
    this.#keep(foldJudgements(this.state, judgements, { now: at(seconds), configHash: 'abc' }).batch);
  }

  see(seconds: number, price: number | null): void {
    this.fold({ kind: 'pricesSeen', time: at(seconds), prices: { [HOT]: price } });
  }

  list(): readonly (readonly [string | null, number])[] {
    return [...this.rows.values()].map(({ gate, rounds }) => [gate, rounds]);
  }
}

describe('verdicts', () => {
  it('that do not change are one row with first and last time, stored once a minute', () => {
    const desk = new Desk();
    for (let seconds = 0; seconds <= 600; seconds += 10) {
      desk.see(seconds, 2);
      desk.judge(seconds, judgement('strength'));
    }
    desk.see(900, 2);
    const [row] = desk.rows.values();
    expect(desk.rows.size).toBe(1);
    expect(row).toMatchObject({ firstTime: at(0), lastTime: at(600), rounds: 61, gate: 'strength' });
    expect(desk.saves).toBeLessThan(12);
  });

  it('that alternate are one row each, and an hour is the most that one covers', () => {
    const desk = new Desk();
    for (let seconds = 0; seconds < 3_600; seconds += 10) {
      desk.see(seconds, 2);
      desk.judge(seconds, judgement(seconds % 20 === 0 ? 'action' : 'strength'));
    }
    desk.judge(3_600, judgement('action'));
    desk.see(8_000, 2);
    expect(desk.list()).toEqual([
      ['action', 180],
      ['strength', 180],
      ['action', 1],
    ]);
  });

  it('begin a new row after a pause, and another coin has its own', () => {
    const desk = new Desk();
    desk.judge(0, judgement('heat'));
    desk.judge(121, judgement('heat'), judgement('heat', { instrumentId: 'binance:spot:ANY/USDT' as InstrumentId }));
    expect(desk.rows.size).toBe(3);
  });

  it('that bought are rows of their own; what was not ordered goes on in its row and says why', () => {
    const desk = new Desk();
    desk.judge(0, bought());
    desk.fold({
      kind: 'intentRefused',
      time: at(0),
      intentId: 'open-P1',
      code: 'BUY_MIN_NOTIONAL',
      reason: 'too little',
    });
    desk.fold({ kind: 'intentEnded', time: at(1), intentId: 'open-P1', outcome: 'nothing' });
    expect(desk.rows.get(1)?.fate).toMatchObject({ kind: 'refused', code: 'BUY_MIN_NOTIONAL' });
    desk.judge(10, bought('P2' as PositionId));
    desk.fold({ kind: 'intentEnded', time: at(11), intentId: 'open-P2', outcome: 'filled' });
    expect(desk.rows.get(1)).toMatchObject({ positionId: 'P2', rounds: 2, fate: { kind: 'filled' } });
    desk.judge(20, bought('P3' as PositionId));
    expect([...desk.rows.values()].map(({ positionId }) => positionId)).toEqual(['P2', 'P3']);
    expect(Object.keys(desk.state.trades)).toEqual(['P2', 'P3']);
  });

  it('property: however verdicts come, each is counted once, and rows are numbered without a hole', () => {
    const step = fc.record({ wait: fc.integer({ min: 1, max: 300 }), gate: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const desk = new Desk();
        let seconds = 0;
        for (const { wait, gate } of steps) {
          seconds += wait;
          desk.see(seconds, 2);
          desk.judge(seconds, judgement(gate));
        }
        desk.see(seconds + 1_000, 2);
        const rows = [...desk.rows.values()];
        expect(rows.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(steps.length);
        expect(rows.map(({ number }) => number).sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
        expect(Object.keys(desk.state.open)).toEqual([]);
      }),
    );
  });
});

describe('what the price did afterwards', () => {
  it('is looked at after 15 minutes, 1 hour and 4 hours, with the furthest up and down until then', () => {
    const desk = new Desk();
    desk.judge(0, judgement('strength'));
    const prices: readonly (readonly [number, number])[] = [
      [600, 2.4],
      [900, 2.2],
      [3_000, 1.8],
      [3_605, 1.9],
      [14_410, 2.36],
    ];
    for (const [seconds, price] of prices) desk.see(seconds, price);
    expect(desk.outcomes.map(({ horizon, change, highest, lowest }) => [horizon, change, highest, lowest])).toEqual([
      ['15m', 0.1, 0.2, 0],
      ['1h', -0.05, 0.2, -0.1],
      ['4h', 0.18, 0.2, -0.1],
    ]);
    expect(desk.state.pending).toEqual([]);
  });

  it('is unknown where no price was followed at its time, or none was known at the verdict, and says so', () => {
    const desk = new Desk();
    desk.judge(0, judgement('strength'), judgement('heat', { price: null }));
    desk.see(890, 2);
    for (const seconds of [900, 930, 961]) desk.see(seconds, null);
    desk.see(20_000, 3);
    const told = desk.outcomes.map(({ number, horizon, change, unknown }) => [number, horizon, change, unknown]);
    expect(told).toEqual([
      [2, '15m', null, 'no price was known at the verdict'],
      [2, '1h', null, 'no price was known at the verdict'],
      [2, '4h', null, 'no price was known at the verdict'],
      [1, '15m', null, 'its price was not followed at that time'],
      [1, '1h', null, 'its price was not followed at that time'],
      [1, '4h', null, 'its price was not followed at that time'],
    ]);
  });

  it('waits for a bounded number of prices: the oldest is given up and says so', () => {
    const desk = new Desk();
    for (let coin = 0; coin <= 5_000; coin++) {
      desk.judge(0, judgement('heat', { instrumentId: `binance:spot:C${coin}/USDT` as InstrumentId }));
    }
    expect(desk.state.pending).toHaveLength(5_000);
    expect(desk.outcomes.map(({ number, unknown }) => [number, unknown])).toEqual(
      Array.from({ length: 3 }, () => [1, 'too many prices were to be looked at']),
    );
    expect(Object.keys(desk.state.open).length).toBeLessThanOrEqual(2_000);
  });
});

describe('trades', () => {
  const exit = (intentId: string, reason: DecisionRecord['reason']): DecisionRecord => ({
    ...{ decisionId: 'd', kind: 'exit', time: at(60), traceId: 'round', instrumentId: HOT, positionId: P1, intentId },
    ...{ outcome: 'approved', gate: reason, reason, price: decimal('2.2') as Price, strength: null, heat: null },
    ...{ verdicts: [], size: [] },
  });
  const leg = { positionId: P1, instrumentId: HOT, leg: 1, entryPrice: decimal('2'), exitPrice: decimal('2.19') };
  const sold = {
    ...{ ...leg, quantity: decimal('5'), pnl: decimal('0.95'), feeEntry: decimal('0.01'), feeExit: decimal('0.01') },
    ...{ pnlNet: decimal('0.93'), reason: 'takeProfit', entryTime: at(1), exitTime: at(61), traceId: 'round' },
    clientOrderId: 'o2',
  } as unknown as TradeLeg;

  it('carry what they were decided by: the entry, its stop, and the price of each sale', () => {
    const desk = new Desk();
    desk.judge(0, bought());
    desk.fold({ kind: 'intentEnded', time: at(1), intentId: 'open-P1', outcome: 'filled' });
    const decided = { kind: 'exitDecided', time: at(60), configHash: 'def', scope: 'part' } as const;
    desk.fold({ ...decided, record: exit('takeProfit-P1', 'takeProfit') });
    const closed = { leg: sold, stopPrice: null, configHash: 'def' };
    const { context } = foldClosedLeg(desk.state, { ...closed, intentId: 'takeProfit-P1' });
    const entry = { configHash: 'abc', entryDecidedPrice: '2', stopDistance: 0.04, strength: null, heat: 60 };
    expect(context).toEqual({ ...entry, exitDecidedPrice: '2.2' });
    const stopped = foldClosedLeg(desk.state, { ...closed, intentId: null, stopPrice: '1.9' });
    expect(stopped.context).toEqual({ ...entry, exitDecidedPrice: '1.9' });
    expect(stopped.batch?.trades).toMatchObject([{ kind: 'leg', pnlNet: '0.93', exitDecidedPrice: '1.9' }]);
  });

  it('that were adopted say that nothing is known of their decision', () => {
    const { context } = foldClosedLeg(createLedger(), { leg: sold, intentId: 'x', stopPrice: null, configHash: 'def' });
    expect(context).toMatchObject({
      entryDecidedPrice: null,
      exitDecidedPrice: null,
      strength: null,
      stopDistance: null,
    });
  });

  it('an exit that sells nothing and is tried every second is one row', () => {
    const desk = new Desk();
    for (let seconds = 60; seconds < 90; seconds++) {
      const record = exit(`stop-${seconds}`, 'stop');
      desk.fold({ kind: 'exitDecided', time: at(seconds), configHash: 'abc', record, scope: 'whole' });
      desk.fold({ kind: 'intentEnded', time: at(seconds), intentId: `stop-${seconds}`, outcome: 'nothing' });
    }
    expect(desk.list()).toEqual([['stop', 30]]);
  });
});
