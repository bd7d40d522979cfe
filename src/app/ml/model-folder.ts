/**
 * The folder `models` of a data directory: for each task and timeframe the newest trained model with its contract and
 * decision, the models that are or were heard, and the state that says which one is. Files of models are named for their
 * hashes and never change; papers are replaced whole. What can not be read wholly is never served, and never a crash.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import {
  contractFileName,
  decidePromotion,
  decisionFileName,
  type FileHashes,
  HOT_FEATURES,
  type MlTask,
  type ModelDocument,
  type ModelMetrics,
  makeContract,
  modelText,
  NOTHING_SERVED,
  PROMOTION_THRESHOLDS,
  type PromotionThresholds,
  parseContract,
  parseDecision,
  parseServing,
  type Recipe,
  type Release,
  recipeText,
  type ServingFacts,
  type ServingState,
  servingFileName,
  servingText,
  spaceOfSchema,
} from '../../ml/index.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import { readWhole, sha256Of, type WholeFile, writeWhole } from './whole-file.ts';

/** A folder of models, and the thresholds no approval may be laxer than. */
export type ModelFolder = { readonly path: string; readonly floor: PromotionThresholds };

/** A task in a timeframe: what there is one model of. */
export type TaskKey = { readonly task: MlTask; readonly interval: string };

/** Most bytes of a paper and of a file of a model. */
const PAPER_BYTES_MAX = 1_000_000;
const MODEL_BYTES_MAX = 64_000_000;

/** The folder in a data directory; nothing is made before something is saved. The floor is the house's but for tests. */
export function modelFolder(dataDir: string, floor: PromotionThresholds = PROMOTION_THRESHOLDS): ModelFolder {
  return { path: join(dataDir, 'models'), floor };
}

/** A trained model on its way into the folder. */
export type TrainedModelFiles = {
  readonly document: ModelDocument;
  readonly recipe: Recipe;
  readonly metrics: ModelMetrics;
  readonly now: EpochMs;
};

/** The papers that a trained model would get. */
export function makeRelease({ floor }: ModelFolder, trained: TrainedModelFiles): Release {
  const { recipe, metrics, now } = trained;
  const files = filesOf(trained);
  const contract = makeContract({
    task: recipe.task,
    interval: recipe.interval,
    generatedAt: now,
    sha256: Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256])),
    metrics,
    space: spaceOfSchema(HOT_FEATURES),
  });
  return { contract, decision: decidePromotion(contract, { thresholds: floor, decidedAt: now }) };
}

/**
 * Saves a trained model with its contract and decision as the newest of its task, the papers last, and removes files of
 * models that no paper names any more. What is heard does not change.
 */
export async function saveTrained(folder: ModelFolder, trained: TrainedModelFiles): Promise<Result<Release, Failure>> {
  const { task, interval } = trained.recipe;
  const release = makeRelease(folder, trained);
  const papers = [
    { name: contractFileName(task, interval), text: paperText(release.contract) },
    { name: decisionFileName(task, interval), text: paperText(release.decision) },
  ];
  for (const { name, text } of [...filesOf(trained), ...papers]) {
    const written = await writeWhole(join(folder.path, name), text);
    if (!written.ok) return written;
  }
  const pruned = await removeUnnamed(folder, trained.recipe, release);
  return pruned.ok ? ok(release) : pruned;
}

type NamedText = { readonly name: string; readonly text: string; readonly sha256: string };

function filesOf({ document, recipe }: TrainedModelFiles): readonly NamedText[] {
  const texts = { model: modelText(document), recipe: recipeText(recipe) };
  return Object.entries(texts).map(([kind, text]) => {
    const sha256 = sha256Of(text);
    return { name: `${kind}_${recipe.task}_${recipe.interval}_${sha256.slice(0, 16)}.json`, text, sha256 };
  });
}

/** The text of a contract or a decision. */
export function paperText(paper: object): string {
  return `${JSON.stringify(paper, null, 2)}\n`;
}

async function removeUnnamed(folder: ModelFolder, key: TaskKey, newest: Release): Promise<Result<null, Failure>> {
  const serving = await readServing(folder, key);
  // A state that can not be read may name any of them, so nothing is removed.
  if (!serving.ok) return ok(null);
  const { current, previous } = serving.value;
  const releases = [newest, ...(current === null ? [] : [current]), ...previous];
  const named = new Set(releases.flatMap(({ contract }) => contract.model_files));
  const ours = new RegExp(`^(model|recipe)_${key.task}_${key.interval}_[0-9a-f]{16}\\.json$`);
  try {
    const names = (await readdir(folder.path)).filter((name) => ours.test(name) && !named.has(name));
    for (const name of names) await rm(join(folder.path, name));
    return ok(null);
  } catch (error) {
    return err(failure('file_unwritable', { path: folder.path, reason: toReason(error) }));
  }
}

/** Which model of the task is heard; nothing where nobody has promoted one. */
export async function readServing(
  folder: ModelFolder,
  { task, interval }: TaskKey,
): Promise<Result<ServingState, Failure>> {
  const read = await readPaper(join(folder.path, servingFileName(task, interval)), parseServing);
  if (!read.ok) return read;
  return ok(read.value ?? NOTHING_SERVED);
}

/** Replaces the state of the task. */
export function writeServing(
  folder: ModelFolder,
  { task, interval }: TaskKey,
  state: ServingState,
): Promise<Result<null, Failure>> {
  return writeWhole(join(folder.path, servingFileName(task, interval)), servingText(state));
}

/** The papers of the newest trained model; `null` for a file that is not there. */
export type Papers = Pick<ServingFacts, 'contract' | 'decision'>;

/** Reads them; fails when one that is there can not be read. */
export async function readPapers({ path }: ModelFolder, { task, interval }: TaskKey): Promise<Result<Papers, Failure>> {
  const contract = await readPaper(join(path, contractFileName(task, interval)), parseContract);
  if (!contract.ok) return contract;
  const decision = await readPaper(join(path, decisionFileName(task, interval)), parseDecision);
  return decision.ok ? ok({ contract: contract.value, decision: decision.value }) : decision;
}

async function readPaper<T>(
  path: string,
  parse: (value: unknown) => Result<T, Failure>,
): Promise<Result<T | null, Failure>> {
  const file = await readWhole(path, PAPER_BYTES_MAX);
  if (!file.ok || file.value === null) return file as Result<null, Failure>;
  const parsed = parseJson(file.value.text, parse);
  if (parsed.ok) return parsed;
  return err(failure('governance_unusable', { reason: `${path}: ${parsed.error.context['reason']}` }));
}

function parseJson<T>(text: string, parse: (value: unknown) => Result<T, Failure>): Result<T, Failure> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(failure('governance_unusable', { reason: 'the text is no JSON' }));
  }
  return parse(value);
}

/** The files of a model that are there, by name; what is missing is left out. */
export async function readModelFiles(
  { path }: ModelFolder,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, WholeFile>, Failure>> {
  const files = new Map<string, WholeFile>();
  for (const name of names) {
    const file = await readWhole(join(path, name), MODEL_BYTES_MAX);
    if (!file.ok) return file;
    if (file.value !== null) files.set(name, file.value);
  }
  return ok(files);
}

/** Their hashes by name. */
export function hashesOf(files: ReadonlyMap<string, WholeFile>): FileHashes {
  return Object.fromEntries([...files].map(([name, { sha256 }]) => [name, sha256]));
}
