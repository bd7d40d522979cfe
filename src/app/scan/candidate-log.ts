/**
 * The stays of coins in the pool: effects and cycles of discovery in, one record a stay out, from its admission over
 * its entry (heat at the pool's limit for the first time) to its end.
 */
import type { EpochMs } from '../../core/time.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Alarm } from './alarm-ledger.ts';

/** One stay. Until it became hot enough there is no entry. */
export type Stay = {
  readonly instrumentId: InstrumentId;
  readonly admittedTime: EpochMs;
  source: Candidate['source'];
  peakHeat: number;
  burstScore: number | null;
  entry: { readonly heat: number; readonly alarm: Alarm } | null;
  /** When it passed the filter as one of the hottest; `null` never. */
  chosenTime: EpochMs | null;
  endTime: EpochMs | null;
  endReason: string | null;
};

/** Stays by instrument while they last, and all of them in order of admission. */
export type CandidateLog = {
  readonly open: Map<InstrumentId, Stay>;
  readonly stays: Stay[];
  /** Stays beyond those kept. */
  unlisted: number;
};

/** Stays kept at most. Policy beyond it: later ones are counted only. */
const STAYS_MAX = 50_000;

/** Nobody was there. */
export function createCandidateLog(): CandidateLog {
  return { open: new Map(), stays: [], unlisted: 0 };
}

/** Begins a stay; one that was about to end does. */
export function noteAdmitted(log: CandidateLog, instrumentId: InstrumentId, time: EpochMs): void {
  noteRemoved(log, instrumentId, { time, reason: 'it came back as it left' });
  const stay: Stay = {
    instrumentId,
    admittedTime: time,
    source: 'unknown',
    peakHeat: 0,
    burstScore: null,
    entry: null,
    chosenTime: null,
    endTime: null,
    endReason: null,
  };
  log.open.set(instrumentId, stay);
  if (log.stays.length < STAYS_MAX) log.stays.push(stay);
  else log.unlisted++;
}

/** Notes what a cycle made of a candidate; `enter` is asked for its alarm when it became active. */
export function noteScored(log: CandidateLog, candidate: Candidate, enter: () => Alarm | null): void {
  const stay = log.open.get(candidate.instrumentId);
  if (stay === undefined) return;
  stay.source = candidate.source;
  stay.burstScore = candidate.burstScore ?? stay.burstScore;
  stay.peakHeat = Math.max(stay.peakHeat, candidate.heat);
  if (candidate.tier !== 'active' || stay.entry !== null) return;
  const alarm = enter();
  if (alarm !== null) stay.entry = { heat: candidate.heat, alarm };
}

/** Notes that a candidate was among the hottest and passed the filter. */
export function noteChosen(log: CandidateLog, instrumentId: InstrumentId, time: EpochMs): void {
  const stay = log.open.get(instrumentId);
  if (stay !== undefined) stay.chosenTime ??= time;
}

/** Ends a stay, if there is one. */
export function noteRemoved(
  log: CandidateLog,
  instrumentId: InstrumentId,
  { time, reason }: { readonly time: EpochMs; readonly reason: string },
): void {
  const stay = log.open.get(instrumentId);
  if (stay === undefined) return;
  stay.endTime = time;
  stay.endReason = reason;
  log.open.delete(instrumentId);
}
