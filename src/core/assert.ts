/**
 * Guards for broken invariants. A failure here is a bug in Hotwick, never bad input: the process stops and
 * recovers by replay.
 */

/** A broken invariant; never caught except to stop the process. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stops with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Ends a `switch` over a union: compiles only when every case is handled. */
export function assertNever(value: never): never {
  throw new InvariantError(`unhandled case: ${JSON.stringify(value)}`);
}
