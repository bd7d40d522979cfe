/**
 * One client's delivery of one series: history after the cursor first, then the stream, closed times strictly
 * increasing, holes announced. What the bus brings while history is being read waits and is filtered afterwards, so
 * the joint has neither a hole nor a repeat.
 */
import { toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { MarketMessage } from '../ports/bus.ts';
import type { CandleReader } from './candle-reader.ts';
import { batchMessageText, candleMessageText, gapMessageText } from './wire.ts';

/** Where texts go; `kind` lets the sink drop forming texts for a client that is behind. */
export type TextSink = (text: string, kind: 'forming' | 'closed') => void;

/** Announcements shared by all subscribers: their texts are made once. */
export type Announcement = { readonly message: MarketMessage; readonly text: () => string };

/** What waits during catch-up; forming candles are not kept. A client that falls further behind is cut off. */
const WAITING_MAX = 10_000;

/** A subscription's settings. */
export type SubscriptionOptions = {
  readonly seriesId: SeriesId;
  readonly since: number | null;
  readonly supportsBatch: 'yes' | 'no';
  readonly catchUpLimit: number;
};

/** Delivery of one series to one client. */
export class Subscription {
  readonly options: SubscriptionOptions;
  readonly #send: TextSink;
  readonly #periodSec: number;
  /** Open time in seconds of the newest closed candle sent, or where the client said it stands. */
  #cursor: number | null;
  #waiting: Announcement[] | null = [];
  #closed = false;

  constructor(options: SubscriptionOptions, send: TextSink) {
    this.options = options;
    this.#send = send;
    this.#periodSec = timeframeMs(seriesParts(options.seriesId).timeframe) / 1000;
    this.#cursor = options.since;
  }

  /** Sends history after the cursor page by page, then whatever came in meanwhile. Resolves when live. */
  async catchUp(reader: CandleReader): Promise<'live' | 'overrun'> {
    let since = this.options.since;
    while (!this.#closed) {
      const reading = await reader.read({ seriesId: this.options.seriesId, since, limit: this.options.catchUpLimit });
      if (this.#closed || this.#waiting === null) return 'overrun';
      if (since === this.options.since && since !== null) this.#cursor = reading.since;
      this.#sendHistory(reading.candles);
      const isPage = since !== null && reading.candles.length >= this.options.catchUpLimit;
      if (!isPage) break;
      since = this.#cursor;
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const announcement of waiting) this.deliver(announcement);
    return 'live';
  }

  #sendHistory(candles: readonly ClosedCandle[]): void {
    const first = candles[0];
    const last = candles[candles.length - 1];
    if (first === undefined || last === undefined) return;
    // A cursor of 0 or less means "from the beginning": whatever comes first is no hole.
    if (this.#cursor !== null && this.#cursor > 0) this.#announceGap(toEpochSec(first.openTime));
    if (this.options.supportsBatch === 'yes') this.#send(batchMessageText(this.options.seriesId, candles), 'closed');
    else for (const candle of candles) this.#send(candleMessageText('candle_closed', candle), 'closed');
    this.#cursor = toEpochSec(last.openTime);
  }

  /** Takes an announcement of this series; answers `overrun` when too much waits for a slow catch-up. */
  deliver(announcement: Announcement): 'taken' | 'overrun' {
    if (this.#closed) return 'taken';
    const { message } = announcement;
    if (this.#waiting !== null) {
      if (message.kind !== 'candlesClosed') return 'taken';
      if (this.#waiting.length >= WAITING_MAX) return 'overrun';
      this.#waiting.push(announcement);
      return 'taken';
    }
    if (message.kind === 'candlesClosed') this.#deliverClosed(message.candles, announcement);
    else if (message.kind === 'candleForming') {
      const isNews = this.#cursor === null || toEpochSec(message.candle.openTime) > this.#cursor;
      if (isNews) this.#send(announcement.text(), 'forming');
    }
    return 'taken';
  }

  #deliverClosed(candles: readonly ClosedCandle[], announcement: Announcement): void {
    const cursor = this.#cursor;
    const fresh = cursor === null ? candles : candles.filter((candle) => toEpochSec(candle.openTime) > cursor);
    const first = fresh[0];
    if (first === undefined) return;
    if (candles.length > 1 && this.options.supportsBatch === 'yes') {
      this.#announceGap(toEpochSec(first.openTime));
      const isWhole = fresh.length === candles.length;
      this.#send(isWhole ? announcement.text() : batchMessageText(this.options.seriesId, fresh), 'closed');
      this.#cursor = toEpochSec((fresh[fresh.length - 1] as ClosedCandle).openTime);
      return;
    }
    for (const candle of fresh) {
      const time = toEpochSec(candle.openTime);
      this.#announceGap(time);
      this.#send(candles.length === 1 ? announcement.text() : candleMessageText('candle_closed', candle), 'closed');
      this.#cursor = time;
    }
  }

  #announceGap(actual: number): void {
    if (this.#cursor === null || actual <= this.#cursor + this.#periodSec) return;
    this.#send(gapMessageText(this.options.seriesId, this.#cursor + this.#periodSec, actual), 'closed');
  }

  /** Ends delivery at once. */
  close(): void {
    this.#closed = true;
    this.#waiting = null;
  }
}
