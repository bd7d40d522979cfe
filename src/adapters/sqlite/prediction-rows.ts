/**
 * The log of predictions as rows of a file of its own: what was saved comes back equal, and a row that this program can
 * not have written is named.
 */
import type { EpochMs } from '../../core/time.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type {
  LearningRound,
  Prediction,
  PredictionOutcome,
  PredictionReason,
  Resolution,
} from '../../model/prediction.ts';
import type { DatabaseSchema } from './migrations.ts';
import { RowFault } from './sqlite-failures.ts';
import { readStoredJson } from './stored-json.ts';

/**
 * `PRAGMA application_id` is the letters HOTP. A step that shipped is never edited. A row of features is 64-bit floats,
 * the least significant byte first, NaN where a value is not known.
 */
export const PREDICTIONS_SCHEMA: DatabaseSchema = {
  applicationId: 0x484f5450,
  migrations: [
    `
    CREATE TABLE predictions (
      number        INTEGER PRIMARY KEY,
      model         TEXT    NOT NULL,
      instrument_id TEXT    NOT NULL,
      time          INTEGER NOT NULL,
      price         REAL    NOT NULL,
      probability   REAL    NOT NULL,
      reasons       TEXT    NOT NULL,
      features      BLOB    NOT NULL,
      UNIQUE (model, instrument_id, time)
    ) STRICT;

    CREATE TABLE resolutions (
      place  INTEGER PRIMARY KEY AUTOINCREMENT,
      number INTEGER NOT NULL UNIQUE REFERENCES predictions (number) ON DELETE CASCADE,
      time   INTEGER NOT NULL,
      label  INTEGER CHECK (label IN (0, 1)),
      ending TEXT    NOT NULL,
      net    REAL
    ) STRICT;

    CREATE TABLE learning_rounds (
      id    INTEGER PRIMARY KEY,
      model TEXT NOT NULL,
      body  TEXT NOT NULL
    ) STRICT;

    CREATE TRIGGER predictions_stay BEFORE UPDATE ON predictions
      BEGIN SELECT RAISE(ABORT, 'predictions are never changed'); END;
    CREATE TRIGGER resolutions_stay BEFORE UPDATE ON resolutions
      BEGIN SELECT RAISE(ABORT, 'outcomes are never changed'); END;
    `,
  ],
};

/** Columns of `predictions`. */
export type PredictionRow = readonly [
  number: number,
  model: string,
  instrumentId: string,
  time: number,
  price: number,
  probability: number,
  reasons: string,
  features: Buffer,
];

/** Columns of `resolutions` but the place; `ending` is the reason where there is no label. */
export type ResolutionRow = readonly [
  number: number,
  time: number,
  label: number | null,
  ending: string,
  net: number | null,
];

/** The row of a prediction. */
export function toPredictionRow(prediction: Prediction): PredictionRow {
  const { number, model, instrumentId, time, price, probability, reasons, row } = prediction;
  return [number, model, instrumentId, time, price, probability, JSON.stringify(reasons), packRow(row)];
}

/** The prediction of a row. */
export function parsePredictionRow(row: PredictionRow): Prediction {
  const [number, model, instrumentId, time, price, probability, reasons, features] = row;
  if (!parseInstrumentId(instrumentId).ok) throw new RowFault(`predictions ${number}: no instrument ${instrumentId}`);
  return {
    number,
    model,
    instrumentId: instrumentId as InstrumentId,
    time: time as EpochMs,
    price,
    probability,
    reasons: parseReasons(reasons, number),
    row: unpackRow(features, number),
  };
}

/** The row of an outcome. */
export function toResolutionRow({ number, time, outcome }: Resolution): ResolutionRow {
  return outcome.kind === 'resolved'
    ? [number, time, outcome.label, outcome.ending, outcome.net]
    : [number, time, null, outcome.reason, null];
}

/** The outcome of a row. */
export function parseResolutionRow([number, time, label, ending, net]: ResolutionRow): Resolution {
  const outcome: PredictionOutcome =
    label === null || net === null
      ? { kind: 'unresolvable', reason: ending }
      : { kind: 'resolved', label: label === 1 ? 1 : 0, ending, net };
  return { number, time: time as EpochMs, outcome };
}

/** The round in a text. */
export function parseRound(body: string): LearningRound {
  const json = readStoredJson(body);
  return {
    model: json.text('model'),
    time: json.time('time'),
    through: json.number('through'),
    result: json.oneOf('result', ['replaced', 'discarded', 'failed']),
    incumbentAuc: json.numberOrNull('incumbentAuc'),
    candidateAuc: json.numberOrNull('candidateAuc'),
    candidate: json.textOrNull('candidate'),
    reason: json.textOrNull('reason'),
  };
}

const FLOAT_BYTES = 8;

function packRow(row: Prediction['row']): Buffer {
  const bytes = Buffer.alloc(row.length * FLOAT_BYTES);
  for (const [at, value] of row.entries()) bytes.writeDoubleLE(value ?? Number.NaN, at * FLOAT_BYTES);
  return bytes;
}

function unpackRow(bytes: Buffer, number: number): Prediction['row'] {
  if (bytes.length % FLOAT_BYTES !== 0) throw new RowFault(`predictions ${number}: ${bytes.length} bytes of features`);
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, at) => {
    const value = bytes.readDoubleLE(at * FLOAT_BYTES);
    return Number.isNaN(value) ? null : value;
  });
}

function parseReasons(text: string, number: number): readonly PredictionReason[] {
  const { list } = readList(text);
  if (list === null) throw new RowFault(`predictions ${number}: reasons are ${text.slice(0, 60)}`);
  return list.map((each) => {
    const json = readStoredJson(JSON.stringify(each));
    return { name: json.text('name'), value: json.numberOrNull('value'), contribution: json.number('contribution') };
  });
}

function readList(text: string): { readonly list: readonly unknown[] | null } {
  try {
    const value: unknown = JSON.parse(text);
    return { list: Array.isArray(value) ? value : null };
  } catch {
    // What it is, is said by the caller.
    return { list: null };
  }
}
