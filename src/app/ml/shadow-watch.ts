/**
 * One model watched beside trading: closed candles of its timeframe in, predictions and their outcomes written down,
 * watched and learned from. Nothing here is awaited by whoever tells the candles, and nothing that fails here is thrown at
 * them: what goes wrong is handed to `onError`.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import type { MonitorEvent } from '../../ml/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import { seriesParts } from '../../model/series.ts';
import { bucketOpen, type Timeframe, timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { ShadowBook } from './shadow-book.ts';
import { dueTime, giveUp, openPrediction, type SettledPrediction, type ShadowCoin } from './shadow-coin.ts';
import { findMissing, ShadowHistory } from './shadow-history.ts';
import { judgeMoment, type ShadowMarket } from './shadow-judge.ts';
import type { ShadowLearning } from './shadow-learning.ts';
import { ShadowLine } from './shadow-line.ts';
import type { WatchedModel } from './shadow-model.ts';
import type { PredictionDraft, ShadowRecord } from './shadow-record.ts';
import { BITCOIN, sectorOf } from './training-plan.ts';

/** What a watch needs; it closes `learning`. */
export type WatchParts = {
  readonly model: WatchedModel;
  readonly market: ShadowMarket;
  readonly record: ShadowRecord;
  readonly learning: ShadowLearning;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly onAlarm: (event: MonitorEvent) => void;
  /** What was predicted or settled is written down. */
  readonly onSaved: () => void;
  /** Hears of everything that went wrong; trading does not. */
  readonly onError: (error: unknown) => void;
};

/** Counts since the watch began: candles after their moment, candles and coins that there was no room for. */
export type WatchCounts = { readonly late: number; readonly dropped: number; readonly refused: number };

/** How long a moment waits for the coins that lack their candle. */
const GRACE_MS = 10_000;
/** A coin of which no minute came for so long has left: trading follows it no more. */
const HEARD_MS = 180_000;
/** A candle that closed longer ago was not judged when it closed, and is not afterwards. */
const FRESH_MS = 60_000;
/** An outcome that is overdue for so long never comes: the coin is traded no more. */
const GIVE_UP_MS = 86_400_000;
const BITCOIN_ID = instrumentId({ venue: 'binance', market: 'spot', base: 'BTC', quote: 'USDT' });

/** Watches until it is closed. */
export class ShadowWatch {
  readonly #parts: WatchParts;
  readonly #book: ShadowBook;
  readonly #history: ShadowHistory;
  readonly #line: ShadowLine;
  readonly #candleMs: number;
  #late = 0;
  #refused = 0;
  #endGrace: Cancel = () => {};
  #lastMoment = 0 as EpochMs;
  #saving: Promise<void> = Promise.resolve();
  #life: 'open' | 'closed' = 'open';

