/**
 * Moves the spot books as the market moves. In: the visible market and the clock. Out: a tick of the matching engine
 * for every moment something was traded, each with a book of its own, and the same ticks for whoever streams them. A
 * symbol that nobody watches and that holds no orders is only brought up to date when it is asked for; what orders
 * experience does not depend on how often that is.
 */

import { add, type Decimal, divide, truncateToStep, ZERO } from '../../../core/decimal.ts';
import { createRng } from '../../../core/rng.ts';
import { addMs, type EpochMs, epochMs } from '../../../core/time.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { PublicPrint } from '../matching/market-depth.ts';
import type { TradingEngine } from '../matching/trading-engine.ts';
import { shareOf } from '../sim-grid.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimInstrument } from '../sim-market.ts';
import type { SimView } from '../sim-view.ts';
import { shapeBook } from './book-shape.ts';
import { type MarketMoment, momentsOf } from './market-moments.ts';

/** What the driver works with. */
export type MarketDriverOptions = {
  readonly view: SimView;
  readonly clock: Clock;
  readonly engine: TradingEngine;
  readonly seed: number;
  /** Told after each tick; `moment` is `null` when only the book was renewed. */
  readonly onTick: (instrument: SimInstrument, moment: MarketMoment | null) => void;
};

type Track = {
  readonly instrument: SimInstrument;
  /** Everything up to and including this was played. */
  at: EpochMs;
  minute: EpochMs;
  moments: readonly MarketMoment[];
  next: number;
  activity: Activity;
  watchers: number;
  cancel: Cancel | null;
  updateId: number;
};
type Activity = { readonly minuteVolume: Decimal; readonly averagePrice: Decimal | null };

/** Minutes that tell how busy a market is and what its average price is. */
const ACTIVITY_MINUTES = 5;

/** The driver of all spot symbols. */
export class MarketDriver {
  readonly #options: MarketDriverOptions;
  readonly #tracks = new Map<string, Track>();
  readonly #halted = new Set<string>();
  #state: 'open' | 'closed' = 'open';

  constructor(options: MarketDriverOptions) {
    this.#options = options;
  }

  /** Brings the symbol's book up to the present. */
  sync(instrument: SimInstrument): void {
    const now = this.#options.view.now();
    let track = this.#tracks.get(instrument.symbol);
    if (track === undefined) {
      track = this.#start(instrument, now);
      this.#tracks.set(instrument.symbol, track);
    }
    this.#playTo(track, now);
    this.#applyStatus(track, now);
    this.#arm(track);
  }

  /** Keeps the symbol moving for a listener until `unwatch` is called as often. */
  watch(instrument: SimInstrument): void {
    this.sync(instrument);
    const track = this.#tracks.get(instrument.symbol);
    if (track === undefined) return;
    track.watchers++;
    this.#arm(track);
  }

  unwatch(instrument: SimInstrument): void {
    const track = this.#tracks.get(instrument.symbol);
    if (track !== undefined && track.watchers > 0) track.watchers--;
  }

  /** Halts a symbol, or lets it trade again. */
  setHalted(instrument: SimInstrument, mode: 'on' | 'off'): void {
    this.sync(instrument);
    if (mode === 'on') this.#halted.add(instrument.symbol);
    else this.#halted.delete(instrument.symbol);
    this.sync(instrument);
  }

  /** Lets every symbol trade again that was halted by hand. */
  liftHalts(): void {
    const halted = [...this.#halted];
    this.#halted.clear();
    for (const symbol of halted) {
      const track = this.#tracks.get(symbol);
      if (track !== undefined) this.sync(track.instrument);
    }
  }

  /** Number of the book's last change; it grows with every one, by time where nobody watched. */
  updateId(instrument: SimInstrument): number {
    return this.#tracks.get(instrument.symbol)?.updateId ?? 0;
  }

  /** Notes that orders of accounts changed a book. */
  touch(instrument: SimInstrument): void {
    const track = this.#tracks.get(instrument.symbol);
    if (track === undefined) return;
    track.updateId++;
    this.#options.onTick(instrument, null);
    this.#arm(track);
  }

  /** The symbols halted by hand. */
  halted(): readonly string[] {
    return [...this.#halted];
  }

  /** Whether a symbol was halted by hand. */
  isHalted(instrument: SimInstrument): boolean {
    return this.#halted.has(instrument.symbol);
  }

  close(): void {
    this.#state = 'closed';
    for (const track of this.#tracks.values()) track.cancel?.();
    this.#tracks.clear();
  }

  #start(instrument: SimInstrument, now: EpochMs): Track {
    const minute = bucketOpenOf('1m', now);
    const track: Track = {
      instrument,
      at: now,
      minute,
      moments: [],
      next: 0,
      activity: this.#activityAt(instrument, minute),
      watchers: 0,
      cancel: null,
      updateId: now,
    };
    this.#enter(track, minute);
    track.next = track.moments.findIndex((moment) => moment.time > now);
    if (track.next < 0) track.next = track.moments.length;
    const latest = this.#options.view.klines(instrument, {
      interval: '1m',
      startTime: null,
      endTime: null,
      limit: 1,
    })[0];
    if (latest === undefined) return track;
    const { close: price } = latest;
    const prints = [{ price, pool: { left: ZERO }, taker: 'EITHER' }] as const;
    this.#tick(track, { time: now, price, taker: 'BUY', prints });
    return track;
  }

