/**
 * The files that other programs read of trading: the event log, closed trades by day, and the status. Events come in as
 * the engine tells them and cost the engine nothing but a push; a disk that fails is tried again and never stops trading
 * (R2-6). The engine's own journal and order store do not depend on any of it.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeskEvent, DeskStatus, DeskTrade } from '../../../api/contract.ts';
import { assert } from '../../../core/assert.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import type { Surroundings, TradingEvent } from '../../../engine/index.ts';
import { toReason } from '../../../model/failure.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { ResolvedConfig } from '../../hotcoin/hotcoin-config.ts';
import type { ModelAlarm } from '../../ml/shadow-alarm.ts';
import type { TradingService } from '../trading-service.ts';
import { type TradingNow, toEventBodies } from './event-bodies.ts';
import { EVENT_SCHEMA_VERSION, type EventBody } from './event-line.ts';
import { LineFile } from './line-file.ts';
import { rotateLog } from './rotate-log.ts';
import { collectStatus, type StatusSource, stoppedStatus } from './status-blocks.ts';
import { toTrade, tradeFileOf } from './trade-line.ts';

/** Where the files go and what is said in each of them. */
export type ExportOptions = Pick<StatusSource, 'mode' | 'configHash' | 'runId' | 'version'> & {
  readonly dir: string;
  readonly clock: Clock;
  /** Takes what goes into the event log, in its order. Must not throw. */
  readonly onLine?: (line: EventLine) => void;
  /** Takes each closed leg. Must not throw. */
  readonly onTrade?: (trade: DeskTrade) => void;
  readonly onWarning: (reason: string) => void;
};

/** Name of the event log. */
export const EVENTS_FILE = 'hotcoin_events.jsonl';
/** Name of the status. */
export const STATUS_FILE = 'hotcoin_runtime_status.json';

const STATUS_MS = 5_000;
const WAITING_MAX = 20_000;
const ROTATION = { bytesMax: 20 * 1024 * 1024, archivesMax: 14 };
const RECENT_MAX = 200;

/** A line of the event log. */
export type EventLine = Omit<DeskEvent, 'id'>;

/** Writes the files while trading runs. */
export class TradingExports {
  readonly #options: ExportOptions;
  readonly #lines: LineFile;
  readonly #anomalies: StatusSource['anomalies'][number][] = [];
  readonly #signals: StatusSource['signals'][number][] = [];
  #service: Pick<TradingService, 'engine' | 'watch' | 'socials'> | null = null;
  #settings: Pick<ResolvedConfig, 'config' | 'hash'> | null = null;
  #tasks: StatusSource['tasks'] = () => [];
  #today = { day: 0, anomalies: 0 };
  #sequence = 0;
  #cancel: Cancel | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isStatusFailing = false;

