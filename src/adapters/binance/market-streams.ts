/**
 * The live half of a market watch on Binance spot: tickers of everything over one connection, minutes of chosen
 * instruments over as few others as the limit of streams allows. In come instruments to follow, out go events in the
 * order of arrival. Tickers and minutes do not share a connection, so that either is judged by its own silence.
 */
import { toFloat } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketWatchSink, MarketWatchStatus, WatchState } from '../../ports/market-watch.ts';
import type { Random } from '../../ports/random.ts';
import { AttemptWindow } from './attempt-window.ts';
import { CorruptFrames } from './corrupt-frames.ts';
import { type BinanceEndpoints, MARKET_RULES, streamUrl } from './endpoints.ts';
import { type KlineUpdate, parseKlineFrame } from './kline-frame.ts';
import { type LaneEvents, type LaneOptions, type LaneStream, type ParseFrame, StreamLane } from './stream-lane.ts';
import { StreamPool } from './stream-pool.ts';
import { type KlineStream, resolveStream } from './symbol-name.ts';
import { parseTickersFrame, TICKERS_PACE_MS, TICKERS_STREAM, type TickersUpdate } from './ticker-frame.ts';
import { TickerNames } from './ticker-names.ts';
import type { BinanceTimings } from './timings.ts';

/** What the streams are made of. */
export type MarketStreamsOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: MarketWatchSink;
  readonly onFault: (failure: Failure) => void;
  readonly endpoints: BinanceEndpoints;
  readonly timings: BinanceTimings;
  /** Only instruments of this quote asset are told. */
  readonly quoteAsset: string;
};

/** An instrument's minutes as a lane carries them. */
type MinuteStream = KlineStream & { readonly instrumentId: InstrumentId };

type Tally = { readonly live: Set<string>; lastTime: EpochMs | null; frames: number; skipped: number };

const MINUTE = timeframe('1m');
const TICKERS: LaneStream = { name: TICKERS_STREAM, lengthMs: TICKERS_PACE_MS };

/** Tickers and minutes of the spot market. */
export class MarketStreams {
  readonly #options: MarketStreamsOptions;
  readonly #tickers: StreamLane<LaneStream, TickersUpdate>;
  readonly #minutes: StreamPool<MinuteStream, KlineUpdate>;
  readonly #corrupt: CorruptFrames;
  /** Instruments followed, by the name of their stream. */
  readonly #followed = new Map<string, MinuteStream>();
  readonly #tallies = { tickers: createTally(), minutes: createTally() };
  #state: 'idle' | 'started' | 'closed' = 'idle';

