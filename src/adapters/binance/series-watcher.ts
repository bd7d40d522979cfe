/**
 * Turns the venue's streams into series. In come series to watch, out go feed events: a series comes up with a frame
 * of its own in hand, goes down once for every loss, and is silent after it was dropped.
 */
import type { Failure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedSink } from '../../ports/feed.ts';
import type { Random } from '../../ports/random.ts';
import { type BinanceEndpoints, MARKET_RULES, streamUrl } from './endpoints.ts';
import { type KlineUpdate, parseKlineFrame, toCandleEvent } from './kline-frame.ts';
import { StreamPool } from './stream-pool.ts';
import { type KlineStream, resolveStream } from './symbol-name.ts';
import type { BinanceTimings } from './timings.ts';

/** What a watcher is made of. */
export type WatcherOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: FeedSink;
  readonly onFault: (failure: Failure) => void;
  readonly endpoints: BinanceEndpoints;
  readonly timings: BinanceTimings;
};

type SeriesState = 'waiting' | 'up';

/** Series by stream name: several may share one (`BTC/USDT` and `BTC/USDT:USDT`). */
type SeriesByStream = Map<string, Map<SeriesId, SeriesState>>;

/** Who watches what, and what each series was told. */
export class SeriesWatcher {
  readonly #options: WatcherOptions;
  readonly #pools: Readonly<Record<MarketType, StreamPool<KlineStream, KlineUpdate>>>;
  readonly #watched: Readonly<Record<MarketType, SeriesByStream>> = { futures: new Map(), spot: new Map() };
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#pools = { futures: this.#createPool('futures'), spot: this.#createPool('spot') };
  }

  /** Starts the stream of a series; watching it again does nothing. What can not be watched goes to `onFault`. */
  watch(seriesId: SeriesId): void {
    if (this.#closed) return;
    const resolved = resolveStream(seriesId);
    if (!resolved.ok) {
      this.#options.onFault(resolved.error);
      return;
    }
    const { market, name } = resolved.value;
    const series = this.#watched[market].get(name) ?? new Map<SeriesId, SeriesState>();
    if (series.has(seriesId)) return;
    const added = this.#pools[market].add(resolved.value);
    if (!added.ok) {
      this.#options.onFault(added.error);
      return;
    }
    series.set(seriesId, 'waiting');
    this.#watched[market].set(name, series);
  }

  /** Stops the stream of a series; nothing more is told of it. */
  unwatch(seriesId: SeriesId): void {
    const resolved = resolveStream(seriesId);
    if (!resolved.ok) return;
    const { market, name } = resolved.value;
    const series = this.#watched[market].get(name);
    if (series === undefined || !series.delete(seriesId) || series.size > 0) return;
    this.#watched[market].delete(name);
    this.#pools[market].remove(name);
  }

  /** Ends every stream; no event is sent afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#pools.futures.close(), this.#pools.spot.close()]);
  }

  #createPool(market: MarketType): StreamPool<KlineStream, KlineUpdate> {
    const { clock, random, timings, endpoints } = this.#options;
    return new StreamPool({
      url: streamUrl(endpoints, market),
      clock,
      random,
      timings,
      silenceMs: timings.silenceMs[market],
      controlSpacingMs: MARKET_RULES[market].controlSpacingMs,
      streamsPerSocketMax: MARKET_RULES[market].streamsPerSocketMax,
      parse: parseKlineFrame,
      quietStream: 'dead',
      events: {
        onUpdate: (stream, update) => this.#onUpdate(stream, update),
        onLost: (stream, reason) => this.#onLost(stream, reason),
        onFault: (failure) => {
          if (!this.#closed) this.#options.onFault(failure);
        },
      },
    });
  }

  #onUpdate(stream: KlineStream, update: KlineUpdate): void {
    const receivedTime = this.#options.clock.now();
    for (const seriesId of this.#seriesOf(stream)) {
      this.#tell(stream, seriesId, { state: 'up', reason: `first frame of ${stream.name}` });
      // The sink may have dropped the series, or closed the feed, on hearing that it is up.
      if (this.#isTold(stream, seriesId)) this.#options.sink(toCandleEvent(update, { seriesId, receivedTime }));
    }
  }

  #onLost(stream: KlineStream, reason: string): void {
    for (const seriesId of this.#seriesOf(stream)) this.#tell(stream, seriesId, { state: 'waiting', reason });
  }

  /** A copy, because the sink may change what is watched. */
  #seriesOf(stream: KlineStream): readonly SeriesId[] {
    return [...(this.#watched[stream.market].get(stream.name)?.keys() ?? [])];
  }

  #isTold(stream: KlineStream, seriesId: SeriesId): boolean {
    return !this.#closed && this.#watched[stream.market].get(stream.name)?.has(seriesId) === true;
  }

  #tell(
    stream: KlineStream,
    seriesId: SeriesId,
    change: { readonly state: SeriesState; readonly reason: string },
  ): void {
    const { state, reason } = change;
    const series = this.#watched[stream.market].get(stream.name);
    if (series === undefined || !this.#isTold(stream, seriesId) || series.get(seriesId) === state) return;
    series.set(seriesId, state);
    const kind = state === 'up' ? 'feedUp' : 'feedDown';
    this.#options.sink({ kind, receivedTime: this.#options.clock.now(), seriesId, reason });
  }
}
