/**
 * Writes candles by the store's rules: candles of one series enter inside a transaction of the caller, and how many
 * were new, changed the stored one or left it leaves. They are written in groups, because a call into the database
 * costs as much as a row.
 */
import { InvariantError } from '../../core/assert.ts';
import { type ClosedCandle, SOURCE_RANK } from '../../model/candle.ts';
import type { SaveCounts } from '../../ports/candle-store.ts';
import { appendNumbers, appendParameters, CANDLE_COLUMNS, type Parameter } from './candle-rows.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/**
 * Writes candles under a series' key; their open times differ. A better certificate of the same numbers counts as
 * unchanged: its revision stays. A state that is replaced is kept with the head. Must run inside a transaction.
 */
export type WriteCandles = (series: SeriesPlace, candles: readonly ClosedCandle[]) => SaveCounts;

/** A series by its key; `head` is the open time of its newest candle before the batch, `null` when it had none. */
export type SeriesPlace = { readonly key: number; readonly head: number | null };

/** Columns whose change makes a new revision. */
const NUMBERS = [
  'open',
  'high',
  'low',
  'close',
  'volume',
  'quote_volume',
  'trades',
  'taker_base',
  'taker_quote',
  'base_count',
] as const;
/** The rest of the certificate. */
const CERTIFICATE = ['source', 'status', 'base_expected'] as const;

/** Candles of one statement. Groups of 8 to 50 measure alike, a third faster than single candles. */
const GROUP = 16;
const WIDTH = CANDLE_COLUMNS.length;
const OPEN_TIME = CANDLE_COLUMNS.indexOf('open_time');

const COLUMNS = CANDLE_COLUMNS.join(', ');
const PLACES = CANDLE_COLUMNS.map(() => '?').join(', ');
/** Places of what `appendNumbers` appends. */
const NUMBER_PLACES = repeat('?', CANDLE_COLUMNS.indexOf('taker_quote'));

type Statement = ReturnType<SqliteConnection['prepare']>;
const SAME_KEY = 'c.series = g.series AND c.open_time = g.open_time';

function insertSql(size: number): string {
  return `INSERT INTO candles (${COLUMNS}, revision) VALUES ${repeat(`(${PLACES}, 1)`, size)}
    ON CONFLICT (series, open_time) DO NOTHING`;
}

/** The bound candles as a table, so that statements name its columns and not their positions. */
function given(size: number): string {
  return `WITH given (${COLUMNS}) AS (VALUES ${repeat(`(${PLACES})`, size)})`;
}

/** Candles that may replace the stored one and differ from it; 1 where the numbers do, 0 where the certificate does. */
function compareSql(size: number): string {
  return `${given(size)} SELECT g.open_time, ${differ(NUMBERS)} FROM given AS g JOIN candles AS c ON ${SAME_KEY}
    WHERE ${rankOf('g.source')} >= ${rankOf('c.source')} AND (${differ(NUMBERS)} OR ${differ(CERTIFICATE)})`;
}

const reviseSql = `${given(1)} UPDATE candles AS c
  SET ${assign(NUMBERS)}, ${assign(CERTIFICATE)}, revision = c.revision + 1 FROM given AS g WHERE ${SAME_KEY}`;
/** A state that no reader can have seen as its series' past, because it came with the same batch, is not kept. */
const keepSql = `INSERT INTO candle_revisions (${COLUMNS}, revision, replaced_head)
  SELECT ${COLUMNS}, revision, $head FROM candles WHERE series = $series AND open_time = $openTime AND open_time <= $head`;
const certifySql = `${given(1)} UPDATE candles AS c SET ${assign(CERTIFICATE)} FROM given AS g WHERE ${SAME_KEY}`;

/** A writer on `connection`. */
export function prepareCandleWriter(connection: SqliteConnection): WriteCandles {
  const writeGroup = prepareGroup(connection, GROUP);
  const writeSingle = prepareGroup(connection, 1);
  const insertAlike = prepareAlike(connection);
  const writeOne = (series: SeriesPlace, group: readonly ClosedCandle[]): SaveCounts => {
    if (group.length === GROUP && insertAlike(series.key, group)) return { inserted: GROUP, changed: 0, unchanged: 0 };
    const parameters: Parameter[] = [];
    for (const candle of group) appendParameters(parameters, series.key, candle);
    return group.length === GROUP ? writeGroup(parameters, series) : writeSingle(parameters, series);
  };
  return (series, candles) => {
    const total = { inserted: 0, changed: 0, unchanged: 0 };
    for (let start = 0; start < candles.length; ) {
      const size = candles.length - start >= GROUP ? GROUP : 1;
      const counts = writeOne(series, candles.slice(start, start + size));
      total.inserted += counts.inserted;
      total.changed += counts.changed;
      total.unchanged += counts.unchanged;
      start += size;
    }
    return total;
  };
}

