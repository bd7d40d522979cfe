/**
 * What differs between Binance's two markets, as one table: addresses, paths, limits and request weights. Everything
 * else in this folder is the same code for both.
 */
import type { MarketType } from '../../model/instrument.ts';

/** Base addresses without path; overridden to reach a simulator, a test network or a public mirror. */
export type BinanceEndpoints = {
  readonly futuresRestUrl: string;
  readonly futuresStreamUrl: string;
  readonly spotRestUrl: string;
  readonly spotStreamUrl: string;
  /** The WebSocket API of spot, path included. */
  readonly spotApiUrl: string;
  /** Where the venue publishes its announcements, which is its website. */
  readonly announcementsUrl: string;
};

/** Who answers requests: each has limits of its own. */
export type RestHost = MarketType | 'announcements';

/** Production. Source: Binance spot API documentation and `@binance/common` 2.4.9, 2026-09. */
export const BINANCE_ENDPOINTS: BinanceEndpoints = {
  futuresRestUrl: 'https://fapi.binance.com',
  futuresStreamUrl: 'wss://fstream.binance.com',
  spotRestUrl: 'https://api.binance.com',
  spotStreamUrl: 'wss://stream.binance.com:9443',
  spotApiUrl: 'wss://ws-api.binance.com:443/ws-api/v3',
  announcementsUrl: 'https://www.binance.com',
};

/** Paths and limits of one market. */
export type MarketRules = {
  /** Combined-stream path: frames come as `{stream, data}`. */
  readonly streamPath: string;
  readonly klinesPath: string;
  readonly exchangeInfoPath: string;
  readonly timePath: string;
  /** Most candles in one answer of the klines request. */
  readonly pageLimit: number;
  readonly streamsPerSocketMax: number;
  /** Least time between two control messages of one socket. */
  readonly controlSpacingMs: number;
  /** Request weight per minute and IP address. */
  readonly weightPerMinute: number;
  readonly exchangeInfoWeight: number;
  readonly klinesWeight: (limit: number) => number;
};

/**
 * The table. Futures streams are routed by path since 2026-03-06: klines come on `/market` alone, any other path
 * acknowledges the subscription and stays silent. Control messages are limited to 5/s (spot) and 10/s (futures) with
 * pongs counted; 250 ms and 125 ms leave a fifth of that for pongs.
 */
export const MARKET_RULES: Readonly<Record<MarketType, MarketRules>> = {
  futures: {
    streamPath: '/market/stream',
    klinesPath: '/fapi/v1/klines',
    exchangeInfoPath: '/fapi/v1/exchangeInfo',
    timePath: '/fapi/v1/time',
    pageLimit: 1500,
    streamsPerSocketMax: 200,
    controlSpacingMs: 125,
    weightPerMinute: 2400,
    exchangeInfoWeight: 1,
    klinesWeight: futuresKlinesWeight,
  },
  spot: {
    streamPath: '/stream',
    klinesPath: '/api/v3/klines',
    exchangeInfoPath: '/api/v3/exchangeInfo',
    timePath: '/api/v3/time',
    pageLimit: 1000,
    streamsPerSocketMax: 1024,
    controlSpacingMs: 250,
    weightPerMinute: 6000,
    exchangeInfoWeight: 20,
    klinesWeight: () => 2,
  },
};

function futuresKlinesWeight(limit: number): number {
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1000 ? 5 : 10;
}

/** Requests a minute that the website gets from us; it names no limit, and one a minute is what we want. */
const ANNOUNCEMENTS_PER_MINUTE = 20;

/** Weight per minute that `host` allows. */
export function weightPerMinuteOf(host: RestHost): number {
  return host === 'announcements' ? ANNOUNCEMENTS_PER_MINUTE : MARKET_RULES[host].weightPerMinute;
}

/** Base address of the REST interface of `host`. */
export function restBaseUrl(endpoints: BinanceEndpoints, host: RestHost): string {
  if (host === 'announcements') return endpoints.announcementsUrl;
  return host === 'futures' ? endpoints.futuresRestUrl : endpoints.spotRestUrl;
}

/** Full address of the combined kline streams of `market`. */
export function streamUrl(endpoints: BinanceEndpoints, market: MarketType): string {
  const base = market === 'futures' ? endpoints.futuresStreamUrl : endpoints.spotStreamUrl;
  return `${base.replace(/\/+$/, '')}${MARKET_RULES[market].streamPath}`;
}

/** Full address of the WebSocket API of spot. */
export function apiUrl(endpoints: BinanceEndpoints): string {
  return endpoints.spotApiUrl.replace(/\/+$/, '');
}
