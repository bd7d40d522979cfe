/**
 * Rounding with exact halves to the even neighbour, as the reference and most scientific software do it.
 */

/** The nearest integer; 66.5 gives 66, 67.5 gives 68. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** The nearest number with `digits` (at most 3) decimals, judged by the exact value of the double. */
export function roundTo(value: number, digits: number): number {
  // Only multiples of a sixteenth can lie exactly between two such numbers; their scaled values are exact.
  if (Number.isInteger(value * 16)) return roundHalfEven(value * 10 ** digits) / 10 ** digits;
  return Number(value.toFixed(digits));
}
