/**
 * HTTP around the REST routes. In: requests. Out: JSON with the used weight in the headers, 429 and 418 when the
 * budget is spent, and ordered faults before anything else.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { assertNever } from '../../core/assert.ts';
import type { EpochMs } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { RestRoute } from './rest-api.ts';
import type { FaultBoard, RequestFault } from './sim-faults.ts';
import type { WeightGovernor, WeightVerdict } from './weight-governor.ts';

/** What the server works with. */
export type RestServerOptions = {
  readonly routes: ReadonlyMap<string, RestRoute>;
  readonly governors: Readonly<Record<MarketType, WeightGovernor>>;
  readonly faults: FaultBoard;
  readonly now: () => EpochMs;
  readonly onAnswer: (status: number) => void;
};

type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which part of it reaches the client before the connection is lost; all of it when absent. */
  readonly sent?: 'half';
};

/** A request listener for `node:http`. */
export function createRestListener(options: RestServerOptions): RequestListener {
  return (request, response) => {
    const reply = answer(options, request);
    // A hanging request is left to its client's patience or to the end of the server.
    if (reply !== null) send(response, reply, options.now());
    options.onAnswer(reply?.status ?? 0);
  };
}

function answer(options: RestServerOptions, request: IncomingMessage): Reply | null {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const fault = options.faults.takeRequest(path);
  if (fault === null) return answerTruly(options, request, { path, query });
  return faultReply(fault, () => answerTruly(options, request, { path, query }), options.now());
}

function answerTruly(
  options: RestServerOptions,
  request: IncomingMessage,
  { path, query }: { readonly path: string; readonly query: string },
): Reply {
  const route = options.routes.get(path);
  if (route === undefined) return { status: 404, body: { code: -1, msg: `Path ${path} is not simulated.` } };
  if (request.method !== 'GET') return { status: 405, body: { code: -1, msg: 'Only GET is simulated here.' } };
  const parameters = new URLSearchParams(query);
  const address = request.socket.remoteAddress ?? '';
  const governor = options.governors[route.market];
  const verdict = governor.charge(address, route.weight(parameters), options.now());
  const refusal = weightRefusal(verdict, governor.limit);
  const headers = { 'X-MBX-USED-WEIGHT': String(verdict.used), 'X-MBX-USED-WEIGHT-1M': String(verdict.used) };
  if (refusal !== null) return { ...refusal, headers: { ...headers, ...refusal.headers } };
  const result = route.answer(parameters);
  if (result.ok) return { status: 200, body: result.value, headers };
  return { status: result.error.status, body: { code: result.error.code, msg: result.error.msg }, headers };
}

function weightRefusal(verdict: WeightVerdict, limit: number): Reply | null {
  switch (verdict.kind) {
    case 'served':
      return null;
    case 'limited': {
      const msg = `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`;
      return { status: 429, body: { code: -1003, msg }, headers: { 'Retry-After': String(verdict.retryAfterS) } };
    }
    case 'banned': {
      const msg = `Way too much request weight used; IP banned until ${verdict.until}. Please use WebSocket Streams for live updates to avoid bans.`;
      return { status: 418, body: { code: -1003, msg }, headers: { 'Retry-After': String(verdict.retryAfterS) } };
    }
    default:
      return assertNever(verdict);
  }
}

/** What an ordered fault makes of the true answer. */
function faultReply(fault: RequestFault, answerTruly: () => Reply, now: EpochMs): Reply | null {
  const headers = { 'Retry-After': String(fault.retryAfterS ?? 1) };
  switch (fault.answer) {
    case 'hang':
      return null;
    case 429:
      return { status: 429, body: { code: -1003, msg: 'Too many requests.' }, headers };
    case 418:
      return { status: 418, body: { code: -1003, msg: 'Way too many requests; IP banned.' }, headers };
    case 500:
      return { status: 500, body: { code: -1000, msg: 'An unknown error occurred while processing the request.' } };
    case 503:
      return { status: 503, body: { code: -1, msg: 'Service unavailable from a restricted location or overload.' } };
    case 'cut':
      return { ...answerTruly(), sent: 'half' };
    case 'page':
      return { status: 200, body: '<html><body>Please complete the security check.</body></html>' };
    case 'trailing':
      return withoutRecent(answerTruly(), now - (fault.trailMs ?? 60_000));
    default:
      return assertNever(fault.answer);
  }
}

/** The klines among a reply that were over by `time`; the seventh element of a kline is when it ends. */
function withoutRecent(reply: Reply, time: number): Reply {
  if (!Array.isArray(reply.body)) return reply;
  const rows: readonly unknown[] = reply.body;
  return { ...reply, body: rows.filter((row) => Array.isArray(row) && Number(row[6]) < time) };
}

function send(response: ServerResponse, reply: Reply, now: EpochMs): void {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    // An exchange stamps its answers with its own clock, and clients conclude from it what was over by then.
    Date: new Date(now).toUTCString(),
    'Content-Type': 'application/json;charset=UTF-8',
    'Content-Length': String(Buffer.byteLength(text)),
    'Access-Control-Allow-Origin': '*',
    ...reply.headers,
  });
  if (reply.sent === 'half') response.write(text.slice(0, text.length / 2), () => response.destroy());
  else response.end(text);
}
