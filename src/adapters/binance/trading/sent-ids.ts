/**
 * Client order ids that were sent. The venue takes an id again once its order has ended; we do not.
 */

/** Ids remembered (policy: the oldest is forgotten; whoever makes the ids never makes one twice). */
const IDS_MAX = 10_000;

/** The ids of one venue. */
export class SentIds {
  readonly #ids = new Set<string>();

  /** Notes an id; `known` when it was noted before and not forgotten. */
  note(id: string): 'new' | 'known' {
    if (this.#ids.has(id)) return 'known';
    this.#ids.add(id);
    if (this.#ids.size > IDS_MAX) this.#ids.delete(this.#ids.values().next().value ?? '');
    return 'new';
  }

  /** Forgets an id of which there is certainly no order. */
  forget(id: string): void {
    this.#ids.delete(id);
  }
}
