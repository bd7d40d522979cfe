/**
 * Ends the parts of something in the order opposite to how they were begun.
 */

/** Ends one part. */
export type Closer = () => void | Promise<void>;

/** Ends the parts, the newest first; one that fails does not keep the others, and is reported when all are through. */
export async function closeAll(closers: readonly Closer[], whole: string): Promise<void> {
  const failed: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `parts of ${whole} did not close`);
}
