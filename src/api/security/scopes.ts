/**
 * What a caller may do, as a ladder: whoever may sell everything may steer, and whoever may steer may look.
 */
import type { DeskScope } from '../desk/desk-routes.ts';

/** What can be granted to somebody. */
export type GrantedScope = Exclude<DeskScope, 'public'>;

const RANKS: Readonly<Record<DeskScope, number>> = { public: 0, read: 1, operate: 2, money: 3 };

/** Whether `held` is enough for `wanted`. */
export function allowsScope(held: DeskScope, wanted: DeskScope): boolean {
  return RANKS[held] >= RANKS[wanted];
}
