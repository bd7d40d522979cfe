/**
 * Answers about a replay job as JSON text.
 */
import { type EpochMs, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { FactorLexicon } from './factor-lexicon.ts';
import { wireName } from './payload-text.ts';
import type { ReplayJob } from './replay-jobs.ts';
import { applyStep, copyReplayState, type ReplayPackage } from './replay-package.ts';
import { candleRowsText, type WindowForm, type WindowRules, windowText } from './replay-window.ts';

type Done = Extract<ReplayJob, { readonly status: 'done' }>;

/** A candle of the wanted window, and how the window is told. */
export type WindowWish = { readonly idx: number; readonly form: WindowForm };

/** What texts are made with; `breathe` gives others their turn. */
export type TextTools = Pick<WindowRules, 'lexicon' | 'breathe'>;

/** How the package of a job is cut and read. */
function rulesOf({ request }: ReplayJob, tools: TextTools, form: WindowForm): WindowRules {
  const { id, seriesId, windowSize, snapshotInterval, windowCandles } = request;
  const windowMs = windowCandles * timeframeMs(seriesParts(seriesId).timeframe);
  return { id, form, windowMs, windowSize, snapshotInterval, ...tools };
}

/** What a status may hold besides: the first window, and every candle. */
export type StatusExtra = 'preload' | 'candles';

/** Answer of `GET /api/replay/status`, of a package that is done with the extras that are wanted. */
export async function statusText(job: ReplayJob, tools: TextTools, extras: ReadonlySet<StatusExtra>): Promise<string> {
  const isDone = job.status === 'done';
  const metadata = isDone ? JSON.stringify(describePackage(job, tools.lexicon)) : 'null';
  const first = isDone && extras.has('preload') ? await windowText(job.replay, rulesOf(job, tools, 'whole'), 0) : null;
  const candles = isDone && extras.has('candles') ? `,"candles":[${candleRowsText(job.replay.candles)}]` : '';
  const progress = job.status === 'building' ? Math.floor(job.progress * 100) : isDone ? 100 : 0;
  const error = job.status === 'error' ? JSON.stringify(job.error) : 'null';
  return (
    `{"status":"${job.status}","job_id":${JSON.stringify(job.key)},"cache_key":${JSON.stringify(job.key)},` +
    `"error":${error},"progress_pct":${progress},"metadata":${metadata},"preload_window":${first?.window ?? 'null'}${candles}}`
  );
}

/** Answer of `GET /api/replay/window`. */
export async function jobWindowText(job: Done, tools: TextTools, { idx, form }: WindowWish): Promise<string> {
  const { window, snapshots, changes } = await windowText(job.replay, rulesOf(job, tools, form), idx);
  const rest = form === 'compact' ? `,"factor_changes":${changes}` : '';
  return `{"job_id":${JSON.stringify(job.key)},"window":${window},"factor_snapshots":${snapshots}${rest}}`;
}

function describePackage({ request, replay }: Done, lexicon: FactorLexicon): object {
  const times = replay.candles.map(({ openTime }) => toEpochSec(openTime));
  return {
    schema_version: 1,
    series_id: request.id,
    timeframe_s: timeframeMs(seriesParts(request.seriesId).timeframe) / 1000,
    total_candles: times.length,
    from_candle_time: times[0],
    to_candle_time: times.at(-1),
    window_size: request.windowSize,
    snapshot_interval: request.snapshotInterval,
    preload_offset: 0,
    idx_to_time: times,
    factor_schema: describeSchema(replay, lexicon),
    known: request.known,
  };
}

/** Names of what the slices of the last candle hold. */
function describeSchema(replay: ReplayPackage, lexicon: FactorLexicon): readonly object[] {
  const time = (replay.candles.at(-1) as ClosedCandle).openTime;
  const state = copyReplayState(replay.base);
  for (const step of replay.steps) applyStep(state, step, { time: 0 as EpochMs, windowMs: 0 });
  return lexicon.catalog.flatMap(({ key }) => {
    const events = state.events.filter(({ factor }) => factor === key);
    const slice = lexicon.slice(key, { events, head: state.heads.get(key)?.payload ?? null, time });
    if (slice === null) return [];
    const [history_keys, head_keys] = [slice.history, slice.head].map((part) => Object.keys(part).map(wireName));
    return [{ factor_name: key, history_keys, head_keys }];
  });
}
