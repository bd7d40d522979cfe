/**
 * The end of a `switch` over a union.
 */

/** Compiles only when every case is handled; throws when data broke that promise. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
