/**
 * What a series was: the states of candles that were replaced, and which candles came late. Both are told by the newest
 * candle of the series before the batch, so no clock is asked and a recording gives the same past again.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import type { SeriesId } from '../../model/series.ts';
import { CANDLE_COLUMNS, type CandleRow, parseCandleRow } from './candle-rows.ts';
import type { Stretch } from './gap-ledger.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** The past on one connection; `noteLate` must run inside the transaction that saves, before the candles are written. */
export type CandlePast = {
  /** Open time of the newest candle; `null` when there is none. */
  readonly headOf: (seriesKey: number) => number | null;
  /** Notes which candles of a consecutive run are new although the series is at `head` already. */
  readonly noteLate: (run: Stretch, at: { readonly head: number; readonly candleMs: number }) => void;
  /** The newest `limit` candles as they were when the one at `head` was the newest, ascending. */
  readonly readKnown: (
    of: { readonly seriesKey: number; readonly seriesId: SeriesId },
    at: { readonly head: number; readonly candleMs: number; readonly limit: number },
  ) => readonly ClosedCandle[];
};

type Arrival = readonly [from: number, to: number, head: number];

const COLUMNS = [...CANDLE_COLUMNS.slice(1), 'revision'];

/** The past of `connection`. */
export function prepareCandlePast(connection: SqliteConnection): CandlePast {
  const head = connection
    .prepare<unknown[], number | null>('SELECT max(open_time) FROM candles WHERE series = ?')
    .pluck();
  return {
    headOf: (seriesKey) => head.get(seriesKey) ?? null,
    noteLate: prepareLate(connection),
    readKnown: prepareKnown(connection),
  };
}

function prepareLate(connection: SqliteConnection): CandlePast['noteLate'] {
  const stored = connection
    .prepare<unknown[], number>('SELECT open_time FROM candles WHERE series = ? AND open_time >= ? AND open_time < ?')
    .pluck();
  const note = prepareNote(connection);
  return ({ seriesKey, from, to }, { head, candleMs }) => {
    const end = Math.min(to, head);
    if (from >= end) return;
    const known = new Set(stored.all(seriesKey, from, end));
    let start: number | null = null;
    for (let open = from; open < end; open += candleMs) {
      if (!known.has(open)) start ??= open;
      else if (start !== null) {
        note(seriesKey, [start, open, head]);
        start = null;
      }
    }
    if (start !== null) note(seriesKey, [start, start + Math.ceil((end - start) / candleMs) * candleMs, head]);
  };
}

/** Records an arrival, joined to those it touches that came at the same moment: a long import is one row. */
function prepareNote(connection: SqliteConnection): (seriesKey: number, arrival: Arrival) => void {
  const before = connection
    .prepare<unknown[], Arrival>(
      `SELECT from_time, to_time, head_time FROM candle_arrivals
       WHERE series = ? AND from_time < ? ORDER BY from_time DESC LIMIT 1`,
    )
    .raw();
  const startingAt = connection
    .prepare<unknown[], Arrival>(
      'SELECT from_time, to_time, head_time FROM candle_arrivals WHERE series = ? AND from_time = ?',
    )
    .raw();
  const remove = connection.prepare('DELETE FROM candle_arrivals WHERE series = ? AND from_time = ?');
  const insert = connection.prepare(
    'INSERT INTO candle_arrivals (series, from_time, to_time, head_time) VALUES (?, ?, ?, ?)',
  );
  return (seriesKey, [from, to, head]) => {
    const left = before.get(seriesKey, from);
    const right = startingAt.get(seriesKey, to);
    const joinsLeft = left !== undefined && left[1] === from && left[2] === head;
    const joinsRight = right !== undefined && right[2] === head;
    if (joinsLeft) remove.run(seriesKey, left[0]);
    if (joinsRight) remove.run(seriesKey, right[0]);
    insert.run(seriesKey, joinsLeft ? left[0] : from, joinsRight ? right[1] : to, head);
  };
}

function prepareKnown(connection: SqliteConnection): CandlePast['readKnown'] {
  const present = connection
    .prepare<unknown[], CandleRow>(
      `SELECT ${COLUMNS.join(', ')} FROM candles AS c WHERE series = $series AND open_time <= $head
       AND NOT EXISTS (
         SELECT 1 FROM candle_arrivals AS a WHERE a.series = c.series AND a.from_time <= c.open_time
         AND a.to_time > c.open_time AND a.head_time >= $head AND (c.open_time - a.from_time) % $candleMs = 0
       )
       ORDER BY open_time DESC LIMIT $limit`,
    )
    .raw();
  const replaced = connection
    .prepare<unknown[], CandleRow>(
      `SELECT ${COLUMNS.join(', ')} FROM candle_revisions
       WHERE series = ? AND open_time >= ? AND open_time <= ? AND replaced_head >= ? ORDER BY open_time, revision DESC`,
    )
    .raw();
  return ({ seriesKey, seriesId }, { head, candleMs, limit }) => {
    const rows = present.all({ series: seriesKey, head, candleMs, limit }).reverse();
    const first = rows[0];
    if (first === undefined || rows.at(-1)?.[0] !== head) return [];
    // Of the states that were replaced at that moment or later the earliest was in force; it comes last.
    const then = new Map(replaced.all(seriesKey, first[0], head, head).map((row) => [row[0], row]));
    return rows.map((row) => parseCandleRow(seriesId, then.get(row[0]) ?? row));
  };
}
