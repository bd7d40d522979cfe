/**
 * Lists of what can be watched (wire contract 2.5 to 2.7): the whitelist, and the markets with the largest volume,
 * once or as a stream of server-sent events.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Result } from '../core/result.ts';
import type { MarketType } from '../model/instrument.ts';
import type { Clock } from '../ports/clock.ts';
import type { FetchTopMarkets } from '../ports/fetch-top-markets.ts';
import {
  errorAnswer,
  topMarketsAnswer,
  topMarketsQuery,
  topMarketsStreamQuery,
  type ValidationProblem,
  validationAnswer,
  whitelistAnswer,
} from './contract.ts';
import type { MarketControl } from './market-control.ts';
import {
  parseAll,
  parseChoice,
  parseInteger,
  parseNumber,
  parseSwitch,
  parseTextOr,
  type RawQuery,
} from './query-parser.ts';
import { refuseProblems } from './refusals.ts';
import { ForceLimit, TopMarkets, type TopMarketsQuery } from './top-markets.ts';
import { TopMarketsStream } from './top-markets-stream.ts';

/** What the routes work with. */
export type MarketListParts = {
  readonly control: Pick<MarketControl, 'whitelist'>;
  readonly fetchTopMarkets: FetchTopMarkets;
  readonly topMarketsTtlMs?: number;
  /** Real time. */
  readonly wallClock: Clock;
  /** Runs an action when the server is told to close. */
  readonly onShutdown: (action: () => void) => void;
};

/** Most open streams; further ones are refused with 503. */
const STREAMS_MAX = 500;

const refusals = { 400: errorAnswer, 422: validationAnswer, 429: errorAnswer };
const whitelistSchema = { tags: ['market'], summary: 'Series of the whitelist', response: { 200: whitelistAnswer } };
const topSchema = {
  tags: ['market'],
  summary: 'Markets by quote volume of the last 24 hours, largest first',
  querystring: topMarketsQuery,
  response: { 200: topMarketsAnswer, ...refusals, 502: errorAnswer },
};
const streamSchema = {
  tags: ['market'],
  summary: 'The same as server-sent events, one when the items changed',
  querystring: topMarketsStreamQuery,
  response: { 200: z.string().describe('text/event-stream'), ...refusals, 503: errorAnswer },
};

/** Adds the routes. */
export function marketListRoutes(app: FastifyInstance, parts: MarketListParts): void {
  const { control, fetchTopMarkets, topMarketsTtlMs: ttlMs, wallClock, onShutdown } = parts;
  const whitelist = { schema: whitelistSchema, exposeHeadRoute: false };
  app.get('/api/market/whitelist', whitelist, () => ({ series_ids: control.whitelist() }));
  const lists = new TopMarkets({ clock: wallClock, fetch: fetchTopMarkets, ...(ttlMs === undefined ? {} : { ttlMs }) });
  const forceLimit = new ForceLimit(wallClock);
  topMarketsRoute(app, { lists, forceLimit });
  topMarketsStreamRoute(app, { lists, forceLimit, wallClock, onShutdown });
}

type Lists = { readonly lists: TopMarkets; readonly forceLimit: ForceLimit };

function topMarketsRoute(app: FastifyInstance, { lists, forceLimit }: Lists): void {
  const options = { schema: topSchema, exposeHeadRoute: false };
  app.get('/api/market/top_markets', options, async (request, reply) => {
    const wanted = parseAll(parseTopMarkets(request.query as RawQuery));
    const query = admit(wanted, { request, reply, forceLimit });
    if (query === null) return reply;
    const list = await lists.list(query, query.freshness);
    return list.ok ? list.value : reply.status(502).send({ detail: `upstream_error:${list.error.message}` });
  });
}

function topMarketsStreamRoute(
  app: FastifyInstance,
  parts: Lists & Pick<MarketListParts, 'wallClock' | 'onShutdown'>,
): void {
  const { lists, forceLimit, wallClock, onShutdown } = parts;
  const streams = new Set<TopMarketsStream>();
  onShutdown(() => {
    for (const stream of streams) stream.end();
  });
  const options = { schema: streamSchema, exposeHeadRoute: false };
  app.get('/api/market/top_markets/stream', options, async (request, reply) => {
    const raw = request.query as RawQuery;
    const wanted = parseAll({
      ...parseTopMarkets(raw),
      interval_s: parseNumber(raw, { name: 'interval_s', min: 0.2, max: 30, initial: 2 }),
      max_events: parseInteger(raw, { name: 'max_events', min: 0, max: 1000, initial: 0 }),
    });
    const query = admit(wanted, { request, reply, forceLimit });
    if (query === null || !wanted.ok) return reply;
    if (streams.size >= STREAMS_MAX) return reply.status(503).send({ detail: 'too_many_streams' });
    let { freshness } = query;
    const stream = new TopMarketsStream({
      clock: wallClock,
      load: () => {
        const now = freshness;
        freshness = 'cached'; // what is forced is forced once
        return lists.list(query, now);
      },
      intervalMs: wanted.value.interval_s * 1000,
      maxEvents: wanted.value.max_events,
    });
    streams.add(stream);
    const body = stream.start().on('close', () => streams.delete(stream));
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('x-accel-buffering', 'no')
      .send(body);
  });
}

function parseTopMarkets(query: RawQuery) {
  return {
    exchange: parseTextOr(query, { name: 'exchange', initial: 'binance', max: 100 }),
    market: parseChoice<MarketType>(query, { name: 'market', choices: ['spot', 'futures'] }),
    quote_asset: parseTextOr(query, { name: 'quote_asset', initial: 'USDT', max: 12 }),
    limit: parseInteger(query, { name: 'limit', min: 1, max: 200, initial: 20 }),
    force: parseSwitch(query, 'force'),
  };
}

type Wanted = {
  readonly exchange: string;
  readonly market: MarketType;
  readonly quote_asset: string;
  readonly limit: number;
  readonly force: 'on' | 'off';
};

type Admission = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly forceLimit: ForceLimit };

/** The query to serve; `null` when the request was refused. */
function admit(
  wanted: Result<Wanted, readonly ValidationProblem[]>,
  { request, reply, forceLimit }: Admission,
): (TopMarketsQuery & { readonly freshness: 'cached' | 'forced' }) | null {
  if (!wanted.ok) {
    refuseProblems(reply, wanted.error);
    return null;
  }
  const { exchange, market, quote_asset, limit, force } = wanted.value;
  if (exchange.toLowerCase() !== 'binance') {
    reply.status(400).send({ detail: 'unsupported exchange' });
    return null;
  }
  if (force === 'on' && forceLimit.take(request.ip, market) === 'limited') {
    reply.status(429).send({ detail: 'rate_limited' });
    return null;
  }
  return { market, quoteAsset: quote_asset.toUpperCase(), limit, freshness: force === 'on' ? 'forced' : 'cached' };
}
