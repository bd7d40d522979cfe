/**
 * One connection to the WebSocket API. In: requests, each signed by itself or by the session's key. Out: answers in
 * the order of the requests, and the events of the accounts it subscribed. Requests cost weight as over REST.
 */
import type { WebSocket } from 'ws';
import { addMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FaultBoard } from '../fault-board.ts';
import type { Reply } from '../reply.ts';
import { faultReply } from '../request-faults.ts';
import type { RestRoute } from '../rest-api.ts';
import { weightRefusal } from '../rest-server.ts';
import type { RequestFault } from '../sim-faults.ts';
import { SocketLife } from '../socket-life.ts';
import type { WeightGovernor } from '../weight-governor.ts';
import { API_METHODS, type ApiRequest, parseApiRequest } from './api-methods.ts';
import { ApiSession } from './api-session.ts';
import type { Dispatched, Dispatcher } from './dispatcher.ts';
import type { UserStreams } from './user-streams.ts';

/** What a connection works with. */
export type ApiSocketOptions = {
  readonly ws: WebSocket;
  readonly address: string;
  readonly clock: Clock;
  readonly speed: number;
  readonly routes: ReadonlyMap<string, RestRoute>;
  readonly dispatcher: Dispatcher;
  readonly governor: WeightGovernor;
  readonly faults: FaultBoard;
  readonly users: UserStreams;
  readonly onAnswer: (status: number) => void;
  readonly onClose: (socket: ApiSocket) => void;
};

const CONNECT_WEIGHT = 2;
const PING_MS = 20_000;
const PONG_MS = 60_000;
/** Bytes waiting for one client; beyond it the client is too slow and is disconnected. */
const BUFFER_MAX = 16 * 1024 * 1024;
const CLOSE_GOING_AWAY = 1001;

/** A connected client of the WebSocket API. */
export class ApiSocket {
  readonly #options: ApiSocketOptions;
  readonly #life: SocketLife;
  readonly #session: ApiSession;
  /** A request that waits to be overtaken by the next one; the connection's end forgets it. */
  #overtaken: (() => void) | null = null;

  constructor(options: ApiSocketOptions) {
    this.#options = options;
    const { ws, clock, speed, dispatcher, users } = options;
    this.#life = new SocketLife({
      ws,
      clock,
      speed,
      pingMs: PING_MS,
      pongMs: PONG_MS,
      onOld: () => this.cut('24 hours'),
    });
    this.#session = new ApiSession({ dispatcher, users, now: () => clock.now(), send: (text) => this.#send(text) });
    options.governor.charge(options.address, CONNECT_WEIGHT, clock.now());
    ws.on('message', (data) => this.#onMessage(String(data)));
    ws.on('pong', (data) => this.#life.pong(String(data)));
    // The close event always follows an error and does the cleaning.
    ws.on('error', () => undefined);
    ws.on('close', () => {
      this.#life.end();
      this.#session.end();
      options.onClose(this);
    });
  }

  /** Announces that the server is about to go. */
  announceShutdown(): void {
    this.#send(JSON.stringify({ event: { e: 'serverShutdown', E: this.#options.clock.now() } }));
  }

  /** Resolves when the client has received all that was sent before, or is gone. */
  delivered(): Promise<void> {
    return this.#life.delivered();
  }

  /** Closes with a closing handshake. */
  cut(reason: string): void {
    this.#options.ws.close(CLOSE_GOING_AWAY, reason);
  }

  /** Cuts without one. */
  drop(): void {
    this.#options.ws.terminate();
  }

  #send(text: string): void {
    const { ws } = this.#options;
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > BUFFER_MAX) ws.terminate();
    else ws.send(text);
  }

  #onMessage(text: string): void {
    const parsed = parseApiRequest(text);
    if (!parsed.ok) {
      this.#reply(parsed.id, { status: 400, body: { code: -1135, msg: parsed.msg } }, 'withLimits');
      return;
    }
    const { request } = parsed;
    const fault = this.#takeFault(request);
    if (fault?.answer === 'reorder') {
      this.#overtaken?.();
      this.#overtaken = () => this.#serve(request, null);
      return;
    }
    this.#serve(request, fault);
    const overtaken = this.#overtaken;
    this.#overtaken = null;
    overtaken?.();
  }

  /** Faults name a request by its method or by the route behind it. */
  #takeFault({ method, params }: ApiRequest): RequestFault | null {
    const [verb = 'GET', path = ''] = (API_METHODS.get(method) ?? '').split(' ');
    const symbol = params.get('symbol');
    return this.#options.faults.takeRequest({ paths: [method, path], method: verb, over: 'socket', symbol });
  }

  #serve(request: ApiRequest, fault: RequestFault | null): void {
    const { clock } = this.#options;
    const truth = (): Reply => this.#answer(request);
    const reply = fault === null ? truth() : faultReply(fault, truth, clock.now());
    // A request that was lost alone leaves the connection; half an answer ends it.
    if (reply?.sent === 'half') this.drop();
    if (reply === null || reply.sent !== undefined) return;
    const limits = request.params.get('returnRateLimits') === 'false' ? 'plain' : 'withLimits';
    if (fault?.answer !== 'delay') {
      this.#reply(request.id, reply, limits);
      return;
    }
    clock.schedule(addMs(clock.now(), fault.delayMs ?? 1_000), () => this.#reply(request.id, reply, limits));
  }

  #answer(request: ApiRequest): Reply {
    const { faults, governor, address, clock, routes, dispatcher } = this.#options;
    if (faults.service === 'maintenance') {
      return { status: 503, body: { code: -1001, msg: 'Internal error; unable to process your request.' } };
    }
    const route = routes.get(API_METHODS.get(request.method) ?? '');
    const weight = route?.weight(request.params) ?? 2;
    const refusal = weightRefusal(governor.charge(address, weight, clock.now()), governor.limit);
    if (refusal !== null) return refusal;
    if (route === undefined) return this.#session.answer(request);
    const signer = this.#session.signerOf(request.params);
    const dispatched: Dispatched =
      signer === null || route.security === 'none'
        ? dispatcher.dispatch(route, this.#session.toSigned(request.params))
        : dispatcher.dispatchAs(route, request.params, signer);
    if (dispatched.answer.ok && route.free === 'onSuccess') governor.refund(address, weight);
    return toReply(dispatched);
  }

  #reply(id: ApiRequest['id'], reply: Reply, limits: 'withLimits' | 'plain'): void {
    this.#options.onAnswer(reply.status);
    const content = reply.status === 200 ? { result: reply.body } : { error: reply.body };
    const rateLimits = limits === 'plain' ? {} : { rateLimits: [this.#weightLimit()] };
    this.#send(JSON.stringify({ id, status: reply.status, ...content, ...rateLimits }));
  }

  #weightLimit(): unknown {
    const { governor, address, clock } = this.#options;
    const count = governor.usedBy(address, clock.now());
    return { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: governor.limit, count };
  }
}

function toReply({ answer }: Dispatched): Reply {
  if (answer.ok) return { status: 200, body: answer.value };
  const { status, code, msg, data } = answer.error;
  return { status, body: data === undefined ? { code, msg } : { code, msg, data } };
}
