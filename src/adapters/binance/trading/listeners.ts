/**
 * Who hears something. In: listeners that come and go. Out: everything told while they listen, in one order.
 */

/** Listeners of one kind of news. */
export class Listeners<T> {
  #listeners: readonly ((news: T) => void)[] = [];

  /** Adds one; the answer stops it. */
  add(listener: (news: T) => void): () => void {
    // A wrapper of its own, so that one function that listens twice can stop once.
    const own = (news: T): void => listener(news);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
  }

  /** Tells all; they must not throw. */
  tell(news: T): void {
    for (const listener of this.#listeners) listener(news);
  }

  /** Tells nothing any more. */
  close(): void {
    this.#listeners = [];
  }
}
