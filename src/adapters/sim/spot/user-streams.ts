/**
 * Who listens to which account. In: the engine's events and subscriptions. Out: each account's events as text to its
 * subscribers, in order, through the ordered faults (as frames of the stream `userData`).
 */

import type { FaultBoard } from '../fault-board.ts';
import type { EngineEvent } from '../matching/engine-state.ts';
import type { Json } from './order-json.ts';
import type { SpotDesk } from './spot-desk.ts';
import { toAccountPosition, toExecutionReport, toListStatus } from './user-events.ts';

/** Hears an account's events as JSON text. */
export type UserListener = (text: string) => void;

/** The stream name under which faults are ordered for user events. */
export const USER_STREAM = 'userData';

/** Tells accounts what happens to them. */
export class UserStreams {
  readonly #desk: SpotDesk;
  readonly #faults: FaultBoard;
  readonly #listeners = new Map<string, Set<UserListener>>();
  #executions = 1;

  constructor(desk: SpotDesk, faults: FaultBoard) {
    this.#desk = desk;
    this.#faults = faults;
    desk.listen({ onEvent: (event) => this.#onEvent(event), onTick: () => undefined });
  }

  /** How many listen. */
  get count(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.size;
    return count;
  }

  /** Starts telling; the answer stops it. */
  subscribe(account: string, listener: UserListener): () => void {
    const listeners = this.#listeners.get(account) ?? new Set();
    this.#listeners.set(account, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #onEvent(event: EngineEvent): void {
    if (event.kind === 'order') {
      const executionId = this.#executions++;
      const { account: owner, symbol } = event.order.draft;
      this.#tell({ account: owner, symbol }, () => toExecutionReport(event, executionId));
    } else if (event.kind === 'list') {
      this.#tell(event.list, () => toListStatus(event.list, event.time));
    } else {
      const account = this.#desk.engine.account(event.account);
      if (account === null) return;
      const about = { account: event.account, symbol: null };
      this.#tell(about, () => toAccountPosition(account, event.assets, event.time));
    }
  }

  #tell({ account, symbol }: { readonly account: string; readonly symbol: string | null }, write: () => Json): void {
    const listeners = this.#listeners.get(account);
    if (listeners === undefined || listeners.size === 0) return;
    const text = JSON.stringify(write());
    this.#faults.pass({ stream: USER_STREAM, symbol, phase: 'closed', text }, (sent) => {
      for (const listener of listeners) listener(sent);
    });
  }
}
