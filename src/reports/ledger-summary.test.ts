import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerOutcome, LedgerRow } from '../model/ledger.ts';
import { LedgerSummary } from './ledger-summary.ts';

function row(number: number, gate: string | null, other: Partial<LedgerRow> = {}): LedgerRow {
  const outcome = gate === null ? 'approved' : 'refused';
  return { number, kind: 'entry', instrumentId: 'C', outcome, gate, rounds: 2, fate: null, ...other } as LedgerRow;
}

function outcome(change: number | null, horizon: LedgerOutcome['horizon'] = '1h'): LedgerOutcome {
  return { number: 1, horizon, change } as LedgerOutcome;
}

describe('the summary of a ledger', () => {
  it('counts each rule in the order it is asked, bought ones last, exits not at all', () => {
    const summary = new LedgerSummary();
    summary.add(row(1, null, { fate: { kind: 'filled', time: 1 } }), [outcome(0.05)]);
    summary.add(row(2, 'strength'), [outcome(0.02), outcome(-0.2, '4h')]);
    summary.add(row(3, 'strength', { instrumentId: 'D' as LedgerRow['instrumentId'] }), [outcome(0.04)]);
    summary.add(row(4, 'pool:heat'), [outcome(null)]);
    summary.add(row(5, 'one of tomorrow'), []);
    summary.add(row(6, null, { fate: { kind: 'nothing', time: 1 } }), []);
    summary.add(row(7, 'stop', { kind: 'exit', outcome: 'approved' }), [outcome(1)]);
    const list = summary.list();
    expect(list.map(({ rule, verdicts, coins, rounds }) => [rule, verdicts, coins, rounds])).toEqual([
      ['pool:heat', 1, 1, 2],
      ['strength', 2, 2, 4],
      ['one of tomorrow', 1, 1, 2],
      ['not ordered', 1, 1, 2],
      ['bought', 1, 1, 2],
    ]);
    expect(list[1]?.after['1h']).toEqual({ known: 2, median: 0.03, rose: 1, fell: 0, best: 0.04, worst: 0.02 });
    expect(list[1]?.after['4h']).toMatchObject({ known: 1, fell: 1 });
    expect(list[0]?.after['1h']).toEqual({ known: 0, median: null, rose: 0, fell: 0, best: null, worst: null });
  });

  it('property: medians lie between the worst and the best, and moves are never more than what is known', () => {
    const changes = fc.array(fc.double({ min: -1, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(changes, (list) => {
        const summary = new LedgerSummary();
        for (const [index, change] of list.entries()) summary.add(row(index, 'heat'), [outcome(change)]);
        const after = summary.list()[0]?.after['1h'];
        if (after === undefined) throw new Error('nothing was counted');
        expect(after.known).toBe(list.length);
        expect(after.rose + after.fell).toBeLessThanOrEqual(after.known);
        expect(after.median ?? 9).toBeGreaterThanOrEqual(after.worst ?? 0);
        expect(after.median ?? 9).toBeLessThanOrEqual(after.best ?? 0);
      }),
    );
  });
});
