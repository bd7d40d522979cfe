/**
 * Decimals as the venue writes them, as doubles, several thousand times a second: digits and at most one point between
 * digits, at most 18 on each side; nothing else that JavaScript would take for a number.
 */

const [ZERO, NINE, POINT] = [48, 57, 46];
const PART_MAX = 18;
/** Digits that a double holds exactly; a quotient of two exact doubles is the nearest one, as `Number` gives it. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** The double nearest to a decimal given as text; NaN for anything else. */
export function decimalTextToNumber(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN;
  const { length } = value;
  let [digits, point] = [0, -1];
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && point === -1) point = index;
    else return Number.NaN;
  }
  const whole = point === -1 ? length : point;
  const behind = point === -1 ? 0 : length - point - 1;
  if (whole === 0 || whole > PART_MAX || behind > PART_MAX || (point !== -1 && behind === 0)) return Number.NaN;
  return whole + behind <= EXACT_DIGITS ? digits / (POWERS[behind] as number) : Number(value);
}
