/**
 * Names of streams and paths of sockets. In: text from a client. Out: what it asks for. Streams the simulator does not
 * serve are acknowledged and stay silent, as unknown ones do on the exchange.
 */
import type { MarketType } from '../../model/instrument.ts';
import { parseSimInterval, type SimInterval } from './sim-interval.ts';
import { type BookStreamRequest, parseBookTopic } from './spot/book-frames.ts';

/** What a stream name asks for; the symbol is in the exchange's upper case. */
export type StreamRequest =
  | { readonly kind: 'kline'; readonly symbol: string; readonly interval: SimInterval }
  | { readonly kind: 'miniTicker'; readonly symbol: string }
  | { readonly kind: 'miniTickerAll' }
  | BookStreamRequest
  | { readonly kind: 'unserved' };

/** What a socket's path asks for. `quiet` routes acknowledge everything and push nothing. */
export type SocketRoute = {
  readonly market: MarketType;
  readonly route: 'market' | 'quiet';
  readonly form: 'raw' | 'combined';
  readonly streams: readonly string[];
};

const SPOT_HOST = /^\/stream\.binance\.com\//;

/** The request spelled `name`; symbols in stream names are lower case, others match nothing. */
export function parseStreamName(name: string): StreamRequest {
  if (name === '!miniTicker@arr') return { kind: 'miniTickerAll' };
  const at = name.indexOf('@');
  const symbol = name.slice(0, Math.max(0, at));
  const topic = name.slice(at + 1);
  if (symbol === '' || symbol !== symbol.toLowerCase()) return { kind: 'unserved' };
  if (topic === 'miniTicker') return { kind: 'miniTicker', symbol: symbol.toUpperCase() };
  const interval = topic.startsWith('kline_') ? parseSimInterval(topic.slice('kline_'.length)) : null;
  if (interval !== null) return { kind: 'kline', symbol: symbol.toUpperCase(), interval };
  return parseBookTopic(symbol.toUpperCase(), topic) ?? { kind: 'unserved' };
}

/** The symbol a stream is about, in the exchange's upper case; `null` where it is about all. */
export function symbolOfStream(name: string): string | null {
  const at = name.indexOf('@');
  return at <= 0 || name.startsWith('!') ? null : name.slice(0, at).toUpperCase();
}

/**
 * The route of a socket's `url`, or `null` when there is no such path. `/ws` and `/stream` belong to spot; where only
 * futures are simulated they are the futures host's old paths, which open, acknowledge and never push klines. The name
 * of the exchange's own spot host may stand before the path: some clients tell the market by it.
 */
export function parseSocketRoute(url: string, markets: ReadonlySet<MarketType>): SocketRoute | null {
  const [path, query] = splitOnce(url.replace(SPOT_HOST, '/'), '?');
  const match = /^(\/market|\/public|\/private)?\/(ws|stream)(?:\/(.*))?$/.exec(path);
  if (match === null) return null;
  const prefix = match[1];
  const form = match[2] === 'ws' ? 'raw' : 'combined';
  const market: MarketType = prefix === undefined && markets.has('spot') ? 'spot' : 'futures';
  if (!markets.has(market) || (form === 'combined' && match[3] !== undefined)) return null;
  const route = market === 'spot' || prefix === '/market' ? 'market' : 'quiet';
  const list = form === 'raw' ? decodeText(match[3] ?? '') : (new URLSearchParams(query).get('streams') ?? '');
  return { market, route, form, streams: list.split('/').filter((name) => name !== '') };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Percent-decoded text, or the text itself where it is not decodable. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A malformed escape is a name that matches no stream, which is harmless.
    return text;
  }
}
