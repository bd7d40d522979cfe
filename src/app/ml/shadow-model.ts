/**
 * The model that is watched beside trading: the newest trained one whose files are those of its contract, approved or not,
 * because being watched is how a model earns its approval. What of a folder can not be read is told and never watched.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import {
  decisionFileName,
  demote,
  type ModelDocument,
  modelText,
  type PromotionDecision,
  type RuntimeContract,
} from '../../ml/index.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import { hashesOf, type ModelFolder, paperText, readModelFiles, readPapers, type TaskKey } from './model-folder.ts';
import { loadServed, type OpenedModel, openFiles, sameFiles, withdraw } from './serve-model.ts';
import { sha256Of, writeWhole } from './whole-file.ts';

/** A model under watch. */
export type WatchedModel = OpenedModel & {
  readonly key: TaskKey;
  /** SHA-256 of the file of its weights. */
  readonly hash: string;
  readonly contract: RuntimeContract;
  /** `null` where there is none, or where it is about other files. */
  readonly decision: PromotionDecision | null;
  /** Why it is not served; `null` where it is. */
  readonly notServed: string | null;
};

/** Trades are what is settled candle by candle as time goes on; hotness needs the whole market of a moment. */
const TASK = 'trade';
const CONTRACTS = /^runtime_contract_trade_([A-Za-z0-9]+)\.json$/;

/** What names, sizes and times of the folder's files are; changes with whatever is written there. Empty without files. */
export async function fingerprint({ path }: ModelFolder): Promise<string> {
  const names = (await namesIn(path)).filter((name) => name.endsWith('.json'));
  const stats = await Promise.all(names.map((name) => stat(join(path, name))));
  return stats.map(({ size, mtimeMs }, at) => `${names[at]} ${size} ${mtimeMs}`).join('\n');
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The newest one of any timeframe; `null` where none was trained. Fails with what is wrong with the newest one. */
export async function loadWatched(folder: ModelFolder): Promise<Result<WatchedModel | null, Failure>> {
  const intervals = (await namesIn(folder.path)).flatMap((name) => CONTRACTS.exec(name)?.[1] ?? []);
  let newest: { readonly key: TaskKey; readonly contract: RuntimeContract } | null = null;
  for (const interval of intervals) {
    const key = { task: TASK, interval } as const;
    const papers = await readPapers(folder, key);
    if (!papers.ok) return papers;
    const { contract } = papers.value;
    if (contract === null || (newest !== null && newest.contract.generated_at >= contract.generated_at)) continue;
    newest = { key, contract };
  }
  return newest === null ? ok(null) : openWatched(folder, newest.key, newest.contract);
}

async function openWatched(
  folder: ModelFolder,
  key: TaskKey,
  contract: RuntimeContract,
): Promise<Result<WatchedModel, Failure>> {
  const papers = await readPapers(folder, key);
  if (!papers.ok) return papers;
  const files = await readModelFiles(folder, contract.model_files);
  if (!files.ok) return files;
  if (!sameFiles(contract.sha256, hashesOf(files.value))) {
    return err(failure('model_not_served', { reasons: 'files_changed: its files are not those of its contract' }));
  }
  const opened = openFiles(files.value, key);
  if (!opened.ok) return opened;
  const [, hash = ''] = Object.entries(contract.sha256).find(([name]) => name.startsWith('model_')) ?? [];
  const { decision } = papers.value;
  const own = decision !== null && sameFiles(decision.sha256, contract.sha256) ? decision : null;
  const notServed = await whyNotServed(folder, key, { contract, decision: own });
  return ok({ ...opened.value, key, hash, contract, decision: own, notServed });
}

async function whyNotServed(
  folder: ModelFolder,
  key: TaskKey,
  { contract, decision }: Pick<WatchedModel, 'contract' | 'decision'>,
): Promise<string | null> {
  const served = await loadServed(folder, key);
  if (served.ok && sameFiles(served.value.release.contract.sha256, contract.sha256)) return null;
  if (decision === null) return 'decision_missing: no promotion decision is about it';
  if (!decision.approved) return `not_approved: ${decision.reasons.join('; ')}`;
  return served.ok ? 'not_promoted: another model is served' : `not_promoted: ${served.error.message}`;
}

/**
 * Takes the approval of a watched model back, for `reason`; what is served of it is served no more. Answers whether there
 * was an approval to take.
 */
export async function takeBack(
  folder: ModelFolder,
  { key, decision, notServed }: WatchedModel,
  { reason, now }: { readonly reason: string; readonly now: EpochMs },
): Promise<Result<boolean, Failure>> {
  if (notServed === null) {
    const withdrawn = await withdraw(folder, key, { reason, now });
    return withdrawn.ok ? ok(true) : withdrawn;
  }
  if (decision === null || !decision.approved) return ok(false);
  const path = join(folder.path, decisionFileName(key.task, key.interval));
  const written = await writeWhole(path, paperText(demote(decision, reason, now)));
  return written.ok ? ok(true) : written;
}

/** Candidates of a task that are kept; policy beyond it: the oldest is removed. */
const CANDIDATES_MAX = 5;

/** Writes down what was learned in use, as a candidate for the gate that nothing serves; answers its hash. */
export async function saveCandidate(
  { path }: ModelFolder,
  { task, interval }: TaskKey,
  document: ModelDocument,
): Promise<Result<string, Failure>> {
  const text = modelText(document);
  const hash = sha256Of(text);
  const prefix = `candidate_${task}_${interval}_`;
  const written = await writeWhole(join(path, `${prefix}${hash.slice(0, 16)}.json`), text);
  if (!written.ok) return written;
  try {
    const names = (await namesIn(path)).filter((name) => name.startsWith(prefix));
    const times = await Promise.all(names.map(async (name) => [(await stat(join(path, name))).mtimeMs, name] as const));
    const oldest = times.sort(([a], [b]) => b - a).slice(CANDIDATES_MAX);
    for (const [, name] of oldest) await rm(join(path, name));
    return ok(hash);
  } catch (error) {
    return err(failure('file_unwritable', { path, reason: toReason(error) }));
  }
}
