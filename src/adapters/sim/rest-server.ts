/**
 * HTTP around the REST routes. In: requests. Out: JSON with used weight and order counts in the headers, 429 and 418
 * when the budget is spent, and ordered faults before anything else.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { assertNever } from '../../core/assert.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FaultBoard } from './fault-board.ts';
import type { Reply } from './reply.ts';
import { faultReply } from './request-faults.ts';
import type { RestRoute } from './rest-api.ts';
import type { RequestFault } from './sim-faults.ts';
import type { Dispatched, Dispatcher } from './spot/dispatcher.ts';
import { restPayload } from './spot/signature.ts';
import type { WeightGovernor, WeightVerdict } from './weight-governor.ts';

/** What the server works with. */
export type RestServerOptions = {
  /** By method and path. */
  readonly routes: ReadonlyMap<string, RestRoute>;
  readonly governors: Readonly<Record<MarketType, WeightGovernor>>;
  readonly faults: FaultBoard;
  readonly clock: Clock;
  /** The exchange's own idea of the time, in milliseconds since the epoch. */
  readonly serverTime: () => number;
  readonly now: () => EpochMs;
  readonly dispatcher: Dispatcher;
  /** Answers of the control paths, `null` for every other path. */
  readonly control: (request: HttpRequest) => Reply | null;
  readonly onAnswer: (status: number) => void;
};

/** A request with its body, if it had one. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly address: string;
  readonly apiKey: string | null;
};

/** Longest body read; orders are far shorter. */
const BODY_MAX = 256 * 1024;
/** How long a request that is to be overtaken waits for another one. */
const OVERTAKEN_WITHIN_MS = 1_000;
/** Answered also while the exchange is closed for maintenance. */
const ALWAYS_OPEN = /\/(ping|time|system\/status)$/;

/** A request listener for `node:http`. */
export function createRestListener(options: RestServerOptions): RequestListener {
  const server = new RestServer(options);
  return (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_MAX) chunks.push(chunk);
    });
    request.on('end', () => {
      const body = size <= BODY_MAX ? Buffer.concat(chunks).toString('utf8') : null;
      server.handle(toHttpRequest(request, body ?? ''), response);
    });
    // A client that went away while it was sending gets no answer.
    request.on('error', () => response.destroy());
  };
}

function toHttpRequest(request: IncomingMessage, body: string): HttpRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const key = request.headers['x-mbx-apikey'];
  return {
    method: request.method ?? 'GET',
    path,
    query,
    body,
    address: request.socket.remoteAddress ?? '',
    apiKey: typeof key === 'string' ? key : null,
  };
}

class RestServer {
  readonly #options: RestServerOptions;
  /** A request that waits to be overtaken. */
  #overtaken: (() => void) | null = null;

  constructor(options: RestServerOptions) {
    this.#options = options;
  }

  handle(request: HttpRequest, response: ServerResponse): void {
    const control = this.#options.control(request);
    if (control !== null) {
      this.#send(response, control);
      return;
    }
    const { path, method } = request;
    const symbol = readParams(request).get('symbol');
    const fault = this.#options.faults.takeRequest({ paths: [path], method, over: 'rest', symbol });
    if (fault?.answer === 'reorder') {
      this.#holdBack(() => this.#answerWith(null, request, response));
      return;
    }
    this.#answerWith(fault, request, response);
    const overtaken = this.#overtaken;
    this.#overtaken = null;
    overtaken?.();
  }

  #holdBack(action: () => void): void {
    this.#overtaken?.();
    this.#overtaken = action;
    const { clock, now } = this.#options;
    clock.schedule(addMs(now(), OVERTAKEN_WITHIN_MS), () => {
      if (this.#overtaken !== action) return;
      this.#overtaken = null;
      action();
    });
  }

  #answerWith(fault: RequestFault | null, request: HttpRequest, response: ServerResponse): void {
    const { now, clock } = this.#options;
    const truth = (): Reply => this.#answerTruly(request);
    const reply = fault === null ? truth() : faultReply(fault, truth, now());
    this.#options.onAnswer(reply?.status ?? 0);
    // A hanging request is left to its client's patience or to the end of the server.
    if (reply === null) return;
    if (fault?.answer !== 'delay') {
      this.#send(response, reply);
      return;
    }
    clock.schedule(addMs(now(), fault.delayMs ?? 1_000), () => this.#send(response, reply));
  }

