/**
 * Messages from WebSocket clients, checked with the words of the wire contract (3.2). Anything unreadable is an error
 * message to the client; the connection stays.
 */
import { err, ok, type Result } from '../core/result.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';

/** A checked client message; an `unsubscribe` of something unknown means nothing. */
export type ClientMessage =
  | {
      readonly type: 'subscribe';
      readonly seriesId: SeriesId;
      /** Exclusive cursor in whole seconds. */
      readonly since: number | null;
      readonly supportsBatch: 'yes' | 'no';
    }
  | { readonly type: 'unsubscribe'; readonly seriesId: SeriesId | null };

/** Checks one frame's text, `null` for a binary frame; the error is the text for the client. */
export function parseClientMessage(text: string | null): Result<ClientMessage, string> {
  const message = text === null ? null : parseObject(text);
  if (message === null) return err('invalid message envelope');
  const type = message['type'];
  if (typeof type !== 'string' || type === '') return err('missing message type');
  if (type === 'subscribe') return parseSubscribe(message);
  if (type === 'unsubscribe') return ok({ type, seriesId: findSeriesId(message['series_id']) });
  return err(`unknown message type: ${type.slice(0, 100)}`);
}

function findSeriesId(id: unknown): SeriesId | null {
  const parsed = typeof id === 'string' ? parseSeriesId(id) : null;
  return parsed?.ok === true ? parsed.value : null;
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null; // not JSON: told to the client like any other unusable envelope
  }
}

function parseSubscribe(message: Fields): Result<ClientMessage, string> {
  const id = message['series_id'];
  if (typeof id !== 'string' || id === '') return err('missing series_id');
  const since = message['since'] ?? null;
  if (since !== null && (typeof since !== 'number' || !Number.isInteger(since))) return err('invalid since');
  const batch = message['supports_batch'] ?? false;
  if (typeof batch !== 'boolean') return err('invalid supports_batch');
  const seriesId = parseSeriesId(id);
  if (!seriesId.ok) return err(seriesId.error.message);
  return ok({ type: 'subscribe', seriesId: seriesId.value, since, supportsBatch: batch ? 'yes' : 'no' });
}
