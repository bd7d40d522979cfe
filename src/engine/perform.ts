/**
 * Carrying out effects through the ports, in order; what they save was committed before. Requests and timers are
 * started here and answered as new inputs.
 */
import { assert, assertNever } from '../core/assert.ts';
import { EPOCH_MS_MAX, type EpochMs } from '../core/time.ts';
import { encode, parseEncoded } from '../journal/index.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { ChartChange } from '../model/chart.ts';
import type {
  CandlesReviewed,
  CheckpointRead,
  FetchCandles,
  LoadCandles,
  ReadCandles,
  SaveChart,
} from '../model/events.ts';
import type { ExecutionBatch } from '../model/execution.ts';
import type { LedgerBatch } from '../model/ledger.ts';
import { type SeriesId, siblingSeries } from '../model/series.ts';
import type { Bus } from '../ports/bus.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { BurstSaves } from '../ports/commit-burst.ts';
import type { Feed } from '../ports/feed.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { EngineEffect, EngineInput } from './inputs.ts';
import { findChange } from './review.ts';
import {
  isTradingRequest,
  startTradingRequest,
  type TradingPorts,
  type TradingRequest,
} from './trading/perform-trading.ts';
import { joinBatches } from './trading/trading-turn.ts';

/** The ports effects go to. */
export type EffectPorts = {
  readonly clock: Clock;
  readonly store: CandleStore;
  readonly charts: Pick<ChartStore, 'readCheckpoint'>;
  readonly bus: Bus;
  readonly feed: Feed;
  readonly notifier: Notifier;
  /** Where trading is opened. */
  readonly trading?: TradingPorts;
  /** Lets sockets and timers have their turn between two pieces of long work; absent where nobody else waits. */
  readonly breathe?: () => Promise<void>;
};

/** What the effects of a burst save, in their order; `null` when they save nothing. */
export function collectSaves(effects: readonly EngineEffect[]): BurstSaves | null {
  const candles: ClosedCandle[] = [];
  const gaps: CandleGap[] = [];
  const charts: ChartChange[] = [];
  const ledger: LedgerBatch[] = [];
  for (const effect of effects) {
    if (effect.kind === 'saveChart') charts.push(toStored(effect));
    if (effect.kind === 'saveLedger') ledger.push(effect.batch);
    if (effect.kind !== 'saveCandles') continue;
    candles.push(...effect.candles);
    gaps.push(...effect.gaps);
  }
  if (ledger.length > 0) return { candles, gaps, charts, ledger: joinBatches(ledger) };
  return candles.length > 0 || gaps.length > 0 || charts.length > 0 ? { candles, gaps, charts } : null;
}

function toStored({ change, checkpoint }: SaveChart): ChartChange {
  return checkpoint === undefined ? change : { ...change, checkpoint: encode(checkpoint) };
}

/** Performs effects; at most one timer per timer id is pending, and one request per effect. */
export class EffectPerformer {
  readonly #ports: EffectPorts;
  readonly #post: (input: EngineInput) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #timers = new Map<string, Cancel>();

  constructor(ports: EffectPorts, post: (input: EngineInput) => Promise<void>, onError: (error: unknown) => void) {
    this.#ports = ports;
    this.#post = post;
    this.#onError = onError;
  }

  /** Performs the effects of one burst; resolves when announcements are handed over. */
  async perform(effects: readonly EngineEffect[]): Promise<void> {
    for (const effect of effects) {
      const handedOver = this.#performOne(effect);
      if (handedOver !== undefined) await handedOver;
    }
  }

