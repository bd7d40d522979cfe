/**
 * Discovery at work: the venue's data and time in, candidates out. It performs what the fold asks for: polls, saves,
 * questions for ages, and a cycle every ten seconds. A part that fails is told and tried again with its next turn; it
 * never stops the others.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  type DiscoveryConfig,
  type DiscoveryEffect,
  type DiscoveryInput,
  type DiscoveryState,
  listCandidates,
} from '../../discovery/index.ts';
import type { CandidateBatch } from '../../model/candidate.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type { ListedInstrument, ListingMemory } from '../../model/listing-facts.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FlightLog, FlightLogStatus } from '../../ports/flight-log.ts';
import type { MarketWatch, MarketWatchSink, MarketWatchStatus } from '../../ports/market-watch.ts';
import { CandidateBooks } from './candidate-books.ts';
import { CoinAges } from './coin-ages.ts';
import { createDiscoveryCore, type DiscoveryCore } from './discovery-core.ts';
import { toPollOutcome } from './poll-outcome.ts';

/** What discovery is made of. */
export type DiscoveryOptions = {
  readonly config: DiscoveryConfig;
  readonly clock: Clock;
  readonly openWatch: (watch: { readonly sink: MarketWatchSink; readonly quoteAsset: string }) => MarketWatch;
  /** Closed by the service. */
  readonly store: CandidateStore;
  /** Closed by the service; `null` where nothing is recorded. */
  readonly log: FlightLog | null;
  readonly version: string;
  /** Takes what went wrong and was dealt with. Must not throw. */
  readonly onFault: (failure: Failure) => void;
  /** Takes what was skipped of the stored. Must not throw. */
  readonly onWarning: (reason: string) => void;
  /** Takes each answer of the fold in order, before it is performed. Must not throw. */
  readonly onEffect?: (effect: DiscoveryEffect) => void;
};

/** How discovery stands. */
export type DiscoveryStatus = {
  readonly watch: MarketWatchStatus;
  readonly recording: FlightLogStatus | null;
  readonly lastCycleTime: EpochMs | null;
};

/** Discovery at work. */
export type DiscoveryService = {
  /** Read only: it changes with every input. */
  readonly state: DiscoveryState;
  readonly status: () => DiscoveryStatus;
  /** Tells what became of positions, on which the pool's places depend. */
  readonly tellPosition: (input: Extract<DiscoveryInput, { kind: 'positionOpened' | 'positionClosed' }>) => void;
  /** Ends streams and timers, then closes recording and store. Safe to call twice. */
  readonly close: () => Promise<void>;
};

/** Time between two cycles. Source: seed, section 3.1. */
const CYCLE_MS = 10_000;
/** The hottest that are chosen for signals. Source: decision to `max_signal_candidates`. */
const CHOSEN_MAX = 8;

/** Starts discovery with what the store holds; rejects with `FailureError` when the store can not be read. */
export async function startDiscovery(options: DiscoveryOptions): Promise<DiscoveryService> {
  const service = new Discovery(options, (await options.store.loadListedTimes()).value);
  await service.restore();
  service.start();
  let ended: Promise<void> | null = null;
  return {
    state: service.state,
    status: () => service.status(),
    tellPosition: (input) => service.tellPosition(input),
    close: () => {
      ended ??= service.close();
      return ended;
    },
  };
}

