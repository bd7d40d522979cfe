/**
 * Telling people.
 */
import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { Failure } from '../model/failure.ts';

/** A notice for people; text carries no secrets. */
export type Notice = {
  readonly level: 'info' | 'warn' | 'error';
  readonly time: EpochMs;
  readonly title: string;
  readonly text: string;
};

/**
 * Delivery is best effort: `notify` never rejects, answers `notifier_failed` when the channel refused, and keeps the
 * order of notices. At most a bounded number wait; beyond it the oldest `info` notice is dropped first.
 */
export type Notifier = {
  readonly notify: (notice: Notice) => Promise<Result<null, Failure>>;
  readonly close: () => Promise<void>;
};
