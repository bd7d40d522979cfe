/**
 * Who sent a signed request, as the exchange finds out. In: the raw text that was signed, its parameters and the key.
 * Out: the account, or the exchange's refusal. Where the market runs at a speed of its own, clients may go by its time or
 * by the wall's.
 */
import { createHmac, timingSafeEqual, verify } from 'node:crypto';
import { err, ok, type Result } from '../../../core/result.ts';
import { badRequest, type RestRefusal } from '../rest-params.ts';
import type { SimAccounts, SimKey } from './sim-accounts.ts';

/** A request whose sender is to be found. */
export type SignedRequest = {
  readonly apiKey: string | null;
  readonly params: URLSearchParams;
  /** The text that was signed, without the signature itself. */
  readonly payload: string;
};

/** What checks need to know of the exchange. */
export type SignatureContext = {
  readonly accounts: SimAccounts;
  /** The present by every clock a client may go by; a request is timely when it is so by one of them. */
  readonly times: readonly SignatureTime[];
};

/** A clock's present. */
export type SignatureTime = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Its milliseconds per wall millisecond: windows are meant in wall time and are as much wider. */
  readonly speed: number;
};

const WINDOW_DEFAULT_MS = 5_000;
const WINDOW_MAX_MS = 60_000;
const AHEAD_MAX_MS = 1_000;

/** The key a request names, without a signature. */
export function findKey(apiKey: string | null, accounts: SimAccounts): Result<SimKey, RestRefusal> {
  if (apiKey === null || apiKey === '') return err({ status: 401, code: -2014, msg: 'API-key format invalid.' });
  const key = accounts.byKey(apiKey);
  if (key !== null) return ok(key);
  return err({ status: 401, code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' });
}

/** The key that signed the request. */
export function findSigner(request: SignedRequest, context: SignatureContext): Result<SimKey, RestRefusal> {
  const key = findKey(request.apiKey, context.accounts);
  if (!key.ok) return key;
  const late = findTimeFault(request.params, context);
  if (late !== null) return late;
  const signature = request.params.get('signature') ?? '';
  if (signature === '') {
    return badRequest(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.");
  }
  if (isGenuine(key.value, request.payload, signature)) return key;
  return badRequest(-1022, 'Signature for this request is not valid.');
}

type Refused = { readonly ok: false; readonly error: RestRefusal };

function findTimeFault(params: URLSearchParams, { times }: SignatureContext): Refused | null {
  const text = params.get('timestamp') ?? '';
  if (!/^\d{1,17}$/.test(text)) {
    return badRequest(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.");
  }
  const windowText = params.get('recvWindow') ?? String(WINDOW_DEFAULT_MS);
  if (!/^\d{1,8}(\.\d{1,3})?$/.test(windowText)) {
    return badRequest(-1100, "Illegal characters found in parameter 'recvWindow'; legal range is '^[0-9]{1,20}$'.");
  }
  const windowMs = Number(windowText);
  if (windowMs > WINDOW_MAX_MS) return badRequest(-1131, 'recvWindow must be less than 60000');
  // Sixteen digits and more are microseconds.
  const timestamp = text.length >= 16 ? Number(text) / 1_000 : Number(text);
  const faults = times.map((time) => findLateness(timestamp, windowMs, time));
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function findLateness(timestamp: number, windowMs: number, { now, speed }: SignatureTime): Refused | null {
  const scale = Math.max(1, speed);
  if (timestamp > now + AHEAD_MAX_MS * scale) {
    return badRequest(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  }
  if (now - timestamp <= windowMs * scale) return null;
  return badRequest(-1021, 'Timestamp for this request is outside of the recvWindow.');
}

function isGenuine(key: SimKey, payload: string, signature: string): boolean {
  if (key.proof.kind === 'ed25519') {
    return verify(null, Buffer.from(payload), key.proof.key, Buffer.from(signature, 'base64'));
  }
  const expected = createHmac('sha256', key.proof.secret).update(payload).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The text of a REST request that its signature is about: query and body as they were sent, without the signature. */
export function restPayload(query: string, body: string): string {
  const without = (text: string): string =>
    text
      .split('&')
      .filter((part) => !part.startsWith('signature='))
      .join('&');
  return without(query) + without(body);
}

/** The text of a WebSocket request that its signature is about: its parameters by name. */
export function socketPayload(params: URLSearchParams): string {
  return [...params]
    .filter(([name]) => name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
