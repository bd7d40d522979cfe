/**
 * A list of markets as server-sent events: an event when the items changed, an error event when there is no list, and
 * a comment after each round, so that both sides know the connection is alive. A client that does not read misses
 * rounds (*coalesce latest*): the next one holds the present list.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { Result } from '../core/result.ts';
import { addMs } from '../core/time.ts';
import { type Failure, toFailure } from '../model/failure.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { TopMarketsAnswer } from './contract.ts';

/** What a stream is of. */
export type StreamOptions = {
  /** Real time. */
  readonly clock: Clock;
  readonly load: () => Promise<Result<TopMarketsAnswer, Failure>>;
  readonly intervalMs: number;
  /** Events after which the stream ends, errors included; 0 is endless. */
  readonly maxEvents: number;
};

/** One client's stream. */
export class TopMarketsStream {
  readonly #options: StreamOptions;
  readonly #out = new PassThrough();
  #cancel: Cancel = () => {};
  #sent = 0;
  #items: TopMarketsAnswer['items'] | null = null;
  #itemsText = '';

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#out.on('close', () => this.#cancel());
    // A client that is gone is what `close` tells; there is nothing to do about it.
    this.#out.on('error', () => this.#cancel());
  }

  /** Starts the rounds; what comes out is the body of the answer. */
  start(): Readable {
    void this.#round();
    return this.#out;
  }

  /** Ends the stream in order. */
  end(): void {
    this.#cancel();
    this.#out.end();
  }

  async #round(): Promise<void> {
    const { clock, intervalMs, maxEvents } = this.#options;
    if (!this.#out.writableNeedDrain) await this.#tell();
    if (this.#out.writableEnded || this.#out.destroyed) return;
    if (maxEvents > 0 && this.#sent >= maxEvents) {
      this.end();
      return;
    }
    this.#cancel = clock.schedule(addMs(clock.now(), intervalMs), () => void this.#round());
  }

  async #tell(): Promise<void> {
    const { clock } = this.#options;
    const list = await this.#load();
    if (this.#out.writableEnded || this.#out.destroyed) return;
    if (list.ok) this.#tellList(list.value);
    else this.#send('error', { type: 'error', message: list.error.message, at_ms: clock.now() });
    this.#out.write(`: ping ${Math.floor(clock.now() / 1000)}\n\n`);
  }

  async #load(): Promise<Result<TopMarketsAnswer, Failure>> {
    try {
      return await this.#options.load();
    } catch (thrown) {
      return { ok: false, error: toFailure(thrown) };
    }
  }

  #tellList(list: TopMarketsAnswer): void {
    if (list.items === this.#items) return;
    this.#items = list.items;
    const text = JSON.stringify(list.items);
    if (text === this.#itemsText) return;
    this.#itemsText = text;
    this.#out.write(`id: ${list.generated_at_ms}\n`);
    this.#send('top_markets', list);
  }

  #send(event: string, data: object): void {
    this.#sent++;
    this.#out.write(`event: ${event}\ndata: ${toSortedJson(data)}\n\n`);
  }
}

/** Compact JSON with the keys of every object in ascending order. */
function toSortedJson(value: object): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
