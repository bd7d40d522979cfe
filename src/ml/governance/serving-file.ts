/**
 * The file that says which model of a task is heard and which ones came before it, with their papers inside, so that going
 * back needs nothing else than the files those papers name. JSON, read strictly: a state that is not wholly right is none.
 */
import { err, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { fieldsOf, listOf, readShape, refuse } from '../json-shape.ts';
import { GOVERNANCE_VERSION, parseContract, readVersion } from './contract.ts';
import { parseDecision } from './decision.ts';
import { PREVIOUS_MAX, type Release, type ServingState } from './serving.ts';

/** The text of a state. */
export function servingText({ current, previous }: ServingState): string {
  return `${JSON.stringify({ schema_version: GOVERNANCE_VERSION, current, previous }, null, 2)}\n`;
}

/** The name of the state's file; task and interval are words. */
export function servingFileName(task: string, interval: string): string {
  return `serving_${task}_${interval}.json`;
}

/** A state from parsed JSON; `governance_unusable` when anything of it is wrong, missing or unknown. */
export function parseServing(value: unknown): Result<ServingState, Failure> {
  const read = readShape((): ServingState => {
    const fields = fieldsOf(value, 'serving', ['schema_version', 'current', 'previous']);
    readVersion(fields['schema_version']);
    return {
      current: fields['current'] === null ? null : readRelease(fields['current'], 'current'),
      previous: listOf(fields['previous'], 'previous', { max: PREVIOUS_MAX, read: readRelease }),
    };
  });
  return read.ok ? read : err(failure('governance_unusable', { reason: read.error }));
}

function readRelease(value: unknown, path: string): Release {
  const fields = fieldsOf(value, path, ['contract', 'decision']);
  const contract = parseContract(fields['contract']);
  if (!contract.ok) return refuse(`${path}: ${contract.error.context['reason']}`);
  const decision = parseDecision(fields['decision']);
  if (!decision.ok) return refuse(`${path}: ${decision.error.context['reason']}`);
  return { contract: contract.value, decision: decision.value };
}
