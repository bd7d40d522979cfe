/**
 * A recording played as a market: its events told at their times and in their turns, requests answered as they were
 * answered. What is asked for and was never answered in the recording is refused in time, and counted.
 */

import type { RecordedClock } from '../../adapters/clock/recorded-clock.ts';
import { assertNever } from '../../core/assert.ts';
import { err, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Surroundings } from '../../engine/index.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { PostsReceived } from '../../model/social-post.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { MarketWatch, MarketWatchSink, MarketWatchStatus } from '../../ports/market-watch.ts';
import type { SocialSource, SocialStatus } from '../../ports/social-source.ts';
import type { TradingMarket } from '../trading/trading-market.ts';
import { type MarketRecord, type PlacedRecord, REQUEST_KEYS, timeOf } from './market-record.ts';

/** What is played. */
export type RecordedMarketOptions = {
  readonly clock: RecordedClock;
  /** The records in their order, heads included. */
  readonly records: Iterator<PlacedRecord>;
  readonly onDecision: (text: string) => void;
};

/** A market with the handle that moves it. */
export type RecordedMarket = TradingMarket & {
  readonly fetchTradingRules: () => Promise<Result<readonly TradingRules[], Failure>>;
  /** What was said in public. */
  readonly social: SocialSource;
  /** Plays everything up to and including `time`; answers whether there is more. */
  readonly playTo: (time: EpochMs) => Promise<'more' | 'over'>;
  /** Requests that the recording has no answer to. */
  readonly unanswered: () => number;
};

type Answer = Result<unknown, Failure>;
type Waiting = { readonly askedTime: EpochMs; readonly resolve: (answer: Answer) => void };

/** Longest wait for an answer of the recording: the exchange's own patience is shorter. */
const PATIENCE_MS = 60_000;

/** A market that stands before its first record. */
export function createRecordedMarket(options: RecordedMarketOptions): RecordedMarket {
  const player = new Player(options);
  const ask = <T>(key: string): Promise<Result<T, Failure>> => player.ask(key) as Promise<Result<T, Failure>>;
  return {
    openFeed: (sink) => {
      player.feed = sink;
      return feedOf(ask, () => {
        player.feed = null;
      });
    },
    openWatch: (sink) => {
      player.watch = sink;
      return watchOf(ask, () => {
        player.watch = null;
      });
    },
    onSurroundings: (tell) => {
      player.surroundings = tell;
    },
    fetchTradingRules: () => ask(REQUEST_KEYS.rules),
    social: {
      start: (onPosts) => {
        player.posts = onPosts;
      },
      status: () => QUIET,
      close: async () => {
        player.posts = null;
      },
    },
    close: async () => {},
    playTo: (time) => player.playTo(time),
    unanswered: () => player.unanswered,
  };
}

const QUIET: SocialStatus = {
  network: 'x',
  offReason: 'it is played from a recording',
  startedTime: null,
  lastPollTime: null,
  lastSuccessTime: null,
  nextPollTime: null,
  lastFailure: null,
  failures: 0,
  posts: 0,
  skipped: 0,
};

type Ask = <T>(key: string) => Promise<Result<T, Failure>>;

function feedOf(ask: Ask, close: () => void): Feed {
  return {
    watch: () => {},
    unwatch: () => {},
    fetchHistory: (request) => ask(REQUEST_KEYS.history(request)),
    fetchInstruments: () => Promise.resolve(missing('instruments')),
    fetchTime: () => Promise.resolve(missing('time')),
    close: async () => close(),
  };
}

const SILENT: MarketWatchStatus['tickers'] = { wanted: 0, live: 0, lastTime: null, frames: 0, skipped: 0 };

