/**
 * What the venue says of its lists: spot symbols as discovery needs them, announcements of its website, the first day
 * of a symbol. In come untrusted answers, out go model values; an entry that can not be read is left out and counted,
 * and an answer of another shape is refused with the reason.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Announcement, ListedInstrument } from '../../model/listing-facts.ts';
import { toStatus } from './exchange-info.ts';
import { describeIssue } from './schema-issue.ts';
import { BINANCE_VENUE } from './symbol-name.ts';

/** Entries that could be read, and how many could not. */
export type Readable<T> = { readonly entries: readonly T[]; readonly unusable: number };

/** Length of a foreign text that is kept; the rest of a longer one is cut off. */
const TEXT_LENGTH_MAX = 2_000;

const symbolShape = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  quoteOrderQtyMarketAllowed: z.boolean().optional(),
  isSpotTradingAllowed: z.boolean().optional(),
  permissions: z.array(z.string()).optional(),
  permissionSets: z.array(z.array(z.string())).optional(),
});
const symbolsShape = z.object({ symbols: z.array(z.unknown()) });
const articleShape = z.object({
  id: z.union([z.number(), z.string().min(1)]),
  title: z.string(),
  releaseDate: z.number().nullish(),
});
const articlesShape = z.object({
  data: z.object({ catalogs: z.array(z.object({ articles: z.array(z.unknown()) })) }),
});
const daysShape = z.array(z.tuple([z.number()], z.unknown()));

/** The spot symbols of an exchangeInfo answer. */
export function parseListedInstruments(body: unknown): Result<Readable<ListedInstrument>, string> {
  const answer = symbolsShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  return ok(readEach(answer.data.symbols, toListed));
}

function toListed(entry: unknown): ListedInstrument | null {
  const parsed = symbolShape.safeParse(entry);
  if (!parsed.success) return null;
  const { symbol, status, baseAsset: base, quoteAsset: quote, permissionSets, permissions } = parsed.data;
  // Streams are addressed by base and quote, so a symbol that is spelled otherwise can not be reached.
  if (symbol !== `${base}${quote}` || /[:/\s]/.test(symbol)) return null;
  const isSpot = parsed.data.isSpotTradingAllowed ?? true;
  const venueStatus = toStatus(status);
  return {
    instrumentId: instrumentId({ venue: BINANCE_VENUE, market: 'spot', base, quote }),
    status: venueStatus === 'trading' && !isSpot ? 'halted' : venueStatus,
    isMarketByQuote: parsed.data.quoteOrderQtyMarketAllowed ?? false,
    permissions: [...new Set([...(permissions ?? []), ...(permissionSets ?? []).flat()])],
  };
}

/** The announcements of a list of the website, in its order. */
export function parseAnnouncements(body: unknown): Result<Readable<Announcement>, string> {
  const answer = articlesShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  return ok(
    readEach(
      answer.data.data.catalogs.flatMap(({ articles }) => articles),
      toAnnouncement,
    ),
  );
}

function toAnnouncement(entry: unknown): Announcement | null {
  const parsed = articleShape.safeParse(entry);
  if (!parsed.success) return null;
  const { id, title, releaseDate } = parsed.data;
  const releaseTime = typeof releaseDate === 'number' && isVenueMs(releaseDate) ? releaseDate : null;
  return { id: String(id).slice(0, TEXT_LENGTH_MAX), title: title.slice(0, TEXT_LENGTH_MAX), body: '', releaseTime };
}

/** Open time of the first day in a klines answer, `null` where there is none. */
export function parseFirstDay(body: unknown): Result<EpochMs | null, string> {
  const answer = daysShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  const first = answer.data[0]?.[0];
  if (first === undefined) return ok(null);
  return isVenueMs(first) ? ok(first) : err(`open time ${first} is not in milliseconds`);
}

function readEach<T>(entries: readonly unknown[], read: (entry: unknown) => T | null): Readable<T> {
  const readable = entries.map(read).filter((entry) => entry !== null);
  return { entries: readable, unusable: entries.length - readable.length };
}
