/**
 * Overlaps waiting with work: while the consumer is busy with one item, the next one is already being fetched.
 */

/** The items of `source` in order, always one item ahead of the consumer. A failure surfaces after the items before it. */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const items = source[Symbol.asyncIterator]();
  try {
    let next = fetchNext(items);
    for (;;) {
      const item = await next;
      if ('error' in item) throw item.error;
      if (item.done === true) return;
      next = fetchNext(items);
      yield item.value;
    }
  } finally {
    await items.return?.();
  }
}

type Fetched<T> = IteratorResult<T, unknown> | { readonly error: Error };

/** A failed fetch is a value until it is its turn, so that it is never a rejection nobody waits for. */
async function fetchNext<T>(items: AsyncIterator<T>): Promise<Fetched<T>> {
  try {
    return await items.next();
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
