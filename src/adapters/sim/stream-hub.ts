/**
 * The live streams of one market. In: subscriptions and the clock. Out: klines, mini tickers, on spot also trades and
 * books, to every subscriber: forming klines at the exchange's pace when something was traded, each closed kline exactly once at its
 * period's end and in order. What nobody subscribes costs nothing; each update costs O(1) per stream.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FaultBoard } from './fault-board.ts';
import { KlineStream } from './kline-stream.ts';
import { MiniTickers } from './mini-tickers.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from './sim-interval.ts';
import type { SimRow } from './sim-market.ts';
import type { SimView } from './sim-view.ts';
import { BookStreams } from './spot/book-streams.ts';
import type { SpotDesk } from './spot/spot-desk.ts';
import { parseStreamName, type StreamRequest, symbolOfStream } from './stream-names.ts';

/** Who gets frames; `stream` is the name it subscribed. */
export type StreamListener = { readonly deliver: (stream: string, text: string) => void };

/** What a hub works with. */
export type StreamHubOptions = {
  readonly market: MarketType;
  readonly view: SimView;
  readonly clock: Clock;
  readonly faults: FaultBoard;
  /** Least market time between two forming frames of a stream, on top of the exchange's own pace. */
  readonly frameSpacingMs: number;
  /** Where trades and books come from; `null` where they are not simulated. */
  readonly desk: SpotDesk | null;
};

type Topic = { readonly request: StreamRequest; readonly listeners: Set<StreamListener> };

/** Push pace of forming klines in market time: documented values of the exchange. */
const KLINE_PACE_MS = { spot: 2_000, futures: 250 } as const;
/** Minutes closed per turn when the clock has jumped; more wait for the next turn, so that sockets are served. */
const CATCH_UP_MAX = 60;

/** Publishes one market's streams; nothing runs while nobody listens. */
export class StreamHub {
  readonly #options: StreamHubOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #klines = new Map<string, KlineStream>();
  readonly #tickers: MiniTickers;
  readonly #books: BookStreams | null;
  readonly #klinePaceMs: number;
  /** Every minute that opens before this is closed and published. */
  #closedUntil: EpochMs;
  #klineStep = 0;
  #cancel: Cancel | null = null;
  #state: 'open' | 'closed' = 'open';

  constructor(options: StreamHubOptions) {
    this.#options = options;
    this.#klinePaceMs = Math.max(KLINE_PACE_MS[options.market], options.frameSpacingMs);
    this.#tickers = new MiniTickers(options);
    const send = (name: string, text: string): void => this.#publish(name, text, 'forming');
    this.#books = options.desk === null ? null : new BookStreams(options.desk, send);
    this.#closedUntil = bucketOpenOf('1m', options.view.now());
  }

  /** Number of (socket, stream) pairs. */
  get subscriptions(): number {
    let count = 0;
    for (const topic of this.#topics.values()) count += topic.listeners.size;
    return count;
  }

  subscribe(name: string, listener: StreamListener): void {
    if (this.#topics.size === 0) this.#closedUntil = bucketOpenOf('1m', this.#options.view.now());
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { request: parseStreamName(name), listeners: new Set() };
      this.#topics.set(name, topic);
      this.#open(name, topic.request);
    }
    topic.listeners.add(listener);
    if (this.#cancel === null) this.#arm();
  }

  unsubscribe(name: string, listener: StreamListener): void {
    const topic = this.#topics.get(name);
    if (topic === undefined || !topic.listeners.delete(listener) || topic.listeners.size > 0) return;
    this.#topics.delete(name);
    this.#klines.delete(name);
    this.#tickers.close(name);
    this.#books?.close(name);
    if (this.#topics.size === 0) this.#disarm();
  }

  /** Stops for good. */
  close(): void {
    this.#state = 'closed';
    this.#topics.clear();
    this.#klines.clear();
    this.#disarm();
  }

  #open(name: string, request: StreamRequest): void {
    if (request.kind === 'kline') {
      const { view, market } = this.#options;
      const instrument = view.findEver(market, request.symbol);
      if (instrument === null) return;
      const stream = new KlineStream({ name, instrument, interval: request.interval, view });
      stream.start(this.#closedUntil);
      this.#klines.set(name, stream);
    } else if (request.kind === 'miniTicker' || request.kind === 'miniTickerAll') this.#tickers.open(name, request);
    else if (request.kind !== 'unserved') this.#books?.open(name, request);
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(): void {
    if (this.#state === 'closed') return;
    const now = this.#options.view.now();
    const minuteEnd = this.#closedUntil + SIM_MINUTE_MS;
    const klineDue = (Math.floor(now / this.#klinePaceMs) + 1) * this.#klinePaceMs;
    const streamsDue = Math.min(this.#tickers.nextDue(now), this.#books?.nextDue(now) ?? Number.POSITIVE_INFINITY);
    const due = Math.min(minuteEnd, klineDue, streamsDue);
    this.#cancel = this.#options.clock.schedule(epochMs(Math.max(due, now)), () => this.#turn());
  }

  #turn(): void {
    this.#cancel = null;
    const now = this.#options.view.now();
    this.#closeMinutes(now);
    if (this.#closedUntil + SIM_MINUTE_MS > now) {
      this.#pushForming(now);
      this.#tickers.push(now, (name, text) => this.#publish(name, text, 'forming'));
      this.#books?.push(now);
    }
    if (this.#topics.size > 0) this.#arm();
  }

  #closeMinutes(now: EpochMs): void {
    for (let closed = 0; closed < CATCH_UP_MAX && this.#closedUntil + SIM_MINUTE_MS <= now; closed++) {
      const minutes = new Map<string, SimRow | null>();
      for (const stream of this.#klines.values()) {
        const id = stream.instrument.instrumentId;
        if (!minutes.has(id)) minutes.set(id, this.#options.view.minute(stream.instrument, this.#closedUntil));
        const text = stream.closeMinute(minutes.get(id) ?? null, now);
        if (text !== null) this.#publish(stream.name, text, 'closed');
      }
      this.#closedUntil = epochMs(this.#closedUntil + SIM_MINUTE_MS);
    }
  }

  #pushForming(now: EpochMs): void {
    const step = Math.floor(now / this.#klinePaceMs);
    if (step === this.#klineStep) return;
    this.#klineStep = step;
    for (const stream of this.#klines.values()) {
      const text = stream.forming(now);
      if (text !== null) this.#publish(stream.name, text, 'forming');
    }
  }

  #publish(stream: string, text: string, phase: 'forming' | 'closed'): void {
    const frame = { stream, symbol: symbolOfStream(stream), text, phase };
    this.#options.faults.pass(frame, (sent) => this.#fanOut(stream, sent));
  }

  #fanOut(name: string, text: string): void {
    // What was delayed or held back may come due in a silence.
    if (this.#options.faults.isSilent({ stream: name, symbol: symbolOfStream(name) })) return;
    for (const listener of this.#topics.get(name)?.listeners ?? []) listener.deliver(name, text);
  }
}
