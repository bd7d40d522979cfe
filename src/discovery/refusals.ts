/**
 * Why something was not taken. In comes a refusal, kept is a count for each gate and the newest reason for each
 * instrument at each gate, so that an operator sees what blocks. A refusal that repeats is one until it has been quiet
 * for a minute, or counts would only tell how often we look.
 */
import type { EpochMs } from '../core/time.ts';

/** The newest refusal of one instrument at one gate. */
export type Refusal = {
  readonly gate: string;
  readonly subject: string;
  /** When this stretch of refusals began, and its newest. */
  readonly since: EpochMs;
  readonly lastTime: EpochMs;
  readonly reason: string;
};

/** Refusals kept; plain data. */
export type RefusalLedger = { counts: Record<string, number>; newest: Record<string, Refusal> };

/** Refusals kept at most. Policy beyond it: the quarter that was quiet longest is forgotten; counts stay. */
export const REFUSALS_MAX = 1_000;
const QUIET_MS = 60_000;
const REASON_LENGTH_MAX = 200;

/** Nothing refused. */
export function createRefusalLedger(): RefusalLedger {
  return { counts: {}, newest: {} };
}

/** Keeps a refusal. */
export function noteRefusal(
  ledger: RefusalLedger,
  { gate, subject, reason, time }: Pick<Refusal, 'gate' | 'subject' | 'reason'> & { readonly time: EpochMs },
): void {
  const key = `${gate}|${subject}`;
  const known = Object.hasOwn(ledger.newest, key) ? ledger.newest[key] : undefined;
  const isSame = known !== undefined && time - known.lastTime < QUIET_MS;
  if (!isSame) ledger.counts[gate] = (ledger.counts[gate] ?? 0) + 1;
  const since = isSame ? known.since : time;
  ledger.newest[key] = { gate, subject, since, lastTime: time, reason: reason.slice(0, REASON_LENGTH_MAX) };
  if (known === undefined && Object.keys(ledger.newest).length > REFUSALS_MAX) forgetOldest(ledger);
}

function forgetOldest(ledger: RefusalLedger): void {
  const kept = listRefusals(ledger).slice(0, Math.floor(REFUSALS_MAX * 0.75));
  ledger.newest = Object.fromEntries(kept.map((refusal) => [`${refusal.gate}|${refusal.subject}`, refusal]));
}

/** The kept refusals, newest first. */
export function listRefusals(ledger: RefusalLedger): readonly Refusal[] {
  return Object.values(ledger.newest).sort((a, b) => b.lastTime - a.lastTime || (a.subject < b.subject ? -1 : 1));
}