function watchOf(ask: Ask, close: () => void): MarketWatch {
  return {
    start: () => {},
    followMinutes: () => {},
    fetchInstruments: () => ask(REQUEST_KEYS.instruments),
    fetchAnnouncements: () => ask(REQUEST_KEYS.announcements),
    fetchListedTime: (id) => ask(REQUEST_KEYS.listedTime(id)),
    fetchBook: (id) => ask(REQUEST_KEYS.book(id)),
    status: () => ({ tickers: SILENT, minutes: SILENT }),
    close: async () => close(),
  };
}

function missing(key: string): Result<never, Failure> {
  return err(failure('venue_unreachable', { url: 'the recording', reason: `it has no answer to: ${key}` }));
}

class Player {
  readonly #options: RecordedMarketOptions;
  /** Requests under way, by key in the order asked; each is answered or refused within a minute. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #known = new Map<string, Answer>();
  #next: PlacedRecord | null = null;
  feed: FeedSink | null = null;
  watch: MarketWatchSink | null = null;
  surroundings: ((surroundings: Surroundings) => void) | null = null;
  posts: ((posts: PostsReceived) => void) | null = null;
  unanswered = 0;

  constructor(options: RecordedMarketOptions) {
    this.#options = options;
    this.#advance();
  }

  /** An answer of the recording that comes now, later, or never. */
  ask(key: string): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const waiting = this.#waiting.get(key) ?? [];
    waiting.push({ askedTime: this.#options.clock.now(), resolve });
    this.#waiting.set(key, waiting);
    return promise;
  }

  async playTo(time: EpochMs): Promise<'more' | 'over'> {
    const { clock } = this.#options;
    while (this.#next !== null) {
      const due = timeOf(this.#next.record);
      if (due !== null && due > time) break;
      await clock.passTo(due ?? clock.now());
      this.#playTurn();
      await clock.settle();
      await this.#refuseOld();
    }
    await clock.passTo(time);
    await this.#refuseOld();
    return this.#next === null ? 'over' : 'more';
  }

  /** Everything that was heard in one turn of the event loop is heard in one again. */
  #playTurn(): void {
    do {
      const { record } = this.#next as PlacedRecord;
      this.#advance();
      this.#play(record);
    } while (this.#next?.turn === 'same');
  }

  #advance(): void {
    const { value, done } = this.#options.records.next();
    this.#next = done === true ? null : (value as PlacedRecord);
  }

  #play(record: MarketRecord): void {
    switch (record.kind) {
      case 'head':
        return;
      case 'watch':
        this.watch?.(record.event);
        return;
      case 'feed':
        this.feed?.(record.event);
        return;
      case 'posts':
        this.posts?.(record.event);
        return;
      case 'timer':
        this.#options.clock.fire(record.at);
        return;
      case 'surroundings':
        this.surroundings?.(record.surroundings);
        return;
      case 'decision':
        this.#options.onDecision(record.text);
        return;
      case 'known':
        this.#known.set(record.key, record.answer);
        return;
      case 'answer':
        this.#answer(record.key, record.answer);
        return;
      default:
        assertNever(record);
    }
  }

  #answer(key: string, answer: Answer): void {
    if (answer.ok && isLasting(key)) this.#known.set(key, answer);
    const [first, ...rest] = this.#waiting.get(key) ?? [];
    if (first === undefined) return;
    if (rest.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, rest);
    first.resolve(answer);
  }

  /** What nobody answered then is answered by what is known, or refused. */
  async #refuseOld(): Promise<void> {
    const now = this.#options.clock.now();
    for (const [key, waiting] of [...this.#waiting]) {
      if (waiting.every(({ askedTime }) => now - askedTime < PATIENCE_MS)) continue;
      this.#waiting.delete(key);
      const known = this.#known.get(key);
      if (known === undefined) this.unanswered += waiting.length;
      for (const { resolve } of waiting) resolve(known ?? missing(key));
      await this.#options.clock.settle();
    }
  }
}

/** Whether an answer still tells something later: lists and rules do, prices do not. */
function isLasting(key: string): boolean {
  return key === REQUEST_KEYS.instruments || key === REQUEST_KEYS.rules || key.startsWith('listed ');
}
