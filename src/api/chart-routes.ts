/**
 * Stored closed candles for charting libraries by the UDF protocol (see contract/udf.ts). A library that knows the
 * protocol needs nothing but this address.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { toDecimalText } from '../core/decimal.ts';
import { EPOCH_MS_MAX, type EpochMs, epochMs, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { parseSeriesId, type SeriesId, seriesId } from '../model/series.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { CandleReader } from './candle-reader.ts';
import {
  type ChartSymbol,
  describeLine,
  describeSymbol,
  findResolution,
  findSymbol,
  listSymbols,
  RESOLUTIONS,
  searchSymbols,
} from './chart-symbols.ts';
import {
  udfConfigAnswer,
  udfErrorAnswer,
  udfHistoryAnswer,
  udfHistoryQuery,
  udfSearchAnswer,
  udfSearchQuery,
  udfSymbolAnswer,
  udfSymbolQuery,
  validationAnswer,
} from './contract.ts';
import type { MarketControl } from './market-control.ts';
import { parseAll, parseInteger, parseText, type RawQuery } from './query-parser.ts';
import { refuseProblems } from './refusals.ts';

/** What the routes work with. */
export type ChartParts = {
  readonly store: CandleStore;
  readonly reader: CandleReader;
  /** The clock of the market. */
  readonly clock: Clock;
  readonly control: Pick<MarketControl, 'whitelist'>;
};

/** Most candles in one answer; a library asks for the rest with another `to`. */
const HISTORY_MAX = 20_000;
/** Candles that show how finely prices are quoted. */
const SAMPLE = 100;
const SEARCH_MAX = 200;
const SECONDS_MAX = Math.floor(EPOCH_MS_MAX / 1000);

const tags = ['chart'];
const UNKNOWN = { s: 'error', errmsg: 'unknown_symbol' } as const;

/** Adds the routes. */
export function chartRoutes(app: FastifyInstance, parts: ChartParts): void {
  const config = { tags, summary: 'UDF: what this feed can do', response: { 200: udfConfigAnswer } };
  app.get('/udf/config', { schema: config, exposeHeadRoute: false }, () => describeFeed());
  const time = { tags, summary: 'UDF: the clock of the market', response: { 200: z.string() } };
  app.get('/udf/time', { schema: time, exposeHeadRoute: false }, (_request, reply) => {
    return reply.type('text/plain; charset=utf-8').send(Buffer.from(String(toEpochSec(parts.clock.now()))));
  });
  symbolRoute(app, parts);
  searchRoute(app, parts);
  historyRoute(app, parts);
}

function describeFeed() {
  return {
    supported_resolutions: [...RESOLUTIONS.keys()],
    supports_group_request: false,
    supports_marks: false,
    supports_search: true,
    supports_timescale_marks: false,
    supports_time: true,
    exchanges: [
      { value: '', name: 'All exchanges', desc: '' },
      { value: 'BINANCE', name: 'Binance', desc: 'Binance' },
    ],
    symbols_types: [
      { name: 'All types', value: '' },
      { name: 'Crypto', value: 'crypto' },
    ],
  };
}

function symbolRoute(app: FastifyInstance, parts: ChartParts): void {
  const schema = {
    tags,
    summary: 'UDF: one symbol',
    querystring: udfSymbolQuery,
    response: { 200: z.union([udfSymbolAnswer, udfErrorAnswer]), 422: validationAnswer },
  };
  app.get('/udf/symbols', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const text = parseAll({ symbol: parseText(request.query as RawQuery, 'symbol') });
    if (!text.ok) return refuseProblems(reply, text.error);
    const series = await knownSeries(parts);
    const symbol = findSymbol(listSymbols(series), text.value.symbol);
    if (symbol === undefined) return UNKNOWN;
    const sampled = series.find((id) => id.startsWith(`${symbol.id}:`));
    const range = { from: epochMs(0), to: EPOCH_MS_MAX as EpochMs, limit: SAMPLE, take: 'newest' } as const;
    const candles = sampled === undefined ? [] : await parts.store.read({ seriesId: sampled, ...range });
    return describeSymbol(symbol, candles);
  });
}

