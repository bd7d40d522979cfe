/**
 * The spot side of the exchange, put together: desk, limits, dispatcher, user streams, and the routes of trading.
 */
import type { Clock } from '../../ports/clock.ts';
import type { FaultBoard } from './fault-board.ts';
import type { RestRoute } from './rest-api.ts';
import type { SimView } from './sim-view.ts';
import { createAccountRoutes } from './spot/account-routes.ts';
import { createBookRoutes } from './spot/book-routes.ts';
import { Dispatcher } from './spot/dispatcher.ts';
import { createEmptyRoutes } from './spot/empty-routes.ts';
import { createListRoutes } from './spot/list-routes.ts';
import { OrderLimiter } from './spot/order-limiter.ts';
import { createOrderRoutes } from './spot/order-routes.ts';
import { DEFAULT_ACCOUNTS, type SimAccountSpec } from './spot/sim-accounts.ts';
import { SpotDesk } from './spot/spot-desk.ts';
import { UserStreams } from './spot/user-streams.ts';
import type { WeightGovernor } from './weight-governor.ts';

/** What the spot side is made of. */
export type SpotSideOptions = {
  readonly view: SimView;
  readonly clock: Clock;
  readonly seed: number;
  readonly speed: number;
  readonly wall: Clock | null;
  readonly faults: FaultBoard;
  readonly governor: WeightGovernor;
  readonly accounts: readonly SimAccountSpec[] | undefined;
};

/** Trading on spot. */
export type SpotSide = {
  readonly desk: SpotDesk;
  readonly dispatcher: Dispatcher;
  readonly users: UserStreams;
  readonly governor: WeightGovernor;
  /** By method and path; market data is added to it. */
  readonly routes: Map<string, RestRoute>;
};

/** Puts the spot side together. */
export function createSpotSide(options: SpotSideOptions): SpotSide {
  const { view, clock, seed, speed, wall, faults, governor } = options;
  const desk = new SpotDesk({ view, clock, seed, accounts: options.accounts ?? DEFAULT_ACCOUNTS });
  const limiter = new OrderLimiter();
  const dispatcher = new Dispatcher({ desk, limiter, speed, wall, skewMs: () => faults.skewMs });
  const routes = new Map<string, RestRoute>([
    ...createOrderRoutes(desk),
    ...createListRoutes(desk),
    ...createAccountRoutes(desk, limiter),
    ...createBookRoutes(desk),
    ...createEmptyRoutes(desk),
  ]);
  return { desk, dispatcher, users: new UserStreams(desk, faults), governor, routes };
}
