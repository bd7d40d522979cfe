/**
 * The ear of a watch: announcements of trading in, and out, a turn later and one by one, the closed candles of one
 * timeframe. Whoever announces never waits and never hears of a failure; the line is bounded.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { seriesParts } from '../../model/series.ts';
import type { Bus, MarketMessage } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';

/** What it hears and whom it tells. */
export type LineParts = {
  readonly subscribe: Bus['subscribe'];
  readonly timeframe: string;
  /** Real time. */
  readonly wallClock: Clock;
  /** A minute of this coin closed; only who is new is worth a thought. */
  readonly onMinute: (id: InstrumentId) => void;
  readonly onCandle: (candle: ClosedCandle) => void;
  readonly onError: (error: unknown) => void;
};

/** Candles that wait. Policy beyond it: further ones are dropped and counted; the history of their coins fills the hole. */
const LINE_MAX = 5_000;

/** Listens until it is closed. */
export class ShadowLine {
  readonly #parts: LineParts;
  readonly #suffix: string;
  readonly #unsubscribe: () => void;
  #line: ClosedCandle[] = [];
  #life: 'idle' | 'due' | 'closed' = 'idle';
  #dropped = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#suffix = `:${parts.timeframe}`;
    this.#unsubscribe = parts.subscribe((message) => this.#hear(message)).close;
  }

  /** Candles that there was no place for. */
  dropped(): number {
    return this.#dropped;
  }

  /** Nothing is told from now on. */
  close(): void {
    this.#life = 'closed';
    this.#line = [];
    this.#unsubscribe();
  }

  /** In the publication of trading. */
  #hear(message: MarketMessage): void {
    if (message.kind !== 'candlesClosed') return;
    const { seriesId, candles } = message;
    if (seriesId.endsWith(':1m')) this.#guard(() => this.#parts.onMinute(seriesParts(seriesId).instrumentId));
    if (seriesId.endsWith(this.#suffix)) this.#enqueue(candles);
  }

  #enqueue(candles: readonly ClosedCandle[]): void {
    const room = LINE_MAX - this.#line.length;
    this.#line.push(...candles.slice(0, room));
    this.#dropped += Math.max(0, candles.length - room);
    if (this.#life !== 'idle') return;
    this.#life = 'due';
    const { wallClock } = this.#parts;
    wallClock.schedule(wallClock.now(), () => this.#drain());
  }

  #drain(): void {
    if (this.#life === 'closed') return;
    this.#life = 'idle';
    for (const candle of this.#line.splice(0)) this.#guard(() => this.#parts.onCandle(candle));
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      // Whoever announces, and the candles behind this one, are not to suffer for it.
      this.#parts.onError(error);
    }
  }
}
