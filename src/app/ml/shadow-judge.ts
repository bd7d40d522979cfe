/**
 * What a model says of a moment: rows of coins in, predictions with their grounds out. A coin that fails costs only itself.
 */
import { judgeVector, toExampleRow } from '../../ml/index.ts';
import { FailureError } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Feed } from '../../ports/feed.ts';
import type { MomentRows } from './shadow-book.ts';
import type { ShadowCoin } from './shadow-coin.ts';
import type { WatchedModel } from './shadow-model.ts';
import type { PredictionDraft } from './shadow-record.ts';

/** What is known of the market, and asked of it: no more than this, so that nothing can be done to trading. */
export type ShadowMarket = {
  readonly subscribe: Bus['subscribe'];
  readonly fetchHistory: Feed['fetchHistory'];
  /** Whether a coin is in the pool now. */
  readonly isCandidate: (id: InstrumentId) => boolean;
  /** Whether trading follows candles of a timeframe. */
  readonly isFollowed: (interval: string) => boolean;
};

/** Who judges. */
export type Judge = {
  readonly model: WatchedModel;
  readonly market: Pick<ShadowMarket, 'isCandidate'>;
  readonly onError: (error: unknown) => void;
};

const REASONS_MAX = 5;

/** A prediction for each coin that has a row and is in the pool now. */
export function judgeMoment(judge: Judge, coins: Iterable<ShadowCoin>, moment: MomentRows): readonly PredictionDraft[] {
  const drafts: PredictionDraft[] = [];
  for (const coin of coins) {
    try {
      const draft = judgeCoin(judge, coin, moment);
      if (draft !== null) drafts.push(draft);
    } catch (error) {
      // The other coins are judged all the same.
      judge.onError(error);
    }
  }
  return drafts;
}

function judgeCoin(
  { model, market }: Judge,
  coin: ShadowCoin,
  { time, rows, closes }: MomentRows,
): PredictionDraft | null {
  const { instrumentId, symbol } = coin;
  const [row, price] = [rows.get(symbol), closes.get(symbol)];
  if (row === undefined || price === undefined || !market.isCandidate(instrumentId)) return null;
  const judged = judgeVector(model.model, row, REASONS_MAX);
  if (!judged.ok) throw new FailureError(judged.error);
  return { instrumentId, time, price, ...judged.value, row: toExampleRow(row.values) };
}