  #enter(track: Track, minute: EpochMs): void {
    track.minute = minute;
    track.activity = this.#activityAt(track.instrument, minute);
    const row = this.#options.view.minute(track.instrument, minute);
    track.moments = row === null ? [] : momentsOf(row, track.instrument, this.#options.view.market.seed);
    track.next = 0;
  }

  #activityAt(instrument: SimInstrument, minute: EpochMs): Activity {
    const from = epochMs(Math.max(0, minute - ACTIVITY_MINUTES * SIM_MINUTE_MS));
    const rows = this.#options.view.market.minutes(instrument.instrumentId, { from, to: minute });
    const volume = rows.reduce<Decimal>((sum, row) => add(sum, row.volume), ZERO);
    const quote = rows.reduce<Decimal>((sum, row) => add(sum, row.quoteVolume), ZERO);
    const mean =
      volume === 0n ? (rows.at(-1)?.close ?? null) : truncateToStep(divide(quote, volume), instrument.priceTick);
    return { minuteVolume: shareOf(volume, 1, Math.max(1, rows.length)), averagePrice: mean };
  }

  #playTo(track: Track, now: EpochMs): void {
    if (!this.#isActive(track)) this.#skipTo(track, now);
    while (track.at < now) {
      const moment = track.moments[track.next];
      const minuteEnd = addMs(track.minute, SIM_MINUTE_MS);
      if (moment !== undefined && moment.time <= now) {
        track.next++;
        track.at = moment.time;
        this.#play(track, moment);
      } else if (moment === undefined && minuteEnd <= now) this.#enter(track, minuteEnd);
      else track.at = now;
    }
  }

  /** Without orders or listeners only the latest moment matters; older minutes are left out. */
  #skipTo(track: Track, now: EpochMs): void {
    const minute = bucketOpenOf('1m', now);
    if (minute > track.minute + SIM_MINUTE_MS) this.#enter(track, epochMs(minute - SIM_MINUTE_MS));
  }

  #play(track: Track, moment: MarketMoment): void {
    const { time, price, quantity, taker } = moment;
    this.#applyStatus(track, time);
    this.#tick(track, { time, price, taker, prints: [{ price, pool: { left: quantity }, taker }] });
    this.#options.onTick(track.instrument, moment);
  }

  #tick(track: Track, move: Move): void {
    const { instrument, activity } = track;
    const { engine, seed } = this.#options;
    const rng = createRng(seed, `${instrument.instrumentId}:${move.time}:book`);
    const shape = { grid: instrument, price: move.price, taker: move.taker, minuteVolume: activity.minuteVolume };
    const { time, prints } = move;
    track.updateId = Math.max(track.updateId + 1, time);
    const averagePrice = activity.averagePrice;
    engine.tick(instrument.symbol, { time, prints, depth: shapeBook(shape, rng), averagePrice });
  }

  #applyStatus(track: Track, at: EpochMs): void {
    const { instrument } = track;
    const listing = this.#options.view.market.status(instrument.instrumentId, at);
    if (listing === 'unlisted' && at > instrument.listedTime) this.#options.engine.cancelSymbol(instrument.symbol, at);
    const status = listing === 'trading' && !this.#halted.has(instrument.symbol) ? 'TRADING' : 'HALT';
    if (this.#options.engine.book(instrument.symbol)?.status !== status) {
      this.#options.engine.setStatus(instrument.symbol, status);
    }
  }

  #isActive(track: Track): boolean {
    return track.watchers > 0 || this.#options.engine.orders.openCount(track.instrument.symbol) > 0;
  }

  #arm(track: Track): void {
    track.cancel?.();
    track.cancel = null;
    if (this.#state === 'closed' || !this.#isActive(track)) return;
    const moment = track.moments[track.next];
    const due = moment?.time ?? addMs(track.minute, SIM_MINUTE_MS);
    track.cancel = this.#options.clock.schedule(epochMs(Math.max(due, track.at)), () => this.sync(track.instrument));
  }
}

type Move = {
  readonly time: EpochMs;
  readonly price: Decimal;
  readonly taker: MarketMoment['taker'];
  readonly prints: readonly PublicPrint[];
};
