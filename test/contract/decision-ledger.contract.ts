/**
 * What every DecisionLedger does, as one suite: a harness that makes ledgers enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { PositionId } from '../../src/model/intent.ts';
import type { LedgerBatch, LedgerHorizon, LedgerOutcome, LedgerRow, LedgerTrade } from '../../src/model/ledger.ts';
import type { DecisionLedger } from '../../src/ports/decision-ledger.ts';

/** How the suite gets at an adapter: `reopen` gives the same storage after the process ended. */
export type DecisionLedgerHarness = {
  readonly name: string;
  readonly create: () => {
    readonly ledger: DecisionLedger;
    readonly reopen: () => DecisionLedger;
    readonly destroy: () => void;
  };
};

const START = 1_781_514_000_000;
const at = (seconds: number): EpochMs => epochMs(START + seconds * 1000);
const HOT = 'binance:spot:HOT/USDT' as InstrumentId;
const P1 = 'P1' as PositionId;

/** A refusal of `HOT` by strength unless told otherwise, given once at its number of seconds. */
export function ledgerRow(number: number, other: Partial<LedgerRow> = {}): LedgerRow {
  const refusal = { rule: 'strength', outcome: 'refused', value: 12.5, limit: 20, text: 'too weak' } as const;
  return {
    ...{ number, kind: 'entry', instrumentId: HOT, outcome: 'refused', gate: 'strength', traceId: `t${number}` },
    ...{ positionId: null, intentId: null, firstTime: at(number), lastTime: at(number), rounds: 1, price: '1.5' },
    facts: { heat: 61.7, candidate: null, signal: null, verdicts: [refusal], size: [], stopDistance: null },
    newest: { traceId: `t${number}`, price: '1.5', heat: 61.7, strength: 12.5, refusal },
    ...{ fate: null, configHash: 'abc' },
    ...other,
  };
}

function outcome(number: number, horizon: LedgerHorizon, change = 0.01): LedgerOutcome {
  const numbers = { price: '1.515', change, highest: 0.02, lowest: -0.01, unknown: null };
  return { number, horizon, time: at(900), ...numbers };
}

function leg(position: string, number: number): LedgerTrade {
  return {
    ...{ kind: 'leg', positionId: position as PositionId, instrumentId: HOT, clientOrderId: `o${number}`, leg: number },
    ...{ entryPrice: '1.5', exitPrice: '1.6', quantity: '10', pnl: '1', feeEntry: '0.015', feeExit: '0.016' },
    ...{ pnlNet: '0.969', reason: 'takeProfit', entryTime: at(1), exitTime: at(100 + number), traceId: 't1' },
    ...{ configHash: 'abc', entryDecidedPrice: '1.5', exitDecidedPrice: '1.6', stopDistance: 0.04 },
    ...{ strength: 40, heat: 61.7 },
  };
}

function closed(position: string): LedgerTrade {
  return {
    ...{ kind: 'closed', positionId: position as PositionId, instrumentId: HOT, entryTime: at(1), exitTime: at(200) },
    ...{ entryPrice: '1.5', quantity: '10', pnlNet: '0.969', lastReason: 'trailing', legs: 2, dust: '0' },
    traceId: 't1',
  };
}

const batch = (part: Partial<LedgerBatch>): LedgerBatch => ({ rows: [], outcomes: [], trades: [], ...part });
const page = { from: at(0), to: at(1_000_000), after: 0, limit: 1_000 };