  /** Begins to listen. */
  constructor(parts: WatchParts) {
    const { model, market, wallClock, onError } = parts;
    this.#parts = parts;
    const frame = timeframe(model.key.interval);
    this.#candleMs = timeframeMs(frame);
    this.#book = new ShadowBook(planOf(parts, this.#candleMs));
    this.#book.admit(BITCOIN_ID, 0 as EpochMs);
    this.#history = this.#openHistory(frame);
    this.#line = new ShadowLine({
      subscribe: market.subscribe,
      timeframe: frame,
      onMinute: (id) => void this.#meet(id),
      onCandle: (candle) => this.#take(candle),
      ...{ wallClock, onError },
    });
  }

  /** Goes on with predictions that are open from before. */
  resume(open: Parameters<ShadowBook['resume']>[0]): void {
    this.#refused += this.#book.resume(open);
    for (const coin of this.#book.coins.values()) this.#history.want(coin);
  }

  counts(): WatchCounts {
    return { late: this.#late, dropped: this.#line.dropped(), refused: this.#refused };
  }

  /** Coins that are kept. */
  coins(): number {
    return this.#book.coins.size;
  }

  /** Asks for what is overdue; to be called now and then. */
  look(): void {
    for (const coin of this.#book.coins.values()) if (this.#isOverdue(coin, 0)) this.#history.want(coin);
  }

  #isOverdue(coin: ShadowCoin, byMs: number): boolean {
    const due = dueTime(coin, this.#book.plan.rules);
    return due !== null && this.#parts.clock.now() > due + byMs;
  }

  /** Nothing is heard or asked from now on; what is being written is waited for. */
  async close(): Promise<void> {
    this.#life = 'closed';
    this.#line.close();
    this.#endGrace();
    this.#history.close();
    await this.#parts.learning.close();
    await this.#saving;
  }

  /** A coin that is in the pool is watched from the first minute that is heard of it. */
  #meet(id: InstrumentId): ShadowCoin | null {
    const { market, clock } = this.#parts;
    const now = clock.now();
    const known = this.#book.coins.get(id);
    if (known !== undefined) {
      known.heardTime = now;
      return known;
    }
    if (!market.isCandidate(id)) return null;
    const coin = this.#book.admit(id, now);
    if (coin === null) this.#refused++;
    else this.#history.want(coin);
    return coin;
  }

  #take(candle: ClosedCandle): void {
    const coin = this.#meet(seriesParts(candle.seriesId).instrumentId);
    if (coin === null) return;
    const { openTime } = candle;
    const now = this.#parts.clock.now();
    if (openTime > this.#lastMoment) {
      if (this.#book.momentOpen !== null) this.#endMoment();
      if (now - addMs(openTime, this.#candleMs) <= FRESH_MS) this.#beginMoment(openTime, now);
    }
    const { how, settled } = this.#book.take(coin, candle);
    if (how === 'late') this.#late++;
    if (how === 'behind') this.#wantFor(coin);
    this.#goOn(settled);
  }

  #beginMoment(openTime: EpochMs, now: EpochMs): void {
    this.#lastMoment = openTime;
    this.#book.beginMoment(openTime, (now - HEARD_MS) as EpochMs);
    this.#endGrace = this.#parts.clock.schedule(addMs(now, GRACE_MS), () => this.#endGraceOf(openTime));
    const bitcoin = this.#book.coins.get(BITCOIN_ID);
    // Trading follows it only where it is a candidate.
    if (bitcoin !== undefined && now - bitcoin.heardTime > HEARD_MS) this.#wantFor(bitcoin);
  }

  #endGraceOf(openTime: EpochMs): void {
    try {
      if (this.#life === 'open' && this.#book.momentOpen === openTime) this.#endMoment();
    } catch (error) {
      // A clock has no use for it.
      this.#parts.onError(error);
    }
  }

  /** The moment waits for the history that is asked for. */
  #wantFor(coin: ShadowCoin): void {
    this.#book.await(coin);
    this.#history.want(coin, 'first');
  }

  #openHistory(frame: Timeframe): ShadowHistory {
    const { market, onError } = this.#parts;
    return new ShadowHistory({
      fetchHistory: market.fetchHistory,
      timeframe: frame,
      missingOf: (coin) =>
        findMissing(coin, { next: this.#book.nextOf(coin), to: this.#knownTo(), candleMs: this.#candleMs }),
      onCandles: (coin, candles, asked) => {
        const settled = this.#book.takeHistory(coin, candles);
        this.#book.release(coin);
        const isGone = asked === 'all' && this.#isOverdue(coin, GIVE_UP_MS);
        const given = isGone ? giveUp(coin, 'noCandles', this.#parts.clock.now()) : [];
        this.#goOn([...settled, ...given]);
      },
      onError,
    });
  }

  /** Up to where candles are history: the newest one is on its way, unless its moment is under way or over. */
  #knownTo(): EpochMs {
    const now = this.#parts.clock.now();
    const to = bucketOpen(now, this.#candleMs);
    const newest = to - this.#candleMs;
    const isOnItsWay = newest > this.#lastMoment && now - to < GRACE_MS;
    return (isOnItsWay ? newest : to) as EpochMs;
  }

  #goOn(settled: readonly SettledPrediction[]): void {
    if (settled.length > 0) this.#save([], settled);
    if (this.#book.isMomentWhole()) this.#endMoment();
  }

  #endMoment(): void {
    this.#endGrace();
    const moment = this.#book.endMoment();
    this.#save(judgeMoment(this.#parts, this.#book.coins.values(), moment), moment.settled);
  }

  #save(drafts: readonly PredictionDraft[], settled: readonly SettledPrediction[]): void {
    this.#saving = this.#saving.then(() => this.#saveNow(drafts, settled)).catch(this.#parts.onError);
  }

  async #saveNow(drafts: readonly PredictionDraft[], settled: readonly SettledPrediction[]): Promise<void> {
    const { record, learning, onSaved, onAlarm } = this.#parts;
    const { predictions, labelled, events } = await record.save(drafts, settled);
    for (const prediction of predictions) {
      const coin = this.#book.coins.get(prediction.instrumentId);
      // One that left meanwhile is open in the log, and settled after the next start.
      if (coin !== undefined) openPrediction(coin, prediction);
    }
    onSaved();
    for (const event of events) onAlarm(event);
    if (this.#life === 'open') learning.take(labelled);
  }
}

/** The universe of training, as far as its coins are watched. */
function planOf({ model }: WatchParts, candleMs: number) {
  const { recipe } = model;
  return {
    candleMs,
    dayVolumeMin: recipe.dayVolumeMin,
    sectorOf,
    bitcoin: BITCOIN,
    outside: new Set<string>(),
    rules: recipe.labels.trade,
  };
}
