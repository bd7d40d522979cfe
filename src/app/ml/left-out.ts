/**
 * What made no row, by its reason: counts of a dataset in, the same for a report and in words out.
 */
import type { DatasetCounts } from '../../ml/index.ts';

/** Rows that were left out; all but those that warm up and are unusable had features and no label. */
export type LeftOut = {
  readonly warming_up: number;
  readonly unusable: number;
  readonly hole: number;
  readonly not_yet_known: number;
  readonly few_coins: number;
};

/** The counts under the names of the report. */
export function toLeftOut({ warmingUp, unusable, hole, future, fewCoins }: DatasetCounts): LeftOut {
  return { warming_up: warmingUp, unusable, hole, not_yet_known: future, few_coins: fewCoins };
}

/** In words, what there was none of left away. */
export function leftOutText({ warming_up, unusable, hole, not_yet_known, few_coins }: LeftOut): string {
  const parts = [
    [warming_up, 'warming up'],
    [hole, 'with a hole in the candles'],
    [not_yet_known, 'whose end is not there yet'],
    [few_coins, 'among too few coins'],
    [unusable, 'with unusable numbers'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString('en-US')} ${what}`);
  return told.length === 0 ? 'nothing' : told.join(', ');
}
