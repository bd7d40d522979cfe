/**
 * Time as a port: wall, accelerated or manual. Nothing outside a Clock adapter reads a clock or sets a timer.
 */
import type { EpochMs } from '../core/time.ts';

/** Stops what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/** A monotonic source of UTC time with timers. */
export type Clock = {
  /** The present; never smaller than an earlier answer. */
  readonly now: () => EpochMs;
  /**
   * Runs `action` once when the clock reaches `at` (soon, if that is past), never synchronously. Timers due at the
   * same time fire in the order they were set. A pending timer does not keep the process alive by itself.
   */
  readonly schedule: (at: EpochMs, action: () => void) => Cancel;
  /** Cancels every timer; later calls of `schedule` do nothing. */
  readonly close: () => void;
};
