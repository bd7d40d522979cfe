/**
 * Whether two answers of a study say the same: numbers up to the last digits that another start may leave, everything
 * else exactly.
 */

/** Share of the larger number that two equal ones may differ by. */
const TOLERANCE = 1e-9;
/** What is left of an average that was a price long ago, where the answer itself is a difference near zero. */
const RESIDUE = 1e-7;

/** Whether the answers are plain data of the same shape with numbers that are the same but for rounding. */
export function areClose(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return areCloseNumbers(one, other);
  if (!isData(one) || !isData(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => key in other && areClose(one[key], other[key]))
  );
}

function areCloseNumbers(one: number, other: number): boolean {
  if (Object.is(one, other)) return true;
  return Math.abs(one - other) <= Math.max(RESIDUE, TOLERANCE * Math.max(Math.abs(one), Math.abs(other)));
}

function isData(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
