/**
 * From a request to its answer, the same for REST and the WebSocket API: who sent it, whether it may, whether the
 * account has orders left, then the route. In: a route and its parameters. Out: the answer, and the order counts that
 * belong into its headers.
 */
import { err, type Result } from '../../../core/result.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import type { RestRefusal } from '../rest-params.ts';
import type { OrderCounts, OrderLimiter } from './order-limiter.ts';
import { findSigner, type SignedRequest } from './signature.ts';
import type { SimKey } from './sim-accounts.ts';
import type { SpotDesk } from './spot-desk.ts';

/** An answer with what its headers tell. */
export type Dispatched = { readonly answer: RestAnswer; readonly counts: OrderCounts | null };

/** What the dispatcher works with. */
export type DispatcherOptions = {
  readonly desk: SpotDesk;
  readonly limiter: OrderLimiter;
  readonly speed: number;
  /** The wall's clock, where it is not the market's. */
  readonly wall: Clock | null;
  /** How far the exchange's own idea of the time is off. */
  readonly skewMs: () => number;
};

/** Checks requests and has them answered. */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  dispatch(route: RestRoute, request: SignedRequest): Dispatched {
    if (route.security === 'none') return { answer: route.answer(request.params, null), counts: null };
    const signer = this.findSigner(request);
    if (!signer.ok) return { answer: signer, counts: null };
    return this.dispatchAs(route, request.params, signer.value);
  }

  /** The key that signed a request. */
  findSigner(request: SignedRequest): Result<SimKey, RestRefusal> {
    const { desk, speed, wall, skewMs } = this.#options;
    const market = { now: desk.now() + skewMs(), speed };
    const times = wall === null ? [market] : [market, { now: wall.now() + skewMs(), speed: 1 }];
    return findSigner(request, { accounts: desk.accounts, times });
  }

  /** Answers for a key whose signature was checked. */
  dispatchAs(route: RestRoute, params: URLSearchParams, key: SimKey): Dispatched {
    const { desk, limiter } = this.#options;
    if (route.security === 'trade' && key.mayTrade === 'no') {
      return { answer: err({ status: 401, code: -2015, msg: PERMISSION }), counts: null };
    }
    const account = key.account.id;
    const excess = route.orders === 0 ? null : limiter.findExcess(account, route.orders, desk.now());
    if (excess !== null) return { answer: err({ status: 429, code: -1015, msg: excess }), counts: null };
    const answer = route.answer(params, key);
    desk.settle();
    if (!answer.ok || route.orders === 0) return { answer, counts: null };
    return { answer, counts: limiter.charge(account, route.orders, desk.now()) };
  }
}

const PERMISSION = 'Invalid API-key, IP, or permissions for action.';
