/**
 * Getting a state back from the journal: the newest snapshot, then every recorded input after it through the same
 * step. Effects are not performed; their digests are compared with the recorded ones.
 */

import { err, ok, type Result } from '../core/result.ts';
import { digest, digestText, encode, parseEncoded, readInputs } from '../journal/index.ts';
import { outputRecord } from '../journal/records.ts';
import { createLedger } from '../ledger/index.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { Journal, Snapshot } from '../ports/journal.ts';
import type { EngineInput } from './inputs.ts';
import { type EngineState, initialState, type Step } from './step.ts';

/** A state rebuilt from a journal. */
export type Replayed = {
  readonly state: EngineState;
  /** Inputs stepped through. */
  readonly inputs: number;
  /** What stepping through them was worth, in ordinary inputs. */
  readonly work: number;
  /** Sequences whose lasting effects differ from the recorded ones: the program changed in between. At most 100. */
  readonly divergences: readonly number[];
};

/** Characters of an ordinary input's record. */
const ORDINARY_CHARS = 1_000;

/** How many ordinary inputs it costs to replay one with a record of `chars` characters: a long history is read slowly. */
export function replayWork(chars: number): number {
  return Math.max(1, chars / ORDINARY_CHARS);
}

/** Where a replay begins, and the sequence it ends with. */
export type ReplayRange = { readonly from: 'snapshot' | 'start'; readonly to?: number };

const DIVERGENCES_MAX = 100;

/**
 * The state after the newest recorded input (or after `to`). With `from: 'start'`, and where the newest snapshot is
 * newer than `to`, snapshots are ignored, which needs a journal that still begins at its first record. Fails with
 * `journal_corrupt`, also when records that are needed were forgotten.
 */
export async function replay(
  journal: Journal,
  step: Step,
  range: ReplayRange = { from: 'snapshot' },
): Promise<Result<Replayed, Failure>> {
  const begun = await begin(journal, range);
  if (!begun.ok) return begun;
  let state = begun.value;
  let inputs = 0;
  let work = 0;
  const divergences: number[] = [];
  for await (const recorded of readInputs<EngineInput>(journal, state.sequence + 1)) {
    if (range.to !== undefined && recorded.sequence > range.to) break;
    if (recorded.sequence !== state.sequence + 1) {
      return corrupt(state.sequence + 1, `records before ${recorded.sequence} were forgotten`);
    }
    const stepped = step(state, recorded.input);
    state = stepped.state;
    inputs++;
    work += replayWork(recorded.chars);
    const output = outputRecord(recorded.sequence, stepped.effects);
    const same = (output?.body ?? null) === recorded.outputDigest;
    if (!same && divergences.length < DIVERGENCES_MAX) divergences.push(recorded.sequence);
  }
  return ok({ state, inputs, work, divergences });
}

async function begin(journal: Journal, range: ReplayRange): Promise<Result<EngineState, Failure>> {
  const snapshot = range.from === 'snapshot' ? await journal.loadSnapshot() : null;
  if (snapshot === null || (range.to !== undefined && snapshot.sequence > range.to)) return ok(initialState());
  const state = parseEncoded<EngineState>(snapshot.body);
  // A snapshot of an earlier program may lack a stage; what its state was is what its hash is of.
  if (digest(state) === snapshot.stateHash) return ok(complete(state));
  return corrupt(snapshot.sequence, 'the snapshot does not match its hash');
}

function complete(state: EngineState): EngineState {
  const whole = { ...initialState(), ...state };
  const { trading } = whole;
  if (trading === null) return whole;
  return { ...whole, trading: Object.assign({ ledger: createLedger(), places: {}, chosen: [] }, trading) };
}

function corrupt(sequence: number, reason: string): Result<never, Failure> {
  return err(failure('journal_corrupt', { sequence, reason }));
}

/** The snapshot of a state. */
export function takeSnapshot(state: EngineState): Snapshot {
  const body = encode(state);
  return { sequence: state.sequence, stateHash: digestText(body), body };
}
