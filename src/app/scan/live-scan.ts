/**
 * Discovery on a live market, without a store and without orders: a watch on the whole market and what people say in
 * public come in, the pool with its reasons can be asked for at any time. Lists, ages and books are fetched when the stage
 * asks for them; every answer goes into the stage as an input.
 */
import type { Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  createDiscovery,
  DEFAULT_DISCOVERY_CONFIG,
  type DiscoveryConfig,
  type DiscoveryEffect,
  type DiscoveryInput,
  type DiscoveryState,
  foldDiscovery,
  listCandidates,
} from '../../discovery/index.ts';
import type { BookFacts } from '../../model/book.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketWatch, MarketWatchSink } from '../../ports/market-watch.ts';
import type { SocialSource } from '../../ports/social-source.ts';

/** What a live scan is made of; the watch and the sources become its own. */
export type LiveScanOptions = {
  readonly clock: Clock;
  readonly openWatch: (sink: MarketWatchSink, quoteAsset: string) => MarketWatch;
  readonly socials: readonly SocialSource[];
  /** The rules; the defaults where absent. */
  readonly config?: DiscoveryConfig;
  /** Takes what went wrong and was dealt with. Must not throw. */
  readonly onFault: (failure: Failure) => void;
};

/** A running scan. */
export type LiveScan = {
  readonly state: DiscoveryState;
  readonly watch: MarketWatch;
  readonly socials: readonly SocialSource[];
  /** Ends it. Safe to call twice. */
  readonly close: () => Promise<void>;
};

/** Time between two cycles of the pool, the seed's. */
const CYCLE_MS = 10_000;

/** Starts a scan. */
export function startLiveScan(options: LiveScanOptions): LiveScan {
  const scanner = new LiveScanner(options);
  scanner.start();
  const { state, watch } = scanner;
  return { state, watch, socials: options.socials, close: () => scanner.close() };
}

class LiveScanner {
  readonly state: DiscoveryState;
  readonly watch: MarketWatch;
  readonly #options: LiveScanOptions;
  /** Newest books of active candidates; refreshed every cycle, gone with the candidate. */
  #books: Readonly<Record<string, BookFacts>> = {};
  readonly #agesAsked = new Set<InstrumentId>();
  #followed = '';
  #cancelTimer: (() => void) | null = null;
  #phase: 'open' | 'closed' = 'open';
  #ended: Promise<void> | null = null;

  constructor(options: LiveScanOptions) {
    this.#options = options;
    this.state = createDiscovery(options.config ?? DEFAULT_DISCOVERY_CONFIG);
    this.watch = options.openWatch((event) => this.#fold(event), this.state.config.ticker.quoteAsset);
  }

  start(): void {
    this.watch.start();
    for (const social of this.#options.socials) social.start((posts) => this.#fold(posts));
    this.#cycle();
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#phase = 'closed';
    this.#cancelTimer?.();
    await Promise.all([this.watch.close(), ...this.#options.socials.map((social) => social.close())]);
  }

  #cycle(): void {
    const { clock } = this.#options;
    const count = this.state.config.pool.activeMax;
    this.#fold({ kind: 'cycleDue', receivedTime: clock.now(), count, books: this.#books });
    void this.#fetchBooks();
    this.#cancelTimer = clock.schedule(addMs(clock.now(), CYCLE_MS), () => this.#cycle());
  }

  #fold(input: DiscoveryInput): void {
    if (this.#phase === 'closed') return;
    for (const effect of foldDiscovery(this.state, input)) this.#perform(effect, input.receivedTime);
  }

  /** The rest of the effects is news, and the tables are made of the state. */
  #perform(effect: DiscoveryEffect, now: EpochMs): void {
    if (effect.kind === 'pollDue') {
      void (effect.job === 'instruments' ? this.#fetchInstruments() : this.#fetchAnnouncements());
    } else if (effect.kind === 'candidateAdmitted') void this.#fetchAge(effect.instrumentId);
    else if (effect.kind === 'saveCandidates' && effect.batch.removed.length > 0) {
      // There is no store, so nothing stays behind that a store would have to remove.
      this.#fold({ kind: 'candidatesStored', receivedTime: now, removed: effect.batch.removed });
    }
  }

  async #fetchInstruments(): Promise<void> {
    const list = await this.watch.fetchInstruments();
    const receivedTime = this.#options.clock.now();
    if (list.ok) {
      this.#fold({ kind: 'instrumentsReceived', receivedTime, instruments: list.value });
      this.#follow(list.value.filter(({ status }) => status === 'trading').map(({ instrumentId }) => instrumentId));
    }
    this.#endPoll('instruments', list);
  }

  /** Only instruments of the watched quote asset; the same list again changes nothing. */
  #follow(instrumentIds: readonly InstrumentId[]): void {
    if (this.#phase === 'closed') return;
    const quote = `/${this.state.config.ticker.quoteAsset}`;
    const wanted = instrumentIds.filter((instrumentId) => instrumentId.endsWith(quote)).sort();
    if (wanted.join() === this.#followed) return;
    this.#followed = wanted.join();
    this.watch.followMinutes(wanted);
  }

  async #fetchAnnouncements(): Promise<void> {
    const list = await this.watch.fetchAnnouncements();
    const receivedTime = this.#options.clock.now();
    if (list.ok) this.#fold({ kind: 'announcementsReceived', receivedTime, announcements: list.value });
    this.#endPoll('announcements', list);
  }

  #endPoll(job: 'instruments' | 'announcements', answer: Result<unknown, Failure>): void {
    const receivedTime = this.#options.clock.now();
    if (answer.ok) {
      this.#fold({ kind: 'pollEnded', receivedTime, job, outcome: { kind: 'answered' } });
      return;
    }
    this.#options.onFault(answer.error);
    const { status } = answer.error.context;
    const outcome = { kind: 'failed', status: typeof status === 'number' ? status : null } as const;
    this.#fold({ kind: 'pollEnded', receivedTime, job, outcome });
  }

  /** The age of a coin does not change: it is asked for once, and again only when there was no answer. */
  async #fetchAge(instrumentId: InstrumentId): Promise<void> {
    if (this.#agesAsked.has(instrumentId)) return;
    this.#agesAsked.add(instrumentId);
    const age = await this.watch.fetchListedTime(instrumentId);
    if (!age.ok) {
      this.#agesAsked.delete(instrumentId);
      this.#options.onFault(age.error);
    } else if (age.value !== null) {
      const receivedTime = this.#options.clock.now();
      this.#fold({ kind: 'listedTimeKnown', receivedTime, instrumentId, listedTime: age.value });
    }
  }

  /** Books of the active candidates, at most as many as the pool has places, for the next cycle. */
  async #fetchBooks(): Promise<void> {
    const active = listCandidates(this.state.pool).filter(({ tier }) => tier === 'active');
    const books = await Promise.all(
      active.map(async ({ instrumentId }) => ({ instrumentId, book: await this.watch.fetchBook(instrumentId) })),
    );
    const known: Record<string, BookFacts> = {};
    for (const { instrumentId, book } of books) {
      if (book.ok) known[instrumentId] = book.value;
      else this.#options.onFault(book.error);
    }
    this.#books = known;
  }
}
