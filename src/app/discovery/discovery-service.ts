/**
 * Discovery at work by itself, without trading: the venue's data, what people say and time in, candidates out. Its
 * requests are carried out by the same code as trading's. A part that fails is told and tried again with its next turn;
 * it never stops the others.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  type DiscoveryConfig,
  type DiscoveryEffect,
  type DiscoveryInput,
  type DiscoveryState,
  listNearest,
} from '../../discovery/index.ts';
import { type DiscoveryPorts, fetchBooks, isDiscoveryRequest, startDiscoveryRequest } from '../../engine/index.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FlightLog, FlightLogStatus } from '../../ports/flight-log.ts';
import type { MarketWatch, MarketWatchSink, MarketWatchStatus } from '../../ports/market-watch.ts';
import type { SocialSource, SocialStatus } from '../../ports/social-source.ts';
import { afterFirstList } from './after-first-list.ts';
import { createDiscoveryCore, type DiscoveryCore } from './discovery-core.ts';
import { ListedTimes } from './listed-times.ts';

/** What discovery is made of. */
export type DiscoveryOptions = {
  readonly config: DiscoveryConfig;
  readonly clock: Clock;
  readonly openWatch: (watch: { readonly sink: MarketWatchSink; readonly quoteAsset: string }) => MarketWatch;
  /** Started and closed by the service. */
  readonly socials: readonly SocialSource[];
  /** Closed by the service. */
  readonly store: CandidateStore;
  /** Closed by the service; `null` where nothing is recorded. */
  readonly log: FlightLog | null;
  readonly version: string;
  /** How many of the hottest are chosen; the default of `max_signal_candidates` where absent. */
  readonly chosenMax?: number;
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
  readonly socials: readonly SocialStatus[];
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
  const service = new Discovery(options);
  await service.restore();
  service.start();
  let ended: Promise<void> | null = null;
  return {
    state: service.state,
    status: () => service.status(),
    tellPosition: (input) => service.dispatch(input),
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
  #listedTimes: ListedTimes | null = null;
  #lastCycleTime: EpochMs | null = null;
  #isClosed = false;
  #isReadingBooks = false;
  #cancelCycle: Cancel | null = null;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    const { config, log, version } = options;
    this.#core = createDiscoveryCore({
      config,
      log,
      version,
      perform: (effect) => {
        options.onEffect?.(effect);
        if (isDiscoveryRequest(effect)) void this.#request(effect);
      },
    });
    const { quoteAsset } = config.ticker;
    this.#watch = afterFirstList(options.openWatch({ sink: (event) => this.dispatch(event), quoteAsset }), () => {
      for (const social of options.socials) social.start((posts) => this.dispatch(posts));
    });
  }

  dispatch(input: DiscoveryInput): void {
    if (!this.#isClosed) this.#core.dispatch(input);
  }

  get state(): DiscoveryState {
    return this.#core.state;
  }

  /** Takes over what was known before; broken rows are left out and told. */
  async restore(): Promise<void> {
    const { store, clock, onWarning } = this.#options;
    this.#listedTimes = await ListedTimes.open({ clock, candidates: store, watch: this.#watch });
    const [candidates, listings] = [await store.loadCandidates(), await store.loadListings()];
    for (const reason of [...candidates.skipped, ...listings.skipped]) onWarning(`left out: ${reason}`);
    const receivedTime = clock.now();
    const memory = listings.value;
    if (memory !== null) this.dispatch({ kind: 'listingsRestored', receivedTime, memory });
    this.dispatch({ kind: 'candidatesRestored', receivedTime, candidates: candidates.value });
  }

  start(): void {
    this.#watch.start();
    this.#cycle();
  }

  status(): DiscoveryStatus {
    const { log, socials } = this.#options;
    return {
      watch: this.#watch.status(),
      socials: socials.map((social) => social.status()),
      recording: log?.status() ?? null,
      lastCycleTime: this.#lastCycleTime,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelCycle?.();
    this.#listedTimes?.close();
    const { socials, log, store } = this.#options;
    try {
      await Promise.all([this.#watch.close(), ...socials.map((social) => social.close())]);
    } finally {
      log?.close();
      await store.close();
    }
  }

  /** A round: the books of whoever may be chosen, then the choice. One that waits for books is not overtaken by them. */
  #cycle(): void {
    const { clock } = this.#options;
    this.#lastCycleTime = clock.now();
    this.#cancelCycle = clock.schedule(addMs(clock.now(), CYCLE_MS), () => this.#cycle());
    const nearest = listNearest(this.state.pool, 2 * this.#chosenMax());
    if (nearest.length === 0 || this.#isReadingBooks) this.#choose({});
    else void this.#readBooks(nearest.map(({ instrumentId }) => instrumentId));
  }

  async #readBooks(instrumentIds: Parameters<typeof fetchBooks>[1]): Promise<void> {
    this.#isReadingBooks = true;
    const books = await fetchBooks(this.#watch, instrumentIds);
    this.#isReadingBooks = false;
    this.#choose(books);
  }

  #choose(books: Extract<DiscoveryInput, { kind: 'cycleDue' }>['books']): void {
    this.dispatch({ kind: 'cycleDue', receivedTime: this.#options.clock.now(), count: this.#chosenMax(), books });
  }

  #chosenMax(): number {
    return this.#options.chosenMax ?? CHOSEN_MAX;
  }

  async #request(request: Parameters<typeof startDiscoveryRequest>[1]): Promise<void> {
    try {
      for (const input of await startDiscoveryRequest(this.#ports(), request)) this.dispatch(input);
    } catch (thrown) {
      this.#options.onFault(toFailure(thrown));
    }
  }

  #ports(): DiscoveryPorts {
    const { clock, store: candidates, onFault } = this.#options;
    const find: DiscoveryPorts['listedTimes']['find'] = async (id) => (await this.#listedTimes?.find(id)) ?? null;
    return {
      clock,
      watch: this.#watch,
      candidates,
      listedTimes: { find },
      onFault: (failure) => {
        if (!this.#isClosed) onFault(failure);
      },
    };
  }
}
