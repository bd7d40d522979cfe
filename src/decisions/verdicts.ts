/**
 * Rules asked one after the other until one refuses, and what each said.
 */
import { type Decimal, toDecimalText } from '../core/decimal.ts';
import type { Verdict } from '../model/decision.ts';

/** A rule's name with what it saw, its limit, and whether that is within it. */
export type Check = {
  readonly rule: string;
  readonly isMet: boolean;
  readonly value: number | string | null;
  readonly limit: number | string | null;
  /** What it means when it is not met. */
  readonly refusal: string;
};

/** The verdicts up to the first refusal. */
export function judge(checks: readonly Check[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { rule, isMet, value, limit, refusal } of checks) {
    verdicts.push({ rule, outcome: isMet ? 'passed' : 'refused', value, limit, text: isMet ? '' : refusal });
    if (!isMet) break;
  }
  return verdicts;
}

/** The verdict that refused, `null` when all passed. */
export function refusalOf(verdicts: readonly Verdict[]): Verdict | null {
  const last = verdicts.at(-1);
  return last !== undefined && last.outcome === 'refused' ? last : null;
}

/** Money as the text a verdict shows. */
export function shown(amount: Decimal): string {
  return toDecimalText(amount);
}
