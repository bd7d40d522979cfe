/**
 * The features of a whole market, moment by moment: the candles that closed at a moment in, and out who was in the universe
 * then and a row for each coin of it. The universe of a moment is made of what was known at it: who had a candle, and enough
 * volume in the day before. Training and live predictions share this fold, so that both see the same numbers.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, toIsoText } from '../../core/time.ts';
import { smaValue } from '../../indicators/index.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type CandleFeatures, createCandleFeatures, type FeatureCandle } from '../candle-features.ts';
import { describePeers } from '../cross-section.ts';
import { assembleRow, type FeatureVector } from '../feature-row.ts';
import { HOT_FEATURES } from '../feature-schema.ts';
import { type NamedValues, pushCandleFeatures } from '../features-hot.ts';

/** A closed candle of a coin. */
export type CoinCandle = FeatureCandle & { readonly symbol: string };

/** Candles of one timeframe that opened at the same time, each coin once. */
export type MarketMoment = { readonly openTime: EpochMs; readonly candles: readonly CoinCandle[] };

/** What the universe is made of. */
export type UniversePlan = {
  readonly candleMs: number;
  /** Quote volume of the last 24 hours that a coin needs; of a coin that has been there for less, of so long. */
  readonly dayVolumeMin: number;
  /** The sector of a coin. */
  readonly sectorOf: (symbol: string) => string;
  /** The coin that others are correlated with. */
  readonly bitcoin: string;
  /** Coins that are read but never in the universe. */
  readonly outside: ReadonlySet<string>;
};

type Coin = { features: CandleFeatures; named: NamedValues | null; next: EpochMs };

/** The state of a market; mutates in place and belongs to whoever folds it. */
export type Market = { readonly plan: UniversePlan; readonly coins: Map<string, Coin>; openTime: EpochMs | null };

/** Nothing seen. */
export function createMarket(plan: UniversePlan): Market {
  return { plan, coins: new Map(), openTime: null };
}

const DAY_MS = 86_400_000;

/**
 * Takes the next moment; answers the universe in the order of its candles. A coin after a hole starts over. Fails with
 * `samples_unusable` for a coin that is there twice and for moments out of order: each row is of one coin at one time.
 */
export function foldMarket(market: Market, { openTime, candles }: MarketMoment): Result<readonly string[], Failure> {
  if (market.openTime !== null && openTime <= market.openTime)
    return refusal(`${toIsoText(openTime)} comes twice or too late`);
  if (new Set(candles.map(({ symbol }) => symbol)).size < candles.length) {
    return refusal(`a coin has two candles at ${toIsoText(openTime)}`);
  }
  market.openTime = openTime;
  const { candleMs, dayVolumeMin, outside } = market.plan;
  const perDay = Math.max(1, Math.round(DAY_MS / candleMs));
  const universe: string[] = [];
  for (const candle of candles) {
    const coin = coinAt(market, candle.symbol, { openTime, perDay });
    coin.named = pushCandleFeatures(coin.features, candle);
    coin.next = addMs(openTime, candleMs);
    const volume = smaValue(coin.features.dayVolume) * Math.min(coin.features.count, perDay);
    if (volume >= dayVolumeMin && !outside.has(candle.symbol)) universe.push(candle.symbol);
  }
  return ok(universe);
}

function refusal(reason: string): Result<never, Failure> {
  return err(failure('samples_unusable', { reason }));
}

/** The coin before its candle at `openTime`; anew where that does not follow its last one. */
function coinAt(
  { coins }: Market,
  symbol: string,
  { openTime, perDay }: { readonly openTime: EpochMs; readonly perDay: number },
): Coin {
  const known = coins.get(symbol);
  if (known !== undefined && known.next === openTime) return known;
  const coin: Coin = { features: createCandleFeatures(perDay), named: null, next: openTime };
  coins.set(symbol, coin);
  return coin;
}

/** What no candle tells; unknown is not zero. */
const NOT_READ: NamedValues = Object.fromEntries(
  HOT_FEATURES.features.flatMap(({ name, group }) => (group === 'social' || group === 'micro' ? [[name, null]] : [])),
);

/** Rows by coin, and how many coins of the universe have none: too new, or with numbers that make no row. */
export type MarketRows = {
  readonly rows: ReadonlyMap<string, FeatureVector>;
  readonly warmingUp: number;
  readonly unusable: number;
};

/**
 * The rows of the universe that `foldMarket` answered for the newest moment. `known` adds what is known of a coin besides
 * its candles; what it leaves out is unknown.
 */
export function describeMarket(
  { plan, coins, openTime }: Market,
  universe: readonly string[],
  known: (symbol: string) => NamedValues = () => ({}),
): MarketRows {
  const peers = universe.map((symbol) => ({
    symbol,
    sector: plan.sectorOf(symbol),
    state: (coins.get(symbol) as Coin).features,
  }));
  const bitcoin = coins.get(plan.bitcoin);
  const isThere = bitcoin !== undefined && openTime !== null && bitcoin.next === addMs(openTime, plan.candleMs);
  const compared = describePeers(peers, isThere ? bitcoin.features : null);
  const rows = new Map<string, FeatureVector>();
  let [warmingUp, unusable] = [0, 0];
  for (const symbol of universe) {
    const named = coins.get(symbol)?.named ?? null;
    const row =
      named === null
        ? null
        : assembleRow(HOT_FEATURES, { ...NOT_READ, ...named, ...compared.get(symbol), ...known(symbol) });
    if (row === null) warmingUp++;
    else if (row.ok) rows.set(symbol, row.value);
    else unusable++;
  }
  return { rows, warmingUp, unusable };
}
