/**
 * One world: the simulated exchange, the K-line service on a data directory of its own, and four watchful clients, all
 * over real sockets and on one fast clock. It lives through a plan of faults, is left in peace until it has caught up,
 * and is then judged. In: a plan. Out: what was wrong, with the story that led to it.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { type SimExchange, startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import type { SimInterval } from '../../src/adapters/sim/sim-interval.ts';
import { DATABASE_FILE, type KlineService } from '../../src/app/service/kline-service.ts';
import { assertNever } from '../../src/core/assert.ts';
import { createRng } from '../../src/core/rng.ts';
import { addMs, type EpochMs, epochMs } from '../../src/core/time.ts';
import { instrumentId } from '../../src/model/instrument.ts';
import { type SeriesId, seriesId, seriesParts, siblingSeries } from '../../src/model/series.ts';
import { timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { createTruth, findStoreFaults } from './exchange-truth.ts';
import { CLIENTS, type Fault, type FaultPlan } from './fault-plan.ts';
import { createPacedClock, type PacedClock } from './paced-clock.ts';
import { startSimService } from './sim-service.ts';
import { Timeline } from './timeline.ts';
import { WatchfulClient } from './watchful-client.ts';

/** How a world ended. */
export type WorldReport = {
  readonly seed: number;
  /** What was wrong; empty when nothing was. */
  readonly wrong: readonly string[];
  readonly timeline: string;
  readonly counts: { readonly closed: number; readonly forming: number; readonly gaps: number };
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TIMEFRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'].map(timeframe);
/** Market time per turn of the event loop: an answer over loopback takes some ten turns, so about ten market seconds. */
const STEP_MS = 1_000;
/** Market time per real time, roughly: for what the exchange and the service mean in real time. */
const SPEED = 6_000;
/** Market time between two forming frames: two to a minute, so that bucket ends and forming candles meet often. */
const FORMING_EVERY_MS = 30_000;
/** Files in memory where there are any: many worlds at once would only wait for the disk, which is not the subject. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** Small enough that clients from the past get their history in several pages. */
const CATCH_UP_LIMIT = 300;
/** Peace after the last fault before the world may be judged. */
const CALM_MS = 10 * MINUTE_MS;
/** Market time for anything that is waited for; what needs longer has got stuck. */
const PATIENCE_MS = 12 * 60 * MINUTE_MS;
/** Wrong things kept; the first ones explain the rest. */
const WRONG_MAX = 12;

/** Lives through `plan` and reports. */
export async function runFaultWorld(plan: FaultPlan): Promise<WorldReport> {
  const world = new FaultWorld(plan);
  try {
    return await world.live();
  } finally {
    await world.close();
  }
}

class FaultWorld {
  readonly #plan: FaultPlan;
  readonly #clock: PacedClock;
  readonly #wallClock = createWallClock();
  readonly #market;
  readonly #series: readonly SeriesId[];
  readonly #timeline: Timeline;
  readonly #wrong: string[] = [];
  readonly #dirs: string[] = [];
  #clients: readonly WatchfulClient[] = [];
  #exchange: SimExchange | null = null;
  #service: KlineService | null = null;
  /** Restarts follow one another; at most one is under way. */
  #restarts: Promise<void> = Promise.resolve();
  #clockState: 'running' | 'stopped' = 'running';
  #silencers = 0;
  #refusers = 0;

  constructor(plan: FaultPlan) {
    this.#plan = plan;
    this.#clock = createPacedClock({
      start: plan.startTime,
      stepMs: STEP_MS,
      onError: (error) => {
        this.#clockState = 'stopped';
        this.#blame(`the clock stopped: ${error instanceof Error ? error.stack : error}`);
      },
    });
    this.#clock.go();
    this.#timeline = new Timeline(this.#clock);
    this.#market = createGeneratedMarket({
      seed: plan.seed,
      startTime: plan.startTime,
      historyMs: 2 * DAY_MS,
      symbols: [plan.symbol],
      markets: ['futures'],
    });
    const { base, quote } = plan.symbol;
    const instrument = instrumentId({ venue: 'binance', market: 'futures', base, quote });
    this.#series = TIMEFRAMES.map((each) => seriesId({ instrumentId: instrument, timeframe: each }));
  }

  get #base(): SeriesId {
    return siblingSeries(this.#series[0] as SeriesId, timeframe('1m'));
  }

  async live(): Promise<WorldReport> {
    const { seed, startTime, faults, faultsEndAfterMs, clientsCome } = this.#plan;
    for (const halt of this.#plan.symbol.halts ?? []) {
      this.#timeline.note(`the exchange has no minutes ${iso(halt.from)}..${iso(halt.to)}`);
    }
    this.#exchange = await startSimExchange({
      host: '127.0.0.1',
      port: 0,
      clock: this.#clock,
      market: this.#market,
      seed,
      speed: SPEED,
      minFrameWallMs: FORMING_EVERY_MS / SPEED,
    });
    this.#dirs.push(mkdtempSync(join(FOLDER, 'hotwick-sim-')));
    await this.#startService();
    this.#clients = this.#createClients(startTime);
    if (clientsCome === 'early') this.#connectClients();
    const from = await this.#awaitHistory();
    if (clientsCome === 'late') this.#connectClients();
    for (const { afterMs, fault } of faults) this.#after(afterMs, () => this.#strike(fault));
    const faultsEnd = addMs(this.#clock.now(), faultsEndAfterMs);
    await this.#until(() => this.#clock.now() >= faultsEnd, 'the faults to end');
    await this.#restarts;
    this.#exchange.faults.clear();
    this.#timeline.note('peace');
    const judgedTo = await this.#catchUp(addMs(this.#clock.now(), CALM_MS));
    const counts = this.#countAll();
    for (const client of this.#clients) client.leave();
    await this.#stopService();
    if (judgedTo !== null) await this.#judgeStore({ from, to: judgedTo });
    return { seed, wrong: this.#wrong, timeline: this.#timeline.text(), counts };
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.leave();
    await this.#restarts;
    await this.#stopService();
    await this.#exchange?.close();
    this.#clock.close();
    this.#wallClock.close();
    for (const dir of this.#dirs) rmSync(dir, { recursive: true, force: true });
  }

  #note = (text: string): void => this.#timeline.note(text);

  #blame(text: string): void {
    this.#note(`WRONG ${text}`);
    if (this.#wrong.length < WRONG_MAX) this.#wrong.push(text);
  }

  #dataDir(): string {
    return this.#dirs[this.#dirs.length - 1] as string;
  }

  #port(): number {
    return this.#service?.port ?? 0;
  }

  /** Half in lists, half one by one; half from now on, the others from somewhere in the past or from the beginning. */
  #createClients(startTime: EpochMs): readonly WatchfulClient[] {
    const rng = createRng(this.#plan.seed, 'clients');
    const truth = createTruth(this.#market);
    return Array.from({ length: CLIENTS }, (_, index): WatchfulClient => {
      const pastMs = startTime - rng.integer(DAY_MS);
      const since = rng.next() < 0.2 ? ('beginning' as const) : epochMs(pastMs);
      return new WatchfulClient({
        name: `client ${index}`,
        series: this.#series,
        since: index < CLIENTS / 2 ? null : since,
        batch: index % 2 === 0 ? 'yes' : 'no',
        pageLimit: CATCH_UP_LIMIT,
        truth,
        clock: this.#clock,
        onWrong: (text) => this.#blame(text),
        onEvent: this.#note,
      });
    });
  }

  async #startService(): Promise<void> {
    this.#service = await startSimService({
      clock: this.#clock,
      wallClock: this.#wallClock,
      exchange: this.#exchange as SimExchange,
      dataDir: this.#dataDir(),
      series: this.#base,
      seed: this.#plan.seed,
      speed: SPEED,
      catchUpLimit: CATCH_UP_LIMIT,
      onFeedEvent: (event) => {
        if (event.kind === 'feedUp' || event.kind === 'feedDown') this.#note(`${event.kind}: ${event.reason}`);
      },
      onWarning: (text) => this.#note(`warning: ${text.slice(0, 160)}`),
      onFatal: (failure) => this.#blame(`fatal: ${failure.code} ${failure.message}`),
    });
    this.#note('service up');
  }

  async #stopService(): Promise<void> {
    const service = this.#service;
    this.#service = null;
    await service?.close();
  }

  #strike(fault: Fault): void {
    const { faults, cutSockets, shutdownNotice } = this.#exchange as SimExchange;
    this.#note(describeFault(fault));
    switch (fault.kind) {
      case 'disconnect':
        this.#refusers++;
        faults.refuseSockets('on');
        faults.dropSockets();
        this.#after(fault.forMs, () => {
          if (--this.#refusers === 0) faults.refuseSockets('off');
        });
        return;
      case 'silence':
        this.#silencers++;
        faults.silence('on');
        if (fault.sockets === 'dropped') faults.dropSockets();
        this.#after(fault.forMs, () => {
          if (--this.#silencers === 0) faults.silence('off');
        });
        return;
      case 'frames':
        faults.nextFrames(fault.order);
        return;
      case 'requests':
        faults.nextRequests(fault.order);
        return;
      case 'farewell':
        shutdownNotice('futures');
        this.#after(5 * MINUTE_MS, () => cutSockets());
        return;
      case 'restart':
        this.#restarts = this.#restarts
          .then(() => this.#restart(fault))
          .catch((error: unknown) => this.#blame(`a restart failed: ${error}`));
        return;
      case 'clientLoss':
        this.#clients[fault.client]?.lose();
        return;
      default:
        assertNever(fault);
    }
  }

  #after(ms: number, action: () => void): void {
    this.#clock.schedule(addMs(this.#clock.now(), ms), action);
  }

  async #restart(fault: Extract<Fault, { kind: 'restart' }>): Promise<void> {
    for (const client of this.#clients) client.leave();
    if (fault.way === 'abrupt') this.#takeCrashImage();
    await this.#stopService();
    const upAt = addMs(this.#clock.now(), fault.forMs);
    await this.#until(() => this.#clock.now() >= upAt, 'the pause between two runs');
    await this.#startService();
    this.#connectClients();
  }

  #connectClients(): void {
    for (const client of this.#clients) client.connect(this.#port());
  }

  /**
   * What a killed process leaves: the files as they are between two turns of the event loop, with the write-ahead log
   * and without anything that was still in memory. The next run starts from the copy; what the old one does to its own
   * files while it is being taken down reaches nobody.
   */
  #takeCrashImage(): void {
    const from = this.#dataDir();
    const to = mkdtempSync(join(FOLDER, 'hotwick-sim-'));
    for (const suffix of ['', '-wal']) {
      const file = `${DATABASE_FILE}${suffix}`;
      if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
    }
    this.#dirs.push(to);
  }

  /** Waits until everything up to `calm` is stored and sent; answers up to where the store can be judged. */
  async #catchUp(calm: EpochMs): Promise<EpochMs | null> {
    const target = epochMs(calm - (calm % MINUTE_MS));
    const isDone = (): boolean => {
      return this.#isLive(target) && this.#clients.every((client) => this.#hasAll(client, target));
    };
    if (await this.#until(isDone, 'the service and every client to catch up')) return target;
    this.#blame(`did not catch up to ${iso(target)}: ${this.#describeState()}`);
    return this.#isLive(target) ? target : null;
  }

  /** Whether the series stands at `time` or later and nothing before it is left to do. */
  #isLive(time: number): boolean {
    const state = this.#service?.engine.state().market.series[this.#base];
    if (state === undefined || state.nextOpen < time) return false;
    const { holes, dirty, loading } = state;
    const open = [...holes.map((hole) => hole.from), ...dirty, ...(loading === null ? [] : [loading.from])];
    return open.every((from) => from >= time);
  }

  /** Whether a client has the newest candle that is closed at `target`, of every series that has one after midnight. */
  #hasAll(client: WatchfulClient, target: EpochMs): boolean {
    return this.#series.every((id) => {
      const { instrumentId: instrument, timeframe: wanted } = seriesParts(id);
      const lengthMs = timeframeMs(wanted);
      const head = client.head(id);
      const periodEnd = target - (target % lengthMs);
      const newest = this.#market.candles(instrument, wanted as string as SimInterval, {
        from: epochMs(periodEnd - 12 * lengthMs),
        to: epochMs(periodEnd),
      });
      const last = newest[newest.length - 1];
      return last === undefined || (head !== null && head * 1000 >= last.openTime);
    });
  }

  #describeState(): string {
    const state = this.#service?.engine.state().market.series[this.#base];
    if (state === undefined) return 'no service';
    const { feed, nextOpen, overTo, held, request, holes, dirty, loading, attempts } = state;
    const heads = this.#clients.map((client) => this.#series.map((id) => client.head(id)).join(','));
    const told = { feed, nextOpen: iso(nextOpen), overTo: iso(overTo), held: held.length, request, attempts };
    return JSON.stringify({ ...told, holes, dirty, loading, heads });
  }

  /** Waits until the first history is stored; answers where it begins. */
  async #awaitHistory(): Promise<EpochMs> {
    const now = this.#clock.now();
    if (!(await this.#until(() => this.#isLive(now - MINUTE_MS), 'the first history')))
      this.#blame('the first history never came');
    const { startTime } = this.#plan;
    const { first = null } = (await this.#service?.store.extent(this.#base)) ?? {};
    const gaps = await this.#service?.store.readGaps(this.#base, { from: epochMs(0), to: startTime });
    const from = Math.min(first ?? startTime, gaps?.[0]?.from ?? startTime);
    // Whole days only; the start may take so long that it happens on the day after.
    const dayBefore = startTime - DAY_MS - (startTime % DAY_MS);
    if (from !== dayBefore && from !== dayBefore + DAY_MS) this.#blame(`history begins at ${iso(from)}`);
    return epochMs(from);
  }

  async #judgeStore(about: { readonly from: EpochMs; readonly to: EpochMs }): Promise<void> {
    const faults = await findStoreFaults(this.#dataDir(), this.#market, { ...about, series: this.#series });
    for (const fault of faults) this.#blame(fault);
  }

  #countAll(): WorldReport['counts'] {
    const all = this.#clients.map((client) => client.counts());
    const sum = (of: 'closed' | 'forming' | 'gaps'): number => all.reduce((total, one) => total + one[of], 0);
    return { closed: sum('closed'), forming: sum('forming'), gaps: sum('gaps') };
  }

  async #until(condition: () => boolean, what: string): Promise<boolean> {
    const deadline = addMs(this.#clock.now(), PATIENCE_MS);
    while (!condition()) {
      if (this.#clock.now() > deadline || this.#clockState === 'stopped') {
        this.#note(`gave up waiting for ${what}`);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString().slice(5, 19);
}

function describeFault(fault: Fault): string {
  const { kind, ...rest } = fault;
  return `fault ${kind} ${JSON.stringify(rest)}`;
}
