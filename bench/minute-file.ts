/**
 * A file of 1m candles to measure with: the recorded one where the data folder is there, else a generated one of the
 * same size. Both are gzipped files in the layout of the exchange's archive, so everything after it is the same.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createGeneratedMarket } from '../src/adapters/sim/generated-market.ts';
import { type NamedCandleFile, openCandleFile } from '../src/app/data/candle-files.ts';
import { toDecimalText } from '../src/core/decimal.ts';
import { durationMs, type EpochMs, epochMs } from '../src/core/time.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { FailureError } from '../src/model/failure.ts';
import { type Timeframe, timeframe } from '../src/model/timeframe.ts';

/** How often a recorded minute is announced where it is played live: forming, and at last closed. */
export const MESSAGES_A_MINUTE = 3;

/** A file of minutes and one sentence on where it comes from. */
export type MinuteFile = { readonly path: string; readonly origin: string };

/** The timeframes that are derived by default. */
export const DERIVED: readonly Timeframe[] = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);

const RECORDED = 'klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz';
const SEED = 7;
/** As long as the recorded file: 2024-03-01 to 2024-04-30. */
const FROM = epochMs(1_709_251_200_000);
const LENGTH_MS = durationMs(61 * 86_400_000);

/** The recorded file, or a generated one written into `dir`. */
export function findMinuteFile(dir: string): MinuteFile {
  const dataDir = process.env['HOTWICK_DATA_DIR'] ?? resolve(import.meta.dirname, '../../shared/data');
  const recorded = join(dataDir, RECORDED);
  if (existsSync(recorded)) return { path: recorded, origin: 'recorded BTCUSDT spot, 2024-03-01 to 2024-04-30' };
  const path = join(dir, 'spot', 'BTCUSDT-1m-20240301-20240430.csv.gz');
  mkdirSync(join(dir, 'spot'), { recursive: true });
  writeFileSync(path, gzipSync(generateRows(epochMs(FROM + LENGTH_MS))));
  return { path, origin: `generated BTCUSDT, 61 days, seed ${SEED}` };
}

function generateRows(to: EpochMs): string {
  const market = createGeneratedMarket({ seed: SEED, startTime: to, historyMs: LENGTH_MS, markets: ['spot'] });
  const instrument = market.instruments.find(({ symbol }) => symbol === 'BTCUSDT') ?? market.instruments[0];
  if (instrument === undefined) throw new Error('the generator has no coins');
  const rows = market.minutes(instrument.instrumentId, { from: FROM, to }).map((row) => {
    const numbers = [row.open, row.high, row.low, row.close, row.volume].map(toDecimalText).join(',');
    const taker = [row.takerBaseVolume, row.takerQuoteVolume].map(toDecimalText).join(',');
    const quote = toDecimalText(row.quoteVolume);
    return `${row.openTime},${numbers},${row.openTime + 59_999},${quote},${row.trades},${taker},0`;
  });
  return `${rows.join('\n')}\n`;
}

/** Opens the file; each call reads it from the beginning. */
export function openMinutes(file: MinuteFile): NamedCandleFile {
  const opened = openCandleFile(file.path);
  if (!opened.ok) throw new FailureError(opened.error);
  return opened.value;
}

/** Every candle of the file, parsed. */
export async function readMinutes(file: MinuteFile): Promise<readonly ClosedCandle[]> {
  const candles: ClosedCandle[] = [];
  for await (const chunk of openMinutes(file).chunks) candles.push(...chunk);
  return candles;
}
