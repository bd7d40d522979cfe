/**
 * Requests that wait for permission, one bounded line per class. Taken out is always the oldest of the highest class
 * that has one; nothing overtakes inside a class.
 */
import { assert } from '../../core/assert.ts';
import { REQUEST_CLASSES, type RequestClass, type RequestPurpose } from './request-classes.ts';

/** Who waits, and with what entitlement. */
export type Waiting<T> = { readonly class: RequestClass; readonly item: T };

/** Places per class (policy: refuse the newest, whose caller can tell when to ask again). All spot series fit once. */
export const WAITING_MAX = 1024;

/** The lines. */
export class RequestQueue<T> {
  readonly #lines: readonly { readonly class: RequestClass; readonly waiting: Waiting<T>[] }[] = REQUEST_CLASSES.map(
    (each) => ({ class: each, waiting: [] }),
  );

  /** Puts `item` at the end of its line; `null` when the line is full. */
  push(purpose: RequestPurpose, item: T): Waiting<T> | null {
    const line = this.#lines.find((each) => each.class.purpose === purpose);
    assert(line !== undefined, `no request class ${purpose}`);
    if (line.waiting.length >= WAITING_MAX) return null;
    const waiting = { class: line.class, item };
    line.waiting.push(waiting);
    return waiting;
  }

  /** Whose turn it is; stays in line. */
  peek(): Waiting<T> | null {
    for (const { waiting } of this.#lines) {
      const first = waiting[0];
      if (first !== undefined) return first;
    }
    return null;
  }

  /** Takes `one` out of its line, wherever it stands. */
  remove(one: Waiting<T>): void {
    const line = this.#lines.find((each) => each.class === one.class);
    const index = line?.waiting.indexOf(one) ?? -1;
    assert(index >= 0, 'who leaves the line stands in it');
    line?.waiting.splice(index, 1);
  }

  /** Length of each line. */
  counts(): Readonly<Record<RequestPurpose, number>> {
    const counts = { protect: 0, orders: 0, reconcile: 0, repair: 0, signals: 0, history: 0 };
    for (const { class: each, waiting } of this.#lines) counts[each.purpose] = waiting.length;
    return counts;
  }
}
