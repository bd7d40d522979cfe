/**
 * Getting a state back from the journal: the newest snapshot, then every recorded input after it through the same
 * step. Effects are not performed; their digests are compared with the recorded ones.
 */

import { err, ok, type Result } from '../core/result.ts';
import { digest, encode, parseEncoded, readInputs } from '../journal/index.ts';
import { outputRecord } from '../journal/records.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { Journal, Snapshot } from '../ports/journal.ts';
import { type EngineState, initialState, type Step } from './step.ts';

/** A state rebuilt from a journal. */
export type Replayed = {
  readonly state: EngineState;
  /** Inputs stepped through. */
  readonly inputs: number;
  /** Sequences whose lasting effects differ from the recorded ones: the program changed in between. At most 100. */
  readonly divergences: readonly number[];
};

const DIVERGENCES_MAX = 100;

/**
 * The state after the newest recorded input (or after `to`). With `from: 'start'` snapshots are ignored, which proves
 * them when the journal still begins at its first record. Fails with `journal_corrupt`.
 */
export async function replay(
  journal: Journal,
  step: Step,
  range: { readonly from: 'snapshot' | 'start'; readonly to?: number } = { from: 'snapshot' },
): Promise<Result<Replayed, Failure>> {
  const snapshot = range.from === 'snapshot' ? await journal.loadSnapshot() : null;
  const restored = snapshot === null ? ok(initialState()) : restore(snapshot);
  if (!restored.ok) return restored;
  let state = restored.value;
  let inputs = 0;
  const divergences: number[] = [];
  for await (const recorded of readInputs(journal, state.sequence + 1)) {
    if (range.to !== undefined && recorded.sequence > range.to) break;
    const stepped = step(state, recorded.input);
    state = stepped.state;
    inputs++;
    const output = outputRecord(recorded.sequence, stepped.effects);
    const same = (output?.body ?? null) === recorded.outputDigest;
    if (!same && divergences.length < DIVERGENCES_MAX) divergences.push(recorded.sequence);
  }
  return ok({ state, inputs, divergences });
}

function restore(snapshot: Snapshot): Result<EngineState, Failure> {
  const state = parseEncoded<EngineState>(snapshot.body);
  if (digest(state) === snapshot.stateHash) return ok(state);
  return err(
    failure('journal_corrupt', { sequence: snapshot.sequence, reason: 'the snapshot does not match its hash' }),
  );
}

/** The snapshot of a state. */
export function takeSnapshot(state: EngineState): Snapshot {
  return { sequence: state.sequence, stateHash: digest(state), body: encode(state) };
}