/** Statements kept for groups of one series and certificate; policy beyond it: forget the oldest. */
const ALIKE_MAX = 64;

/**
 * Inserts a group whose candles are all new and carry one certificate, with series and certificate written into the
 * statement: a third fewer values to bind. Answers `false`, having changed nothing, when the group is not like that.
 */
function prepareAlike(connection: SqliteConnection): (seriesKey: number, group: readonly ClosedCandle[]) => boolean {
  const statements = new Map<string, Statement>();
  const existing = connection
    .prepare<unknown[], number>('SELECT 1 FROM candles WHERE series = ? AND open_time >= ? AND open_time <= ? LIMIT 1')
    .pluck();
  const statementFor = (values: string): Statement => {
    const known = statements.get(values);
    if (known !== undefined) return known;
    const statement = connection.prepare(`INSERT INTO candles (${COLUMNS}, revision) VALUES ${repeat(values, GROUP)}`);
    const oldest = statements.keys().next();
    if (statements.size >= ALIKE_MAX && oldest.done !== true) statements.delete(oldest.value);
    statements.set(values, statement);
    return statement;
  };
  return (seriesKey, group) => {
    const [first, last] = [group[0] as ClosedCandle, group[group.length - 1] as ClosedCandle];
    const { source, status, baseCount, baseExpected } = first.certificate;
    const isAlike = ({ certificate }: ClosedCandle): boolean =>
      certificate.source === source &&
      certificate.status === status &&
      certificate.baseCount === baseCount &&
      certificate.baseExpected === baseExpected;
    if (!group.every(isAlike) || existing.get(seriesKey, first.openTime, last.openTime) !== undefined) return false;
    const certificate = `'${source}', '${status}', ${baseCount}, ${baseExpected}`;
    const values = `(${seriesKey}, ${NUMBER_PLACES}, ${certificate}, 1)`;
    const parameters: Parameter[] = [];
    for (const candle of group) appendNumbers(parameters, candle);
    statementFor(values).run(parameters);
    return true;
  };
}

/** Writes `size` candles: new ones in one statement, and only where some were not new, what differs of them. */
function prepareGroup(
  connection: SqliteConnection,
  size: number,
): (parameters: readonly Parameter[], series: SeriesPlace) => SaveCounts {
  const insert = connection.prepare(insertSql(size));
  const compare = connection.prepare<unknown[], readonly [openTime: number, numbers: 0 | 1]>(compareSql(size)).raw();
  const keep = connection.prepare(keepSql);
  const revise = connection.prepare(reviseSql);
  const certify = connection.prepare(certifySql);
  return (parameters, { key, head }) => {
    const inserted = insert.run(parameters).changes;
    if (inserted === size) return { inserted, changed: 0, unchanged: 0 };
    let changed = 0;
    for (const [openTime, numbers] of compare.all(parameters)) {
      const statement = numbers === 1 ? revise : certify;
      if (numbers === 1 && head !== null) keep.run({ series: key, openTime, head });
      statement.run(parametersOf(parameters, openTime));
      changed += numbers;
    }
    return { inserted, changed, unchanged: size - inserted - changed };
  };
}

function parametersOf(parameters: readonly Parameter[], openTime: number): readonly Parameter[] {
  for (let start = 0; start < parameters.length; start += WIDTH) {
    if (parameters[start + OPEN_TIME] === openTime) return parameters.slice(start, start + WIDTH);
  }
  throw new InvariantError(`compared a candle at ${openTime} that was not given`);
}

function repeat(text: string, times: number): string {
  return Array.from({ length: times }, () => text).join(', ');
}

function differ(columns: readonly string[]): string {
  return `(${columns.map((column) => `c.${column} IS NOT g.${column}`).join(' OR ')})`;
}

function assign(columns: readonly string[]): string {
  return columns.map((column) => `${column} = g.${column}`).join(', ');
}

function rankOf(source: string): string {
  const cases = Object.entries(SOURCE_RANK).map(([name, rank]) => `WHEN '${name}' THEN ${rank}`);
  return `CASE ${source} ${cases.join(' ')} END`;
}
