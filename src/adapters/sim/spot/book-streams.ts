/**
 * The spot streams of trades and books: trade, aggTrade, bookTicker, depth as differences and depth as a picture. In:
 * open streams and the desk's ticks. Out: frames as text: trades at their moments, best prices when they change, depth
 * at its pace. A symbol without a stream costs nothing.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { SimInstrument } from '../sim-market.ts';
import { type BookStreamRequest, bookTickerFrame, depthDifference, partialDepth, tradeFrames } from './book-frames.ts';
import type { MarketMoment } from './market-moments.ts';
import type { SpotDesk } from './spot-desk.ts';
import { type VisibleBook, visibleBook } from './visible-book.ts';

/** Sends a frame of a stream. */
export type SendFrame = (stream: string, text: string) => void;

type OpenStream = {
  readonly name: string;
  readonly request: BookStreamRequest;
  readonly instrument: SimInstrument;
  /** What was last pushed: of a difference stream the book, of best prices their text. */
  book: VisibleBook;
  text: string;
  updateId: number;
  step: number;
};

/** Levels a side that difference streams cover. */
const DEPTH_LEVELS = 1_000;

/** The streams of trades and books that somebody listens to. */
export class BookStreams {
  readonly #desk: SpotDesk;
  readonly #send: SendFrame;
  readonly #streams = new Map<string, OpenStream>();
  readonly #bySymbol = new Map<string, Set<OpenStream>>();

  constructor(desk: SpotDesk, send: SendFrame) {
    this.#desk = desk;
    this.#send = send;
    desk.listen({ onEvent: () => undefined, onTick: (instrument, moment) => this.#onTick(instrument, moment) });
  }

  open(name: string, request: BookStreamRequest): void {
    const instrument = this.#desk.view.findEver('spot', request.symbol);
    if (instrument === null) return;
    this.#desk.driver.watch(instrument);
    const updateId = this.#desk.driver.updateId(instrument);
    const stream = { name, request, instrument, book: this.#book(instrument), text: '', updateId, step: 0 };
    this.#streams.set(name, stream);
    const same = this.#bySymbol.get(instrument.symbol) ?? new Set();
    this.#bySymbol.set(instrument.symbol, same.add(stream));
  }

  close(name: string): void {
    const stream = this.#streams.get(name);
    if (stream === undefined) return;
    this.#streams.delete(name);
    this.#bySymbol.get(stream.instrument.symbol)?.delete(stream);
    this.#desk.driver.unwatch(stream.instrument);
  }

  /** When a depth frame may be due; infinite while no stream of depth is open. */
  nextDue(now: EpochMs): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { request } of this.#streams.values()) {
      if (request.kind !== 'depth' && request.kind !== 'partialDepth') continue;
      due = Math.min(due, (Math.floor(now / request.paceMs) + 1) * request.paceMs);
    }
    return due;
  }

  /** Sends the depth frames that are due. */
  push(now: EpochMs): void {
    for (const stream of this.#streams.values()) {
      const { request } = stream;
      if (request.kind !== 'depth' && request.kind !== 'partialDepth') continue;
      const step = Math.floor(now / request.paceMs);
      if (step === stream.step) continue;
      stream.step = step;
      this.#pushDepth(stream, now);
    }
  }

  #pushDepth(stream: OpenStream, now: EpochMs): void {
    this.#desk.driver.sync(stream.instrument);
    const updateId = this.#desk.driver.updateId(stream.instrument);
    if (updateId === stream.updateId) return;
    const book = this.#book(stream.instrument);
    const { request, instrument } = stream;
    const change = { instrument, before: stream.book, after: book, firstId: stream.updateId + 1, lastId: updateId };
    const text =
      request.kind === 'partialDepth'
        ? partialDepth(book, updateId, request.levels)
        : depthDifference({ ...change, time: now });
    stream.book = book;
    stream.updateId = updateId;
    this.#send(stream.name, text);
  }

  #book(instrument: SimInstrument): VisibleBook {
    const book = this.#desk.engine.book(instrument.symbol);
    return book === null ? { bids: [], asks: [] } : visibleBook(book, DEPTH_LEVELS);
  }

  #onTick(instrument: SimInstrument, moment: MarketMoment | null): void {
    for (const stream of this.#bySymbol.get(instrument.symbol) ?? []) {
      const { kind } = stream.request;
      if (moment !== null && (kind === 'trade' || kind === 'aggTrade')) {
        for (const text of tradeFrames(kind, instrument, moment)) this.#send(stream.name, text);
      }
      if (kind === 'bookTicker') this.#pushBest(stream);
    }
  }

  #pushBest(stream: OpenStream): void {
    const { instrument } = stream;
    const book = this.#desk.engine.book(instrument.symbol);
    if (book === null) return;
    const best = bookTickerFrame(instrument, visibleBook(book, 1), this.#desk.driver.updateId(instrument));
    if (best.prices === stream.text) return;
    stream.text = best.prices;
    this.#send(stream.name, best.text);
  }
}
