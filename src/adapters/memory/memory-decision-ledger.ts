/**
 * A decision ledger in memory, for runs that leave nothing behind and for comparing what a replay makes. It keeps
 * everything it is given.
 */
import { FailureError, failure } from '../../model/failure.ts';
import type { LedgerRow } from '../../model/ledger.ts';
import { LEDGER_HORIZONS, type LedgerBatch, type LedgerOutcome, type LedgerTrade } from '../../model/ledger.ts';
import type { DecisionLedger, LedgerEntry } from '../../ports/decision-ledger.ts';

/** A ledger that holds nothing; what it holds is lost with the process. */
export function createMemoryDecisionLedger(): DecisionLedger {
  const rows = new Map<number, LedgerRow>();
  const outcomes = new Map<string, LedgerOutcome>();
  const trades = new Map<string, LedgerTrade>();
  let state: 'open' | 'closed' = 'open';
  const guard = async <T>(action: () => T): Promise<T> => {
    if (state === 'closed') {
      throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    }
    return structuredClone(action());
  };
  const save = (batch: LedgerBatch): void => {
    const copy = structuredClone(batch);
    for (const row of copy.rows) rows.set(row.number, row);
    for (const outcome of copy.outcomes) putOnce(outcomes, `${outcome.number} ${outcome.horizon}`, outcome);
    for (const trade of copy.trades) putOnce(trades, `${trade.positionId} ${legOf(trade)}`, trade);
  };
  const select = (isWanted: (row: LedgerRow) => boolean): LedgerEntry[] =>
    [...rows.values()]
      .filter(isWanted)
      .sort((a, b) => a.number - b.number)
      .map((row) => ({
        row,
        outcomes: LEDGER_HORIZONS.flatMap((horizon) => outcomes.get(`${row.number} ${horizon}`) ?? []),
      }));
  return {
    save: (batch) => guard(() => save(batch)),
    readCoin: ({ instrumentId, from, to, limit }) =>
      guard(() =>
        select((row) => row.instrumentId === instrumentId && row.firstTime < to && row.lastTime >= from)
          .reverse()
          .slice(0, limit),
      ),
    readPage: ({ from, to, after, limit }) =>
      guard(() => select((row) => row.number > after && row.firstTime >= from && row.firstTime < to).slice(0, limit)),
    readPosition: (positionId) =>
      guard(() => ({
        entries: select((row) => row.positionId === positionId),
        trades: [...trades.values()]
          .filter((trade) => trade.positionId === positionId)
          .sort((a, b) => (legOf(a) || Number.MAX_VALUE) - (legOf(b) || Number.MAX_VALUE)),
      })),
    readTrades: ({ from, to }) =>
      guard(() =>
        [...trades.values()]
          .filter(({ exitTime }) => exitTime >= from && exitTime < to)
          .sort((a, b) => a.exitTime - b.exitTime),
      ),
    close: async () => {
      state = 'closed';
    },
  };
}

function putOnce<T>(kept: Map<string, T>, key: string, value: T): void {
  if (!kept.has(key)) kept.set(key, value);
}

/** The end of a position has no number of its own. */
function legOf(trade: LedgerTrade): number {
  return trade.kind === 'leg' ? trade.leg : 0;
}
