/**
 * Reports on their way to those who listen. In: reports, also some that listeners cause. Out: the same to every listener
 * in one order.
 */
import type { OrderReport } from '../../model/order.ts';

/** Hears reports. */
export type ReportListener = (report: OrderReport) => void;

/** Reports to every listener in one order, also when a listener causes further reports. */
export function createReportLine(): {
  readonly report: ReportListener;
  readonly listen: (listener: ReportListener) => () => void;
  readonly close: () => void;
} {
  let listeners: readonly ReportListener[] = [];
  /** Bounded by what the listeners being called cause; it is empty again before the outermost report returns. */
  const waiting: OrderReport[] = [];
  let state: 'idle' | 'reporting' = 'idle';
  return {
    report: (change) => {
      waiting.push(change);
      if (state === 'reporting') return;
      state = 'reporting';
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          for (const listener of listeners) listener(next);
        }
      } finally {
        state = 'idle';
      }
    },
    listen: (listener) => {
      // A wrapper of its own, so that one function that listens twice can stop once.
      const own: ReportListener = (change) => listener(change);
      listeners = [...listeners, own];
      return () => {
        listeners = listeners.filter((other) => other !== own);
      };
    },
    close: () => {
      listeners = [];
      waiting.length = 0;
    },
  };
}