  constructor(options: ExportOptions) {
    this.#options = options;
    const { dir, clock, onWarning } = options;
    this.#lines = new LineFile({
      waitingMax: WAITING_MAX,
      onWarning,
      prepare: (path) =>
        path === join(dir, EVENTS_FILE) ? rotateLog(path, { ...ROTATION, now: clock.now() }) : Promise.resolve(),
    });
  }

  /** The status as the file has it, but of this moment. */
  readStatus(): Partial<DeskStatus> {
    return collectStatus(this.#describe());
  }

  /** Takes events, also before `start`; never throws and never waits. */
  take(events: readonly TradingEvent[]): void {
    try {
      for (const event of events) this.#takeOne(event);
    } catch (error) {
      this.#options.onWarning(`an event could not be exported: ${toReason(error)}`);
    }
  }

  /** Settings that came into force; events and status tell of them from here on. */
  noteSettings({ config, hash, provenance }: ResolvedConfig, occasion: 'start' | 'change'): void {
    this.#settings = { config, hash };
    const named = Object.entries(provenance).filter(([, source]) => source !== 'default');
    this.#addEvent(this.#options.clock.now(), null, {
      event_type: 'settings',
      payload: { occasion, config_hash: hash, config: { ...config }, sources: Object.fromEntries(named) },
    });
  }

  /** A model in shadow lost its order. */
  noteModelAlarm({ time, model, baselineAuc, ...alarm }: ModelAlarm): void {
    const { task, interval, approval, auc, rows, reason } = alarm;
    const payload = { task, interval, model, approval, auc, baseline_auc: baselineAuc, rows, reason };
    this.#addEvent(time, null, { event_type: 'model_alarm', payload });
  }

  /** Whether the last try to write could: a disk that fails is noticed within five seconds, and so is its recovery. */
  storage(): Surroundings['storage'] {
    return this.#isStatusFailing || this.#lines.status().isFailing ? 'failing' : 'working';
  }

  /** Begins to write, at once and then every five seconds. */
  start(service: Pick<TradingService, 'engine' | 'watch' | 'socials'>, tasks: StatusSource['tasks'] = () => []): void {
    this.#service = service;
    this.#tasks = tasks;
    this.#repeat();
  }

  /** Writes what waits and that trading stopped. */
  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#writing;
    await this.#lines.flush();
    await this.#writeStatus(stoppedStatus(this.#options.clock.now(), this.#socials()));
  }

  #repeat(): void {
    const { clock } = this.#options;
    this.#cancel = clock.schedule(addMs(clock.now(), STATUS_MS), () => this.#repeat());
    this.#writing = this.#writing.then(async () => {
      await this.#lines.flush();
      await this.#writeStatus(collectStatus(this.#describe()));
    });
  }

  #describe(): StatusSource {
    const { mode, runId, version, clock, dir } = this.#options;
    return {
      now: clock.now(),
      mode,
      configHash: this.#hash(),
      config: this.#settings?.config ?? null,
      runId,
      version,
      anomaliesToday: this.#today.day === dayOf(clock.now()) ? this.#today.anomalies : 0,
      eventLogFile: join(dir, EVENTS_FILE),
      state: () => {
        const trading = this.#now();
        assert(trading !== null, 'trading is not open yet');
        return trading;
      },
      watch: () => {
        assert(this.#service !== null, 'the market is not watched yet');
        return this.#service.watch.status();
      },
      tasks: this.#tasks,
      socials: () => this.#socials(),
      anomalies: this.#anomalies,
      signals: this.#signals,
    };
  }

  #socials(): ReturnType<StatusSource['socials']> {
    return (this.#service?.socials ?? []).map((social) => social.status());
  }

  #now(): TradingNow {
    return this.#service?.engine.state().trading ?? null;
  }

  #takeOne(event: TradingEvent): void {
    this.#remember(event);
    const { dir, mode } = this.#options;
    for (const body of toEventBodies(event, this.#now())) this.#addEvent(event.time, event.traceId, body);
    if (event.kind !== 'leg') return;
    const trade = toTrade(event.leg, { ...event.context, mode: mode === 'live' ? 'live' : 'paper' });
    this.#lines.add(join(dir, tradeFileOf(event.leg)), JSON.stringify(trade));
    this.#options.onTrade?.(trade);
  }

  #addEvent(time: EpochMs, traceId: string | null, body: EventBody): void {
    this.#sequence++;
    const envelope: EventLine = {
      ts: time / 1000,
      seq: this.#sequence,
      schema_version: EVENT_SCHEMA_VERSION,
      run_id: this.#options.runId,
      config_hash: this.#hash(),
      event_type: body.event_type,
      ...(traceId === null ? {} : { trace_id: traceId }),
      payload: body.payload,
    };
    this.#lines.add(join(this.#options.dir, EVENTS_FILE), JSON.stringify(envelope));
    this.#options.onLine?.(envelope);
  }

  #hash(): string {
    return this.#settings?.hash ?? this.#options.configHash;
  }

  #remember(event: TradingEvent): void {
    if (event.kind === 'anomaly') {
      keep(this.#anomalies, event);
      const day = dayOf(event.time);
      this.#today = { day, anomalies: day === this.#today.day ? this.#today.anomalies + 1 : 1 };
    } else if (event.kind === 'signals') for (const signal of event.signals) keep(this.#signals, signal);
  }

  async #writeStatus(status: object): Promise<void> {
    const path = join(this.#options.dir, STATUS_FILE);
    try {
      await writeFile(`${path}.tmp`, `${JSON.stringify(status)}\n`);
      await rename(`${path}.tmp`, path);
      this.#isStatusFailing = false;
    } catch (error) {
      if (!this.#isStatusFailing) this.#options.onWarning(`${path} can not be written: ${toReason(error)}`);
      this.#isStatusFailing = true;
    }
  }
}

function dayOf(time: number): number {
  return Math.floor(time / 86_400_000);
}

function keep<T>(kept: T[], value: T): void {
  kept.push(value);
  if (kept.length > RECENT_MAX) kept.shift();
}