class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #core: DiscoveryCore;
  readonly #watch: MarketWatch;
  readonly #ages: CoinAges;
  readonly #books: CandidateBooks;
  #lastCycleTime: EpochMs | null = null;
  #isClosed = false;
  #cancelCycle: Cancel | null = null;

  constructor(options: DiscoveryOptions, known: ReadonlyMap<InstrumentId, EpochMs>) {
    this.#options = options;
    const { config, log, version, store, onFault, clock } = options;
    this.#core = createDiscoveryCore({
      config,
      log,
      version,
      perform: (effect) => {
        options.onEffect?.(effect);
        this.#perform(effect);
      },
    });
    this.#watch = options.openWatch({
      sink: (event) => {
        if (!this.#isClosed) this.#core.dispatch(event);
      },
      quoteAsset: config.ticker.quoteAsset,
    });
    this.#books = new CandidateBooks({ watch: this.#watch, now: () => clock.now(), onFault });
    this.#ages = new CoinAges({
      known,
      watch: this.#watch,
      store,
      onFault,
      onKnown: (instrumentId, listedTime) =>
        this.#core.dispatch({ kind: 'listedTimeKnown', receivedTime: clock.now(), instrumentId, listedTime }),
    });
  }

  tellPosition(input: DiscoveryInput): void {
    if (!this.#isClosed) this.#core.dispatch(input);
  }

  get state(): DiscoveryState {
    return this.#core.state;
  }

  /** Takes over what was known before; broken rows are left out and told. */
  async restore(): Promise<void> {
    const { store, clock, onWarning } = this.#options;
    const [candidates, listings] = [await store.loadCandidates(), await store.loadListings()];
    for (const reason of [...candidates.skipped, ...listings.skipped]) onWarning(`left out: ${reason}`);
    const receivedTime = clock.now();
    const memory = listings.value;
    if (memory !== null) this.#core.dispatch({ kind: 'listingsRestored', receivedTime, memory });
    this.#core.dispatch({ kind: 'candidatesRestored', receivedTime, candidates: candidates.value });
  }

  start(): void {
    this.#watch.start();
    this.#cycle();
  }

  status(): DiscoveryStatus {
    const recording = this.#options.log?.status() ?? null;
    return { watch: this.#watch.status(), recording, lastCycleTime: this.#lastCycleTime };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelCycle?.();
    this.#ages.close();
    this.#books.close();
    try {
      await this.#watch.close();
    } finally {
      this.#options.log?.close();
      await this.#options.store.close();
    }
  }

  #cycle(): void {
    const { clock } = this.#options;
    const now = clock.now();
    this.#lastCycleTime = now;
    this.#core.dispatch({ kind: 'cycleDue', receivedTime: now, count: CHOSEN_MAX, books: this.#books.books() });
    this.#books.want(activeOf(this.state));
    this.#cancelCycle = clock.schedule(addMs(now, CYCLE_MS), () => this.#cycle());
  }

  #perform(effect: DiscoveryEffect): void {
    if (effect.kind === 'pollDue') void this.#poll(effect.job);
    else if (effect.kind === 'saveCandidates') void this.#saveBatch(effect.batch);
    else if (effect.kind === 'saveListings') void this.#saveListings(effect.memory);
  }

  async #poll(job: 'announcements' | 'instruments'): Promise<void> {
    const failed = job === 'instruments' ? await this.#pollInstruments() : await this.#pollAnnouncements();
    if (this.#isClosed) return;
    if (failed !== null) this.#options.onFault(failed);
    this.#core.dispatch({ kind: 'pollEnded', receivedTime: this.#now(), job, outcome: toPollOutcome(failed) });
  }

  async #pollInstruments(): Promise<Failure | null> {
    const answer = await this.#watch.fetchInstruments();
    if (!answer.ok) return answer.error;
    if (this.#isClosed) return null;
    this.#core.dispatch({ kind: 'instrumentsReceived', receivedTime: this.#now(), instruments: answer.value });
    this.#watch.followMinutes(this.#followed(answer.value));
    return null;
  }

  async #pollAnnouncements(): Promise<Failure | null> {
    const answer = await this.#watch.fetchAnnouncements();
    if (!answer.ok) return answer.error;
    if (this.#isClosed) return null;
    this.#core.dispatch({ kind: 'announcementsReceived', receivedTime: this.#now(), announcements: answer.value });
    return null;
  }

  /** Every pair of the quote asset that trades. */
  #followed(instruments: readonly ListedInstrument[]): readonly InstrumentId[] {
    const { quoteAsset, instrumentsMax } = this.#options.config.ticker;
    const isOurs = ({ instrumentId, status }: ListedInstrument): boolean => {
      const parts = parseInstrumentId(instrumentId);
      return status === 'trading' && parts.ok && parts.value.quote === quoteAsset;
    };
    return instruments
      .filter(isOurs)
      .slice(0, instrumentsMax)
      .map(({ instrumentId }) => instrumentId);
  }

  /** Nothing that leaves is forgotten before the store has said that it is gone (problem R8-2). */
  async #saveBatch(batch: CandidateBatch): Promise<void> {
    const isSaved = await this.#attempt(() => this.#options.store.saveBatch(batch));
    if (this.#isClosed) return;
    const { removed } = batch;
    if (isSaved && removed.length > 0) {
      this.#core.dispatch({ kind: 'candidatesStored', receivedTime: this.#now(), removed });
    }
    for (const { instrumentId, listedTime } of batch.saved) {
      if (listedTime === null) this.#ages.want(instrumentId, batch.time);
    }
  }

  async #saveListings(memory: ListingMemory): Promise<void> {
    await this.#attempt(() => this.#options.store.saveListings(memory));
  }

  async #attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (thrown) {
      if (!this.#isClosed) this.#options.onFault(toFailure(thrown));
      return false;
    }
  }

  #now(): EpochMs {
    return this.#options.clock.now();
  }
}

/** Who may be chosen in the next cycle: at most as many as the pool has places. */
function activeOf({ pool }: DiscoveryState): readonly InstrumentId[] {
  return listCandidates(pool)
    .filter(({ tier, status }) => tier === 'active' && status !== 'cooling')
    .map(({ instrumentId }) => instrumentId);
}
