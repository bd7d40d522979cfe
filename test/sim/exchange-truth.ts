/**
 * The exchange's own candles as the judge: of what a client was sent, and of a whole data directory.
 */
import { join } from 'node:path';
import type { SimInterval } from '../../src/adapters/sim/sim-interval.ts';
import type { SimMarket, SimRow } from '../../src/adapters/sim/sim-market.ts';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import type { WireCandle } from '../../src/api/contract.ts';
import { DATABASE_FILE } from '../../src/app/service/kline-service.ts';
import { type Decimal, toDecimalText } from '../../src/core/decimal.ts';
import { addMs, type EpochMs, epochMs } from '../../src/core/time.ts';
import { replay, step } from '../../src/engine/index.ts';
import type { CandleGap, ClosedCandle } from '../../src/model/candle.ts';
import { type SeriesId, seriesParts } from '../../src/model/series.ts';
import { timeframeMs } from '../../src/model/timeframe.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';

const MINUTE_MS = 60_000;

/** A stretch of time, [`from`, `to`). */
type Period = { readonly from: EpochMs; readonly to: EpochMs };

/** The exchange's candle on the wire by series and open time in seconds; `null` where it has none. Remembers answers. */
export function createTruth(market: SimMarket): (series: SeriesId, openSec: number) => WireCandle | null {
  const known = new Map<string, WireCandle | null>();
  return (series, openSec) => {
    const key = `${series} ${openSec}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const open = epochMs(openSec * 1000);
    const row = rowsOf(market, series, { from: open, to: addMs(open, 1) })[0];
    const candle = row === undefined ? null : toWire(row);
    known.set(key, candle);
    return candle;
  };
}

function rowsOf(market: SimMarket, series: SeriesId, period: Period): readonly SimRow[] {
  const { instrumentId, timeframe } = seriesParts(series);
  return market.candles(instrumentId, timeframe as string as SimInterval, period);
}

function toWire(row: SimRow): WireCandle {
  const number = (value: Decimal): number => Number(toDecimalText(value));
  return {
    candle_time: row.openTime / 1000,
    open: number(row.open),
    high: number(row.high),
    low: number(row.low),
    close: number(row.close),
    volume: number(row.volume),
  };
}

/** Everything in the database of a stopped service that is not as the exchange has it, for [`from`, `to`). */
export async function findStoreFaults(
  dataDir: string,
  market: SimMarket,
  about: Period & { readonly series: readonly SeriesId[] },
): Promise<readonly string[]> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  const store = createSqliteCandleStore(database);
  const journal = createSqliteJournal(database);
  try {
    const faults: string[] = [];
    const replayed = await replay(journal, step);
    if (!replayed.ok) faults.push(`the journal: ${replayed.error.message}`);
    else if (replayed.value.divergences.length > 0) faults.push(`replay diverges at ${replayed.value.divergences}`);
    for (const series of about.series) faults.push(...(await findSeriesFaults(store, market, { ...about, series })));
    return faults;
  } finally {
    await journal.close();
    await store.close();
    database.close();
  }
}

async function findSeriesFaults(
  store: CandleStore,
  market: SimMarket,
  about: Period & { readonly series: SeriesId },
): Promise<readonly string[]> {
  const { series, from, to } = about;
  const lengthMs = timeframeMs(seriesParts(series).timeframe);
  const closedTo = epochMs(to - (to % lengthMs));
  const expected = rowsOf(market, series, { from, to: closedTo }).map((row) => expectedText(row, market, series));
  const range = { seriesId: series, from: epochMs(0), limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
  const stored = (await store.read({ ...range, to: closedTo })).map(storedText);
  const gaps = (await store.readGaps(series, { from: epochMs(0), to: closedTo })).map(gapText);
  const expectedGaps = absentStretches(
    rowsOf(market, series, { from, to: closedTo }),
    { from, to: closedTo },
    lengthMs,
  );
  return [
    ...difference(`${series}`, stored, expected),
    ...difference(
      `gaps of ${series}`,
      gaps,
      expectedGaps.map((gap) => gapText({ ...gap, reason: 'exchange_gap' })),
    ),
  ];
}

/** A row with the certificate it must have: made of the minutes that exist, and marked when some do not. */
function expectedText(row: SimRow, market: SimMarket, series: SeriesId): string {
  const { instrumentId, timeframe } = seriesParts(series);
  const lengthMs = timeframeMs(timeframe);
  const baseExpected = lengthMs / MINUTE_MS;
  const period = { from: row.openTime, to: addMs(row.openTime, lengthMs) };
  const baseCount = market.minutes(instrumentId, period).length;
  let status = row.trades === 0 ? 'no_trade' : 'final';
  if (baseCount < baseExpected) status = 'exchange_gap';
  return rowText(row, `${status} ${baseCount}/${baseExpected}`);
}

function storedText(candle: ClosedCandle): string {
  const { status, baseCount, baseExpected, revision } = candle.certificate;
  // Whether it was complete at its close or later depends on the faults; that it is complete does not.
  const told = status === 'repaired' ? 'final' : status;
  const known = revision >= 1 ? '' : ` revision ${revision}`;
  return rowText(candle, `${told} ${baseCount}/${baseExpected}${known}`);
}

type Columns = Omit<SimRow, 'firstTradeId' | 'lastTradeId'>;

function rowText(row: Columns | ClosedCandle, certificate: string): string {
  const text = (value: Decimal | null): string => (value === null ? 'null' : toDecimalText(value));
  const columns = [row.open, row.high, row.low, row.close, row.volume, row.quoteVolume].map(text).join(' ');
  const taker = [row.takerBaseVolume, row.takerQuoteVolume].map(text).join(' ');
  return `${isoText(row.openTime)} ${columns} n=${row.trades} ${taker} ${certificate}`;
}

function gapText(gap: Pick<CandleGap, 'from' | 'to' | 'reason'>): string {
  return `${isoText(gap.from)}..${isoText(gap.to)} ${gap.reason}`;
}

function isoText(time: EpochMs): string {
  return new Date(time).toISOString().slice(0, 16);
}

/** Stretches without a row, touching ones joined. */
function absentStretches(rows: readonly SimRow[], period: Period, lengthMs: number): readonly Period[] {
  const stretches: Period[] = [];
  // A bucket that began before the first minute asked for is nobody's candle.
  let from = epochMs(Math.ceil(period.from / lengthMs) * lengthMs);
  for (const row of rows) {
    if (row.openTime > from) stretches.push({ from, to: row.openTime });
    from = addMs(row.openTime, lengthMs);
  }
  if (from < period.to) stretches.push({ from, to: period.to });
  return stretches;
}

/** The first few lines that only one side has. */
function difference(what: string, own: readonly string[], expected: readonly string[]): readonly string[] {
  const [owned, wanted] = [new Set(own), new Set(expected)];
  const surplus = own.filter((line) => !wanted.has(line)).map((line) => `${what} has     ${line}`);
  const missing = expected.filter((line) => !owned.has(line)).map((line) => `${what} lacks   ${line}`);
  const doubled = own.length === owned.size ? [] : [`${what} has something twice`];
  return [...surplus.slice(0, 4), ...missing.slice(0, 4), ...doubled];
}
