/**
 * Answers from the files of a data directory, where no desk runs or none is named: the status as it was last written, closed
 * trades, the decision ledger and stored candles. Nothing of trading is changed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { toFloat } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { answerTradesFrom, readStatusFile } from '../desk/desk-files.ts';
import { DATABASE_FILE } from '../service/kline-service.ts';
import { TRADING_DATABASE } from '../trading/trading-stores.ts';
import { openWhy } from '../why/open-why.ts';
import type { WhyReader } from '../why/why-reader.ts';
import type { Asked, AssistantSource, CandlesWanted, WhyWanted } from './assistant-source.ts';

const FOLDERS = ['money', 'paper'] as const;
const QUOTE = 'USDT';

type Files = { readonly dir: string; readonly now: () => EpochMs };

/** A source that reads files. */
export function createFileSource(files: Files): AssistantSource {
  const { dir, now } = files;
  const status = (): Asked => eachFolder(files, (folder) => readStatusFile(folder, now()));
  return {
    status,
    candidates: () => partOf(status(), ['candidates', 'pool_size', 'ts']),
    positions: () => partOf(status(), ['positions', 'equity', 'cash', 'day_pnl', 'ts', 'running']),
    trades: (limit) => eachFolder(files, (folder) => answerTradesFrom(folder, { limit, before: null }, now())),
    why: (wanted) => attempt(() => answerWhy(files, wanted)),
    candles: (wanted) => attempt(() => readCandles(dir, wanted)),
  };
}

/** What every folder of trading says, by its name. */
async function eachFolder({ dir }: Files, read: (folder: string) => Promise<unknown>): Asked {
  const known = FOLDERS.filter((folder) => existsSync(join(dir, folder)));
  if (known.length === 0) return err(failure('trading_not_running', { path: dir }));
  const answers = await Promise.all(known.map(async (folder) => [folder, await read(join(dir, folder))] as const));
  return ok({ source: 'files of a process that may not run any more', ...Object.fromEntries(answers) });
}

/** The named fields of what each folder says. */
async function partOf(asked: Asked, names: readonly string[]): Asked {
  const answer = await asked;
  if (!answer.ok) return answer;
  const folders = Object.entries(answer.value as Readonly<Record<string, unknown>>).map(([folder, said]) => {
    if (typeof said !== 'object' || said === null) return [folder, said];
    const { status = {}, ageMs } = said as { readonly status?: Readonly<Record<string, unknown>>; ageMs?: number };
    return [folder, { age_ms: ageMs, ...Object.fromEntries(names.map((name) => [name, status[name] ?? null])) }];
  });
  return ok(Object.fromEntries(folders));
}

async function attempt(act: () => Asked): Asked {
  try {
    return await act();
  } catch (error) {
    return err(toFailure(error));
  }
}

async function answerWhy({ dir, now }: Files, wanted: WhyWanted): Asked {
  const ledgers = openWhy(dir, now);
  if (!ledgers.ok) return ledgers;
  try {
    const answers = await Promise.all(
      ledgers.value.map(async (ledger) => ({
        ledger: ledger.dir,
        answer: await askReader(ledger.reader, wanted, now()),
      })),
    );
    return ok({ answers: answers.filter(({ answer }) => answer !== null) });
  } finally {
    for (const { close } of ledgers.value) close();
  }
}

function askReader(reader: WhyReader, wanted: WhyWanted, now: EpochMs): Promise<unknown> {
  if (wanted.about === 'trade') return reader.trade(wanted.id);
  if (wanted.about === 'everything') return reader.summary(epochMs(wanted.from * 1_000), now);
  return reader.coin(spotOf(wanted.symbol), wanted.time === null ? null : epochMs(wanted.time * 1_000));
}

function spotOf(symbol: string): InstrumentId {
  const base = symbol.endsWith(QUOTE) ? symbol.slice(0, -QUOTE.length) : symbol;
  return instrumentId({ venue: 'binance', market: 'spot', base, quote: QUOTE });
}

/** From whichever file has the series: trading keeps those of its candidates, the K-line service those it follows. */
async function readCandles(dir: string, { symbol, interval, limit }: CandlesWanted): Promise<Result<unknown, Failure>> {
  const series = seriesId({ instrumentId: spotOf(symbol), timeframe: timeframe(interval) });
  const paths = [join(dir, DATABASE_FILE), ...FOLDERS.map((folder) => join(dir, folder, TRADING_DATABASE))];
  for (const path of paths.filter((each) => existsSync(each))) {
    const database = openSqliteDatabase({ path });
    try {
      const store = createSqliteCandleStore(database);
      const { head } = await store.extent(series);
      if (head === null) continue;
      const range = { seriesId: series, from: epochMs(0), to: epochMs(head + 1), limit, take: 'newest' } as const;
      const candles = await store.read(range);
      return ok({ symbol, interval, source: path, klines: candles.map(toBar) });
    } finally {
      database.close();
    }
  }
  return err(failure('series_not_stored', { seriesId: series }));
}

function toBar({ openTime, open, high, low, close, volume }: ClosedCandle) {
  return {
    time: openTime / 1_000,
    open: toFloat(open),
    high: toFloat(high),
    low: toFloat(low),
    close: toFloat(close),
    volume: toFloat(volume),
  };
}
