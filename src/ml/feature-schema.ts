/**
 * The one list of features: their names, order, groups, warm-up and meaning. Everything that makes or reads a row goes by
 * it, and its hash travels with every row, model and file, so that numbers are never read as something else.
 */

/** Where a feature comes from. */
export type FeatureGroup = 'base' | 'hot' | 'scanner' | 'crossSection' | 'social' | 'micro';

/** One feature. Money and price units never occur: what depends on a price is divided by it. */
export type FeatureDefinition = {
  readonly name: string;
  readonly group: FeatureGroup;
  readonly unit: 'fraction' | 'ratio' | 'count' | 'index' | 'deviations' | 'hours' | 'score' | 'perHour';
  /** Closed candles needed before it has a value, the newest included; 0 of what does not come from candles. */
  readonly warmUp: number;
  /** Whether it may be unknown after warm-up: a source is not read, or what it divides by is zero. */
  readonly unknown: 'never' | 'allowed';
  /** What it is, as a formula over the newest candle (o, h, l, c, v) and those before it. */
  readonly meaning: string;
  /** Other spellings under which a table of numbers may bring it (P0-3). */
  readonly aliases: readonly string[];
};

/** A list of features with the hash that stands for all of it. */
export type FeatureSchema = {
  readonly version: number;
  readonly features: readonly FeatureDefinition[];
  /** In the order of a row. */
  readonly names: readonly string[];
  /** 16 hexadecimal digits of version, names, order and meanings. */
  readonly hash: string;
};

type Line = readonly [
  name: string,
  unit: FeatureDefinition['unit'],
  warmUp: number,
  meaning: string,
  options?: { readonly aliases?: readonly string[]; readonly unknown?: 'allowed' },
];

function group(name: FeatureGroup, lines: readonly Line[]): readonly FeatureDefinition[] {
  return lines.map(([feature, unit, warmUp, meaning, options = {}]) => {
    const { aliases = [], unknown = 'never' } = options;
    return { name: feature, group: name, unit, warmUp, unknown, meaning, aliases: spellings(feature, aliases) };
  });
}

/** Tables of numbers write names in capitals or not; both are the same feature. */
function spellings(name: string, aliases: readonly string[]): readonly string[] {
  const all = [name, ...aliases].flatMap((each) => [each, each.toUpperCase(), each.toLowerCase()]);
  return [...new Set(all)].filter((each) => each !== name);
}

const MAYBE = { unknown: 'allowed' } as const;

/** Specification 6.1, first line; `atr_14` and prices themselves are left out, since they say what a coin costs. */
const BASE = group('base', [
  ['ret_1', 'fraction', 2, 'c / c[1] - 1'],
  ['ret_3', 'fraction', 4, 'c / c[3] - 1'],
  ['ret_5', 'fraction', 6, 'c / c[5] - 1'],
  ['ret_10', 'fraction', 11, 'c / c[10] - 1'],
  ['ret_20', 'fraction', 21, 'c / c[20] - 1'],
  ['hvol_5', 'fraction', 6, 'sample deviation of the last 5 ret_1'],
  ['hvol_20', 'fraction', 21, 'sample deviation of the last 20 ret_1'],
  ['atr_pct', 'fraction', 14, "Wilder's average true range over 14 candles / c", { aliases: ['natr'] }],
  ['vol_ratio_5_20', 'ratio', 20, 'mean v of 5 / mean v of 20', MAYBE],
  ['vol_change', 'fraction', 2, 'v / v[1] - 1, at most 100', MAYBE],
  ['macd_hist', 'fraction', 34, '2 (DIF - DEA) of 12, 26, 9 / c', { aliases: ['MACD_BAR', 'macd_bar', 'MACD_HIST'] }],
  ['macd_hist_diff', 'fraction', 35, 'macd_hist - macd_hist[1]', { aliases: ['MACD_BAR_DIFF'] }],
  ['rsi_6', 'index', 7, "Wilder's RSI over 6 candles, 0 to 100", { aliases: ['RSI6'] }],
  ['rsi_12', 'index', 13, "Wilder's RSI over 12 candles, 0 to 100", { aliases: ['RSI12', 'rsi'] }],
  ['k', 'index', 9, 'K of KDJ over 9 candles', { aliases: ['KDJ_K'] }],
  ['d', 'index', 9, 'D of KDJ over 9 candles', { aliases: ['KDJ_D'] }],
  ['j', 'index', 9, 'J of KDJ over 9 candles', { aliases: ['KDJ_J'] }],
  [
    'bb_pct',
    'ratio',
    20,
    '(c - lower) / (upper - lower) of 20 candles, 2 deviations',
    { ...MAYBE, aliases: ['BB_PCT', 'PERCENT_B'] },
  ],
  ['bb_width_pct', 'fraction', 20, '(upper - lower) / middle', { aliases: ['BB_WIDTH'] }],
]);

