/**
 * The desk of one process: what it remembers, the engine it shows while one runs, and its server. It is opened before
 * trading, so that a port that is taken ends a start before anything is traded with, and outlives it by a moment.
 */
import type { DeskStatus, InfoAnswer, ParamsAnswer } from '../../api/contract.ts';
import type { Desk, DeskRunner } from '../../api/desk/desk-ports.ts';
import { type DeskGuard, type DeskServer, startDeskServer } from '../../api/desk/desk-server.ts';
import type { Result } from '../../core/result.ts';
import type { TradingEvent } from '../../engine/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EquityLog } from '../../ports/equity-log.ts';
import type { EquityRecorder } from '../equity/equity-recorder.ts';
import { equityTask, openEquityLog, recordEquity } from '../equity/open-equity.ts';
import type { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { TradingMetrics } from '../metrics/trading-metrics.ts';
import type { ModelAlarm } from '../ml/shadow-alarm.ts';
import type { ShadowService } from '../ml/shadow-service.ts';
import type { NoticeCount } from '../notices/notice-service.ts';
import { type EventLine, TradingExports } from '../trading/exports/trading-exports.ts';
import type { TaskStatus } from '../trading/supervisor.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { deskDir } from '../version.ts';
import { ChartQuery } from './chart-query.ts';
import { createConfigDesk, type SettingsInForce } from './config-desk.ts';
import { DeskBoard } from './desk-board.ts';
import { EngineControl } from './desk-control.ts';
import { answerTradesFrom, readEventLog, readStatusFile, readTrades } from './desk-files.ts';
import { createDeskRunner } from './desk-runner.ts';
import { readTrading } from './trading-now.ts';

/** What a desk is made of. */
export type DeskOptions = {
  /** Where trading keeps its files. */
  readonly dir: string;
  readonly mode: DeskStatus['mode'];
  readonly resolved: ResolvedConfig;
  readonly version: string;
  /** Names this run in the log and on the socket. */
  readonly runId: string;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  /** `null` where settings are shown only. */
  readonly editor: HotCoinConfigEditor | null;
  /** Hears each line of the event log. Must not throw. */
  readonly onLine?: (line: EventLine) => void;
  /** Where the history of equity is kept; in a file in `dir` unless given. */
  readonly openEquityLog?: () => EquityLog;
  readonly onWarning: (reason: string) => void;
};

/** Where a desk is served. */
export type DeskPlace = {
  readonly host: string;
  readonly port: number;
  readonly guard: DeskGuard | null;
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  readonly proxy?: 'trusted' | 'none';
  readonly info: () => InfoAnswer;
};

/** What runs beside an engine: nothing, and settings that nobody changes, unless given. */
export type Beside = {
  readonly settings?: SettingsInForce;
  readonly tasks?: () => readonly TaskStatus[];
  readonly notices?: () => readonly NoticeCount[];
  /** The model in shadow. */
  readonly shadow?: ShadowService;
};

/** Former trades that are shown after a restart. */
const TRADES_READ = 100;
const QUOTE_ASSET = 'USDT';

/** The desk of a process. */
export class OperatorDesk {
  readonly exports: TradingExports;
  readonly metrics: TradingMetrics;
  readonly #options: DeskOptions;
  readonly #board = new DeskBoard();
  #runner: DeskRunner | null = null;
  #settings: SettingsInForce;
  #equity: EquityRecorder | null = null;
  #takeOrder: (event: Extract<TradingEvent, { readonly kind: 'order' }>) => void = () => {};

  private constructor(options: DeskOptions) {
    this.#options = options;
    this.#settings = unchanging(options.resolved);
    const { dir, clock, mode, resolved, runId, version, onLine, onWarning } = options;
    this.exports = new TradingExports({
      dir,
      clock,
      mode,
      configHash: resolved.hash,
      runId,
      version,
      onWarning,
      onLine: (line) => {
        this.#board.takeLine(line);
        onLine?.(line);
      },
      onTrade: (trade) => this.#board.takeTrade(trade),
    });
    this.metrics = new TradingMetrics({ version, mode, clock, storage: () => this.exports.storage() });
  }

  /** A desk that knows what the files of former runs say. */
  static async open(options: DeskOptions): Promise<OperatorDesk> {
    const desk = new OperatorDesk(options);
    for (const line of await readEventLog(options.dir)) desk.#board.takeLine(line);
    const former = await readTrades(options.dir, { limit: TRADES_READ, before: null });
    for (const trade of former.toReversed()) desk.#board.takeTrade(trade);
    return desk;
  }

  /** Takes what trading tells; never throws and never waits. */
  take(events: readonly TradingEvent[]): void {
    this.exports.take(events);
    for (const event of events) if (event.kind === 'order') this.#takeOrder(event);
    this.#board.take(events);
    this.metrics.take(events);
  }

  /** Settings came into force: events and status tell of them from here on. */
  noteSettings(resolved: ResolvedConfig, occasion: 'start' | 'change'): void {
    this.exports.noteSettings(resolved, occasion);
  }

  /** A model in shadow lost its order. */
  noteModelAlarm(alarm: ModelAlarm): void {
    this.exports.noteModelAlarm(alarm);
  }

  /** Shows an engine from now on, with what runs beside it, and begins to write its files. */
  attach(service: TradingService, beside: Beside = {}): void {
    const { dir, clock, wallClock, mode, resolved, runId, version } = this.#options;
    const { settings = unchanging(resolved), tasks = () => [], notices = () => [], shadow = null } = beside;
    this.#settings = settings;
    const board = this.#board;
    const control = new EngineControl({ service, board, clock, wallClock });
    const chart = new ChartQuery({
      feed: service.feed,
      board,
      portfolio: () => readTrading(service, clock.now()).stages.portfolio,
      quoteAsset: QUOTE_ASSET,
      now: () => clock.now(),
    });
    const about: Pick<ParamsAnswer, 'mode' | 'run_id' | 'version' | 'started_ms'> = {
      mode,
      run_id: runId,
      version,
      started_ms: clock.now(),
    };
    this.#takeOrder = ({ order }) => {
      control.takeOrder(order);
      chart.takeOrder(order);
    };
    const equity = this.#recordEquity(service);
    this.exports.start(service, () => [...tasks(), equityTask(equity), ...(shadow === null ? [] : [taskOf(shadow)])]);
    this.metrics.watch(service);
    this.metrics.watchShadow(shadow);
    this.metrics.watchNotices(notices);
    const parts = {
      service,
      exports: this.exports,
      board,
      control,
      chart,
      clock,
      dir,
      about,
      inForce: () => this.#settings.inForce(),
      shadow,
      equity,
    };
    this.#runner = createDeskRunner(parts);
  }

  #recordEquity(service: TradingService): EquityRecorder {
    const { dir, clock, onWarning, openEquityLog: openLog = () => openEquityLog(dir) } = this.#options;
    const equity = recordEquity(service, { clock, onWarning, openLog });
    equity.start();
    this.#equity = equity;
    return equity;
  }

  /** Shows no engine from now on; resolves when the last minute of its equity is stored. */
  async detach(): Promise<void> {
    this.#runner = null;
    this.metrics.watch(null);
    this.metrics.watchShadow(null);
    await this.#equity?.close();
    this.#equity = null;
  }

  /** What the edge may see. */
  ports(): Desk {
    const { dir, clock, editor } = this.#options;
    return {
      runner: () => this.#runner,
      readStatusFile: () => readStatusFile(dir, clock.now()),
      readTradeFiles: (wanted) => answerTradesFrom(dir, wanted, clock.now()),
      config: createConfigDesk(editor, () => this.#settings),
    };
  }

  /** Serves it; fails with `port_occupied`. */
  serve(place: DeskPlace): Promise<Result<DeskServer, Failure>> {
    const { clock, wallClock, runId: run, onWarning: onError } = this.#options;
    return startDeskServer({
      ...place,
      desk: this.ports(),
      metrics: this.metrics,
      run,
      clock,
      wallClock,
      webDir: deskDir(),
      onError,
    });
  }
}

/** The model in shadow among what runs beside the engine; that it fails changes nothing for trading. */
function taskOf(shadow: ShadowService): TaskStatus {
  const states = { off: 'stopped', idle: 'waiting', watching: 'running', failing: 'failed' } as const;
  const { lastReason } = shadow.errors();
  return {
    name: 'model in shadow',
    importance: 'other',
    state: states[shadow.state()],
    restarts: 0,
    lastError: lastReason,
  };
}

/** Settings that nobody changes. */
function unchanging(resolved: ResolvedConfig): SettingsInForce {
  return { inForce: () => resolved, waiting: () => [], look: () => Promise.resolve() };
}