  constructor(options: MarketStreamsOptions) {
    this.#options = options;
    const { quoteAsset } = options;
    const names = new TickerNames(quoteAsset);
    const url = streamUrl(options.endpoints, 'spot');
    const shared = laneOptions(options, url);
    this.#corrupt = new CorruptFrames(`${url} ${TICKERS_STREAM}`);
    this.#tickers = new StreamLane({
      ...shared,
      attempts: new AttemptWindow(options.timings.attemptsPer5Min),
      parse: this.#counted('tickers', (data, _stream, now) => parseTickersFrame(data, names, now)),
      events: this.#events('tickers', (_stream, update) => this.#onTickers(update)),
    });
    this.#minutes = new StreamPool({
      ...shared,
      streamsPerSocketMax: MARKET_RULES.spot.streamsPerSocketMax,
      parse: this.#counted('minutes', parseKlineFrame),
      events: this.#events<MinuteStream, KlineUpdate>('minutes', (stream, update) => this.#onMinute(stream, update)),
    });
  }

  /** Begins the tickers. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'started';
    this.#tickers.add(TICKERS);
  }

  /** Follows the minutes of exactly these instruments. */
  follow(instrumentIds: readonly InstrumentId[]): void {
    if (this.#state === 'closed') return;
    const wanted = new Map<string, MinuteStream>();
    for (const id of instrumentIds) {
      const stream = toMinuteStream(id);
      if (stream.ok) wanted.set(stream.value.name, stream.value);
      else this.#options.onFault(stream.error);
    }
    for (const name of this.#followed.keys()) {
      if (!wanted.has(name)) this.#drop(name);
    }
    for (const stream of wanted.values()) {
      const added = this.#minutes.add(stream);
      if (added.ok) this.#followed.set(stream.name, stream);
      else this.#options.onFault(added.error);
    }
  }

  status(): MarketWatchStatus {
    const { tickers, minutes } = this.#tallies;
    return {
      tickers: toState(tickers, this.#state === 'started' ? 1 : 0),
      minutes: toState(minutes, this.#followed.size),
    };
  }

  /** Ends every connection; resolves when they are gone. */
  async close(): Promise<void> {
    this.#state = 'closed';
    await Promise.all([this.#tickers.close(), this.#minutes.close()]);
  }

  #drop(name: string): void {
    this.#followed.delete(name);
    this.#tallies.minutes.live.delete(name);
    this.#minutes.remove(name);
  }

  /** Counts what the parser refuses; the lane only reports it. */
  #counted<S extends LaneStream, U extends KlineUpdate | TickersUpdate>(
    part: 'tickers' | 'minutes',
    parse: ParseFrame<S, U>,
  ): ParseFrame<S, U> {
    return (data, stream, now) => {
      const parsed = parse(data, stream, now);
      if (!parsed.ok) this.#tallies[part].skipped++;
      return parsed;
    };
  }

  #events<S extends LaneStream, U extends KlineUpdate | TickersUpdate>(
    part: 'tickers' | 'minutes',
    tell: (stream: S, update: U) => void,
  ): LaneEvents<S, U> {
    const tally = this.#tallies[part];
    return {
      onUpdate: (stream, update) => {
        tally.live.add(stream.name);
        tally.lastTime = this.#options.clock.now();
        tally.frames++;
        if (this.#state !== 'closed') tell(stream, update);
      },
      onLost: ({ name }) => tally.live.delete(name),
      onFault: (fault) => {
        if (this.#state !== 'closed') this.#options.onFault(fault);
      },
    };
  }

  #onTickers({ tickers, skipped, fault }: TickersUpdate): void {
    const { clock, sink, onFault } = this.#options;
    const receivedTime = clock.now();
    if (fault !== null) {
      this.#tallies.tickers.skipped += skipped;
      const report = this.#corrupt.count(`${skipped} items: ${fault}`, receivedTime);
      if (report !== null) onFault(report);
    }
    sink({ kind: 'tickersReceived', receivedTime, tickers });
  }

  #onMinute({ instrumentId }: MinuteStream, { state, openTime, columns }: KlineUpdate): void {
    const { close, quoteVolume, takerQuoteVolume } = columns;
    const receivedTime = this.#options.clock.now();
    const minute = {
      instrumentId,
      openTime,
      state,
      close: toFloat(close),
      // The frame's parser requires both; a minute without volume would be judged as one of zero.
      quoteVolume: quoteVolume === null ? Number.NaN : toFloat(quoteVolume),
      takerQuoteVolume: takerQuoteVolume === null ? null : toFloat(takerQuoteVolume),
    };
    this.#options.sink({ kind: 'minuteReceived', receivedTime, minute });
  }
}

type SharedOptions = Omit<LaneOptions<LaneStream, never>, 'attempts' | 'parse' | 'events'>;

/** A coin that nobody trades for a while is normal; that all of them pause at once is not, and the lane sees that. */
function laneOptions({ clock, random, timings }: MarketStreamsOptions, url: string): SharedOptions {
  const silenceMs = timings.silenceMs.spot;
  const { controlSpacingMs } = MARKET_RULES.spot;
  return { url, clock, random, timings, silenceMs, controlSpacingMs, quietStream: 'normal' };
}

function toMinuteStream(id: InstrumentId): Result<MinuteStream, Failure> {
  const stream = resolveStream(seriesId({ instrumentId: id, timeframe: MINUTE }));
  return stream.ok ? ok({ ...stream.value, instrumentId: id }) : err(stream.error);
}

function createTally(): Tally {
  return { live: new Set(), lastTime: null, frames: 0, skipped: 0 };
}

function toState({ live, lastTime, frames, skipped }: Tally, wanted: number): WatchState {
  return { wanted, live: live.size, lastTime, frames, skipped };
}
