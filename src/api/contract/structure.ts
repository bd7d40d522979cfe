/**
 * Chart structure on the wire: what the factors say of a series at a candle, what is drawn of it, and both as frames
 * and as what changed after a cursor. Times are Unix seconds, prices JSON numbers; instants inside payloads are named
 * `..._time`.
 */
import { z } from 'zod';
import { seriesIdText } from './candles.ts';

const sec = z.int();
const windowCandles = z.coerce
  .number()
  .int()
  .min(1)
  .max(5000)
  .default(2000)
  .describe('candles back from the newest one within which anything is shown');
const atTime = z.coerce.number().int().min(0);
const version = z.literal(1);
const payload = z.record(z.string(), z.unknown());

const feature = z.object({ key: z.string(), label: z.string(), default_visible: z.boolean() });

/** Answer of `GET /api/factor/catalog`: the factors, dependencies first, and what can be shown of each. */
export const factorCatalogAnswer = z
  .object({ schema_version: version, factors: z.array(feature.extend({ sub_features: z.array(feature) })) })
  .meta({ id: 'FactorCatalog' });

/** Query of `GET /api/factor/slices`. */
export const factorSlicesQuery = z.object({
  series_id: seriesIdText,
  at_time: atTime.describe('the newest stored candle at or before it is spoken of'),
  window_candles: windowCandles,
});

/** What readers get of one factor at one candle. */
export const factorSlice = z.object({
  schema_version: version,
  history: payload.describe('events of the window, oldest first'),
  head: payload.describe('what holds true at the candle'),
  meta: z.object({
    series_id: z.string(),
    epoch: z.literal(0),
    at_time: sec,
    candle_id: z.string(),
    factor_name: z.string(),
  }),
});

/** Answer of `GET /api/factor/slices`; `candle_id` is `null` where there is no candle yet. */
export const factorSlicesAnswer = z
  .object({
    schema_version: version,
    series_id: z.string(),
    at_time: sec,
    candle_id: z.string().nullable(),
    factors: z.array(z.string()).describe('factors that have something to show, dependencies first'),
    snapshots: z.record(z.string(), factorSlice),
  })
  .meta({ id: 'FactorSlices' });

/** Query of `GET /api/factor/health`. */
export const factorHealthQuery = z.object({ series_id: seriesIdText });

/** Answer of `GET /api/factor/health`: how far factors and drawings are behind the stored candles. */
export const factorHealthAnswer = z
  .object({
    series_id: z.string(),
    timeframe_seconds: z.int(),
    store_head_time: sec.nullable(),
    factor_head_time: sec.nullable(),
    overlay_head_time: sec.nullable(),
    factor_delay_seconds: z.int().nullable(),
    factor_delay_candles: z.int().nullable(),
    overlay_delay_seconds: z.int().nullable(),
    overlay_delay_candles: z.int().nullable(),
    max_delay_seconds: z.int().nullable(),
    max_delay_candles: z.int().nullable(),
    status: z.enum(['green', 'yellow', 'red', 'gray']),
    status_reason: z.string(),
  })
  .meta({ id: 'FactorHealth' });

const point = z.object({ time: sec, value: z.number() });

const markerDefinition = z.object({
  type: z.literal('marker'),
  feature: z.string(),
  time: sec,
  position: z.enum(['aboveBar', 'belowBar']),
  color: z.string(),
  shape: z.string(),
  text: z.string(),
  size: z.number(),
});

const polylineDefinition = z.object({
  type: z.literal('polyline'),
  feature: z.string(),
  points: z.array(point),
  color: z.string(),
  lineWidth: z.number(),
  lineStyle: z.literal('dashed').optional(),
  entryDirection: z.union([z.literal(1), z.literal(-1)]).optional(),
});

