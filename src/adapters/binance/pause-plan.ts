/**
 * How long to stay away after the venue said so. In come its answer and the pause before, out goes the pause from now
 * on: never shorter than the venue asked for, longer each time it has to ask again soon.
 */
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { RequestPause } from '../../ports/request-ledger.ts';

/** A refusal by the venue. */
export type LimitRefusal = {
  readonly status: 429 | 418;
  /** What it asked for, `null` when it named no time. */
  readonly retryAfterMs: number | null;
  readonly now: EpochMs;
  /** When the refused request left. */
  readonly sentTime: EpochMs;
  /** When the venue's next minute begins, by our clock. */
  readonly nextMinute: EpochMs;
};

/** Binance's shortest ban, for a 418 that does not say how long. */
const BAN_MS = 120_000;
/** Binance's longest ban: a longer pause is a misread header. */
const PAUSE_MS_MAX = 3 * 86_400_000;
/** Also a `Retry-After: 0` is a refusal. */
const PAUSE_MS_MIN = 1_000;
/** Time after a pause in which another refusal means that the pause was too short. */
const CALM_MS = 300_000;
/** Second pause in a row, doubled with each further one up to half an hour. */
const ESCALATION_MS = 30_000;
const ESCALATION_MS_MAX = 1_800_000;

/** The pause after `refusal`, given the newest pause before it. */
export function planPause(refusal: LimitRefusal, last: RequestPause | null): RequestPause {
  const { status, now } = refusal;
  const asked = refusal.retryAfterMs ?? (status === 418 ? BAN_MS : refusal.nextMinute - now);
  // Nothing leaves in a pause, so this request left before it: refused together is one offence.
  if (last !== null && refusal.sentTime < last.until) return extendPause(last, { status, until: toEnd(now, asked) });
  const strikes = last !== null && now < last.until + CALM_MS ? last.strikes + 1 : 1;
  return { status, from: now, until: toEnd(now, Math.max(asked, escalationMs(strikes))), strikes };
}

/** What is left of a remembered `pause` at `now`: no longer than it was, also when the clock was set back since. */
export function resumePause(pause: RequestPause, now: EpochMs): RequestPause {
  if (now >= pause.from) return pause;
  return { ...pause, from: now, until: addMs(now, pause.until - pause.from) };
}

function extendPause(pause: RequestPause, by: Pick<RequestPause, 'status' | 'until'>): RequestPause {
  const status = by.status === 418 ? 418 : pause.status;
  return { ...pause, status, until: epochMs(Math.max(by.until, pause.until)) };
}

function escalationMs(strikes: number): number {
  return strikes < 2 ? 0 : Math.min(ESCALATION_MS_MAX, ESCALATION_MS * 2 ** Math.min(strikes - 2, 30));
}

function toEnd(now: EpochMs, ms: number): EpochMs {
  return addMs(now, Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, ms)));
}
