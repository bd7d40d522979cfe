/**
 * How a task is trained: what a person asked for and what the store holds in, and out which series are read and how often
 * rows are made so that memory suffices. Nothing here looks at a price.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { DEFAULT_DISCOVERY_CONFIG } from '../../discovery/index.ts';
import {
  type DatasetPlan,
  findLabelRulesFault,
  HOT_WARM_UP,
  HOTNESS_RULES,
  type LabelRules,
  type MlTask,
  TRADE_RULES,
} from '../../ml/index.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { parseInstrumentId } from '../../model/instrument.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { SECTORS } from '../hotcoin/sectors.ts';
import type { CoinSeries, MomentRange } from './read-moments.ts';

/** What a person asks for. */
export type TrainingRequest = {
  readonly task: MlTask;
  readonly interval: Timeframe;
  /** Pairs such as `BTC/USDT`; `null` for every spot pair against USDT that is stored. */
  readonly pairs: readonly string[] | null;
  /** First and last open time; `null` for what is stored. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** `null` for the default of the task. */
  readonly horizonMinutes: number | null;
  readonly takeProfit: number;
  readonly stopLoss: number;
  readonly dayVolumeMin: number;
  readonly folds: number;
  readonly rowsMax: number;
  readonly seed: number;
};

const DAY_MS = 86_400_000;
/** What other coins are correlated with. */
export const BITCOIN = 'BTC/USDT';
/** Never traded, so never in the universe unless named. */
const STABLE = DEFAULT_DISCOVERY_CONFIG.filter.stableAssets;

/** Rules of the labels that were asked for. A word of hotness is measured by a trade that lasts as long. */
export function labelRulesOf({
  task,
  interval,
  horizonMinutes,
  takeProfit,
  stopLoss,
}: TrainingRequest): Result<LabelRules, Failure> {
  const standard = task === 'trade' ? TRADE_RULES.horizonMinutes : HOTNESS_RULES.horizonMinutes;
  const horizon = horizonMinutes ?? standard;
  const labels: LabelRules = {
    trade: { ...TRADE_RULES, takeProfit, stopLoss, horizonMinutes: horizon },
    hotness: { ...HOTNESS_RULES, horizonMinutes: task === 'hotness' ? horizon : HOTNESS_RULES.horizonMinutes },
  };
  const fault = findLabelRulesFault(labels, timeframeMs(interval));
  return fault === null ? ok(labels) : err(failure('model_settings_wrong', { reason: fault }));
}

/** What is read and what rows are made of it. */
export type ReadingPlan = { readonly range: MomentRange; readonly dataset: DatasetPlan; readonly candles: number };

/** Finds the series; `ml_candles_missing` where there are none or one that was named is not there. */
export async function planReading(
  store: CandleStore,
  request: TrainingRequest,
  labels: LabelRules,
): Promise<Result<ReadingPlan, Failure>> {
  const found = await findCoins(store, request);
  if (!found.ok) return found;
  const candleMs = timeframeMs(request.interval);
  const stretch = await measure(store, found.value, { request, candleMs });
  if (!stretch.ok) return stretch;
  const { first, from, to, candles } = stretch.value;
  return ok({
    // Features of the first day asked for are warm where there are candles before it.
    range: { coins: found.value, candleMs, from: Math.max(first, from - warmUpMs(candleMs)) as EpochMs, to },
    dataset: {
      task: request.task,
      labels,
      universe: {
        candleMs,
        dayVolumeMin: request.dayVolumeMin,
        sectorOf,
        bitcoin: BITCOIN,
        outside: new Set(found.value.filter(({ isWanted }) => !isWanted).map(({ symbol }) => symbol)),
      },
      everyCandles: Math.max(1, Math.ceil(candles / request.rowsMax)),
      from,
      rowsMax: request.rowsMax,
    },
    candles: Math.round(candles),
  });
}

type Measured = { readonly first: EpochMs; readonly from: EpochMs; readonly to: EpochMs; readonly candles: number };

/** From when to when there is something, and about how many candles of the wanted coins lie there. */
async function measure(
  store: CandleStore,
  coins: readonly FoundCoin[],
  { request, candleMs }: { readonly request: TrainingRequest; readonly candleMs: number },
): Promise<Result<Measured, Failure>> {
  const extents = await Promise.all(
    coins.filter(({ isWanted }) => isWanted).map(({ seriesId }) => store.extent(seriesId)),
  );
  const stored = extents.flatMap(({ first, head }) => (first === null || head === null ? [] : [{ first, head }]));
  const first = Math.min(...stored.map((each) => each.first)) as EpochMs;
  const end = (Math.max(...stored.map((each) => each.head)) + candleMs) as EpochMs;
  const [from, to] = [request.from ?? first, request.to ?? end];
  if (!(from < to)) return missing(request, 'nothing is stored of the days asked for');
  const inside = stored.map((each) => Math.max(0, Math.min(to, each.head + candleMs) - Math.max(from, each.first)));
  return ok({ first, from, to, candles: inside.reduce((sum, ms) => sum + ms / candleMs, 0) });
}

function warmUpMs(candleMs: number): number {
  return Math.max(HOT_WARM_UP * candleMs, DAY_MS);
}

/** The sector of a pair; one by itself where none is known. Settings of trading do not change what a model learns. */
export function sectorOf(pair: string): string {
  const base = pair.split('/')[0] as string;
  return SECTORS[base] ?? base;
}

type FoundCoin = CoinSeries & { readonly isWanted: boolean };

/** Wanted coins by name, and Bitcoin in any case where it is stored: others are compared with it. */
async function findCoins(store: CandleStore, request: TrainingRequest): Promise<Result<readonly FoundCoin[], Failure>> {
  const { interval, pairs } = request;
  const stored = new Map<string, SeriesId>();
  for (const seriesId of await store.listSeries()) {
    const { instrumentId, timeframe } = seriesParts(seriesId);
    const parsed = parseInstrumentId(instrumentId);
    if (!parsed.ok || timeframe !== interval) continue;
    const { venue, market, base, quote } = parsed.value;
    if (venue === 'binance' && market === 'spot' && quote === 'USDT') stored.set(`${base}/${quote}`, seriesId);
  }
  const unknown = (pairs ?? []).filter((pair) => !stored.has(pair));
  if (unknown.length > 0) return missing(request, `nothing is stored of ${unknown.slice(0, 10).join(', ')}`);
  const all = [...stored.keys()].filter((pair) => !STABLE.includes(pair.split('/')[0] as string));
  const wanted = new Set(pairs ?? all);
  if (wanted.size === 0) return missing(request, 'no spot pair against USDT is stored');
  const names = [...new Set([...wanted, ...(stored.has(BITCOIN) ? [BITCOIN] : [])])].sort();
  return ok(
    names.map((symbol) => ({ symbol, seriesId: stored.get(symbol) as SeriesId, isWanted: wanted.has(symbol) })),
  );
}

function missing({ interval }: TrainingRequest, reason: string): Result<never, Failure> {
  return err(failure('ml_candles_missing', { interval, reason }));
}
