/**
 * The single way into the engine: a bounded first-in-first-out queue. A waiting forming candle is replaced by a newer
 * one of the same candle (*coalesce latest*); everything else is kept, and a full mailbox makes the sender wait
 * (*block*), in line: what came later never overtakes it.
 */

import type { FormingReceived } from '../model/events.ts';
import { FailureError, failure } from '../model/failure.ts';
import type { EngineInput } from './inputs.ts';

/** Counters of a mailbox. */
export type MailboxStats = { readonly depth: number; readonly coalesced: number; readonly blocked: number };

/** A bounded queue of inputs with one reader. */
export class Mailbox {
  readonly capacity: number;
  #queue: EngineInput[] = [];
  /** Where a series' waiting forming candle stands in the queue. */
  readonly #formingAt = new Map<string, number>();
  /** Senders that wait, in order; while there are any, the queue is full. One entry each, so who sends bounds it. */
  #line: { readonly input: EngineInput; readonly letIn: () => void }[] = [];
  #wake: (() => void) | null = null;
  #coalesced = 0;
  #blocked = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Adds an input; `false` means there is no room: post it instead, or drop it. */
  offer(input: EngineInput): boolean {
    if (input.kind === 'formingReceived' && this.#replaceWaiting(input)) return true;
    if (this.#queue.length >= this.capacity) {
      this.#blocked++;
      return false;
    }
    this.#add(input);
    return true;
  }

  #add(input: EngineInput): void {
    if (input.kind === 'formingReceived') this.#formingAt.set(input.candle.seriesId, this.#queue.length);
    this.#queue.push(input);
    this.#wake?.();
  }

  #replaceWaiting(input: FormingReceived): boolean {
    const at = this.#formingAt.get(input.candle.seriesId);
    const waiting = at === undefined ? undefined : this.#queue[at];
    if (at === undefined || waiting?.kind !== 'formingReceived') return false;
    // A forming candle of the next period must not overtake the closed one that may wait in between.
    if (waiting.candle.openTime !== input.candle.openTime) return false;
    this.#queue[at] = input;
    this.#coalesced++;
    return true;
  }

  /** Adds an input, waiting in line for room as long as it takes; the number of senders that wait is bounded by design. */
  post(input: EngineInput): Promise<void> {
    if (this.offer(input)) return Promise.resolve();
    return new Promise((letIn) => {
      this.#line.push({ input, letIn });
    });
  }

  /** Adds an input that must fit; throws `FailureError` `mailbox_full` otherwise. */
  mustOffer(input: EngineInput): void {
    if (!this.offer(input)) throw new FailureError(failure('mailbox_full', { depth: this.#queue.length }));
  }

  /** Waits until something is there or `nudge` is called, then takes at most `limit` inputs in order. */
  async take(limit: number): Promise<readonly EngineInput[]> {
    if (this.#queue.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.takeNow(limit);
  }

  /** Takes at most `limit` waiting inputs in order, without waiting. */
  takeNow(limit: number): readonly EngineInput[] {
    this.#wake = null;
    const taken = this.#queue.length <= limit ? this.#takeAll() : this.#takeFirst(limit);
    this.#admitLine();
    return taken;
  }

  #admitLine(): void {
    const admitted = this.#line.splice(0, this.capacity - this.#queue.length);
    for (const { input, letIn } of admitted) {
      this.#add(input);
      letIn();
    }
  }

  #takeAll(): readonly EngineInput[] {
    const taken = this.#queue;
    this.#queue = [];
    this.#formingAt.clear();
    return taken;
  }

  #takeFirst(count: number): readonly EngineInput[] {
    const taken = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    for (const [seriesId, at] of this.#formingAt) {
      if (at < count) this.#formingAt.delete(seriesId);
      else this.#formingAt.set(seriesId, at - count);
    }
    return taken;
  }

  /** Wakes the reader although nothing waits, so that it can see that it should stop. */
  nudge(): void {
    this.#wake?.();
  }

  /** Counters since the start. */
  stats(): MailboxStats {
    return { depth: this.#queue.length, coalesced: this.#coalesced, blocked: this.#blocked };
  }
}
