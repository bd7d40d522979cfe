/**
 * Options that the commands of machine learning share, checked as they are read.
 */
import { InvalidArgumentError, Option } from 'commander';
import { ML_TASKS, type MlTask } from '../../ml/index.ts';
import { parseTimeframe, type Timeframe } from '../../model/timeframe.ts';
import { parseAssets } from '../data/candle-files.ts';

/** Which model is meant, and where it lies. */
export type ModelFlags = { readonly task: MlTask; readonly interval: Timeframe; readonly dataDir?: string };

/** `--task`. */
export function taskOption(): Option {
  return new Option('--task <task>', 'what is predicted').choices(ML_TASKS).makeOptionMandatory();
}

/** `--interval`. */
export function intervalOption(): Option {
  return new Option('--interval <timeframe>', 'timeframe of the candles').argParser(readTimeframe).default('15m');
}

function readTimeframe(text: string): Timeframe {
  const parsed = parseTimeframe(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.error.message);
  return parsed.value;
}

/** Pairs separated by commas, `BTC/USDT` or `BTCUSDT`; `all` for every one that is stored. */
export function pairsOption(text: string): readonly string[] | null {
  if (text.trim().toLowerCase() === 'all') return null;
  const pairs = text.split(',').map((each) => {
    const assets = parseAssets(each.trim().toUpperCase());
    if (assets === null || assets.quote !== 'USDT')
      throw new InvalidArgumentError('write pairs like BTC/USDT,ETH/USDT or all');
    return `${assets.base}/${assets.quote}`;
  });
  return [...new Set(pairs)];
}

const FOLDS_MAX = 20;

/** How many splits. */
export function foldsOption(text: string): number {
  const folds = /^\d+$/.test(text) ? Number(text) : 0;
  if (!(folds >= 1 && folds <= FOLDS_MAX)) throw new InvalidArgumentError(`1 to ${FOLDS_MAX} splits are made`);
  return folds;
}

const ROWS_MIN = 1_000;
const ROWS_MAX = 2_000_000;

/** Most rows in memory. */
export function rowsOption(text: string): number {
  const rows = /^\d+$/.test(text) ? Number(text) : 0;
  if (!(rows >= ROWS_MIN && rows <= ROWS_MAX)) throw new InvalidArgumentError(`rows are ${ROWS_MIN} to ${ROWS_MAX}`);
  return rows;
}

/** A percentage above 0, as a fraction. */
export function percentOption(text: string): number {
  const percent = /^\d+(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : 0;
  if (!(percent > 0 && percent < 100)) throw new InvalidArgumentError('write percent, above 0 and below 100');
  return percent / 100;
}

/** An amount of USDT. */
export function usdtOption(text: string): number {
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(amount)) throw new InvalidArgumentError('write an amount of USDT, for example 500000');
  return amount;
}
