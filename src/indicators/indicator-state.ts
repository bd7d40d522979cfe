/**
 * States of indicators as text and as copies. They are plain data, so both work for all of them and for anything
 * composed of them; a restored or copied state goes on exactly as the original.
 */

/** Text of a state; numbers that JSON lacks are written by name. */
export function stateText(state: object): string {
  return JSON.stringify(state, (_, value: unknown) => {
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

/** The state that `text` was made of; the caller knows its type. Throws `SyntaxError` on anything that is not JSON. */
export function parseState<State extends object>(text: string): State {
  return JSON.parse(text, (_, value: unknown) => {
    return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
  });
}

/** An independent copy. */
export function cloneState<State extends object>(state: State): State {
  return structuredClone(state);
}
