/**
 * The rows of a task from the candles of a market: moments in time order in, rows with labels out. Features see nothing
 * after their moment, labels nothing before it; a row whose label can not be known is left out, counted by its reason.
 */
import { ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import { HOT_FEATURES } from '../feature-schema.ts';
import type { LabelRules, MlTask } from '../governance/recipe.ts';
import {
  createHotnessLabeler,
  finishHotness,
  foldHotness,
  type HotnessLabeler,
  type HotnessOutcome,
} from '../labels/hotness-label.ts';
import type { LabelCandle, TradeLabel, TradeOutcome } from '../labels/trade-label.ts';
import {
  beginLabel,
  createTradeLabeler,
  finishLabels,
  foldLabels,
  type TradeLabeler,
} from '../labels/trade-labeler.ts';
import {
  type CoinCandle,
  createMarket,
  describeMarket,
  foldMarket,
  type Market,
  type MarketMoment,
  type UniversePlan,
} from './market-features.ts';
import { createRowTable, type Dataset, putRow, type RowTable, settleRow, toDataset } from './row-table.ts';

/** What rows are made and how many. */
export type DatasetPlan = {
  readonly task: MlTask;
  readonly labels: LabelRules;
  readonly universe: UniversePlan;
  /** Rows are made at each moment whose close time is a multiple of so many candles. */
  readonly everyCandles: number;
  /** No rows before this close time, but everything before it warms up. */
  readonly from: EpochMs;
  readonly rowsMax: number;
};

/** What there was and why some of it made no row. */
export type DatasetCounts = {
  moments: number;
  candles: number;
  warmingUp: number;
  unusable: number;
  hole: number;
  future: number;
  fewCoins: number;
};

/** A row whose label is not known yet. */
type OpenRow = { readonly number: number; trade: TradeLabel | null };

/** Rows under way; mutates in place and belongs to whoever folds it. */
export type DatasetBuilder = {
  readonly plan: DatasetPlan;
  readonly market: Market;
  readonly table: RowTable;
  readonly trades: Map<string, TradeLabeler>;
  readonly hotness: HotnessLabeler;
  /** By coin, and of a coin by time: a time alone names no row. */
  readonly open: Map<string, Map<EpochMs, OpenRow>>;
  readonly counts: DatasetCounts;
};

/** Nothing seen. */
export function createDatasetBuilder(plan: DatasetPlan): DatasetBuilder {
  return {
    plan,
    market: createMarket(plan.universe),
    table: createRowTable(HOT_FEATURES.names.length, plan.rowsMax),
    trades: new Map(),
    hotness: createHotnessLabeler(plan.labels.hotness),
    open: new Map(),
    counts: { moments: 0, candles: 0, warmingUp: 0, unusable: 0, hole: 0, future: 0, fewCoins: 0 },
  };
}

/** Takes the next moment; `samples_unusable` where a coin is there twice, moments are out of order or rows are too many. */
export function foldDataset(builder: DatasetBuilder, moment: MarketMoment): Result<null, Failure> {
  const { plan, market, counts } = builder;
  const universe = foldMarket(market, moment);
  if (!universe.ok) return universe;
  const time = addMs(moment.openTime, plan.universe.candleMs);
  counts.moments++;
  counts.candles += moment.candles.length;
  for (const candle of moment.candles) {
    const outcomes = foldLabels(labelerOf(builder, candle.symbol), toLabelCandle(candle, moment.openTime, time));
    for (const outcome of outcomes) takeTrade(builder, candle.symbol, outcome);
  }
  const isTaken = time >= plan.from && (time / plan.universe.candleMs) % plan.everyCandles === 0;
  const coins = isTaken ? universe.value : [];
  if (plan.task === 'hotness') {
    const closes = new Map(moment.candles.map(({ symbol, close }) => [symbol, close]));
    for (const outcome of foldHotness(builder.hotness, { time, closes, universe: coins }))
      takeHotness(builder, outcome);
  }
  return coins.length === 0 ? ok(null) : putRows(builder, { time, coins, candles: moment.candles });
}

function labelerOf({ trades, plan }: DatasetBuilder, symbol: string): TradeLabeler {
  const known = trades.get(symbol);
  if (known !== undefined) return known;
  const labeler = createTradeLabeler(plan.labels.trade);
  trades.set(symbol, labeler);
  return labeler;
}

function toLabelCandle({ open, high, low, close }: CoinCandle, openTime: EpochMs, closeTime: EpochMs): LabelCandle {
  return { openTime, closeTime, open, high, low, close };
}

function putRows(
  builder: DatasetBuilder,
  {
    time,
    coins,
    candles,
  }: { readonly time: EpochMs; readonly coins: readonly string[]; readonly candles: MarketMoment['candles'] },
): Result<null, Failure> {
  const { market, table, counts, open } = builder;
  const { rows, warmingUp, unusable } = describeMarket(market, coins);
  counts.warmingUp += warmingUp;
  counts.unusable += unusable;
  for (const { symbol, close } of candles) {
    const row = rows.get(symbol);
    if (row === undefined) continue;
    const number = putRow(table, { symbol, time }, row.values);
    if (!number.ok) return number;
    beginLabel(labelerOf(builder, symbol), time, close);
    const ofCoin = open.get(symbol) ?? new Map<EpochMs, OpenRow>();
    ofCoin.set(time, { number: number.value, trade: null });
    open.set(symbol, ofCoin);
  }
  return ok(null);
}

/** Of the task trade the outcome is the label; of hotness it is what the label's word would have earned. */
function takeTrade(builder: DatasetBuilder, symbol: string, outcome: TradeOutcome): void {
  const row = builder.open.get(symbol)?.get(outcome.entryTime);
  if (row === undefined) return;
  if (builder.plan.task === 'hotness') {
    row.trade = outcome.kind === 'resolved' ? outcome : null;
    return;
  }
  builder.open.get(symbol)?.delete(outcome.entryTime);
  if (outcome.kind === 'resolved') settleRow(builder.table, row.number, outcome);
  else builder.counts[outcome.reason]++;
}

/** The trade of a row is no longer than the horizon of its hotness, so it has been taken before. */
function takeHotness(builder: DatasetBuilder, outcome: HotnessOutcome): void {
  const row = builder.open.get(outcome.symbol)?.get(outcome.time);
  if (row === undefined) return;
  builder.open.get(outcome.symbol)?.delete(outcome.time);
  if (outcome.kind === 'unresolved') builder.counts[outcome.reason]++;
  else
    settleRow(builder.table, row.number, {
      label: outcome.label,
      endTime: outcome.endTime,
      net: row.trade?.net ?? Number.NaN,
    });
}

/** Ends the stream; the builder is used up by it. */
export function finishDataset(builder: DatasetBuilder): { readonly dataset: Dataset; readonly counts: DatasetCounts } {
  for (const [symbol, labeler] of builder.trades) {
    for (const outcome of finishLabels(labeler)) takeTrade(builder, symbol, outcome);
  }
  for (const outcome of finishHotness(builder.hotness)) takeHotness(builder, outcome);
  return { dataset: toDataset(builder.table), counts: builder.counts };
}
