/**
 * The coins under watch and the moment under way. Candles in as they close or from history, and out what they settled and,
 * once a moment is over, a row for each coin that has one, by the fold that makes training rows. A moment is over when
 * every coin that stands at its beginning has its candle, or when whoever waits says so; it ends before any coin goes on.
 */
import { assert } from '../../core/assert.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  type CoinCandle,
  createMarket,
  describeMarket,
  type FeatureVector,
  foldMarket,
  type Market,
  type TradeRules,
  type UniversePlan,
} from '../../ml/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Prediction } from '../../model/prediction.ts';
import { toCoinCandle } from './read-moments.ts';
import {
  createShadowCoin,
  openPrediction,
  type SettledPrediction,
  type ShadowCoin,
  settleOpen,
} from './shadow-coin.ts';

/**
 * Coins under watch. Policy when a further one comes: whoever was heard longest ago and has nothing open gives way; where
 * everybody has, the newcomer is refused, and counted.
 */
export const COINS_MAX = 120;

/** What the book is about: the universe of training, and how trades end. */
export type BookPlan = UniversePlan & { readonly rules: TradeRules };

/** The moment under way: candles that came, and the coins whose candle is still to come. */
type OpenMoment = {
  readonly openTime: EpochMs;
  readonly candles: Map<string, CoinCandle>;
  readonly waiting: Set<string>;
};

/** How a candle was taken: into the moment, alone because its moment is over, not at all; `behind` lacks ones before it. */
export type TakenHow = 'inMoment' | 'late' | 'known' | 'behind';

/** What a moment gave: a row by symbol. `closes` has the price of each. */
export type MomentRows = {
  readonly time: EpochMs;
  readonly rows: ReadonlyMap<string, FeatureVector>;
  readonly closes: ReadonlyMap<string, number>;
  readonly settled: readonly SettledPrediction[];
};

/** Coins and moment; mutates in place. */
export class ShadowBook {
  readonly plan: BookPlan;
  readonly coins = new Map<InstrumentId, ShadowCoin>();
  readonly #market: Market;
  #moment: OpenMoment | null = null;

  constructor(plan: BookPlan) {
    this.plan = plan;
    this.#market = createMarket(plan);
  }

  /** Watches a coin from now on; `null` where there is no room. */
  admit(instrumentId: InstrumentId, heardTime: EpochMs): ShadowCoin | null {
    if (this.coins.size >= COINS_MAX && !this.#makeRoom()) return null;
    const coin = createShadowCoin(instrumentId, heardTime);
    this.coins.set(instrumentId, coin);
    return coin;
  }

  /** Goes on with what is open from before; answers how many coins there was no room for. */
  resume(open: readonly Prediction[]): number {
    let refused = 0;
    for (const [id, predictions] of Map.groupBy(open, (each) => each.instrumentId)) {
      const coin = this.coins.get(id) ?? this.admit(id, 0 as EpochMs);
      if (coin === null) refused++;
      else for (const prediction of predictions) openPrediction(coin, prediction);
    }
    return refused;
  }

  #makeRoom(): boolean {
    const idle = [...this.coins.values()].filter(
      ({ open, symbol }) => open.length === 0 && symbol !== this.plan.bitcoin && !this.#isInMoment(symbol),
    );
    const [oldest] = idle.sort((a, b) => a.heardTime - b.heardTime);
    if (oldest === undefined) return false;
    this.coins.delete(oldest.instrumentId);
    this.#market.coins.delete(oldest.symbol);
    return true;
  }

