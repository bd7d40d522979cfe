/**
 * Notices kept in memory for a screen to show, newest last. It never fails; beyond its capacity the oldest notice
 * gives way.
 */
import { Ring } from '../../core/ring.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';

/** A notifier whose latest notices can be read. */
export type MemoryNotifier = Notifier & {
  /** The latest notices, oldest first. */
  readonly notices: () => readonly Notice[];
};

/** A notifier that keeps the latest `capacity` notices (policy beyond it: drop the oldest). */
export function createMemoryNotifier(capacity: number): MemoryNotifier {
  const kept = new Ring<Notice>(capacity);
  const queue = createNoticeQueue({
    channel: 'memory',
    deliver: (notice) => {
      kept.push(notice);
    },
    waitingMax: capacity,
  });
  return { ...queue, notices: () => kept.toArray() };
}
