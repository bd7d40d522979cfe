/**
 * Staying up until told to stop: Ctrl-C, SIGTERM, a closed terminal, a planned end or a fatal failure. Stopping is
 * orderly and happens once; a second Ctrl-C ends the process at once.
 */
import type { Failure } from '../../model/failure.ts';
import { sayFailure } from './output.ts';

/** Ends a run from inside. */
export type Stop = { readonly plan: () => void; readonly fail: (failure: Failure) => void };

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` until it ends; `stopped` resolves when it shall. Nothing of this keeps the process alive afterwards,
 * however `work` ended. `fail` also sets the exit status, which `tellFailure` does.
 */
export async function runUntilStopped(
  work: (stop: Stop, stopped: Promise<void>) => Promise<void>,
  tellFailure: (failure: Failure) => void = sayFailure,
): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const plan = (): void => resolve();
  for (const signal of SIGNALS) process.once(signal, plan);
  // Only the first signal asks: without a listener the second one ends the process.
  const forget = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, plan);
  };
  void stopped.then(forget);
  // Timers of the service do not keep the process alive by themselves.
  const keepAlive = setInterval(() => {}, 60_000);
  const fail = (failure: Failure): void => {
    tellFailure(failure);
    plan();
  };
  try {
    await work({ plan, fail }, stopped);
  } finally {
    clearInterval(keepAlive);
    forget();
  }
}
