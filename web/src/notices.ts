/**
 * The few sentences the page shows beside the chart. At most four are kept; the oldest go first.
 */
import type { Notice, SessionState } from './session-state.ts';

const NOTICES_MAX = 4;

/** A notice without its number. */
export type NewNotice = Notice extends infer N ? (N extends Notice ? Omit<N, 'id'> : never) : never;

/** The state with one more notice; the same words again replace the older ones. */
export function withNotice(state: SessionState, notice: NewNotice): SessionState {
  const id = (state.notices.at(-1)?.id ?? 0) + 1;
  const others = state.notices.filter((held) => !isSame(held, notice));
  return { ...state, notices: [...others, { ...notice, id }].slice(-NOTICES_MAX) };
}

function isSame(held: Notice, notice: NewNotice): boolean {
  if (held.kind === 'serverError' && notice.kind === 'serverError') return held.detail === notice.detail;
  return held.kind === 'capacity' && notice.kind === 'capacity';
}

/** The state without notice `id`. */
export function withoutNotice(state: SessionState, id: number): SessionState {
  return { ...state, notices: state.notices.filter((notice) => notice.id !== id) };
}