/** One version of one drawing instruction. */
export const drawInstruction = z
  .object({
    version_id: z.int(),
    instruction_id: z.string(),
    kind: z.enum(['marker', 'polyline']),
    visible_time: sec.describe('the candle that changed it last'),
    definition: z.union([markerDefinition, polylineDefinition]),
    grows: z
      .literal(true)
      .optional()
      .describe('compact replay windows only: the last point is at the candle in focus, whichever that is'),
  })
  .meta({ id: 'DrawInstruction' });

/** Query of `GET /api/draw/delta`. */
export const drawDeltaQuery = z.object({
  series_id: seriesIdText,
  cursor_version_id: z.coerce.number().int().min(0).default(0).describe('versions after it are wanted'),
  window_candles: windowCandles,
  at_time: atTime.optional().describe('a moment of the past; the newest candle unless given'),
});

/** Answer of `GET /api/draw/delta`: what changed after the cursor, and which ids are drawn. */
export const drawDeltaAnswer = z
  .object({
    schema_version: version,
    series_id: z.string(),
    to_candle_id: z.string().nullable(),
    to_candle_time: sec.nullable(),
    active_ids: z.array(z.string()).describe('ascending; an id that is not here is no longer drawn'),
    instruction_catalog_patch: z.array(drawInstruction).describe('ascending by version; an id replaces itself'),
    series_points: z.object({}),
    next_cursor: z.object({ version_id: z.int(), point_time: z.null() }),
  })
  .meta({ id: 'DrawDelta' });

/** Query of `GET /api/frame/live`. */
export const frameLiveQuery = z.object({ series_id: seriesIdText, window_candles: windowCandles });
/** Query of `GET /api/frame/at_time`. */
export const frameAtTimeQuery = frameLiveQuery.extend({ at_time: atTime });

/** Answer of `GET /api/frame/live` and `GET /api/frame/at_time`: one candle's slices and drawings. */
export const frameAnswer = z
  .object({
    schema_version: version,
    series_id: z.string(),
    time: z.object({ at_time: sec, aligned_time: sec, candle_id: z.string() }),
    factor_slices: factorSlicesAnswer,
    draw_state: drawDeltaAnswer,
  })
  .meta({ id: 'Frame' });

/** Query of `GET /api/delta/poll`. */
export const deltaPollQuery = z.object({
  series_id: seriesIdText,
  after_id: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(5000).default(2000).describe('accepted; there is one record at most'),
  window_candles: windowCandles,
});

/** Answer of `GET /api/delta/poll`: nothing, or one record from the cursor to the newest candle. */
export const deltaPollAnswer = z
  .object({
    schema_version: version,
    series_id: z.string(),
    records: z.array(
      z.object({
        id: z.int(),
        series_id: z.string(),
        to_candle_id: z.string(),
        to_candle_time: sec,
        draw_delta: drawDeltaAnswer,
        factor_slices: factorSlicesAnswer,
      }),
    ),
    next_cursor: z.object({ id: z.int() }),
  })
  .meta({ id: 'DeltaPoll' });

/** Body of `POST /api/dev/repair/overlay`. */
export const repairBody = z.object({ series_id: seriesIdText, to_time: z.int().min(0).nullish() });

/** Answer of `POST /api/dev/repair/overlay`: the structure was computed again from the stored candles. */
export const repairAnswer = z
  .object({
    ok: z.literal(true),
    series_id: z.string(),
    requested_time: sec,
    aligned_time: sec,
    factor_head_time: sec,
    overlay_head_time: sec,
    refreshed: z.literal(true),
    steps: z.array(z.string()),
  })
  .meta({ id: 'Repaired' });

/** Answer of `GET /api/factor/catalog`. */
export type FactorCatalogAnswer = z.infer<typeof factorCatalogAnswer>;
/** Answer of `GET /api/frame/live` and `GET /api/frame/at_time`. */
export type FrameAnswer = z.infer<typeof frameAnswer>;
/** Answer of `GET /api/factor/health`. */
export type FactorHealthAnswer = z.infer<typeof factorHealthAnswer>;
