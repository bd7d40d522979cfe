/**
 * States of indicators as text and as copies. They are plain data, so both work for all of them and for anything
 * composed of them; a restored or copied state goes on exactly as the original.
 */

/** How a typed array is written. */
const FLOATS = 'float64';

/** Text of a state; numbers that JSON lacks are written by name, typed arrays as lists. */
export function stateText(state: object): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Float64Array) return { [FLOATS]: Array.from(value) };
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

/** The state that `text` was made of; the caller knows its type. Throws `SyntaxError` on anything that is not JSON. */
export function parseState<State extends object>(text: string): State {
  return JSON.parse(text, (_, value: unknown) => {
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    const isFloats = typeof value === 'object' && value !== null && FLOATS in value && Array.isArray(value[FLOATS]);
    return isFloats ? Float64Array.from(value[FLOATS] as number[]) : value;
  });
}

/** An independent copy. */
export function cloneState<State extends object>(state: State): State {
  return structuredClone(state);
}