  #isInMoment(symbol: string): boolean {
    return this.#moment?.candles.has(symbol) === true;
  }

  /** Open time of the candle that must come next; `null` of a coin without any. */
  nextOf({ symbol }: ShadowCoin): EpochMs | null {
    return this.#market.coins.get(symbol)?.next ?? null;
  }

  /** Open time of the moment under way; `null` between two. */
  get momentOpen(): EpochMs | null {
    return this.#moment?.openTime ?? null;
  }

  /** Whether everybody that was waited for is there. */
  isMomentWhole(): boolean {
    return this.#moment !== null && this.#moment.waiting.size === 0;
  }

  /**
   * Begins the moment of candles that open at `openTime`; the one before must be over. It waits for every coin that was
   * heard since `heardSince` and lacks the candle: who was not has left.
   */
  beginMoment(openTime: EpochMs, heardSince: EpochMs): void {
    assert(this.#moment === null, 'a moment begins before the one before it is over');
    const waiting = new Set<string>();
    for (const { symbol, heardTime } of this.coins.values()) {
      const next = this.#market.coins.get(symbol)?.next ?? null;
      if (next !== null && next <= openTime && heardTime >= heardSince) waiting.add(symbol);
    }
    this.#moment = { openTime, candles: new Map(), waiting };
  }

  /** The moment waits for a coin whose history is on its way. */
  await({ symbol }: ShadowCoin): void {
    this.#moment?.waiting.add(symbol);
  }

  /** The moment waits no longer for a coin. */
  release({ symbol }: ShadowCoin): void {
    this.#moment?.waiting.delete(symbol);
  }

  /** Takes a candle as it closes. */
  take(
    coin: ShadowCoin,
    candle: ClosedCandle,
  ): { readonly how: TakenHow; readonly settled: readonly SettledPrediction[] } {
    const next = this.nextOf(coin);
    const { openTime } = candle;
    if (next !== null && openTime < next) return { how: 'known', settled: [] };
    if (next !== openTime) return { how: 'behind', settled: [] };
    const plain = toCoinCandle(coin.symbol, candle);
    if (this.#moment?.openTime !== openTime) return { how: 'late', settled: this.#foldAlone(coin, plain, openTime) };
    join(this.#moment, plain);
    return { how: 'inMoment', settled: [] };
  }

  /**
   * Takes candles of history, ascending; what they lack the exchange does not have. That of the moment under way joins it,
   * and later ones are left for their own moment.
   */
  takeHistory(coin: ShadowCoin, candles: readonly ClosedCandle[]): readonly SettledPrediction[] {
    const settled: SettledPrediction[] = [];
    for (const candle of candles) {
      const { openTime } = candle;
      const moment = this.#moment;
      if (openTime < (this.nextOf(coin) ?? 0)) continue;
      if (moment !== null && openTime > moment.openTime) break;
      const plain = toCoinCandle(coin.symbol, candle);
      if (openTime === moment?.openTime) join(moment, plain);
      else settled.push(...this.#foldAlone(coin, plain, openTime));
    }
    return settled;
  }

  /** One coin beside the others, by the same fold. */
  #foldAlone(coin: ShadowCoin, candle: CoinCandle, openTime: EpochMs): readonly SettledPrediction[] {
    const alone = createMarket(this.plan);
    const known = this.#market.coins.get(coin.symbol);
    if (known !== undefined) alone.coins.set(coin.symbol, known);
    const folded = foldMarket(alone, { openTime, candles: [candle] });
    assert(folded.ok, 'a candle alone can not be out of order');
    const state = alone.coins.get(coin.symbol);
    assert(state !== undefined, 'a coin is there after its candle');
    this.#market.coins.set(coin.symbol, state);
    return this.#settle(coin, candle, openTime);
  }

  #settle(coin: ShadowCoin, candle: CoinCandle, openTime: EpochMs): readonly SettledPrediction[] {
    const { candleMs, rules } = this.plan;
    return settleOpen(coin, candle, { openTime, candleMs, rules });
  }

  /** Ends the moment under way with the candles that came. */
  endMoment(): MomentRows {
    const moment = this.#moment;
    assert(moment !== null, 'a moment ends that did not begin');
    this.#moment = null;
    const { openTime } = moment;
    // Sums of floats depend on their order, so candles go in by name, whoever came first.
    const candles = [...moment.candles.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    const folded = foldMarket(this.#market, { openTime, candles });
    assert(folded.ok, 'a moment has each coin once and comes after the one before');
    const settled: SettledPrediction[] = [];
    for (const coin of this.coins.values()) {
      const candle = moment.candles.get(coin.symbol);
      if (candle !== undefined) settled.push(...this.#settle(coin, candle, openTime));
    }
    const { rows } = describeMarket(this.#market, folded.value);
    const closes = new Map(candles.map(({ symbol, close }) => [symbol, close]));
    return { time: addMs(openTime, this.plan.candleMs), rows, closes, settled };
  }
}

function join({ candles, waiting }: OpenMoment, candle: CoinCandle): void {
  candles.set(candle.symbol, candle);
  waiting.delete(candle.symbol);
}
