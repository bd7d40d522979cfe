/**
 * What the exchange has and the simulator has none of: margin pairs and coin-margined futures. Clients that look at
 * every market when they start find these empty, and go on.
 */
import { ok } from '../../../core/result.ts';
import type { RestRoute } from '../rest-api.ts';
import type { SpotDesk } from './spot-desk.ts';
import { publicRoute } from './spot-route.ts';

/** The routes of everything that is empty. */
export function createEmptyRoutes(desk: SpotDesk): ReadonlyMap<string, RestRoute> {
  const route = publicRoute(desk);
  const none = { weight: 1, answer: () => ok([]) } as const;
  return new Map([
    route('GET /sapi/v1/margin/allPairs', none),
    route('GET /sapi/v1/margin/isolated/allPairs', none),
    route('GET /dapi/v1/exchangeInfo', {
      weight: 1,
      answer: () => ok({ timezone: 'UTC', serverTime: desk.now(), rateLimits: [], exchangeFilters: [], symbols: [] }),
    }),
  ]);
}
