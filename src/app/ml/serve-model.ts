/**
 * Which model may be heard now: a folder of models in, and out the served one, opened, with its papers and recipe, or the
 * reason why there is none. Asked anew each time: papers, hashes, features and thresholds are those of this moment.
 */
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import {
  decisionFileName,
  demote,
  HOT_FEATURES,
  type Model,
  type ModelDocument,
  mayServe,
  openModel,
  parseModelText,
  parseRecipeText,
  type Recipe,
  type Release,
  rollBackRelease,
  serveRelease,
  spaceOfSchema,
  withdrawRelease,
} from '../../ml/index.ts';
import { type Failure, failure } from '../../model/failure.ts';
import {
  hashesOf,
  type ModelFolder,
  type Papers,
  paperText,
  readModelFiles,
  readPapers,
  readServing,
  type TaskKey,
  writeServing,
} from './model-folder.ts';
import { type WholeFile, writeWhole } from './whole-file.ts';

/** A model as its files have it. */
export type OpenedModel = { readonly document: ModelDocument; readonly model: Model; readonly recipe: Recipe };

/** A model that may be heard, with its papers. */
export type ServedModel = OpenedModel & { readonly release: Release };

/**
 * The served model. Fails with `model_none_served` where none was promoted, `model_not_served` with every reason against
 * the one that was, and with what is wrong with a file that can not be read or is not what it should be.
 */
export async function loadServed(folder: ModelFolder, key: TaskKey): Promise<Result<ServedModel, Failure>> {
  const serving = await readServing(folder, key);
  if (!serving.ok) return serving;
  const { current } = serving.value;
  if (current === null) return err(failure('model_none_served', { task: key.task, interval: key.interval }));
  const papers = await readPapers(folder, key);
  if (!papers.ok) return papers;
  return openRelease(folder, key, newestPapers(current, papers.value));
}

/**
 * Papers in the folder that are about the served model count for it, so that taking its approval back or taking them away
 * ends its being heard; those about a model trained since are not about it.
 */
function newestPapers(current: Release, { contract, decision }: Papers): Papers {
  const isOurs = (paper: { readonly sha256: object } | null): boolean =>
    paper === null || sameFiles(paper.sha256, current.contract.sha256);
  return {
    contract: isOurs(contract) ? contract : current.contract,
    decision: isOurs(decision) ? decision : current.decision,
  };
}

/** Whether two lists of hashes name the same files. */
export function sameFiles(one: object, other: object): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

/** The model of these papers, opened, if it may be heard. */
export async function openRelease(
  folder: ModelFolder,
  key: TaskKey,
  papers: Papers,
): Promise<Result<ServedModel, Failure>> {
  const files = await readModelFiles(folder, papers.contract?.model_files ?? []);
  if (!files.ok) return files;
  const space = spaceOfSchema(HOT_FEATURES);
  const release = mayServe({ ...papers, fileHashes: hashesOf(files.value), space }, folder.floor);
  if (!release.ok) return release;
  const { contract } = release.value;
  if (contract.task !== key.task || contract.interval !== key.interval) {
    return err(
      failure('model_not_served', { reasons: `papers_differ: they are about ${contract.task} ${contract.interval}` }),
    );
  }
  const opened = openFiles(files.value, key);
  return opened.ok ? ok({ ...opened.value, release: release.value }) : opened;
}

/** The model in these files, whatever its papers say; `governance_unusable` for files that are not a model of the task. */
export function openFiles(
  files: ReadonlyMap<string, WholeFile>,
  { task, interval }: TaskKey,
): Result<OpenedModel, Failure> {
  const textOf = (kind: string): string | undefined =>
    [...files].find(([name]) => name.startsWith(`${kind}_`))?.[1].text;
  const [modelFile, recipeFile] = [textOf('model'), textOf('recipe')];
  if (modelFile === undefined || recipeFile === undefined) {
    return err(failure('governance_unusable', { reason: 'the contract does not name a model and its recipe' }));
  }
  const document = parseModelText(modelFile, spaceOfSchema(HOT_FEATURES));
  if (!document.ok) return document;
  const recipe = parseRecipeText(recipeFile);
  if (!recipe.ok) return recipe;
  if (recipe.value.task !== task || recipe.value.interval !== interval) {
    return err(failure('governance_unusable', { reason: 'the recipe is about another task' }));
  }
  return ok({ document: document.value, model: openModel(document.value), recipe: recipe.value });
}

/** Has the newest trained model heard from now on; fails, and changes nothing, where it may not be. */
export async function promote(folder: ModelFolder, key: TaskKey): Promise<Result<ServedModel, Failure>> {
  const serving = await readServing(folder, key);
  if (!serving.ok) return serving;
  const papers = await readPapers(folder, key);
  if (!papers.ok) return papers;
  const opened = await openRelease(folder, key, papers.value);
  if (!opened.ok) return opened;
  const { release } = opened.value;
  const { current } = serving.value;
  // Once is enough: promoting it again would push the one before it out of reach.
  if (current !== null && sameFiles(current.contract.sha256, release.contract.sha256)) return opened;
  const written = await writeServing(folder, key, serveRelease(serving.value, release));
  return written.ok ? opened : written;
}

/** Has the model before heard again; fails, and changes nothing, where there is none or it may not be. */
export async function rollBack(folder: ModelFolder, key: TaskKey): Promise<Result<ServedModel, Failure>> {
  const serving = await readServing(folder, key);
  if (!serving.ok) return serving;
  const state = rollBackRelease(serving.value);
  if (!state.ok) return state;
  const opened = await openRelease(folder, key, state.value.current as Release);
  if (!opened.ok) return opened;
  const written = await writeServing(folder, key, state.value);
  return written.ok ? opened : written;
}

/**
 * Takes the approval of the served model back, for `reason`: nothing is heard from now on, and only training anew or going
 * back changes that. `model_none_served` where nothing is.
 */
export async function withdraw(
  folder: ModelFolder,
  key: TaskKey,
  { reason, now }: { readonly reason: string; readonly now: EpochMs },
): Promise<Result<Release, Failure>> {
  const serving = await readServing(folder, key);
  if (!serving.ok) return serving;
  const { current } = serving.value;
  if (current === null) return err(failure('model_none_served', { task: key.task, interval: key.interval }));
  const written = await writeServing(folder, key, withdrawRelease(serving.value));
  if (!written.ok) return written;
  const papers = await readPapers(folder, key);
  if (!papers.ok) return papers;
  const { decision } = papers.value;
  if (decision === null || !sameFiles(decision.sha256, current.contract.sha256)) return ok(current);
  const taken = demote(decision, reason, now);
  const path = join(folder.path, decisionFileName(key.task, key.interval));
  const noted = await writeWhole(path, paperText(taken));
  return noted.ok ? ok({ contract: current.contract, decision: taken }) : noted;
}
