/**
 * Binance spot as a MarketWatch: live streams, and lists on request through the client that is shared with the feed, so
 * that all requests keep one budget. Limits: announcements come from an undocumented address of the website, which may
 * be blocked or change; the difference of two lists of instruments is what can be relied on.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { BookFacts } from '../../model/book.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Announcement } from '../../model/listing-facts.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';
import { parseBook } from './book-answer.ts';
import { MARKET_RULES } from './endpoints.ts';
import { parseAnnouncements, parseFirstDay, parseListedInstruments, type Readable } from './listing-answers.ts';
import { MarketStreams, type MarketStreamsOptions } from './market-streams.ts';
import type { RestClient, RestRequest } from './rest-client.ts';
import { resolveStream } from './symbol-name.ts';

/** What a watch is made of; the client stays its owner's. */
export type BinanceMarketWatchOptions = MarketStreamsOptions & { readonly client: RestClient };

/** Catalogues of the website. */
const NEW_LISTINGS = 48;
const DELISTINGS = 161;
/** Delistings are told days ahead, and each request of the website counts. */
const DELISTINGS_EVERY_MS = 10 * 60_000;

/** New listings of the website, newest first. */
const ANNOUNCEMENTS: RestRequest = {
  host: 'announcements',
  path: '/bapi/composite/v1/public/cms/article/list/query',
  query: { type: 1, catalogId: NEW_LISTINGS, pageNo: 1, pageSize: 10 },
  weight: 1,
  purpose: 'signals',
  timeoutMs: 10_000,
  // The website turns away what names itself no browser.
  headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0' },
};

const DELISTING_ANNOUNCEMENTS: RestRequest = {
  ...ANNOUNCEMENTS,
  query: { ...ANNOUNCEMENTS.query, catalogId: DELISTINGS },
};

/** The list has 15 MiB with its permission sets and 3 MiB without; what is asked for are symbols of that permission. */
const INSTRUMENTS: RestRequest = {
  host: 'spot',
  path: MARKET_RULES.spot.exchangeInfoPath,
  query: { permissions: 'SPOT', showPermissionSets: 'false' },
  weight: MARKET_RULES.spot.exchangeInfoWeight,
  purpose: 'signals',
  timeoutMs: 20_000,
};

/** A watch on Binance spot; nothing is opened or asked before somebody wants it. */
export function createBinanceMarketWatch(options: BinanceMarketWatchOptions): MarketWatch {
  const { client, onFault } = options;
  const streams = new MarketStreams(options);
  const list = async <T>(
    request: RestRequest,
    parse: (body: unknown) => Result<Readable<T>, string>,
  ): Promise<Result<readonly T[], Failure>> => {
    const answer = await ask(client, request, parse);
    if (!answer.ok) return answer;
    const { entries, unusable } = answer.value;
    if (unusable > 0) {
      const reason = `${unusable} of ${unusable + entries.length} entries are left out`;
      onFault(failure('venue_answer_malformed', { url: request.path, reason }));
    }
    return ok(entries);
  };
  return {
    start: () => streams.start(),
    followMinutes: (instrumentIds) => streams.follow(instrumentIds),
    fetchInstruments: () => list(INSTRUMENTS, parseListedInstruments),
    fetchAnnouncements: announcementsFrom((request) => list(request, parseAnnouncements), options),
    fetchListedTime: (instrumentId) => fetchFirstDay(client, instrumentId),
    fetchBook: (instrumentId) => fetchBook(client, instrumentId),
    status: () => streams.status(),
    close: () => streams.close(),
  };
}

type AnnouncementList = (request: RestRequest) => Promise<Result<readonly Announcement[], Failure>>;

/** Listings each time. Delistings are asked for beside them, now and then, and come with a later answer: no listing waits. */
function announcementsFrom(
  list: AnnouncementList,
  { clock, onFault }: BinanceMarketWatchOptions,
): MarketWatch['fetchAnnouncements'] {
  let askedTime: number | null = null;
  let waiting: readonly Announcement[] = [];
  const askDelistings = async (): Promise<void> => {
    const before = askedTime;
    askedTime = clock.now();
    const delistings = await list(DELISTING_ANNOUNCEMENTS);
    if (delistings.ok) waiting = delistings.value;
    else {
      askedTime = before;
      onFault(delistings.error);
    }
  };
  return async () => {
    const listings = await list(ANNOUNCEMENTS);
    if (!listings.ok) return listings;
    const told = waiting;
    waiting = [];
    if (askedTime === null || clock.now() - askedTime >= DELISTINGS_EVERY_MS) void askDelistings();
    return ok([...listings.value, ...told]);
  };
}

async function ask<T>(
  client: RestClient,
  request: RestRequest,
  parse: (body: unknown) => Result<T, string>,
): Promise<Result<T, Failure>> {
  const answer = await client.get(request);
  if (!answer.ok) return answer;
  const parsed = parse(answer.value.body);
  if (parsed.ok) return ok(parsed.value);
  // It was an answer, so staying away longer helps nobody.
  return err(failure('venue_answer_malformed', { url: answer.value.url, reason: parsed.error, status: 200 }));
}

async function fetchFirstDay(client: RestClient, instrumentId: InstrumentId): Promise<Result<EpochMs | null, Failure>> {
  const stream = resolveStream(seriesId({ instrumentId, timeframe: timeframe('1d') }));
  if (!stream.ok) return stream;
  const { market, symbol } = stream.value;
  const { klinesPath: path, klinesWeight } = MARKET_RULES[market];
  const query = { symbol, interval: '1d', startTime: 0, limit: 1 };
  return ask(client, { host: market, path, query, weight: klinesWeight(1), purpose: 'history' }, parseFirstDay);
}

/** 100 levels cost as much as one. */
const BOOK_LEVELS = 100;
const BOOK_WEIGHT = 5;

async function fetchBook(client: RestClient, instrumentId: InstrumentId): Promise<Result<BookFacts, Failure>> {
  const stream = resolveStream(seriesId({ instrumentId, timeframe: timeframe('1m') }));
  if (!stream.ok) return stream;
  const { market: host, symbol } = stream.value;
  const query = { symbol, limit: BOOK_LEVELS };
  return ask(client, { host, path: '/api/v3/depth', query, weight: BOOK_WEIGHT, purpose: 'signals' }, parseBook);
}