function searchRoute(app: FastifyInstance, parts: ChartParts): void {
  const schema = {
    tags,
    summary: 'UDF: symbols by a part of their name',
    querystring: udfSearchQuery,
    response: { 200: udfSearchAnswer, 422: validationAnswer },
  };
  app.get('/udf/search', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const query = request.query as RawQuery;
    const limit = parseInteger(query, { name: 'limit', min: 1, max: SEARCH_MAX, initial: 30 });
    if (!limit.ok) return refuseProblems(reply, [limit.error]);
    const text = (name: string): string => String([query[name] ?? ''].flat().at(-1));
    if (!['', 'crypto'].includes(text('type'))) return [];
    const wanted = { query: text('query'), exchange: text('exchange'), limit: limit.value };
    return searchSymbols(listSymbols(await knownSeries(parts)), wanted).map(toSearchRow);
  });
}

function toSearchRow(symbol: ChartSymbol) {
  const exchange = symbol.venue.toUpperCase();
  const description = describeLine(symbol);
  return { symbol: symbol.symbol, full_name: symbol.id, description, exchange, ticker: symbol.id, type: 'crypto' };
}

/** Every series with a candle, and those that are wanted before they have one. */
async function knownSeries({ store, control }: ChartParts): Promise<readonly SeriesId[]> {
  const wanted = control.whitelist().map(parseSeriesId);
  return [...(await store.listSeries()), ...wanted.flatMap((id) => (id.ok ? [id.value] : []))];
}

function historyRoute(app: FastifyInstance, parts: ChartParts): void {
  const schema = {
    tags,
    summary: 'UDF: candles before `to`',
    querystring: udfHistoryQuery,
    response: { 200: udfHistoryAnswer, 422: validationAnswer },
  };
  app.get('/udf/history', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const query = request.query as RawQuery;
    const wanted = parseAll({
      symbol: parseText(query, 'symbol'),
      resolution: parseText(query, 'resolution'),
      from: parseInteger(query, { name: 'from', min: Number.MIN_SAFE_INTEGER, max: null, initial: 0 }),
      to: parseInteger(query, { name: 'to', min: Number.MIN_SAFE_INTEGER, max: null, initial: SECONDS_MAX }),
      countback: parseInteger(query, { name: 'countback', min: 1, max: null, initial: null }),
    });
    if (!wanted.ok) return refuseProblems(reply, wanted.error);
    const symbol = findSymbol(listSymbols(await knownSeries(parts)), wanted.value.symbol);
    if (symbol === undefined) return UNKNOWN;
    const timeframe = findResolution(wanted.value.resolution);
    if (timeframe === undefined) return { s: 'error', errmsg: 'unsupported_resolution' };
    return sendHistory(parts, reply, { ...wanted.value, seriesId: seriesId({ instrumentId: symbol.id, timeframe }) });
  });
}

type History = {
  readonly seriesId: SeriesId;
  readonly from: number;
  readonly to: number;
  readonly countback: number | null;
};

async function sendHistory(parts: ChartParts, reply: FastifyReply, wanted: History): Promise<FastifyReply> {
  const { seriesId: id, countback } = wanted;
  const to = toBound(wanted.to);
  const from = countback === null ? toBound(wanted.from) : epochMs(0);
  const limit = Math.min(HISTORY_MAX, countback ?? HISTORY_MAX);
  const candles = await parts.reader.readRange({ seriesId: id, from, to, limit, take: 'newest' });
  reply.type('application/json; charset=utf-8');
  if (candles.length > 0) return reply.send(Buffer.from(historyText(candles)));
  const before = { seriesId: id, from: epochMs(0), to: from, limit: 1, take: 'newest' } as const;
  const [earlier] = await parts.reader.readRange(before);
  return reply.send(
    earlier === undefined ? { s: 'no_data' } : { s: 'no_data', nextTime: toEpochSec(earlier.openTime) },
  );
}

function toBound(seconds: number): EpochMs {
  return epochMs(Math.min(SECONDS_MAX, Math.max(0, seconds)) * 1000);
}

/** The columns as JSON, prices and volumes by their exact decimal text. */
function historyText(candles: readonly ClosedCandle[]): string {
  const column = (text: (candle: ClosedCandle) => string | number): string => `[${candles.map(text).join(',')}]`;
  return (
    `{"s":"ok","t":${column(({ openTime }) => toEpochSec(openTime))},` +
    `"o":${column(({ open }) => toDecimalText(open))},"h":${column(({ high }) => toDecimalText(high))},` +
    `"l":${column(({ low }) => toDecimalText(low))},"c":${column(({ close }) => toDecimalText(close))},` +
    `"v":${column(({ volume }) => toDecimalText(volume))}}`
  );
}
