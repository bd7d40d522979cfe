/**
 * One stream of one series, from stored candles over HTTP into the socket's messages. It either reads pages after its
 * last closed candle, taking nothing from the socket but the news that there is more, or it follows the socket. A jump
 * in the socket's times, or a reader that is too slow for the buffer, sends it back to reading; so closed candles are
 * strictly increasing, each comes once, and none is dropped.
 */
import { retryDelayMs } from './backoff.ts';
import { PAGE_MAX, type Reading, readCandles } from './candles-request.ts';
import type { HotwickClientError } from './client-error.ts';
import { EventQueue } from './event-queue.ts';
import type { MarketSocket, Member, SeriesMessage } from './market-socket.ts';
import type { Platform } from './platform.ts';
import type { Candle, LinkState } from './stream-event.ts';

/** What a stream is of and where it begins. */
export type StreamPlan = {
  readonly seriesId: string;
  readonly stepSec: number;
  /** Open time after which to begin, Unix seconds; `null` begins with the newest candles. */
  readonly since: number | null;
  /** How many of the newest closed candles come first when there is no `since`. */
  readonly history: number;
  /** Most closed candles that wait for the reader. Policy: beyond it nothing is taken, and read again once there is room. */
  readonly bufferMax: number;
};

/** What a stream works with. */
export type StreamParts = { readonly platform: Platform; readonly socket: MarketSocket };

/** Waits before asking again for candles that the server misses too: its own repair takes seconds. */
const REPAIR_WAITS_MS: readonly number[] = [1000, 3000, 6000];
/** Reads after which a candle that was announced but is not stored is no longer waited for. */
const ANNOUNCED_READS_MAX = 5;

type Jump = { readonly from: number; readonly to: number };
type Page = { readonly candles: readonly Candle[]; readonly limit: number };
type PageVerdict = 'level' | 'more' | 'behind' | 'hole';

/** A running stream; `queue` is what its reader takes from. */
export class CandleStream implements Member {
  readonly queue: EventQueue;
  readonly #plan: StreamPlan;
  readonly #parts: StreamParts;
  readonly #abort = new AbortController();
  #mode: 'reading' | 'following' = 'reading';
  /** Open time of the last closed candle that was queued, or where the reader said it stands. */
  #cursor: number | null;
  /** The only open time that can come next without a hole; `null` while any may. */
  #next: number | null;
  /** Newest closed time that the socket announced. */
  #seen = Number.NEGATIVE_INFINITY;
  #jump: Jump | null = null;
  #isAttached = false;
  #link: LinkState | null = null;
  #endFollowing: (() => void) | null = null;

  constructor(plan: StreamPlan, parts: StreamParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.queue = new EventQueue(Math.max(plan.bufferMax, plan.history));
    this.#cursor = plan.since;
    const { since, stepSec } = plan;
    // A cursor of 0 means "from the beginning": whatever comes first is no hole.
    this.#next = since === null || since === 0 ? null : since - (since % stepSec) + stepSec;
  }

  /** Joins the socket and reads until the stream is ended. */
  start(): void {
    this.#tell('connecting');
    this.#parts.socket.join(this.#plan.seriesId, this);
    void this.#run();
  }

  /** Ends the stream; its reader gets `error`, or the end when it is `null`. */
  end(error: HotwickClientError | null): void {
    this.#abort.abort();
    this.queue.end(error);
    this.#endFollowing?.();
    this.#parts.socket.leave(this.#plan.seriesId, this);
  }

  position(): number | null {
    return this.#mode === 'following' ? this.#cursor : null;
  }

  attached(): void {
    this.#isAttached = true;
    this.#tell('live');
  }

  detached(retryInMs: number): void {
    this.#isAttached = false;
    this.#tell('lost', retryInMs);
  }

  connecting(): void {
    this.#tell('connecting');
  }

  failed(error: HotwickClientError): void {
    this.end(error);
  }

  received(message: SeriesMessage): void {
    if (message.type === 'gap') return; // Redundant: a jump is seen in the candles themselves.
    if (message.type === 'candles_batch') this.#receiveClosed(message.candles);
    else if (message.type === 'candle_closed') this.#receiveClosed([message.candle]);
    else if (this.#mode === 'following' && message.candle.candle_time > (this.#cursor ?? 0)) {
      this.queue.form(message.candle);
    }
  }

  #receiveClosed(candles: readonly Candle[]): void {
    for (const candle of candles) {
      const time = candle.candle_time;
      this.#seen = Math.max(this.#seen, time);
      if (this.#mode === 'reading' || time <= (this.#cursor ?? 0)) continue;
      const isJump = this.#next !== null && time > this.#next;
      if (isJump && this.#next !== null) this.#jump = { from: this.#next, to: time };
      if (isJump || this.queue.room === 0) this.#stopFollowing();
      else this.#accept(candle);
    }
  }

  #stopFollowing(): void {
    this.#mode = 'reading';
    this.#endFollowing?.();
  }

