/**
 * History of coins that lack candles, asked for one coin at a time and last in line, so that nothing of trading waits for
 * it. A coin that is asked for while it waits waits once.
 */
import type { Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import { seriesId } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { Feed } from '../../ports/feed.ts';
import type { ShadowCoin } from './shadow-coin.ts';

/** What is missing of a coin: candles that open in [`from`, `to`). */
export type MissingSpan = { readonly from: EpochMs; readonly to: EpochMs };

/** What it needs. */
export type HistoryParts = {
  readonly fetchHistory: Feed['fetchHistory'];
  readonly timeframe: Timeframe;
  /** What is missing by now; `null` for nothing. */
  readonly missingOf: (coin: ShadowCoin) => MissingSpan | null;
  /** Takes what came, ascending; `asked` says whether it is all that the exchange has. */
  readonly onCandles: (coin: ShadowCoin, candles: readonly ClosedCandle[], asked: 'all' | 'some') => void;
  readonly onError: (error: unknown) => void;
};

/** Pages of one coin: a month of quarters of an hour. Policy beyond it: the rest is asked for at the next occasion. */
const PAGES_MAX = 3;

/** Candles after which averages have forgotten where they began, to the last digit of a float. */
const WARM_CANDLES = 500;

/** How far a coin has come, and up to where candles are history. */
export type Standing = { readonly next: EpochMs | null; readonly to: EpochMs; readonly candleMs: number };

/** What is missing of a coin: from where it stands, or a warm-up, and from its oldest open prediction on. */
export function findMissing({ open }: ShadowCoin, { next, to, candleMs }: Standing): MissingSpan | null {
  const warm = Math.max(0, to - WARM_CANDLES * candleMs);
  const oldest = open[0]?.prediction.time ?? to;
  // Longer ago than a warm-up is not worth going on from, unless something is open.
  const from = next !== null && (next >= warm || open.length > 0) ? next : Math.min(warm, oldest);
  return from < to ? { from: from as EpochMs, to } : null;
}

type Loaded = { readonly candles: readonly ClosedCandle[]; readonly asked: 'all' | 'some' };

/** Asks. */
export class ShadowHistory {
  readonly #parts: HistoryParts;
  readonly #wanted = new Set<ShadowCoin>();
  #state: 'idle' | 'asking' | 'closed' = 'idle';

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Wants the history of a coin; `first` goes before those that wait. */
  want(coin: ShadowCoin, place: 'first' | 'last' = 'last'): void {
    if (place === 'first') {
      const others = [...this.#wanted].filter((each) => each !== coin);
      this.#wanted.clear();
      for (const each of [coin, ...others]) this.#wanted.add(each);
    } else this.#wanted.add(coin);
    if (this.#state === 'idle') void this.#ask();
  }

  /** Nothing is asked or told from now on. */
  close(): void {
    this.#state = 'closed';
    this.#wanted.clear();
  }

  async #ask(): Promise<void> {
    this.#state = 'asking';
    for (const coin of this.#wanted) {
      const loaded = await this.#load(coin);
      if (this.#isClosed()) return;
      this.#wanted.delete(coin);
      this.#tell(coin, loaded);
    }
    this.#state = 'idle';
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #tell(coin: ShadowCoin, { candles, asked }: Loaded): void {
    try {
      this.#parts.onCandles(coin, candles, asked);
    } catch (error) {
      // The next coin is asked for all the same.
      this.#parts.onError(error);
    }
  }

  /** What could be had; never rejects. */
  async #load(coin: ShadowCoin): Promise<Loaded> {
    const { missingOf, onError, timeframe } = this.#parts;
    const candles: ClosedCandle[] = [];
    try {
      const missing = missingOf(coin);
      let from = missing?.from ?? null;
      for (let page = 0; missing !== null && from !== null && from < missing.to; page++) {
        if (page === PAGES_MAX) return { candles, asked: 'some' };
        const answer = await this.#page(coin, { from, to: missing.to });
        if (!answer.ok) throw new FailureError(answer.error);
        candles.push(...answer.value);
        const last = answer.value.at(-1);
        from = last === undefined ? null : addMs(last.openTime, timeframeMs(timeframe));
      }
      return { candles, asked: 'all' };
    } catch (error) {
      if (!this.#isClosed()) onError(error);
      return { candles, asked: 'some' };
    }
  }

  #page(coin: ShadowCoin, { from, to }: MissingSpan): Promise<Result<readonly ClosedCandle[], Failure>> {
    const { fetchHistory, timeframe } = this.#parts;
    const series = seriesId({ instrumentId: coin.instrumentId, timeframe });
    return fetchHistory({ seriesId: series, from, to, purpose: 'history', source: 'rest' });
  }
}
