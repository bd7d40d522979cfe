/**
 * The dispatcher of signals with what it needs around it: its requests go to a feed, its timer to a clock, its signals
 * to whoever asked. Whatever fails is told with the series, the cycle and the stack, and becomes an input.
 */
import { assertNever } from '../../core/assert.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { failure, toReason } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { seriesParts } from '../../model/series.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import {
  createSignalDispatcher,
  type DispatchEffect,
  type DispatcherConfig,
  type DispatchInput,
  type FetchSignalHistory,
  foldSignalDispatcher,
  type SignalDispatcherState,
} from '../../signals/index.ts';

/** What the service works with. */
export type SignalServiceOptions = {
  readonly config: DispatcherConfig;
  /** The clock of the market. */
  readonly clock: Clock;
  readonly feed: Pick<Feed, 'fetchHistory'>;
  readonly notifier: Pick<Notifier, 'notify'>;
  /** Takes each signal as soon as it is there; must not throw. */
  readonly onSignal: (signal: TradeSignal) => void;
};

/** Answers cycles; one at a time, a new one ends the one under way. */
export class SignalService {
  readonly #options: SignalServiceOptions;
  readonly #state: SignalDispatcherState;
  /** Who waits for cycles that have not ended, oldest first. */
  readonly #askers: ((signals: readonly TradeSignal[]) => void)[] = [];
  #cancelTimer: Cancel = () => {};

  constructor(options: SignalServiceOptions) {
    this.#options = options;
    this.#state = createSignalDispatcher(options.config);
  }

  /** One signal for each instrument, in their order; never rejects. */
  ask(traceId: string, instrumentIds: readonly InstrumentId[]): Promise<readonly TradeSignal[]> {
    return new Promise((resolve) => {
      this.#askers.push(resolve);
      this.#take({ kind: 'signalsAsked', receivedTime: this.#options.clock.now(), traceId, instrumentIds });
    });
  }

  /** Takes candles that the market stage closed. */
  takeClosed(candles: readonly ClosedCandle[]): void {
    this.#take({ kind: 'signalCandlesClosed', receivedTime: this.#options.clock.now(), candles });
  }

  /** Takes a gap that the market stage told. */
  takeGap(gap: CandleGap): void {
    this.#take({ kind: 'signalGapFound', receivedTime: this.#options.clock.now(), gap });
  }

  /** Ends the cycle under way with HOLD for whoever waits; waits for nothing. Safe to call twice. */
  stop(): void {
    this.#take({ kind: 'signalsStopped', receivedTime: this.#options.clock.now() });
    this.#cancelTimer();
  }

  #take(input: DispatchInput): void {
    for (const effect of foldSignalDispatcher(this.#state, input)) this.#perform(effect);
  }

  #perform(effect: DispatchEffect): void {
    switch (effect.kind) {
      case 'fetchSignalHistory':
        void this.#fetch(effect);
        break;
      case 'startTimer':
        this.#startTimer(effect);
        break;
      case 'signalDerived':
        this.#options.onSignal(effect.signal);
        break;
      case 'signalCycleEnded':
        this.#askers.shift()?.(effect.signals);
        break;
      case 'abandonSignalHistory':
        // A feed's request ends by its own deadline; its answer is ignored.
        break;
      default:
        assertNever(effect);
    }
  }

  #startTimer({ timerId, at }: Extract<DispatchEffect, { kind: 'startTimer' }>): void {
    this.#cancelTimer();
    const { clock } = this.#options;
    this.#cancelTimer = clock.schedule(at, () =>
      this.#take({ kind: 'timerFired', receivedTime: clock.now(), timerId }),
    );
  }

  async #fetch(request: FetchSignalHistory): Promise<void> {
    const { feed, clock } = this.#options;
    const { requestId, seriesId, from, to } = request;
    try {
      const answer = await feed.fetchHistory({ seriesId, from, to, source: 'rest', purpose: 'history' });
      const receivedTime = clock.now();
      if (answer.ok) this.#take({ kind: 'signalHistoryFetched', receivedTime, requestId, candles: answer.value });
      else
        this.#fail(request, {
          level: 'warn',
          text: `${answer.error.code}: ${answer.error.message}`,
          failure: answer.error,
        });
    } catch (thrown) {
      const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : toReason(thrown);
      const kind = thrown instanceof Error ? thrown.name : 'unknown';
      const reason = `exception: ${kind}: ${toReason(thrown)}`;
      this.#fail(request, { level: 'error', text, failure: failure('unexpected', { reason }) });
    }
  }

  #fail(
    { requestId, seriesId, traceId }: FetchSignalHistory,
    fault: Pick<Notice, 'level' | 'text'> & { readonly failure: ReturnType<typeof failure> },
  ): void {
    const time = this.#options.clock.now();
    const { instrumentId, timeframe } = seriesParts(seriesId);
    const title = `signals of ${instrumentId} without ${timeframe} in cycle ${traceId}`;
    void this.#options.notifier.notify({ level: fault.level, time, title, text: fault.text });
    this.#take({ kind: 'signalHistoryFailed', receivedTime: time, requestId, failure: fault.failure });
  }
}
