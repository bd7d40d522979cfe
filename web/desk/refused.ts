/**
 * How a request of the desk ends without an answer.
 */

/** Why there is no answer; `status` 0 is a server that did not answer. */
export type Refused = {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Sentences of a refused change of settings. */
  readonly problems: readonly string[];
};

/** Whether asking again later can end otherwise: the server was away, busy, or had no engine yet. */
export function isPassing({ status }: Refused): boolean {
  return status === 0 || status === 429 || status >= 500;
}
