/**
 * The wait after an action of a position that failed. It grows with each failure in a row and holds back everything but
 * exits.
 */
import { backoffMs } from '../core/backoff.ts';
import { addMs } from '../core/time.ts';
import type { Desk } from './desk.ts';
import { startTimer, type Turn } from './execution-state.ts';

/** Timer of a desk whose last action failed. */
export const DESK_TIMER = 'execution:desk:';

/** An action failed: nothing but exits is tried until a wait is over, which doubles with each failure. */
export function pauseDesk(turn: Turn, desk: Desk): void {
  const { retryMinMs, retryMaxMs } = turn.state.config;
  const wait = backoffMs(desk.failuresInRow, 1, { minMs: retryMinMs, maxMs: retryMaxMs });
  desk.failuresInRow++;
  desk.pausedUntil = addMs(turn.now, wait);
  startTimer(turn, `${DESK_TIMER}${desk.positionId}`, desk.pausedUntil);
}

/** An action succeeded. */
export function resumeDesk(desk: Desk): void {
  desk.failuresInRow = 0;
  desk.pausedUntil = null;
}
