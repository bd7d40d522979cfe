/**
 * Parameters of signed requests. In: names and values. Out: a query for REST, percent-encoded before it is signed, or
 * an object for the WebSocket API, signed over its parameters by name. Source: Binance spot API documentation, request
 * security, as of 2026-07.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { ApiCredentials } from './credentials.ts';

/** Parameters by name. */
export type Params = Readonly<Record<string, string | number>>;

/** When a request is made by the venue's clock, and for how long it may be carried out. */
export type RequestTime = { readonly timestamp: EpochMs; readonly recvWindow: number };

/** A query with its signature. */
export function signQuery(params: Params, time: RequestTime, credentials: ApiCredentials): string {
  const pairs = Object.entries({ ...params, recvWindow: time.recvWindow, timestamp: time.timestamp });
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${query}&signature=${encodeURIComponent(credentials.sign(query))}`;
}

/** Parameters with key and signature. */
export function signParams(params: Params, time: RequestTime, credentials: ApiCredentials): Params {
  const { timestamp, recvWindow } = time;
  const named: Params = { ...params, apiKey: credentials.apiKey, recvWindow, timestamp };
  const payload = Object.keys(named)
    .sort()
    .map((name) => `${name}=${named[name]}`)
    .join('&');
  return { ...named, signature: credentials.sign(payload) };
}
