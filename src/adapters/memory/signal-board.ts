/**
 * The newest signal of each instrument in memory, bounded: the instrument that was judged longest ago is forgotten.
 */
import type { TradeSignal } from '../../model/signal.ts';
import type { SignalReader } from '../../ports/signal-reader.ts';

/** A board that can be written on. */
export type SignalBoard = SignalReader & { readonly put: (signal: TradeSignal) => void };

const INSTRUMENTS_MAX = 1_000;

/** An empty board for at most `instrumentsMax` instruments. */
export function createSignalBoard(instrumentsMax = INSTRUMENTS_MAX): SignalBoard {
  const signals = new Map<string, TradeSignal>();
  return {
    put: (signal) => {
      signals.delete(signal.instrumentId);
      signals.set(signal.instrumentId, signal);
      const [oldest] = signals.keys();
      if (signals.size > instrumentsMax && oldest !== undefined) signals.delete(oldest);
    },
    latest: () => [...signals.values()].reverse().sort((a, b) => b.computedAt - a.computedAt),
    find: (instrumentId) => signals.get(instrumentId) ?? null,
  };
}
