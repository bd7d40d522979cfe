/**
 * What a check of the machine says: how it went, what it found, and what to do where it is not good.
 */

/** What one check found. */
export type CheckResult = {
  readonly check: string;
  readonly state: 'passed' | 'failed' | 'warned' | 'skipped';
  readonly found: string;
  readonly hint: string | null;
};

/** It is as it should be. */
export const passed = (check: string, found: string): CheckResult => ({ check, state: 'passed', found, hint: null });
/** It can not work so. */
export const failed = (check: string, found: string, hint: string): CheckResult => {
  return { check, state: 'failed', found, hint };
};
/** It works, and could be better. */
export const warned = (check: string, found: string, hint: string): CheckResult => {
  return { check, state: 'warned', found, hint };
};
/** It was not looked at. */
export const skipped = (check: string, found: string): CheckResult => ({ check, state: 'skipped', found, hint: null });
