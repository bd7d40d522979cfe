/**
 * What stands in a folder of models: for each task and timeframe what is heard, or why nothing is, what was trained last and
 * what the gate said of it; and a check of everything that papers say against the files as they are.
 */
import { readdir } from 'node:fs/promises';
import {
  findPaperFaults,
  findShortcomings,
  HOT_FEATURES,
  ML_TASKS,
  type PromotionDecision,
  parseModelText,
  parseRecipeText,
  type Release,
  spaceOfSchema,
} from '../../ml/index.ts';
import type { Failure } from '../../model/failure.ts';
import { parseTimeframe } from '../../model/timeframe.ts';
import {
  hashesOf,
  type ModelFolder,
  type Papers,
  readModelFiles,
  readPapers,
  readServing,
  type TaskKey,
} from './model-folder.ts';
import { loadServed, type ServedModel } from './serve-model.ts';
import type { WholeFile } from './whole-file.ts';

/** One task in one timeframe. */
export type ModelStatus = TaskKey & {
  readonly served: ServedModel | null;
  /** Why nothing is heard. */
  readonly whyNot: Failure | null;
  /** Papers of the newest trained model; `null` where they can not be read. */
  readonly newest: Papers | null;
  /** Models that can be gone back to; `null` where that can not be read. */
  readonly previous: number | null;
};

const PAPER = new RegExp(`^(?:runtime_contract|promotion_decision|serving)_(${ML_TASKS.join('|')})_(\\w+)\\.json$`);

/** Tasks and timeframes there is a paper of, in the order of their names; none where the folder can not be read. */
export async function listTasks({ path }: ModelFolder): Promise<readonly TaskKey[]> {
  const names = await readdir(path).catch((): readonly string[] => []);
  const keys = names.flatMap((name): readonly (readonly [string, TaskKey])[] => {
    const [, task, interval = ''] = PAPER.exec(name) ?? [];
    const known = ML_TASKS.find((each) => each === task);
    return known === undefined || !parseTimeframe(interval).ok
      ? []
      : [[`${task} ${interval}`, { task: known, interval }]];
  });
  return [...new Map(keys.sort(([a], [b]) => (a < b ? -1 : 1))).values()];
}

/** The status of one. */
export async function readModelStatus(folder: ModelFolder, key: TaskKey): Promise<ModelStatus> {
  const served = await loadServed(folder, key);
  const newest = await readPapers(folder, key);
  const serving = await readServing(folder, key);
  return {
    ...key,
    served: served.ok ? served.value : null,
    whyNot: served.ok ? null : served.error,
    newest: newest.ok ? newest.value : null,
    previous: serving.ok ? serving.value.previous.length : null,
  };
}

/** One thing that was checked; `fault` is what is wrong with it. */
export type ModelCheck = { readonly model: string; readonly what: string; readonly fault: string | null };

/** Checks the newest trained model, the served one and those before it. */
export async function verifyModels(folder: ModelFolder, key: TaskKey): Promise<readonly ModelCheck[]> {
  const checks: ModelCheck[] = [];
  const papers = await readPapers(folder, key);
  checks.push({ model: 'newest', what: 'contract and decision', fault: papers.ok ? null : papers.error.message });
  if (papers.ok) checks.push(...(await verifyPapers(folder, 'newest', papers.value)));
  const serving = await readServing(folder, key);
  checks.push({ model: 'served', what: 'state', fault: serving.ok ? null : serving.error.message });
  if (!serving.ok) return checks;
  const { current, previous } = serving.value;
  if (current !== null) checks.push(...(await verifyServed(folder, key, current)));
  for (const [at, release] of previous.entries()) {
    checks.push(...(await verifyPapers(folder, `${at + 1} before`, release)));
  }
  return checks;
}

async function verifyServed(folder: ModelFolder, key: TaskKey, current: Release): Promise<readonly ModelCheck[]> {
  const checks = await verifyPapers(folder, 'served', current);
  const served = await loadServed(folder, key);
  return [...checks, { model: 'served', what: 'may be heard', fault: served.ok ? null : served.error.message }];
}

async function verifyPapers(folder: ModelFolder, model: string, papers: Papers): Promise<readonly ModelCheck[]> {
  const { contract, decision } = papers;
  const check = (what: string, fault: string | null): ModelCheck => ({ model, what, fault });
  if (contract === null) return [check('contract', 'it is not there')];
  const files = await readModelFiles(folder, contract.model_files);
  if (!files.ok) return [check('files', files.error.message)];
  return [
    ...contract.model_files.map((name) =>
      check(`hash of ${name}`, findHashFault(files.value.get(name), contract.sha256[name])),
    ),
    ...[...files.value].map(([name, { text }]) => check(`content of ${name}`, findContentFault(name, text))),
    check('decision and thresholds', decision === null ? 'it is not there' : findDecisionFault(folder, decision)),
    check(
      'papers agree',
      decision === null ? 'there is no decision' : findDisagreement({ contract, decision }, files.value),
    ),
  ];
}

function findHashFault(file: WholeFile | undefined, wanted: string | undefined): string | null {
  if (file === undefined) return 'it is not there';
  return file.sha256 === wanted ? null : `it is ${file.sha256}, and ${wanted} was saved`;
}

function findContentFault(name: string, text: string): string | null {
  const parsed = name.startsWith('recipe_') ? parseRecipeText(text) : parseModelText(text, spaceOfSchema(HOT_FEATURES));
  return parsed.ok ? null : parsed.error.message;
}

/** An approval must follow from its own figures by the program's thresholds; a refusal needs no proof. */
function findDecisionFault({ floor }: ModelFolder, { approved, metrics }: PromotionDecision): string | null {
  const shortcomings = findShortcomings(metrics, floor);
  return approved && shortcomings.length > 0 ? `approved in spite of ${shortcomings.join('; ')}` : null;
}

function findDisagreement(release: Release, files: ReadonlyMap<string, WholeFile>): string | null {
  const faults = findPaperFaults(release, { fileHashes: hashesOf(files), space: spaceOfSchema(HOT_FEATURES) });
  return faults.length === 0 ? null : faults.join('; ');
}