  #answerTruly(request: HttpRequest): Reply {
    const { routes, faults, governors, now } = this.#options;
    const route = routes.get(`${request.method} ${request.path}`);
    if (route === undefined) return this.#unknownRoute(request);
    if (faults.service === 'maintenance' && !ALWAYS_OPEN.test(request.path)) return MAINTENANCE;
    const params = readParams(request);
    const governor = governors[route.market];
    const weight = route.weight(params);
    const verdict = governor.charge(request.address, weight, now());
    const refusal = weightRefusal(verdict, governor.limit);
    if (refusal !== null) return { ...refusal, headers: { ...weightHeaders(verdict.used), ...refusal.headers } };
    const payload = restPayload(request.query, request.body);
    const dispatched = this.#options.dispatcher.dispatch(route, { apiKey: request.apiKey, params, payload });
    const isFree = dispatched.answer.ok && route.free === 'onSuccess';
    if (isFree) governor.refund(request.address, weight);
    const reply = toReply(dispatched, isFree ? verdict.used - weight : verdict.used);
    // The website counts by itself and tells nobody.
    return request.path.startsWith(WEBSITE) ? { status: reply.status, body: reply.body } : reply;
  }

  #unknownRoute({ path }: HttpRequest): Reply {
    const methods = ['GET', 'POST', 'DELETE', 'PUT'].filter((one) => this.#options.routes.has(`${one} ${path}`));
    if (methods.length === 0) return { status: 404, body: { code: -1, msg: `Path ${path} is not simulated.` } };
    return { status: 405, body: { code: -1, msg: `Only ${methods.join(' and ')} is simulated here.` } };
  }

  #send(response: ServerResponse, reply: Reply): void {
    if (reply.sent === 'nothing') {
      response.destroy();
      return;
    }
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status, {
      // An exchange stamps its answers with its own clock, and clients conclude from it what was over by then.
      Date: new Date(this.#options.serverTime()).toUTCString(),
      'Content-Type': 'application/json;charset=UTF-8',
      'Content-Length': String(Buffer.byteLength(text)),
      'Access-Control-Allow-Origin': '*',
      ...reply.headers,
    });
    if (reply.sent === 'half') response.write(text.slice(0, text.length / 2), () => response.destroy());
    else response.end(text);
  }
}

/** Paths of the exchange's website. */
const WEBSITE = '/bapi/';

const MAINTENANCE: Reply = {
  status: 503,
  body: { code: -1001, msg: 'Internal error; unable to process your request. Please try again.' },
};

/** Parameters of query and form body together; the query wins. */
function readParams({ query, body }: HttpRequest): URLSearchParams {
  const params = new URLSearchParams(query);
  for (const [name, value] of new URLSearchParams(body)) if (!params.has(name)) params.append(name, value);
  return params;
}

function weightHeaders(used: number): Readonly<Record<string, string>> {
  return { 'X-MBX-USED-WEIGHT': String(used), 'X-MBX-USED-WEIGHT-1M': String(used) };
}

function toReply({ answer, counts }: Dispatched, used: number): Reply {
  const orderHeaders: Readonly<Record<string, string>> =
    counts === null
      ? {}
      : { 'X-MBX-ORDER-COUNT-10S': String(counts.tenSeconds), 'X-MBX-ORDER-COUNT-1D': String(counts.day) };
  const headers = { ...weightHeaders(used), ...orderHeaders };
  if (answer.ok) return { status: 200, body: answer.value, headers };
  const { status, code, msg, data } = answer.error;
  const retry: Readonly<Record<string, string>> = status === 429 ? { 'Retry-After': '10' } : {};
  return { status, body: data === undefined ? { code, msg } : { code, msg, data }, headers: { ...headers, ...retry } };
}

/** What the exchange answers where the budget is spent, `null` where it is not. */
export function weightRefusal(verdict: WeightVerdict, limit: number): Reply | null {
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
