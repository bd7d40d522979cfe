/**
 * A recording of discovery played again: the same inputs through the same fold, each answer compared with the digest of
 * the answer back then, and each state at a segment's edge with the recorded one. Nothing is asked of any exchange.
 */
import { readFlightLog } from '../../adapters/flight/flight-reader.ts';
import type { EpochMs } from '../../core/time.ts';
import { type DiscoveryEffect, type DiscoveryState, foldDiscovery } from '../../discovery/index.ts';
import { FailureError, failure } from '../../model/failure.ts';
import { type DiscoveryRecord, digestOf, parseRecord, stateOf } from './flight-records.ts';
import { stateToText } from './state-text.ts';

/** What was answered to an input. */
export type ReplayedAnswer = {
  readonly sequence: number;
  readonly time: EpochMs;
  readonly effects: readonly DiscoveryEffect[];
};

/** How a replay went. */
export type ReplayReport = {
  readonly inputs: number;
  /** Answers and states compared. */
  readonly compared: number;
  readonly different: number;
  /** Sequences of the first 100 that differ. */
  readonly differing: readonly number[];
  /** Versions of the programs that recorded, in order. */
  readonly versions: readonly string[];
  /** Segments whose end is torn. */
  readonly torn: readonly string[];
  /** State at the end; `null` for an empty recording. */
  readonly state: DiscoveryState | null;
};

/** Differences listed; the first ones are kept. */
const DIFFERING_MAX = 100;

/**
 * Plays the recording in `dir`; `onAnswer` hears of each answer in order. Throws `FailureError`: `file_unreadable`,
 * `recording_damaged`.
 */
export function replayDiscovery(dir: string, onAnswer: (answer: ReplayedAnswer) => void): ReplayReport {
  const torn: string[] = [];
  const player = new Player(onAnswer);
  for (const { sequence, text } of readFlightLog(dir, (path) => torn.push(path))) {
    const record = parseRecord(text);
    if (record === null) {
      const reason = `record ${sequence} is none of discovery: ${text.slice(0, 40)}`;
      throw new FailureError(failure('recording_damaged', { path: dir, reason }));
    }
    player.play(record, sequence);
  }
  return { ...player.report(), torn };
}

class Player {
  readonly #onAnswer: (answer: ReplayedAnswer) => void;
  readonly #versions: string[] = [];
  readonly #differing: number[] = [];
  #counts = { inputs: 0, compared: 0, different: 0 };
  #state: DiscoveryState | null = null;
  #effects: readonly DiscoveryEffect[] = [];

  constructor(onAnswer: (answer: ReplayedAnswer) => void) {
    this.#onAnswer = onAnswer;
  }

  play(record: DiscoveryRecord, sequence: number): void {
    if (record.kind === 'head') this.#begin(record, sequence);
    else if (record.kind === 'digest') {
      this.#compare([digestOf(this.#effects), record.digest], sequence);
      this.#effects = [];
    } else if (this.#state !== null) {
      // What was answered back then has a digest; an answer that has none is a difference.
      if (this.#effects.length > 0) this.#compare([digestOf(this.#effects), ''], sequence);
      const { input } = record;
      this.#counts.inputs++;
      this.#effects = foldDiscovery(this.#state, input);
      if (this.#effects.length > 0) this.#onAnswer({ sequence, time: input.receivedTime, effects: this.#effects });
    }
  }

  report(): Omit<ReplayReport, 'torn'> {
    return { ...this.#counts, differing: this.#differing, versions: this.#versions, state: this.#state };
  }

  #begin(head: Extract<DiscoveryRecord, { kind: 'head' }>, sequence: number): void {
    if (this.#versions.at(-1) !== head.version) this.#versions.push(head.version);
    if (head.reason === 'continued' && this.#state !== null) {
      this.#compare([stateToText(this.#state), head.stateText], sequence);
    }
    this.#effects = [];
    this.#state = stateOf(head);
  }

  #compare([played, recorded]: readonly [string, string], sequence: number): void {
    this.#counts.compared++;
    if (played === recorded) return;
    this.#counts.different++;
    if (this.#differing.length < DIFFERING_MAX) this.#differing.push(sequence);
  }
}
