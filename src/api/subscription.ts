/**
 * One client's delivery of one series: history after the cursor first, then the stream, closed times strictly
 * increasing, holes announced. What the bus brings while history is being read waits and is filtered afterwards, so
 * the joint has neither a hole nor a repeat. Where a hole may be repaired, delivery waits for that and goes on from
 * history; what is missing still is announced then.
 */
import { type EpochMs, fromEpochSec, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { Announcement } from './announcement.ts';
import type { CandleReader, CandleReading } from './candle-reader.ts';
import { batchMessageText, candleMessageText, gapMessageText } from './wire.ts';

/** Where texts go; `kind` lets the sink drop forming texts for a client that is behind. */
export type TextSink = (text: string, kind: 'forming' | 'closed') => void;

/** Announcements that wait during catch-up; forming candles are not kept. Policy beyond it: the client is cut off. */
const WAITING_MAX = 10_000;

/** A subscription's settings. */
export type SubscriptionOptions = {
  readonly seriesId: SeriesId;
  /** Exclusive cursor in whole seconds; `null` asks for the newest page. */
  readonly since: number | null;
  readonly supportsBatch: 'yes' | 'no';
  /** Most candles in one page of history. */
  readonly catchUpLimit: number;
  /** Tries to fill a hole before it is announced: `null` where nothing is tried; never rejects. Absent: never tried. */
  readonly repairGap?: (
    seriesId: SeriesId,
    hole: { readonly from: EpochMs; readonly to: EpochMs },
  ) => Promise<void> | null;
  /** Told when a repair is over and history is wanted again. */
  readonly onRepaired?: (subscription: Subscription) => void;
};

/** Delivery of one series to one client. */
export class Subscription {
  readonly options: SubscriptionOptions;
  readonly #send: TextSink;
  readonly #periodSec: number;
  /** Open time in seconds of the newest closed candle sent, or where the client said it stands. */
  #cursor: number | null;
  #phase: 'firstPage' | 'laterPages' | 'repairing' | 'repaired' | 'stream' | 'closed' = 'firstPage';
  #waiting: Announcement[] = [];

  constructor(options: SubscriptionOptions, send: TextSink) {
    this.options = options;
    this.#send = send;
    this.#periodSec = timeframeMs(seriesParts(options.seriesId).timeframe) / 1000;
    this.#cursor = options.since;
  }

  /**
   * Sends the next page of history; what came in meanwhile goes with the last one. Without a cursor the newest page is
   * the only one. Rejects as the reader does.
   */
  async sendHistoryPage(reader: CandleReader): Promise<'more' | 'done'> {
    const { seriesId, catchUpLimit: limit } = this.options;
    const isPaged = this.#cursor !== null;
    const reading = await reader.read({ seriesId, since: this.#cursor, limit });
    if (this.#isClosed()) return 'done';
    if (this.#phase === 'firstPage' && this.#begin(reading) === 'repairing') return 'done';
    if (this.#phase === 'repaired') this.#sendRepaired(reading.candles);
    else this.#sendHistory(reading.candles);
    // Sending may have been too much for the client, which ends its subscriptions.
    if (this.#isClosed()) return 'done';
    if (isPaged && reading.candles.length >= limit) {
      if (this.#phase === 'firstPage') this.#phase = 'laterPages';
      return 'more';
    }
    this.#phase = 'stream';
    for (const announcement of this.#waiting.splice(0)) this.deliver(announcement);
    return 'done';
  }

  #begin(reading: CandleReading): 'repairing' | 'begun' {
    this.#cursor = reading.since;
    const first = reading.candles[0];
    // A cursor of 0 or less means "from the beginning": whatever comes first is no hole.
    if (first === undefined || reading.since === null || reading.since <= 0) return 'begun';
    if (this.#repairBefore(first) === 'repairing') return 'repairing';
    this.#announceGap(first);
    return 'begun';
  }

  /** Candles from the hole on: also what was stored behind it while it was repaired, so every hole left is told. */
  #sendRepaired(candles: readonly ClosedCandle[]): void {
    let run: ClosedCandle[] = [];
    for (const candle of candles) {
      const last = run.at(-1);
      if (last !== undefined && candle.openTime > last.openTime + this.#periodSec * 1000) {
        this.#sendRun(run);
        run = [];
      }
      run.push(candle);
    }
    this.#sendRun(run);
  }

  #sendRun(run: readonly ClosedCandle[]): void {
    const first = run[0];
    if (first === undefined) return;
    this.#announceGap(first);
    this.#sendHistory(run);
  }

  /** Starts the repair of a hole before `next`, if there is one and it can be tried; history is asked for afterwards. */
  #repairBefore(next: ClosedCandle): 'repairing' | 'nothing' {
    const { seriesId, repairGap, onRepaired } = this.options;
    if (repairGap === undefined || this.#cursor === null || this.#cursor <= 0) return 'nothing';
    if (toEpochSec(next.openTime) <= this.#cursor + this.#periodSec) return 'nothing';
    const hole = { from: fromEpochSec(this.#cursor + this.#periodSec), to: next.openTime };
    const repair = repairGap(seriesId, hole);
    if (repair === null) return 'nothing';
    this.#phase = 'repairing';
    void repair.then(() => {
      if (this.#isClosed()) return;
      this.#phase = 'repaired';
      onRepaired?.(this);
    });
    return 'repairing';
  }

  #sendHistory(candles: readonly ClosedCandle[]): void {
    const last = candles.at(-1);
    if (last === undefined) return;
    if (this.options.supportsBatch === 'yes') this.#send(batchMessageText(this.options.seriesId, candles), 'closed');
    else for (const candle of candles) this.#send(candleMessageText('candle_closed', candle), 'closed');
    this.#cursor = toEpochSec(last.openTime);
  }

  /** Takes an announcement of this series; answers `overrun` when too much waits for a slow catch-up. */
  deliver(announcement: Announcement): 'taken' | 'overrun' {
    if (this.#isClosed()) return 'taken';
    const { message } = announcement;
    if (this.#phase !== 'stream') return message.kind === 'candlesClosed' ? this.#keep(announcement) : 'taken';
    if (message.kind === 'candlesClosed') {
      const first = message.candles.find((candle) => this.#isNews(candle));
      if (first !== undefined && this.#repairBefore(first) === 'repairing') return this.#keep(announcement);
      this.#deliverClosed(message.candles, announcement);
    } else if (this.#isNews(message.candle)) this.#send(announcement.text(), 'forming');
    return 'taken';
  }

  #keep(announcement: Announcement): 'taken' | 'overrun' {
    if (this.#waiting.length >= WAITING_MAX) return 'overrun';
    this.#waiting.push(announcement);
    return 'taken';
  }

  #isNews(candle: { readonly openTime: ClosedCandle['openTime'] }): boolean {
    return this.#cursor === null || toEpochSec(candle.openTime) > this.#cursor;
  }

  #deliverClosed(candles: readonly ClosedCandle[], announcement: Announcement): void {
    if (candles.length > 1 && this.options.supportsBatch === 'yes') {
      this.#deliverBatch(candles, announcement);
      return;
    }
    const texts = announcement.closedTexts();
    for (const [index, candle] of candles.entries()) this.#deliverOne(candle, texts[index] ?? '');
  }

  #deliverBatch(candles: readonly ClosedCandle[], announcement: Announcement): void {
    const fresh = candles.filter((candle) => this.#isNews(candle));
    const first = fresh[0];
    const last = fresh.at(-1);
    if (first === undefined || last === undefined) return;
    this.#announceGap(first);
    const isWhole = fresh.length === candles.length;
    this.#send(isWhole ? announcement.text() : batchMessageText(this.options.seriesId, fresh), 'closed');
    this.#cursor = toEpochSec(last.openTime);
  }

  #deliverOne(candle: ClosedCandle, text: string): void {
    if (!this.#isNews(candle)) return;
    this.#announceGap(candle);
    this.#send(text, 'closed');
    this.#cursor = toEpochSec(candle.openTime);
  }

  #announceGap(next: ClosedCandle): void {
    const actual = toEpochSec(next.openTime);
    if (this.#cursor === null || actual <= this.#cursor + this.#periodSec) return;
    this.#send(gapMessageText(this.options.seriesId, this.#cursor + this.#periodSec, actual), 'closed');
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** Ends delivery at once. */
  close(): void {
    this.#phase = 'closed';
    this.#waiting = [];
  }
}
