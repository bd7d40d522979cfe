/**
 * A bounded first-in-first-out window over a fixed array: pushing to a full ring drops its oldest element, which is
 * returned so that the caller can count or refuse.
 */
export class Ring<T> {
  readonly capacity: number;
  readonly #items: (T | undefined)[];
  #start = 0;
  #size = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('capacity must be a positive integer');
    this.capacity = capacity;
    this.#items = new Array<T | undefined>(capacity);
  }

  /** Number of elements held. */
  get size(): number {
    return this.#size;
  }

  /** Adds `item` as the newest; returns the dropped oldest element, or `undefined` when there was room. */
  push(item: T): T | undefined {
    const index = (this.#start + this.#size) % this.capacity;
    if (this.#size < this.capacity) {
      this.#items[index] = item;
      this.#size++;
      return undefined;
    }
    const dropped = this.#items[index];
    this.#items[index] = item;
    this.#start = (this.#start + 1) % this.capacity;
    return dropped;
  }

  /** Removes and returns the oldest element. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#start];
    this.#items[this.#start] = undefined;
    this.#start = (this.#start + 1) % this.capacity;
    this.#size--;
    return item;
  }

  /** The elements, oldest first. */
  toArray(): T[] {
    return Array.from({ length: this.#size }, (_, i) => this.#items[(this.#start + i) % this.capacity] as T);
  }
}
