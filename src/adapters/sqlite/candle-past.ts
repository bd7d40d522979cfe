/**
 * What a series was: the states of candles that were replaced, and which candles came late. Both are told by the newest
 * candle of the series before the batch, so no clock is asked and a recording gives the same past again.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import { seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { KnownRange } from '../../ports/candle-store.ts';
import { CANDLE_COLUMNS, type CandleRow, parseCandleRow } from './candle-rows.ts';
import type { Stretch } from './gap-ledger.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** The past on one connection; `noteLate` must run inside the transaction that saves, before the candles are written. */
export type CandlePast = {
  /** Open time of the newest candle; `null` when there is none. */
  readonly headOf: (seriesKey: number) => number | null;
  /** Notes which candles of a consecutive run are new although the series is at `head` already. */
  readonly noteLate: (run: Stretch, at: { readonly head: number; readonly candleMs: number }) => void;
  /** Candles of the range as they were when the one at its head was the newest, ascending. */
  readonly readKnown: (seriesKey: number, range: KnownRange) => readonly ClosedCandle[];
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

/** Candles that had come by then; `$head` itself must be among them. */
const PRESENT = `FROM candles AS c WHERE series = $series AND NOT EXISTS (
  SELECT 1 FROM candle_arrivals AS a WHERE a.series = c.series AND a.from_time <= c.open_time
  AND a.to_time > c.open_time AND a.head_time >= $head AND (c.open_time - a.from_time) % $candleMs = 0
)`;

function prepareKnown(connection: SqliteConnection): CandlePast['readKnown'] {
  const columns = COLUMNS.join(', ');
  const select = (direction: 'ASC' | 'DESC') =>
    connection
      .prepare<unknown[], CandleRow>(
        `SELECT ${columns} ${PRESENT} AND open_time >= $from AND open_time < $to
         ORDER BY open_time ${direction} LIMIT $limit`,
      )
      .raw();
  const [oldest, newest] = [select('ASC'), select('DESC')];
  const newestThen = connection.prepare(`SELECT 1 ${PRESENT} AND open_time = $head`);
  const replaced = connection
    .prepare<unknown[], CandleRow>(
      `SELECT ${columns} FROM candle_revisions
       WHERE series = ? AND open_time >= ? AND open_time <= ? AND replaced_head >= ? ORDER BY open_time, revision DESC`,
    )
    .raw();
  return (series, { seriesId, head, from, to, limit, take }) => {
    const moment = { series, head, candleMs: timeframeMs(seriesParts(seriesId).timeframe) };
    if (newestThen.get(moment) === undefined) return [];
    const range = { ...moment, from, to: Math.min(to, head + 1), limit: Math.min(limit, Number.MAX_SAFE_INTEGER) };
    const rows = take === 'oldest' ? oldest.all(range) : newest.all(range).reverse();
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return [];
    // Of the states that were replaced at that moment or later the earliest was in force; it comes last.
    const then = new Map(replaced.all(series, first[0], last[0], head).map((row) => [row[0], row]));
    return rows.map((row) => parseCandleRow(seriesId, then.get(row[0]) ?? row));
  };
}