/** Specification 6.1, second line; `mom_*` say what `ret_*` say and are left out. */
const HOT = group('hot', [
  ['consecutive_green', 'count', 1, 'candles in a row with c > o, at most 50'],
  ['consecutive_red', 'count', 1, 'candles in a row with c < o, at most 50'],
  ['vol_surge_3_20', 'ratio', 20, 'mean v of 3 / mean v of 20', MAYBE],
  ['body_range_ratio', 'ratio', 1, '|c - o| / (h - l), 0 where h = l'],
]);

/** Specification 9: what the scanner's rules S1 to S5 and F1 to F3 look at, as numbers instead of thresholds. */
const SCANNER = group('scanner', [
  ['vol_z_100', 'deviations', 100, 'z of the fourth root of v among the last 100', MAYBE],
  ['close_position', 'ratio', 1, '(c - l) / (h - l), 0.5 where h = l'],
  ['breakout_20', 'fraction', 21, 'c / highest h of the 20 candles before - 1'],
  ['breakout_50', 'fraction', 51, 'c / highest h of the 50 candles before - 1'],
  ['squeeze_100', 'ratio', 119, 'share of the last 100 bb_width_pct below this one'],
  ['upper_wick', 'ratio', 1, '(h - max(o, c)) / (h - l), 0 where h = l'],
  ['range_pct', 'fraction', 1, '(h - l) / c'],
  ['taker_share', 'ratio', 1, 'taker-bought v / v', MAYBE],
  ['taker_share_5', 'ratio', 5, 'taker-bought v of 5 / v of 5', MAYBE],
  ['taker_run', 'count', 1, 'candles in a row with taker_share above 0.55, at most 50', MAYBE],
  ['acceleration_5', 'fraction', 11, 'ret_5 - ret_5[5]'],
  ['distance_20', 'fraction', 20, 'c / mean c of 20 - 1'],
  ['distance_60', 'fraction', 60, 'c / mean c of 60 - 1'],
  ['cci_14', 'index', 14, 'CCI over 14 candles / 100'],
]);

/** Specification 6.1, third line: against everything that had a candle closing at the same moment. */
const CROSS_SECTION = group('crossSection', [
  ['volume_rank_pct', 'ratio', 1, 'share of the universe with less quote volume of a day', MAYBE],
  ['return_rank_pct', 'ratio', 6, 'share of the universe with a lower ret_5', MAYBE],
  ['corr_btc_20', 'ratio', 21, "correlation of 20 ret_1 with Bitcoin's", MAYBE],
  ['sector_momentum', 'fraction', 6, 'mean ret_5 of the other coins of its sector', MAYBE],
  ['breadth', 'ratio', 6, 'share of the universe with ret_5 above 0', MAYBE],
]);

/** Specification 6.1, fourth line; unknown while no source is read. */
const SOCIAL = group('social', [
  ['mention_velocity', 'perHour', 0, 'mentions of the coin in the last hour', MAYBE],
  ['sentiment_score', 'score', 0, 'decayed sentiment, -1 to 1', MAYBE],
  ['kol_count', 'count', 0, 'different authors in the last hour', MAYBE],
  ['announcement_recency_h', 'hours', 0, 'hours since an announcement named it, at most 168', MAYBE],
]);

/** Specification 6.1, fourth line; of the order book at the moment of the decision. */
const MICRO = group('micro', [
  ['bid_ask_spread', 'fraction', 0, '(ask - bid) / middle', MAYBE],
  ['orderbook_imbalance', 'ratio', 0, '(bid depth - ask depth) / (bid depth + ask depth)', MAYBE],
]);

/** The features of hot coins as this program makes them. */
export const HOT_FEATURES: FeatureSchema = createFeatureSchema(1, [
  ...BASE,
  ...HOT,
  ...SCANNER,
  ...CROSS_SECTION,
  ...SOCIAL,
  ...MICRO,
]);

/** A schema of these features; throws `RangeError` where two of them answer to one spelling. */
export function createFeatureSchema(version: number, features: readonly FeatureDefinition[]): FeatureSchema {
  const taken = new Map<string, string>();
  for (const { name, aliases } of features) {
    for (const spelling of [name, ...aliases]) {
      const owner = taken.get(spelling);
      if (owner !== undefined) throw new RangeError(`${spelling} names both ${owner} and ${name}`);
      taken.set(spelling, name);
    }
  }
  const names = features.map(({ name }) => name);
  const parts = features.map(({ name, unit, unknown, meaning }) => [name, unit, unknown, meaning]);
  return { version, features, names, hash: hashText(JSON.stringify([version, parts])) };
}

/** Closed candles after which every feature that comes from candles has a value. */
export function warmUpOf({ features }: FeatureSchema): number {
  return features.reduce((longest, { warmUp }) => Math.max(longest, warmUp), 0);
}

/** FNV-1a over UTF-16 units, 64 bits: tells lists apart, which is all it is for; files are checked by SHA-256. */
function hashText(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
