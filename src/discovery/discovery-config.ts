/**
 * Settings of discovery with the defaults of the seed document (section 3.1) and their limits. Shares are fractions
 * (0.05 is 5 %), lengths of time milliseconds, money quote units.
 */
import type { SocialNetwork } from '../model/social-post.ts';

/** Which half of the burst rule must hold. */
export type AnomalyMode = 'both' | 'either';

/** Where minute volumes come from: exact minute candles, or estimates from differences of the rolling 24 hours. */
export type VolumeSource = 'candles' | 'tickers';

/** Windows over the market's tickers. */
export type TickerConfig = {
  /** Only instruments of this quote asset are watched. */
  readonly quoteAsset: string;
  /** Length of one volume bar. */
  readonly barMs: number;
  /** Completed bars before the judged one that make its baseline. */
  readonly baselineBars: number;
  /** Bars of the baseline that must be known before a ratio is given. */
  readonly warmUpBars: number;
  /** A pause between two frames beyond this is a gap: nothing is carried over it. */
  readonly silenceMs: number;
  /** An instrument without any update for this long is forgotten. */
  readonly staleMs: number;
  readonly volumeSource: VolumeSource;
  /** Instruments watched at most. Policy beyond it: new ones are refused and counted. */
  readonly instrumentsMax: number;
};

/** The burst rule. */
export type AnomalyConfig = {
  readonly mode: AnomalyMode;
  /** Volume of the last minute over the mean minute of its baseline. */
  readonly volumeRatioMin: number;
  /** Least gain over the last five minutes. */
  readonly change5mMin: number;
  readonly quoteVolume24hMin: number;
  /** An instrument that rose more than this in 24 hours is not chased. */
  readonly change24hMax: number;
  /** Least time between two alerts of one instrument. */
  readonly cooldownMs: number;
};

/** The pool of candidates. */
export type PoolConfig = {
  readonly activeMax: number;
  /** Candidates not yet scored above `enterHeat`. Policy beyond it: the coolest, then oldest gives way. */
  readonly probationMax: number;
  readonly enterHeat: number;
  readonly exitHeat: number;
  readonly exitHoldMs: number;
  readonly probationMs: number;
  readonly coolingMs: number;
  /** Market data older than this gives no momentum. */
  readonly marketStaleMs: number;
  readonly heatHistoryMs: number;
};

/** Weights of the six dimensions of heat. */
export type HeatWeights = {
  readonly announcement: number;
  readonly social: number;
  readonly sentiment: number;
  readonly momentum: number;
  readonly liquidity: number;
  readonly riskPenalty: number;
};

/** Hard exclusions. */
export type FilterConfig = {
  /** Base assets whose price does not move by itself: money, and wrapped or metal tokens. */
  readonly stableAssets: readonly string[];
  /** Base assets or whole pairs (`ABC`, `ABCUSDT`, `ABC/USDT`). */
  readonly blacklist: readonly string[];
  readonly quoteVolume24hMin: number;
  /** A new listing needs only this share of it. */
  readonly listingVolumeShare: number;
  readonly change24hMax: number;
  readonly spreadMax: number;
  /** Visible quote units within 1 % of the price, as a multiple of the order. */
  readonly depthMultiple: number;
  /** Largest order that is to be expected, in quote units. */
  readonly orderQuote: number;
  /** `required`: an unknown book refuses; `whereKnown`: only a bad one does. */
  readonly bookGate: 'required' | 'whereKnown';
};

/** Announcements and lists of instruments. */
export type ListingConfig = {
  readonly announcementPollMs: number;
  readonly instrumentPollMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** An announcement older than this is no news. */
  readonly newsMaxAgeMs: number;
  /** How long an announced coin waits for the exchange to know it. */
  readonly pendingMs: number;
  readonly seenTtlMs: number;
  readonly seenMax: number;
};

/** What is said in public. */
export type SocialConfig = {
  /** What an author counts for, by network. */
  readonly networkWeights: Readonly<Record<SocialNetwork, number>>;
  /** How long a mention counts. */
  readonly mentionMs: number;
  readonly sentimentHalfLifeMs: number;
  readonly seenTtlMs: number;
  readonly seenMax: number;
};

/** Everything. */
export type DiscoveryConfig = {
  readonly ticker: TickerConfig;
  readonly anomaly: AnomalyConfig;
  readonly pool: PoolConfig;
  readonly weights: HeatWeights;
  readonly filter: FilterConfig;
  readonly listing: ListingConfig;
  readonly social: SocialConfig;
};

/** Money, and tokens that follow money, metal or another coin. */
const STABLE_ASSETS = [
  ...['USDT', 'USDC', 'BUSD', 'TUSD', 'USDP', 'DAI', 'FDUSD', 'PAX', 'UST', 'USTC', 'SUSD', 'GUSD', 'PYUSD', 'RLUSD'],
  ...['USDE', 'USD1', 'XUSD', 'BFUSD', 'USDD', 'USDS', 'USDSB', 'USDB', 'USDX', 'FRAX', 'LUSD', 'U'],
  ...[
    'EUR',
    'EURI',
    'AEUR',
    'GBP',
    'AUD',
    'BRL',
    'TRY',
    'RUB',
    'UAH',
    'JPY',
    'NGN',
    'ZAR',
    'BIDR',
    'IDRT',
    'BVND',
    'VAI',
  ],
  ...['PAXG', 'XAUT', 'KAG', 'WBTC', 'BTCB', 'WBETH', 'BETH', 'BNSOL', 'STETH', 'WETH', 'RENBTC'],
] as const;

/** The defaults. */
export const DEFAULT_DISCOVERY_CONFIG: DiscoveryConfig = {
  ticker: {
    quoteAsset: 'USDT',
    barMs: 60_000,
    baselineBars: 20,
    warmUpBars: 10,
    silenceMs: 15_000,
    staleMs: 600_000,
    volumeSource: 'candles',
    instrumentsMax: 4_000,
  },
  anomaly: {
    mode: 'both',
    volumeRatioMin: 5,
    change5mMin: 0.03,
    quoteVolume24hMin: 500_000,
    change24hMax: 0.3,
    cooldownMs: 600_000,
  },
  pool: {
    activeMax: 20,
    probationMax: 100,
    enterHeat: 40,
    exitHeat: 20,
    exitHoldMs: 600_000,
    probationMs: 600_000,
    coolingMs: 1_800_000,
    marketStaleMs: 30_000,
    heatHistoryMs: 60_000,
  },
  weights: { announcement: 0.2, social: 0.15, sentiment: 0.1, momentum: 0.25, liquidity: 0.2, riskPenalty: 0.1 },
  filter: {
    stableAssets: STABLE_ASSETS,
    blacklist: [],
    quoteVolume24hMin: 500_000,
    listingVolumeShare: 0.1,
    change24hMax: 0.3,
    spreadMax: 0.005,
    depthMultiple: 20,
    orderQuote: 100,
    bookGate: 'required',
  },
  listing: {
    announcementPollMs: 60_000,
    instrumentPollMs: 300_000,
    backoffMinMs: 60_000,
    backoffMaxMs: 480_000,
    newsMaxAgeMs: 86_400_000,
    pendingMs: 7 * 86_400_000,
    seenTtlMs: 30 * 86_400_000,
    seenMax: 2_000,
  },
  social: {
    networkWeights: { x: 1, square: 1 },
    mentionMs: 3_600_000,
    sentimentHalfLifeMs: 1_800_000,
    seenTtlMs: 86_400_000,
    seenMax: 20_000,
  },
};
