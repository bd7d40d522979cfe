/**
 * Minute series of the local market as a feed tells them. In come series to watch and the times at which something is
 * told; out go running and closed minutes of each, and when a series comes up or is lost. Only 1m series are followed:
 * longer ones are derived by whoever listens.
 */
import type { EpochMs } from '../../../core/time.ts';
import { type SeriesId, seriesParts } from '../../../model/series.ts';
import type { FeedSink } from '../../../ports/feed.ts';
import type { SimInstrument } from '../sim-market.ts';
import type { SimView } from '../sim-view.ts';
import { toCandle, toColumns } from './local-rows.ts';

/** What a feed is made of. */
export type LocalFeedOptions = { readonly view: SimView; readonly sink: FeedSink };

type Watched = { readonly instrument: SimInstrument; state: 'waiting' | 'up' };

/** The streams of a feed; one entry for each series watched. */
export class LocalFeed {
  readonly #options: LocalFeedOptions;
  readonly #watched = new Map<SeriesId, Watched>();

  constructor(options: LocalFeedOptions) {
    this.#options = options;
  }

  watch(seriesId: SeriesId): void {
    const { instrumentId, timeframe } = seriesParts(seriesId);
    const instrument = this.#options.view.market.instruments.find((each) => each.instrumentId === instrumentId);
    if (timeframe !== '1m' || instrument === undefined || this.#watched.has(seriesId)) return;
    this.#watched.set(seriesId, { instrument, state: 'waiting' });
  }

  unwatch(seriesId: SeriesId): void {
    this.#watched.delete(seriesId);
  }

  close(): void {
    this.#watched.clear();
  }

  /** Every stream is gone until something of it is told again. */
  lose(now: EpochMs): void {
    for (const [seriesId, watched] of [...this.#watched]) {
      if (watched.state === 'waiting') continue;
      watched.state = 'waiting';
      this.#options.sink({ kind: 'feedDown', receivedTime: now, seriesId, reason: 'the exchange is gone' });
    }
  }

  tellForming(now: EpochMs): void {
    for (const [seriesId, { instrument }] of [...this.#watched]) {
      const row = this.#options.view.forming(instrument, now);
      if (row === null) continue;
      this.#raise(seriesId, now);
      const candle = { kind: 'candleForming', seriesId, openTime: row.openTime, ...toColumns(row) } as const;
      this.#options.sink({ kind: 'formingReceived', receivedTime: now, eventTime: now, candle });
    }
  }

  tellClosed(openTime: EpochMs, now: EpochMs): void {
    for (const [seriesId, { instrument }] of [...this.#watched]) {
      const row = this.#options.view.minute(instrument, openTime);
      if (row === null) continue;
      this.#raise(seriesId, now);
      const candle = toCandle(row, { seriesId, source: 'ws' });
      this.#options.sink({ kind: 'closedReceived', receivedTime: now, eventTime: now, candle });
    }
  }

  #raise(seriesId: SeriesId, now: EpochMs): void {
    const watched = this.#watched.get(seriesId);
    if (watched === undefined || watched.state === 'up') return;
    watched.state = 'up';
    this.#options.sink({ kind: 'feedUp', receivedTime: now, seriesId, reason: 'first candle' });
  }
}
