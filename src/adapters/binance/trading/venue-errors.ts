/**
 * What the venue's refusals mean. In: HTTP status, Binance's code and words. Out: whether the request was certainly not
 * carried out, or nobody knows, and the failure that says what to do. Source: Binance spot API documentation, errors
 * and HTTP return codes, as of 2026-07. Whatever is not certain counts as unknown.
 */
import { z } from 'zod';
import type { ErrorCode } from '../../../model/error-codes.ts';
import { type Failure, type FailureContext, failure } from '../../../model/failure.ts';

/** A refusal; `data` is what some refusals carry besides. */
export type VenueError = {
  readonly status: number;
  readonly code: number | null;
  readonly msg: string;
  readonly data: unknown;
};

/** A refusal judged. */
export type Judgement = {
  readonly phase: 'refused' | 'unknown';
  readonly failure: Failure;
  /** Whether the same may succeed later. */
  readonly transient: boolean;
};

const errorShape = z.object({ code: z.number(), msg: z.string(), data: z.unknown().optional() });

/** The refusal in an answer's body; without Binance's code when the body has another shape. */
export function readVenueError(status: number, body: unknown): VenueError {
  const parsed = errorShape.safeParse(body);
  if (!parsed.success) return { status, code: null, msg: `HTTP ${status}`, data: undefined };
  const { code, msg, data } = parsed.data;
  return { status, code, msg: msg.slice(0, 200), data };
}

/** Codes after which the request may have been carried out. */
const UNKNOWN_CODES: ReadonlySet<number> = new Set([-1000, -1001, -1006, -1007, -1008]);

/** Failures by code; where the words decide, `-1013` and `-2010` are told apart below. */
const BY_CODE: ReadonlyMap<number, ErrorCode> = new Map([
  [-1003, 'venue_rate_limited'],
  [-1015, 'order_limit_reached'],
  [-1002, 'credentials_refused'],
  [-1022, 'credentials_refused'],
  [-2014, 'credentials_refused'],
  [-2015, 'credentials_refused'],
  [-1021, 'clock_skewed'],
  [-1121, 'symbol_unknown'],
  [-1111, 'order_rule_broken'],
  [-1013, 'order_rule_broken'],
  [-1220, 'instrument_not_trading'],
  [-2011, 'order_not_open'],
]);

const BY_WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/insufficient balance/i, 'balance_insufficient'],
  [/duplicate order/i, 'order_duplicate'],
  [/would trigger immediately|would immediately match|relationship of the prices/i, 'order_would_trigger'],
  [/market is closed|not currently trading|symbol .*(halt|break)/i, 'instrument_not_trading'],
  [/too many new orders/i, 'order_limit_reached'],
];
const WORDED_CODES: ReadonlySet<number> = new Set([-1013, -2010]);

const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'venue_rate_limited',
  'order_limit_reached',
  'clock_skewed',
  'instrument_not_trading',
]);

/** What was refused, as far as it has names, and for how long nothing is sent after it. */
export type RefusedRequest = {
  readonly clientOrderId?: string;
  readonly instrumentId?: string;
  readonly pauseMs: number;
};

/** Judges a refusal. */
export function judge(error: VenueError, request: RefusedRequest): Judgement {
  const { status, code, msg } = error;
  const { clientOrderId = '', instrumentId = 'the instrument' } = request;
  const context: FailureContext = { clientOrderId, instrumentId };
  if (isUnknown(error)) {
    const unknown = failure('order_outcome_unknown', { ...context, status, venueCode: code, reason: msg });
    return { phase: 'unknown', failure: unknown, transient: true };
  }
  const kind = kindOf(error);
  const limits = { url: 'Binance', retryAfterMs: request.pauseMs };
  const facts = { ...context, ...limits, status, venueCode: code, reason: msg, symbol: instrumentId };
  return { phase: 'refused', failure: failure(kind, facts), transient: TRANSIENT.has(kind) };
}

function isUnknown({ status, code }: VenueError): boolean {
  if (code !== null && UNKNOWN_CODES.has(code)) return true;
  if (status === 429 || status === 418) return false;
  // A refusal that is none of the venue's own words may come from something in between.
  return status >= 500 || (code === null && status !== 403 && status !== 404);
}

function kindOf({ status, code, msg }: VenueError): ErrorCode {
  if (code !== null && WORDED_CODES.has(code)) {
    const worded = BY_WORDS.find(([words]) => words.test(msg));
    if (worded !== undefined) return worded[1];
  }
  const known = code === null ? undefined : BY_CODE.get(code);
  if (known !== undefined) return known;
  return status === 429 || status === 418 ? 'venue_rate_limited' : 'order_refused';
}

/** Whether the refusal says that there is no such order. */
export function isNoSuchOrder({ code }: VenueError): boolean {
  return code === -2013;
}

const partsShape = z.object({
  cancelResult: z.enum(['SUCCESS', 'FAILURE', 'NOT_ATTEMPTED']),
  newOrderResult: z.enum(['SUCCESS', 'FAILURE', 'NOT_ATTEMPTED']),
  cancelResponse: z.unknown(),
  newOrderResponse: z.unknown(),
});

/** The two halves of a cancel-replace. */
export type ReplaceParts = z.infer<typeof partsShape>;

/** The halves in the answer to a cancel-replace, also a refused one; `null` when there are none. */
export function readReplaceParts(body: unknown): ReplaceParts | null {
  return partsShape.safeParse(body).data ?? null;
}
