/**
 * A trading run written down while it runs: everything its ports tell it passes through here unchanged and is recorded in
 * the order the engine hears it. What can not be written ends the recording, never the run.
 */
import type { Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Surroundings, TradingEvent } from '../../engine/index.ts';
import { encode } from '../../journal/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { PostsReceived } from '../../model/social-post.ts';
import type { Account } from '../../ports/account.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';
import type { FlightLog } from '../../ports/flight-log.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';
import type { TradingMarket } from '../trading/trading-market.ts';
import { type MarketRecord, REQUEST_KEYS, recordLine } from './market-record.ts';

/** What is recorded with. */
export type MarketRecorderOptions = {
  readonly clock: Clock;
  /** Closed by the recorder. */
  readonly log: FlightLog;
  readonly version: string;
  /** Hot-coin settings as they are saved. */
  readonly config: unknown;
};

/** The hands through which a run's ports go. */
export type MarketRecorder = {
  /** Begins the recording; before it everything passes unrecorded. */
  readonly begin: (time: EpochMs) => void;
  readonly market: (market: TradingMarket) => TradingMarket;
  /** The run's clock for the engine: timers are recorded as they fire. */
  readonly timers: Clock;
  readonly account: (account: Account) => Account;
  readonly posts: (posts: PostsReceived) => void;
  readonly surroundings: (time: EpochMs, surroundings: Surroundings) => void;
  readonly events: (events: readonly TradingEvent[]) => void;
  readonly close: () => void;
};

/** A recorder. */
export function createMarketRecorder(options: MarketRecorderOptions): MarketRecorder {
  const { log, clock } = options;
  const tape = new Tape(options);
  const ask: Ask = async (key, request) => {
    const answer = await request();
    tape.write({ kind: 'answer', key, time: clock.now(), answer });
    return answer;
  };
  return {
    begin: (time) => tape.begin(time),
    market: (market) => recordMarket(market, { tape, ask }),
    timers: {
      now: () => clock.now(),
      schedule: (at, action) =>
        clock.schedule(at, () => {
          tape.write({ kind: 'timer', at, time: clock.now() });
          action();
        }),
      // The clock is its owner's.
      close: () => {},
    },
    account: (account) => ({
      fetchBalances: () => account.fetchBalances(),
      fetchPermissions: () => account.fetchPermissions(),
      fetchOrders: (instrumentId, since) => account.fetchOrders(instrumentId, since),
      fetchTradingRules: () => ask(REQUEST_KEYS.rules, () => account.fetchTradingRules()),
      close: () => account.close(),
    }),
    posts: (event) => tape.write({ kind: 'posts', event }),
    surroundings: (time, surroundings) => tape.write({ kind: 'surroundings', time, surroundings }),
    events: (events) => {
      for (const event of events) {
        if (event.kind === 'decision') tape.write({ kind: 'decision', text: encode(event.record) });
      }
    },
    close: () => log.close(),
  };
}

/** Answers that every run begins with: they stand at the beginning of every segment. */
const REPEATED: ReadonlySet<string> = new Set([REQUEST_KEYS.instruments, REQUEST_KEYS.rules]);

type Ask = <T>(key: string, request: () => Promise<Result<T, Failure>>) => Promise<Result<T, Failure>>;

function recordMarket(market: TradingMarket, { tape, ask }: { readonly tape: Tape; readonly ask: Ask }): TradingMarket {
  return {
    ...market,
    openFeed: (sink) => {
      const feed = market.openFeed((event) => {
        tape.write({ kind: 'feed', event });
        sink(event);
      });
      return recordHistory(feed, ask);
    },
    openWatch: (sink) => {
      const watch = market.openWatch((event) => {
        tape.write({ kind: 'watch', event });
        sink(event);
      });
      return recordLists(watch, ask);
    },
  };
}

function recordHistory(feed: Feed, ask: Ask): Feed {
  return {
    watch: (seriesId) => feed.watch(seriesId),
    unwatch: (seriesId) => feed.unwatch(seriesId),
    fetchHistory: (request) => ask(REQUEST_KEYS.history(request), () => feed.fetchHistory(request)),
    fetchInstruments: (market) => feed.fetchInstruments(market),
    fetchTime: () => feed.fetchTime(),
    close: () => feed.close(),
  };
}

function recordLists(watch: MarketWatch, ask: Ask): MarketWatch {
  return {
    start: () => watch.start(),
    followMinutes: (instrumentIds) => watch.followMinutes(instrumentIds),
    fetchInstruments: () => ask(REQUEST_KEYS.instruments, () => watch.fetchInstruments()),
    fetchAnnouncements: () => ask(REQUEST_KEYS.announcements, () => watch.fetchAnnouncements()),
    fetchListedTime: (id) => ask(REQUEST_KEYS.listedTime(id), () => watch.fetchListedTime(id)),
    fetchBook: (id) => ask(REQUEST_KEYS.book(id), () => watch.fetchBook(id)),
    status: () => watch.status(),
    close: () => watch.close(),
  };
}

class Tape {
  readonly #options: MarketRecorderOptions;
  readonly #repeated = new Map<string, Extract<MarketRecord, { kind: 'answer' | 'known' }>>();
  #time: EpochMs | null = null;
  #isTurnOpen = false;

  constructor(options: MarketRecorderOptions) {
    this.#options = options;
  }

  begin(time: EpochMs): void {
    this.#time = time;
    this.#beginSegment('start', time);
  }

  write(record: MarketRecord): void {
    if (this.#time === null) return;
    const { log } = this.#options;
    if ('time' in record) this.#time = record.time;
    else if ('event' in record) this.#time = record.event.receivedTime;
    if (record.kind === 'answer' && REPEATED.has(record.key) && record.answer.ok)
      this.#repeated.set(record.key, record);
    if (log.isSegmentDue()) this.#beginSegment('continued', this.#time);
    log.append(recordLine({ turn: this.#turn(), record }));
  }

  #beginSegment(reason: 'start' | 'continued', time: EpochMs): void {
    const { log, version, config } = this.#options;
    const head = { format: 'hotwick.trading', format_version: 1, version, time, reason, config } as const;
    log.begin(recordLine({ turn: 'new', record: { kind: 'head', head } }));
    for (const known of this.#repeated.values()) {
      log.append(recordLine({ turn: 'new', record: { ...known, kind: 'known' } }));
    }
  }

  /** What is heard before the promises of a turn run is stepped together. */
  #turn(): 'new' | 'same' {
    if (this.#isTurnOpen) return 'same';
    this.#isTurnOpen = true;
    queueMicrotask(() => {
      this.#isTurnOpen = false;
    });
    return 'new';
  }
}
