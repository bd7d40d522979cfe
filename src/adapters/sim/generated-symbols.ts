/**
 * The cast of the generated market: what each coin is like. In: how many are wanted. Out: plain definitions with
 * plausible prices, volatilities and liquidity, from deep majors to coins that do not trade every minute. The names
 * are real for familiarity; the numbers are invented.
 */
import { createRng } from '../../core/rng.ts';
import type { EpochMs } from '../../core/time.ts';

/** A stretch without trading, at least one minute and less than 12 hours long; [`from`, `to`). */
export type GeneratedHalt = { readonly from: EpochMs; readonly to: EpochMs };

/** One generated coin against its quote. */
export type GeneratedSymbol = {
  readonly base: string;
  readonly quote: string;
  /** Long-run price in quote units. */
  readonly price: number;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Standard deviation of a day's log return. */
  readonly dailyVolatility: number;
  /** Mean trades per day; fewer than 1440 leaves minutes without any. */
  readonly tradesPerDay: number;
  /** Mean quote amount of a trade. */
  readonly tradeNotional: number;
  /** Chance per day of a pump, and of a dump. */
  readonly eventChance: number;
  /** Start of trading where it lies inside the simulated time. */
  readonly listedTime?: EpochMs;
  readonly halts?: readonly GeneratedHalt[];
};

type Line = readonly [base: string, price: number, priceDecimals: number, quantityDecimals: number, liquidity: number];

/** Liquidity 1 is a major with a million trades a day, 0 a coin with a few hundred. */
const CAST: readonly Line[] = [
  ['BTC', 96_400, 2, 5, 1],
  ['ETH', 3_310, 2, 4, 0.97],
  ['SOL', 188, 2, 3, 0.92],
  ['BNB', 655, 2, 3, 0.88],
  ['XRP', 2.31, 4, 1, 0.9],
  ['DOGE', 0.3412, 5, 0, 0.88],
  ['ADA', 0.912, 4, 1, 0.82],
  ['AVAX', 38.4, 2, 2, 0.78],
  ['LINK', 22.7, 2, 2, 0.78],
  ['TRX', 0.2514, 4, 1, 0.76],
  ['DOT', 7.21, 3, 2, 0.72],
  ['LTC', 104.2, 2, 3, 0.74],
  ['SUI', 4.11, 4, 1, 0.8],
  ['PEPE', 0.0000182, 8, 0, 0.84],
  ['SHIB', 0.0000219, 8, 0, 0.78],
  ['NEAR', 5.12, 3, 1, 0.7],
  ['APT', 9.4, 2, 2, 0.68],
  ['ARB', 0.742, 4, 1, 0.68],
  ['OP', 1.71, 3, 2, 0.66],
  ['FIL', 5.02, 3, 2, 0.62],
  ['INJ', 21.3, 2, 2, 0.64],
  ['WIF', 1.84, 3, 2, 0.68],
  ['FET', 1.29, 4, 1, 0.6],
  ['TIA', 4.63, 3, 2, 0.6],
  ['SEI', 0.412, 4, 1, 0.58],
  ['ENA', 0.931, 4, 2, 0.62],
  ['ORDI', 24.1, 2, 2, 0.56],
  ['GALA', 0.0381, 5, 0, 0.56],
  ['NKN', 0.0912, 5, 0, 0.32],
  ['VOXEL', 0.0413, 4, 1, 0.28],
  ['MAGIC', 0.3104, 4, 1, 0.36],
  ['HIGH', 0.731, 4, 1, 0.3],
  ['PERP', 0.412, 4, 1, 0.26],
  ['AUDIO', 0.1032, 4, 1, 0.24],
  ['SUSHI', 1.12, 4, 1, 0.4],
  ['WAVES', 1.53, 3, 2, 0.2],
  ['ARK', 0.512, 4, 1, 0.14],
  ['COS', 0.00612, 6, 0, 0.1],
  ['OXT', 0.0914, 5, 0, 0.06],
  ['PIVX', 0.3021, 4, 1, 0],
];

const SYLLABLES = ['ZE', 'KA', 'LU', 'MO', 'RI', 'TA', 'VO', 'NI', 'PA', 'XE', 'DO', 'GU', 'SY', 'BE', 'HO', 'QUA'];
/** Three syllables, so that no invented name equals a real one of the cast. */
const INVENTED_MAX = SYLLABLES.length ** 3;

/** The first `count` coins of the default cast; beyond its 40 names invented ones follow, at most 4,096 of them. */
export function defaultSymbols(count: number = CAST.length): readonly GeneratedSymbol[] {
  const real = CAST.slice(0, count).map(toSymbol);
  const invented = Math.min(INVENTED_MAX, Math.max(0, count - CAST.length));
  return [...real, ...Array.from({ length: invented }, (_, i) => inventSymbol(i))];
}

function toSymbol([base, price, priceDecimals, quantityDecimals, liquidity]: Line): GeneratedSymbol {
  return {
    base,
    quote: 'USDT',
    price,
    priceDecimals,
    quantityDecimals,
    dailyVolatility: 0.02 + 0.05 * (1 - liquidity),
    // 10^2.7 = 500 trades a day at the thin end, 10^6 at the deep end.
    tradesPerDay: Math.round(10 ** (2.7 + 3.3 * liquidity)),
    tradeNotional: 60 + 1_200 * liquidity ** 2,
    eventChance: 0.02 + 0.1 * (1 - liquidity),
  };
}

function inventSymbol(index: number): GeneratedSymbol {
  const rng = createRng(index, 'invented coin');
  const base = [0, 1, 2].map((place) => SYLLABLES[Math.floor(index / SYLLABLES.length ** place) % SYLLABLES.length]);
  return toSymbol([base.join(''), Number((0.05 + 3 * rng.next()).toFixed(4)), 5, 1, 0.05 + 0.5 * rng.next()]);
}
