/**
 * Comparison of our values with reference values by name: how many were compared, equal, tied, different.
 */

/** Values by name; NaN is a missing one. */
export type Values = Map<string, number>;

/** A value that is not the reference's. */
export type Deviation = { readonly name: string; readonly ours: number | null; readonly reference: number };

/** Counts over one file. A tie is a deviation that the last bit of a sum decides. */
export type FileComparison = {
  readonly file: string;
  readonly compared: number;
  readonly equal: number;
  readonly ties: readonly Deviation[];
  readonly different: readonly Deviation[];
};

/** Scores and counts; indicators are printed with twelve digits and get `looseNames`. */
const TOLERANCE = 1e-9;
const LOOSE_TOLERANCE = 1e-8;

/** Which names get the looser tolerance, and how far values near zero may be apart whatever their size. */
export type Leniency = { readonly looseNames: RegExp; readonly floor: number };

/** Compares every reference value with ours. */
export function findDeviations(
  ours: Values,
  references: Values,
  { looseNames, floor }: Leniency,
): readonly Deviation[] {
  const deviations: Deviation[] = [];
  for (const [name, reference] of references) {
    const value = ours.get(name);
    const isLoose = looseNames.test(name);
    const tolerance = isLoose ? LOOSE_TOLERANCE : TOLERANCE;
    if (value !== undefined && isEqual([value, reference], tolerance, isLoose ? floor : TOLERANCE)) continue;
    deviations.push({ name, ours: value ?? null, reference });
  }
  return deviations;
}

function isEqual([a, b]: readonly [number, number], tolerance: number, floor: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= Math.max(tolerance * Math.max(Math.abs(a), Math.abs(b)), floor);
}
