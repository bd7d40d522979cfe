/**
 * Settings of chart structure: what is computed, with what, and which routes serve it. Part of `SETTINGS`.
 */
import type { Setting } from './setting.ts';

/** In the order the documentation lists them. */
export const STRUCTURE_SETTINGS = {
  factorIngest: {
    name: 'TRADE_CANVAS_ENABLE_FACTOR_INGEST',
    kind: 'boolean',
    initial: '1',
    meaning: 'compute chart structure (pivots, pens, zones, anchor, levels) with every stored candle',
  },
  overlayIngest: {
    name: 'TRADE_CANVAS_ENABLE_OVERLAY_INGEST',
    kind: 'boolean',
    initial: '1',
    meaning: 'keep what is drawn of it; without the factors there is nothing to draw',
  },
  factorRebuild: {
    name: 'TRADE_CANVAS_ENABLE_FACTOR_FINGERPRINT_REBUILD',
    kind: 'boolean',
    initial: '1',
    meaning:
      'compute structure of other settings or of an earlier version again, in the background, from the stored candles; ' +
      '`0` leaves it where it stopped',
  },
  pivotMajor: {
    name: 'TRADE_CANVAS_PIVOT_WINDOW_MAJOR',
    kind: 'integer',
    initial: '50',
    min: 1,
    max: 5000,
    meaning: 'candles on each side of a major pivot',
  },
  pivotMinor: {
    name: 'TRADE_CANVAS_PIVOT_WINDOW_MINOR',
    kind: 'integer',
    initial: '5',
    min: 1,
    max: 5000,
    meaning: 'candles on each side of a minor pivot',
  },
  factorLookback: {
    name: 'TRADE_CANVAS_FACTOR_LOOKBACK_CANDLES',
    kind: 'integer',
    initial: '20000',
    min: 100,
    max: 200_000,
    meaning: 'candles back within which pivots make levels',
  },
  factorSalt: {
    name: 'TRADE_CANVAS_FACTOR_LOGIC_VERSION',
    kind: 'text',
    initial: '',
    meaning: 'any text; another one computes all structure again',
  },
  overlayWindow: {
    name: 'TRADE_CANVAS_OVERLAY_WINDOW_CANDLES',
    kind: 'integer',
    initial: '2000',
    min: 100,
    max: 20_000,
    meaning: 'candles back from the newest within which anything is drawn',
  },
  readRepairApi: {
    name: 'TRADE_CANVAS_ENABLE_READ_REPAIR_API',
    kind: 'boolean',
    initial: '0',
    meaning: 'with the development routes: serve the one that computes the structure of a series again',
  },
  replayApi: {
    name: 'TRADE_CANVAS_ENABLE_REPLAY_V1',
    kind: 'boolean',
    initial: '1',
    meaning: 'serve replay packages: `/api/replay/*`',
  },
  replayCoverageApi: {
    name: 'TRADE_CANVAS_ENABLE_REPLAY_ENSURE_COVERAGE',
    kind: 'boolean',
    initial: '1',
    meaning: 'serve the two replay routes that ask for missing candles; only with replay packages',
  },
} as const satisfies Record<string, Setting>;
