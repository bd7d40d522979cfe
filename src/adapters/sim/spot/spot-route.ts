/**
 * How spot routes are written down: one line each, with what a request weighs, who may send it and whether it counts
 * as an order.
 */
import type { SimAccount } from '../matching/engine-state.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import type { SimKey } from './sim-accounts.ts';
import type { SpotDesk } from './spot-desk.ts';

/** What an answer is made from. */
export type SpotCall = {
  readonly desk: SpotDesk;
  readonly params: URLSearchParams;
  readonly account: SimAccount;
  /** The key that signed. */
  readonly signer: SimKey;
};

/** What a public answer is made from. */
export type PublicCall = Pick<SpotCall, 'desk' | 'params'>;

type AccountRoute = {
  readonly weight: number | ((query: URLSearchParams) => number);
  readonly security: 'signed' | 'trade';
  /** New orders the request makes; they count against the account's limits and cost no weight when taken. */
  readonly orders?: number;
  readonly free?: 'onSuccess';
  readonly answer: (call: SpotCall) => RestAnswer;
};
type PublicRoute = {
  readonly weight: number | ((query: URLSearchParams) => number);
  readonly answer: (call: PublicCall) => RestAnswer;
};

/** Makes routes of an account. */
export function spotRoute(desk: SpotDesk): (key: string, route: AccountRoute) => readonly [string, RestRoute] {
  return (key, { weight, security, orders, free, answer }) => [
    key,
    {
      market: 'spot',
      security,
      orders: orders ?? 0,
      free: free ?? (orders === undefined ? 'never' : 'onSuccess'),
      weight: typeof weight === 'number' ? () => weight : weight,
      answer: (params, signer) => {
        if (signer === null) throw new RangeError(`${key} needs a signature`);
        return answer({ desk, params, account: signer.account, signer });
      },
    },
  ];
}

/** Makes routes that anybody may ask. */
export function publicRoute(desk: SpotDesk): (key: string, route: PublicRoute) => readonly [string, RestRoute] {
  return (key, { weight, answer }) => [
    key,
    {
      market: 'spot',
      security: 'none',
      orders: 0,
      free: 'never',
      weight: typeof weight === 'number' ? () => weight : weight,
      answer: (params) => answer({ desk, params }),
    },
  ];
}
