/**
 * The durability point of a burst of inputs: its records and what it saves.
 */
import type { ChartChange } from '../model/chart.ts';
import type { ExecutionBatch } from '../model/execution.ts';
import type { LedgerBatch } from '../model/ledger.ts';
import type { SaveBatch, SaveCounts } from './candle-store.ts';

/** What a burst saves: candles and gaps, what they changed in the charts, and what it adds to the decision ledger. */
export type BurstSaves = SaveBatch & { readonly charts: readonly ChartChange[]; readonly ledger?: LedgerBatch };

/**
 * Makes everything appended to the journal and then the batch survive a killed process, and tells what the batch
 * changed in candles, as `CandleStore.save` does. A kill leaves the records without the batch at most, never the batch
 * without the records, nor the charts without the candles. After a rejection the batch is not stored and nothing of the
 * journal is lost.
 *
 * With an `execution` batch all of it, and that batch with it, survives a power cut as well: orders leave next.
 */
export type CommitBurst = (batch: BurstSaves, execution?: ExecutionBatch) => Promise<SaveCounts>;
