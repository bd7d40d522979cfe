/**
 * The newest opinions, for whoever only looks: the edge reads them here and knows nothing of how they are made.
 */
import type { InstrumentId } from '../model/instrument.ts';
import type { TradeSignal } from '../model/signal.ts';

/** Reads the newest signal of each instrument. */
export type SignalReader = {
  /** Newest first; signals of one time in the order they were put. */
  readonly latest: () => readonly TradeSignal[];
  /** `null` where there is none, or none any more. */
  readonly find: (instrumentId: InstrumentId) => TradeSignal | null;
};
