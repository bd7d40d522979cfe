/**
 * Intents that become no order. In comes why, out goes one fact that names the code, and the counters move.
 */
import type { OpenIntent, TradeIntent } from '../model/intent.ts';
import { countMetric } from './execution-metrics.ts';
import type { Turn } from './execution-state.ts';
import { countPrecheckFailure } from './precheck-statistics.ts';
import type { PrecheckCode } from './prechecks.ts';

/** Codes beside those of the prechecks. */
export type RefusalCode =
  | 'DEDUP_REJECTED'
  | 'ENTRIES_CLOSED'
  | 'RULES_STALE'
  | 'RULES_UNKNOWN'
  | 'PRICE_INVALID'
  | 'INTENT_INVALID'
  | 'POSITION_UNKNOWN'
  | 'EXITS_FULL';

type Refused = Exclude<TradeIntent, { kind: 'protect' }>;

/** Tells that nothing was ordered for the intent, and why. */
export function refuseIntent(
  turn: Turn,
  intent: Refused,
  { code, reason }: { code: RefusalCode; reason: string },
): void {
  if (code === 'DEDUP_REJECTED') countMetric(turn.state.metrics, 'dedupeRejected', turn.now);
  tell(turn, intent, { code, reason });
}

/** Tells that the order would be refused by the venue, and counts why. */
export function failPrecheck(turn: Turn, intent: Refused, code: PrecheckCode): void {
  const { state, now } = turn;
  countMetric(state.metrics, 'precheckFailed', now);
  countPrecheckFailure(state.statistics, { instrumentId: intent.instrumentId, code, time: now });
  tell(turn, intent, { code, reason: `the venue's rules do not allow the ${WORD[intent.kind]}` });
}

const WORD = { open: 'purchase', exit: 'sale' } as const satisfies Record<Refused['kind'], string>;

function tell(turn: Turn, intent: Refused, why: { readonly code: string; readonly reason: string }): void {
  const { intentId, positionId, instrumentId } = intent;
  turn.facts.push({ kind: 'intentRefused', intentId, positionId, instrumentId, ...why, time: turn.now });
}

/** Whether a number is a fraction that a price may be moved by. */
export function isFraction(value: number): boolean {
  return Number.isFinite(value) && value >= 0 && value < 1;
}

/** Whether a price can be traded by: a missing one, zero and less abort an entry. */
export function isPrice(price: OpenIntent['referencePrice'] | null | undefined): price is OpenIntent['referencePrice'] {
  return typeof price === 'bigint' && price > 0n;
}
