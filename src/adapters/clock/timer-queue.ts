/**
 * Pending timers of one clock, earliest first; timers of the same time keep the order they were added in. A binary
 * heap whose entries know their place, so that cancelling removes at once and nothing cancelled is kept.
 */
import { assert } from '../../core/assert.ts';
import type { EpochMs } from '../../core/time.ts';

/** One pending timer; `order` grows with every timer added. */
export type Timer = { readonly at: EpochMs; readonly order: number; readonly action: () => void };

/** The pending timers of a clock. */
export type TimerQueue = {
  /** Adds a timer and returns it. Beyond a million pending ones it stops the process: that is a leak. */
  readonly add: (at: EpochMs, action: () => void) => Timer;
  /** Forgets a timer; one that is gone already is no error. */
  readonly remove: (timer: Timer) => void;
  /** The earliest timer, `null` when none is pending. */
  readonly peek: () => Timer | null;
  /** The `order` the next added timer will have. */
  readonly nextOrder: () => number;
  /** Forgets every timer. */
  readonly clear: () => void;
};

/** Policy when reached: stop. No honest program waits for this many things. */
const TIMERS_MAX = 1_000_000;

type Slot = { readonly at: EpochMs; readonly order: number; readonly action: () => void; index: number };

function isBefore(a: Slot, b: Slot): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** An empty queue. */
export function createTimerQueue(): TimerQueue {
  const heap: Slot[] = [];
  const slots = new Map<Timer, Slot>();
  let orderNext = 0;
  return {
    add: (at, action) => {
      assert(heap.length < TIMERS_MAX, `more than ${TIMERS_MAX} timers are pending`);
      const slot: Slot = { at, order: orderNext++, action, index: heap.length };
      heap.push(slot);
      slots.set(slot, slot);
      siftUp(heap, slot);
      return slot;
    },
    remove: (timer) => {
      const slot = slots.get(timer);
      if (slot === undefined) return;
      slots.delete(timer);
      const last = heap.pop();
      if (last === undefined || last === slot) return;
      place(heap, last, slot.index);
      siftUp(heap, last);
      siftDown(heap, last);
    },
    peek: () => heap[0] ?? null,
    nextOrder: () => orderNext,
    clear: () => {
      heap.length = 0;
      slots.clear();
    },
  };
}

function place(heap: Slot[], slot: Slot, index: number): void {
  heap[index] = slot;
  slot.index = index;
}

function siftUp(heap: Slot[], slot: Slot): void {
  while (slot.index > 0) {
    const parentIndex = (slot.index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(slot, parent)) return;
    place(heap, parent, slot.index);
    place(heap, slot, parentIndex);
  }
}

function siftDown(heap: Slot[], slot: Slot): void {
  for (;;) {
    const left = heap[2 * slot.index + 1];
    const right = heap[2 * slot.index + 2];
    const smaller = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
    if (smaller === undefined || !isBefore(smaller, slot)) return;
    const index = smaller.index;
    place(heap, smaller, slot.index);
    place(heap, slot, index);
  }
}