/** Runs the suite over one adapter. */
export function describeDecisionLedger({ name, create }: DecisionLedgerHarness): void {
  describe(`DecisionLedger: ${name}`, () => {
    let made: ReturnType<DecisionLedgerHarness['create']>;
    let ledger: DecisionLedger;

    beforeEach(() => {
      made = create();
      ledger = made.ledger;
    });

    afterEach(async () => {
      await ledger.close();
      made.destroy();
    });

    it('gives back what was saved, also after the process ended', async () => {
      const rows = [
        ledgerRow(1),
        ledgerRow(2, { outcome: 'approved', gate: null, positionId: P1, intentId: 'open-P1' }),
      ];
      await ledger.save(batch({ rows, outcomes: [outcome(1, '15m')], trades: [leg('P1', 1)] }));
      const after = made.reopen();
      expect(await after.readPage(page)).toEqual([
        { row: rows[0], outcomes: [outcome(1, '15m')] },
        { row: rows[1], outcomes: [] },
      ]);
      expect(await after.readTrades({ from: at(101), to: at(102) })).toEqual([leg('P1', 1)]);
      expect(await after.readTrades({ from: at(0), to: at(101) })).toEqual([]);
    });

    it('replaces a row of the same number; outcomes and trades stay as they were first told', async () => {
      await ledger.save(batch({ rows: [ledgerRow(1)], outcomes: [outcome(1, '1h')], trades: [leg('P1', 1)] }));
      const later = ledgerRow(1, { rounds: 7, lastTime: at(70) });
      const other = { ...leg('P1', 1), pnlNet: '5' };
      await ledger.save(batch({ rows: [later], outcomes: [outcome(1, '1h', 0.5)], trades: [other] }));
      expect(await ledger.readPage(page)).toEqual([{ row: later, outcomes: [outcome(1, '1h')] }]);
      expect((await ledger.readPosition(P1)).trades).toEqual([leg('P1', 1)]);
    });

    it('reads a coin newest first: every stretch that touches the time asked for', async () => {
      const long = ledgerRow(1, { firstTime: at(10), lastTime: at(60) });
      const other = ledgerRow(2, { instrumentId: 'binance:spot:ANY/USDT' as InstrumentId });
      const next = ledgerRow(3, { firstTime: at(60), lastTime: at(90) });
      await ledger.save(batch({ rows: [long, other, next] }));
      const read = async (from: number, to: number, limit = 10): Promise<readonly number[]> =>
        (await ledger.readCoin({ instrumentId: HOT, from: at(from), to: at(to), limit })).map(({ row }) => row.number);
      expect(await read(0, 1_000)).toEqual([3, 1]);
      expect(await read(0, 1_000, 1)).toEqual([3]);
      expect(await read(30, 31)).toEqual([1]);
      expect(await read(60, 61)).toEqual([3, 1]);
      expect(await read(91, 1_000)).toEqual([]);
      expect(await read(0, 10)).toEqual([]);
    });

    it('reads page by page, and outcomes by horizon', async () => {
      const rows = [1, 2, 3].map((number) => ledgerRow(number));
      const outcomes = [outcome(2, '4h'), outcome(2, '15m'), outcome(2, '1h')];
      await ledger.save(batch({ rows, outcomes }));
      const first = await ledger.readPage({ ...page, limit: 2 });
      expect(first.map(({ row }) => row.number)).toEqual([1, 2]);
      expect(first[1]?.outcomes.map(({ horizon }) => horizon)).toEqual(['15m', '1h', '4h']);
      expect((await ledger.readPage({ ...page, after: 2 })).map(({ row }) => row.number)).toEqual([3]);
      expect((await ledger.readPage({ ...page, from: at(2), to: at(3) })).map(({ row }) => row.number)).toEqual([2]);
    });

    it('reads a position: its entry and exits, its legs in order and its end last', async () => {
      const entry = ledgerRow(1, { outcome: 'approved', gate: null, positionId: P1 });
      const exit = ledgerRow(4, { kind: 'exit', outcome: 'approved', gate: 'stop', positionId: P1 });
      const trades = [closed('P1'), leg('P1', 2), leg('P2', 1), leg('P1', 1)];
      await ledger.save(batch({ rows: [exit, entry, ledgerRow(2)], trades }));
      const found = await ledger.readPosition(P1);
      expect(found.entries.map(({ row }) => row)).toEqual([entry, exit]);
      expect(found.trades).toEqual([leg('P1', 1), leg('P1', 2), closed('P1')]);
      expect(await ledger.readPosition('P9' as PositionId)).toEqual({ entries: [], trades: [] });
    });

    it('keeps any numbers and texts exactly', async () => {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 50 }), number, fc.string(), async (id, value, text) => {
          const refusal = { rule: text, outcome: 'refused', value, limit: text, text } as const;
          const row = ledgerRow(id, { newest: { ...ledgerRow(id).newest, heat: value, refusal } });
          await ledger.save(batch({ rows: [row] }));
          const [found] = await ledger.readPage({ ...page, after: id - 1, limit: 1 });
          expect(found?.row).toEqual(row);
        }),
        { numRuns: 50 },
      );
    });

    it('gives copies and rejects once it is closed', async () => {
      await ledger.save(batch({ rows: [ledgerRow(1)] }));
      const [found] = await ledger.readPage(page);
      if (found !== undefined) Object.assign(found.row, { gate: 'changed' });
      expect((await ledger.readPage(page))[0]?.row.gate).toBe('strength');
      await ledger.close();
      await ledger.close();
      await expect(ledger.readPage(page)).rejects.toThrow(/store_unavailable/);
    });
  });
}