  /** Looks at what `effects` want reviewed; must be called before their candles are saved. */
  async review(effects: readonly EngineEffect[]): Promise<readonly CandlesReviewed[]> {
    const answers: CandlesReviewed[] = [];
    for (const effect of effects) {
      if (effect.kind !== 'reviewCandles') continue;
      const changedFrom = await findChange(this.#ports.store, effect);
      const receivedTime = this.#ports.clock.now();
      answers.push({ kind: 'candlesReviewed', receivedTime, seriesId: effect.seriesId, changedFrom });
    }
    return answers;
  }

  /** Lets answers come back through the mailbox. */
  answer(answers: readonly CandlesReviewed[]): void {
    for (const answer of answers) this.#start(this.#post(answer));
  }

  #performOne(effect: EngineEffect): Promise<unknown> | undefined {
    if (isTradingRequest(effect)) return this.#trade(effect);
    const { bus, notifier, clock } = this.#ports;
    switch (effect.kind) {
      case 'saveCandles':
      case 'saveChart':
      case 'reviewCandles':
        return undefined;
      case 'readCandles':
        return this.#start(this.#read(effect));
      case 'publishForming':
        return bus.publish({ kind: 'candleForming', seriesId: effect.candle.seriesId, candle: effect.candle });
      case 'publishClosed':
        return bus.publish({ kind: 'candlesClosed', seriesId: effect.seriesId, candles: effect.candles });
      case 'publishGap':
        return bus.publish({ kind: 'candleGap', seriesId: effect.gap.seriesId, gap: effect.gap });
      case 'fetchCandles':
        return this.#start(this.#fetch(effect));
      case 'loadCandles':
        return this.#start(this.#load(effect));
      case 'startTimer':
        return this.#startTimer(effect.timerId, effect.at);
      case 'notify':
        return this.#start(
          notifier.notify({
            level: effect.level,
            time: clock.now(),
            title: effect.failure.message,
            text: effect.failure.hint,
          }),
        );
      case 'saveExecution':
      case 'saveLedger':
        return undefined;
      default:
        return assertNever(effect);
    }
  }

  #trade(effect: TradingRequest): undefined {
    const { trading } = this.#ports;
    assert(trading !== undefined, `trading was opened without its ports and asks for ${effect.kind}`);
    const request = startTradingRequest(trading, effect);
    return request === undefined ? undefined : this.#start(request.then((inputs) => this.#postAll(inputs)));
  }

  async #postAll(inputs: readonly EngineInput[]): Promise<void> {
    for (const input of inputs) await this.#post(input);
  }

  /** Lets work run beside the loop; its answer comes back through the mailbox. */
  #start(work: Promise<unknown>): undefined {
    work.catch(this.#onError);
    return undefined;
  }

  async #fetch(effect: FetchCandles): Promise<void> {
    const { seriesId, requestId, from, to, purpose } = effect;
    const answer = await this.#ports.feed.fetchHistory({ seriesId, from, to, purpose, source: 'rest' });
    const receivedTime = this.#ports.clock.now();
    await this.#post(
      answer.ok
        ? { kind: 'candlesFetched', receivedTime, requestId, seriesId, from, to, candles: answer.value }
        : { kind: 'candlesFetchFailed', receivedTime, requestId, seriesId, failure: answer.error },
    );
  }

  async #read({ seriesId, after, limit, checkpointBefore }: ReadCandles): Promise<void> {
    const { store, clock, breathe } = this.#ports;
    // A store that answers at once would have a chart of years computed without one turn of the event loop.
    await breathe?.();
    const checkpoint = checkpointBefore === undefined ? null : await this.#readCheckpoint(seriesId, checkpointBefore);
    const last = checkpoint?.headTime ?? after;
    const from = (last === null ? 0 : last + 1) as EpochMs;
    const to = (EPOCH_MS_MAX + 1) as EpochMs;
    const candles = await store.read({ seriesId, from, to, limit, take: 'oldest' });
    const answer = { kind: 'candlesRead', receivedTime: clock.now(), seriesId, after, candles } as const;
    await this.#post(checkpoint === null ? answer : { ...answer, checkpoint });
  }

  async #readCheckpoint(seriesId: SeriesId, before: EpochMs): Promise<CheckpointRead | null> {
    const found = await this.#ports.charts.readCheckpoint(seriesId, before);
    if (found === null) return null;
    const { body, ...position } = found;
    return { ...position, state: parseEncoded<object>(body) };
  }

  async #load(effect: LoadCandles): Promise<void> {
    const { store, clock } = this.#ports;
    const { seriesId, from, to } = effect;
    const range = { from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
    const candles = await store.read({ ...range, seriesId });
    const gaps = await store.readGaps(seriesId, { from, to });
    const derived: ClosedCandle[] = [];
    for (const timeframe of effect.timeframes) {
      derived.push(...(await store.read({ ...range, seriesId: siblingSeries(seriesId, timeframe) })));
    }
    await this.#post({ kind: 'candlesLoaded', receivedTime: clock.now(), seriesId, from, to, candles, gaps, derived });
  }

  #startTimer(timerId: string, at: EpochMs): undefined {
    const { clock } = this.#ports;
    this.#timers.get(timerId)?.();
    const cancel = clock.schedule(at, () => {
      this.#timers.delete(timerId);
      this.#start(this.#post({ kind: 'timerFired', receivedTime: clock.now(), timerId }));
    });
    this.#timers.set(timerId, cancel);
    return undefined;
  }

  /** Cancels every pending timer. */
  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}

/** What the effects of a burst say of orders; the newest record of each order and position counts. */
export function collectExecution(effects: readonly EngineEffect[]): ExecutionBatch | null {
  const batches = effects.filter((effect) => effect.kind === 'saveExecution');
  if (batches.length === 0) return null;
  const orders = new Map(
    batches.flatMap((batch) => batch.orders.map((order) => [order.clientOrderId, order] as const)),
  );
  const protections = new Map(
    batches.flatMap((batch) => batch.protections.map((each) => [each.positionId, each] as const)),
  );
  return { orders: [...orders.values()], protections: [...protections.values()] };
}