  #accept(candle: Candle): void {
    if (this.#jump !== null && candle.candle_time >= this.#jump.to) {
      this.queue.push({ kind: 'gap', ...this.#jump, filled: true });
      this.#jump = null;
    }
    this.queue.push({ kind: 'closed', candle });
    this.#cursor = candle.candle_time;
    this.#next = candle.candle_time + this.#plan.stepSec;
  }

  async #run(): Promise<void> {
    // Holes of stored history are old: the server has had its time to repair them.
    await this.#catchUp([]);
    while (!this.#abort.signal.aborted) {
      await this.#follow();
      await this.#catchUp(REPAIR_WAITS_MS);
    }
  }

  /** Reads pages until nothing newer is known; `repairWaits` is how often and long a hole is waited for. */
  async #catchUp(repairWaits: readonly number[]): Promise<void> {
    let [failures, lateReads, holeReads] = [0, 0, 0];
    while (!this.#abort.signal.aborted && this.#mode === 'reading') {
      await this.queue.hasRoom();
      const limit = this.#pageLimit();
      const reading = await this.#read(limit);
      if (this.#abort.signal.aborted) return;
      if (reading.kind === 'failed') {
        failures += 1;
        await this.#endureFailure(reading, failures);
        continue;
      }
      failures = 0;
      const patience = holeReads < repairWaits.length ? 'wait' : 'goOn';
      const verdict = this.#takePage({ candles: reading.answer.candles, limit }, patience);
      if (verdict === 'level') this.#beginFollowing();
      else if (verdict === 'hole') await this.#wait(repairWaits[holeReads++] ?? 0);
      else if (verdict === 'behind') await this.#awaitAnnounced(++lateReads);
    }
  }

  #pageLimit(): number {
    if (this.#cursor === null) return Math.max(1, this.#plan.history);
    return Math.min(PAGE_MAX, this.queue.room);
  }

  #read(limit: number): ReturnType<typeof readCandles> {
    const query = { seriesId: this.#plan.seriesId, since: this.#cursor, limit };
    return readCandles(this.#parts.platform, query, this.#abort.signal);
  }

  async #endureFailure(failure: Extract<Reading<never>, { kind: 'failed' }>, failures: number): Promise<void> {
    if (failure.isFinal) {
      this.end(failure.error);
      return;
    }
    const delayMs = retryDelayMs(failures, this.#parts.platform.random());
    this.#tell('lost', delayMs);
    await this.#wait(delayMs);
  }

  #takePage(page: Page, patience: 'wait' | 'goOn'): PageVerdict {
    if (this.#cursor === null) return this.#takeNewest(page.candles);
    if (this.#takeStored(page.candles, patience) === 'hole') return 'hole';
    return page.candles.length >= page.limit ? 'more' : this.#levelOrBehind();
  }

  /** The first page of a stream that begins with the newest candles; an empty series is followed from its first one. */
  #takeNewest(candles: readonly Candle[]): PageVerdict {
    const { history, stepSec } = this.#plan;
    const last = candles.at(-1);
    this.#cursor = 0;
    if (history > 0) this.#takeStored(candles.slice(-history), 'goOn');
    if (last !== undefined) this.#cursor = last.candle_time;
    if (last !== undefined) this.#next = last.candle_time + stepSec;
    return this.#levelOrBehind();
  }

  #takeStored(candles: readonly Candle[], patience: 'wait' | 'goOn'): 'taken' | 'hole' {
    for (const candle of candles) {
      const time = candle.candle_time;
      if (time <= (this.#cursor ?? 0)) continue;
      if (this.#next !== null && time > this.#next) {
        if (patience === 'wait') return 'hole';
        this.queue.push({ kind: 'gap', from: this.#next, to: time, filled: false });
        this.#jump = null;
      }
      this.#accept(candle);
    }
    return 'taken';
  }

  #levelOrBehind(): 'level' | 'behind' {
    return (this.#cursor ?? 0) >= this.#seen ? 'level' : 'behind';
  }

  async #awaitAnnounced(lateReads: number): Promise<void> {
    // If the store never shows it, the next closed candle reveals the hole again.
    if (lateReads >= ANNOUNCED_READS_MAX) this.#seen = Number.NEGATIVE_INFINITY;
    await this.#wait(retryDelayMs(lateReads, this.#parts.platform.random()));
  }

  #beginFollowing(): void {
    this.#mode = 'following';
    if (this.#isAttached) this.#tell('live');
    else this.#parts.socket.resume(this.#plan.seriesId);
  }

  async #follow(): Promise<void> {
    if (this.#mode === 'reading' || this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#endFollowing = resolve;
    });
  }

  async #wait(delayMs: number): Promise<void> {
    const { signal } = this.#abort;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const stop = (): void => {
        cancel();
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const cancel = this.#parts.platform.clock.after(delayMs, stop);
      signal.addEventListener('abort', stop);
    });
  }

  #tell(state: LinkState, retryInMs?: number): void {
    if (this.#link === state && state !== 'lost') return;
    this.#link = state;
    this.queue.tell({ kind: 'link', state, ...(retryInMs === undefined ? {} : { retryInMs }) });
  }
}
