/**
 * Which worlds the fault simulation lives through: 200 in every run of the tests, more or one alone where told.
 */

/** Worlds of a run that is told nothing. */
export const DEFAULT_SEEDS = 200;

/** Seeds asked for: `HOTWICK_SIM_SEED` is one, `HOTWICK_SIM_SEEDS` a number of them from 1 on. */
export function wantedSeeds(environment: Readonly<Record<string, string | undefined>>): readonly number[] {
  const one = environment['HOTWICK_SIM_SEED'];
  if (one !== undefined) return [Number(one)];
  const count = Number(environment['HOTWICK_SIM_SEEDS'] ?? DEFAULT_SEEDS);
  return Array.from({ length: count }, (_, index) => index + 1);
}
