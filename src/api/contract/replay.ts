/**
 * Replay on the wire: structure of a stretch of candles, candle by candle, as a package that is built once and read
 * window by window. Times are Unix seconds; `idx` counts the candles of a package from 0.
 */
import { z } from 'zod';
import { seriesIdText } from './candles.ts';
import { drawInstruction, factorSlice } from './structure.ts';

const sec = z.int();
const toTime = z.int().min(0).nullish().describe('the newest stored candle at or before it ends the package');
const known = z
  .enum(['now', 'then'])
  .default('now')
  .describe('candles as they are stored now, or as they were when the last one was the newest');
const state = z.enum(['building', 'done', 'error']);

/** Candles of a package unless the request says otherwise, and its bounds. */
export const REPLAY_WINDOW = { min: 1, max: 5000, initial: 2000 } as const;
/** Candles of one window of a package. */
export const REPLAY_WINDOW_SIZE = { min: 10, max: 1000, initial: 500 } as const;
/** Candles between two full lists of active ids. */
export const REPLAY_SNAPSHOT_INTERVAL = { min: 5, max: 200, initial: 25 } as const;

const windowCandles = z.int().min(REPLAY_WINDOW.min).max(REPLAY_WINDOW.max).nullish();

/** Body of `POST /api/replay/prepare`. */
export const replayPrepareBody = z.object({
  series_id: seriesIdText,
  to_time: toTime,
  window_candles: windowCandles,
});

/** Answer of `POST /api/replay/prepare`: the ledgers are at the candle. */
export const replayPrepareAnswer = z
  .object({
    ok: z.literal(true),
    series_id: z.string(),
    requested_time: sec,
    aligned_time: sec,
    window_candles: z.int().describe('brought within 100 to 5000'),
    factor_head_time: sec,
    overlay_head_time: sec,
    computed: z.boolean().describe('whether something had to be done for it'),
  })
  .meta({ id: 'ReplayPrepared' });

/** Body of `POST /api/replay/build`. */
export const replayBuildBody = replayPrepareBody.extend({
  window_size: z.int().min(REPLAY_WINDOW_SIZE.min).max(REPLAY_WINDOW_SIZE.max).nullish(),
  snapshot_interval: z.int().min(REPLAY_SNAPSHOT_INTERVAL.min).max(REPLAY_SNAPSHOT_INTERVAL.max).nullish(),
  known,
});

/** Answer of `POST /api/replay/build`. */
export const replayBuildAnswer = z
  .object({ status: z.enum(['building', 'done']), job_id: z.string(), cache_key: z.string() })
  .meta({ id: 'ReplayBuild' });

/** Query of `GET /api/replay/status`. */
export const replayStatusQuery = z.object({
  job_id: z.string().min(1),
  include_preload: z.coerce.number().int().min(0).max(1).default(0).describe('1: with the first window'),
  include_candles: z.coerce.number().int().min(0).max(1).default(0).describe('1: with every candle, once it is done'),
});

const activeIds = z.array(z.string());
/** What the contract calls the candles of a window. */
const CANDLES_NAME = 'kline';

const replayCandle = z.object({
  time: sec,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});

const replayWindow = z.object({
  window_index: z.int(),
  start_idx: z.int(),
  end_idx: z.int().describe('exclusive'),
  [CANDLES_NAME]: z.array(replayCandle),
  draw_catalog_base: z.array(drawInstruction).describe('what stood before the window'),
  draw_catalog_patch: z
    .array(drawInstruction)
    .describe('what the candles of the window changed, ascending; `visible_time` is the candle'),
  draw_active_checkpoints: z.array(z.object({ at_idx: z.int(), active_ids: activeIds })),
  draw_active_diffs: z
    .array(z.object({ at_idx: z.int(), add_ids: activeIds, remove_ids: activeIds }))
    .describe('against the candle before'),
});

/** Answer of `GET /api/replay/status`. */
export const replayStatusAnswer = z
  .object({
    status: state,
    job_id: z.string(),
    cache_key: z.string(),
    error: z.string().nullable(),
    progress_pct: z.number(),
    metadata: z
      .object({
        schema_version: z.literal(1),
        series_id: z.string(),
        timeframe_s: z.int(),
        total_candles: z.int(),
        from_candle_time: sec,
        to_candle_time: sec,
        window_size: z.int(),
        snapshot_interval: z.int(),
        preload_offset: z.literal(0),
        idx_to_time: z.array(sec),
        factor_schema: z.array(
          z.object({ factor_name: z.string(), history_keys: z.array(z.string()), head_keys: z.array(z.string()) }),
        ),
        known: z.enum(['now', 'then']),
      })
      .nullable(),
    preload_window: replayWindow.nullable(),
    candles: z.array(replayCandle).optional().describe('of the whole package, where `include_candles` asked for them'),
  })
  .meta({ id: 'ReplayStatus' });

/** Query of `GET /api/replay/window`. */
export const replayWindowQuery = z.object({
  job_id: z.string().min(1),
  target_idx: z.coerce.number().int().min(0).describe('a candle of the window'),
  form: z
    .enum(['whole', 'compact'])
    .default('whole')
    .describe('`compact`: later slices as changes in `factor_changes`, lines that grow told once with `grows`'),
});

const slicePieces = z.array(
  z.union([z.object({ from: z.int(), to: z.int() }), z.object({ items: z.array(z.record(z.string(), z.unknown())) })]),
);
const partChange = z
  .object({
    set: z.record(z.string(), z.unknown()).optional(),
    lists: z
      .record(z.string(), slicePieces)
      .optional()
      .describe('lists as stretches of the list before, `to` exclusive, and new items'),
    unset: z.array(z.string()).optional(),
  })
  .optional();

const sliceChange = z
  .object({ factor_name: z.string(), candle_time: sec, history: partChange, head: partChange })
  .describe('what the slice of a factor changed with a candle, against its slice before');

/** What the slice of a factor changed with a candle. */
export type ReplaySliceChange = z.infer<typeof sliceChange>;

/** Answer of `GET /api/replay/window`. */
export const replayWindowAnswer = z
  .object({
    job_id: z.string(),
    window: replayWindow,
    factor_snapshots: z
      .array(z.object({ factor_name: z.string(), candle_time: sec, snapshot: factorSlice }))
      .describe('slices of a factor where they changed; the first candle of the window has one of each'),
    factor_changes: z
      .array(sliceChange)
      .optional()
      .describe('compact form only: ascending; the slices after the first one of each factor'),
  })
  .meta({ id: 'ReplayWindow' });

/** Body of `POST /api/replay/ensure_coverage`. */
export const replayCoverageBody = z.object({
  series_id: seriesIdText,
  target_candles: z.int().min(1).max(5000).nullish(),
  to_time: toTime,
});

/** Answer of `POST /api/replay/ensure_coverage`. */
export const replayCoverageAnswer = z
  .object({ status: state, job_id: z.string(), error: z.string().nullable() })
  .meta({ id: 'ReplayCoverage' });

/** Query of `GET /api/replay/coverage_status`. */
export const replayCoverageQuery = z.object({ job_id: z.string().min(1) });

/** Answer of `GET /api/replay/coverage_status`. */
export const replayCoverageStatusAnswer = z
  .object({
    status: state,
    job_id: z.string(),
    candles_ready: z.int(),
    required_candles: z.int(),
    head_time: sec.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'ReplayCoverageStatus' });
