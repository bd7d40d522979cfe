/**
 * Staying up until told to stop: Ctrl-C, SIGTERM, a planned end or a fatal failure. Stopping is orderly and happens
 * once; a second Ctrl-C ends the process at once.
 */
import type { Failure } from '../../model/failure.ts';
import { sayFailure } from './output.ts';

/** Ends a run from inside. */
export type Stop = { readonly plan: () => void; readonly fail: (failure: Failure) => void };

/** Resolves when the run shall end; `fail` also sets the exit status. */
export function waitForStop(): { readonly stop: Stop; readonly stopped: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    process.removeListener('SIGINT', end);
    process.removeListener('SIGTERM', end);
    resolve();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // Timers of the service do not keep the process alive by themselves.
  const keepAlive = setInterval(() => {}, 60_000);
  const stopped = promise.finally(() => clearInterval(keepAlive));
  const fail = (failure: Failure): void => {
    sayFailure(failure);
    end();
  };
  return { stop: { plan: end, fail }, stopped };
}
