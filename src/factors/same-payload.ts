/**
 * Whether two payloads say the same, so that a head that did not change is not a new one.
 */
import type { ChartPayload, ChartValue } from '../model/chart.ts';

/** Whether `a` and `b` have the same names with the same values, in any order of names. */
export function samePayload(a: ChartPayload, b: ChartPayload): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameValue(a[name], b[name]));
}

function sameValue(a: ChartValue | undefined, b: ChartValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (!isList(a) && !isList(b)) return samePayload(a, b);
  return isList(a) && isList(b) && a.length === b.length && a.every((value, index) => sameValue(value, b[index]));
}

function isList(value: readonly ChartValue[] | ChartPayload): value is readonly ChartValue[] {
  return Array.isArray(value);
}
