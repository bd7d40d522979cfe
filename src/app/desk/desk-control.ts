/**
 * Commands of the desk. They become inputs of the engine, like those of the command line; what is answered is what the
 * positions say afterwards, never what was asked for.
 */
import type { ClosedDetail, EmergencyAnswer } from '../../api/contract.ts';
import type { DeskControl, EmergencyWanted } from '../../api/desk/desk-ports.ts';
import { add, type Decimal, divide, multiply, toDecimalText, ZERO } from '../../core/decimal.ts';
import { addMs } from '../../core/time.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import type { OrderRecord } from '../../model/execution.ts';
import type { PositionId } from '../../model/intent.ts';
import type { Quantity } from '../../model/money.ts';
import type { Clock } from '../../ports/clock.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { TradingService } from '../trading/trading-service.ts';
import type { DeskBoard } from './desk-board.ts';
import { readTrading, type TradingNow } from './trading-now.ts';

/** What commands work with. */
export type ControlParts = {
  readonly service: Pick<TradingService, 'engine'>;
  readonly board: DeskBoard;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time, for how long an answer may take. */
  readonly wallClock: Clock;
};

/** What was to be sold; of a buy that was on its way nothing was held yet. */
type Target = { readonly positionId: PositionId; readonly symbol: string; readonly quantity: Quantity };

type Request = { readonly targets: readonly Target[]; readonly startedMs: number };

/** An answer is given when everything is sold, or after this long with what is true then. */
const ANSWER_MS = 4_500;
/** Requests remembered by their id. Policy beyond it: the oldest is forgotten, and would be a new one. */
const REQUESTS_MAX = 20;

/** Carries out commands for one engine. */
export class EngineControl implements DeskControl {
  readonly #parts: ControlParts;
  readonly #requests = new Map<string, Request>();
  /** Newest sale of each position, for what became of it. */
  readonly #sales = new Map<string, OrderRecord[]>();

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** Remembers what is sold while an emergency asks for it. */
  takeOrder(order: OrderRecord): void {
    if (order.side !== 'sell' || !this.#isAskedFor(order.positionId)) return;
    const others = (this.#sales.get(order.positionId) ?? []).filter(
      (each) => each.clientOrderId !== order.clientOrderId,
    );
    this.#sales.set(order.positionId, [...others, order]);
  }

  async emergencyClose({ requestId, reason }: EmergencyWanted): Promise<EmergencyAnswer> {
    const known = this.#requests.get(requestId);
    const request = known ?? this.#begin(requestId);
    if (known === undefined) await this.#command({ kind: 'emergencyClose', requestId, reason });
    await this.#untilSold(request);
    return this.#describe(requestId, request);
  }

  async acknowledge(what: 'halt' | 'emergency'): Promise<boolean> {
    const { halt, emergency } = this.#now().stages.decisions;
    const isThere = (what === 'halt' ? halt : emergency) !== null;
    if (isThere) await this.#command({ kind: what === 'halt' ? 'acknowledgeHalt' : 'resetEmergency' });
    return isThere;
  }

  async pauseEntries(reason: string): Promise<void> {
    await this.#command({ kind: 'pauseEntries', reason });
  }

  async resumeEntries(): Promise<void> {
    await this.#command({ kind: 'resumeEntries' });
  }

  async closePosition(positionId: string): Promise<boolean> {
    const isHeld = this.#now().portfolio.positions.some((each) => each.positionId === positionId);
    if (isHeld) await this.#command({ kind: 'closePosition', positionId: positionId as PositionId });
    return isHeld;
  }

  #now(): TradingNow {
    return readTrading(this.#parts.service, this.#parts.clock.now());
  }

  async #command(command: OperatorCommand): Promise<void> {
    const { service, clock } = this.#parts;
    await service.engine.submit({ kind: 'operatorCommanded', receivedTime: clock.now(), command });
  }

  #begin(requestId: string): Request {
    const { portfolio, execution } = this.#now();
    const held = portfolio.positions.map(({ positionId, instrumentId, quantity }) => ({
      positionId,
      symbol: symbolOf(instrumentId),
      quantity,
    }));
    const known = new Set(held.map(({ positionId }) => positionId));
    // What is being bought is sold as soon as it is there, and until that is known not everything is sold.
    const bought = execution.positions
      .filter((each) => !known.has(each.positionId) && each.orders.some(isBuy))
      .map(({ positionId, instrumentId }) => ({ positionId, symbol: symbolOf(instrumentId), quantity: NONE }));
    const request = { targets: [...held, ...bought], startedMs: this.#parts.wallClock.now() };
    this.#requests.set(requestId, request);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > REQUESTS_MAX && oldest !== undefined) this.#forget(oldest);
    return request;
  }

  #forget(requestId: string): void {
    for (const { positionId } of this.#requests.get(requestId)?.targets ?? []) this.#sales.delete(positionId);
    this.#requests.delete(requestId);
  }

  #isAskedFor(positionId: string): boolean {
    for (const { targets } of this.#requests.values()) {
      if (targets.some((target) => target.positionId === positionId)) return true;
    }
    return false;
  }

  /** Resolves when nothing of it is held any more, or after the time an answer may take. */
  #untilSold({ targets, startedMs }: Request): Promise<void> {
    const { board, wallClock } = this.#parts;
    const isSold = (): boolean => targets.every((target) => this.#heldOf(target) === null && !this.#isBought(target));
    if (isSold()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        ignore();
        resolve();
      };
      const at = Math.max(wallClock.now() + 1, startedMs + ANSWER_MS);
      const cancel = wallClock.schedule(addMs(wallClock.now(), at - wallClock.now()), end);
      const ignore = board.listen(() => {
        if (isSold()) end();
      });
    });
  }

  #heldOf({ positionId }: Target): Quantity | null {
    return this.#now().portfolio.positions.find((each) => each.positionId === positionId)?.quantity ?? null;
  }

  /** Whether a buy of it is on its way, whose end nobody knows. */
  #isBought({ positionId }: Target): boolean {
    const desk = this.#now().execution.positions.find((each) => each.positionId === positionId);
    return desk?.orders.some(isBuy) ?? false;
  }

  #describe(requestId: string, { targets, startedMs }: Request): EmergencyAnswer {
    const details = targets.map((target) => this.#describeOne(target)).filter(isOfSomething);
    const closed = details.filter(({ status }) => status === 'closed').length;
    return {
      ok: closed === details.length,
      closed,
      failed: details.length - closed,
      details,
      request_id: requestId,
      took_ms: this.#parts.wallClock.now() - startedMs,
      ts: this.#parts.clock.now() / 1_000,
    };
  }

  #describeOne(target: Target): ClosedDetail {
    const sales = this.#sales.get(target.positionId) ?? [];
    const fills = sales.flatMap((order) => order.fills);
    const quantity = fills.reduce<Decimal>((sum, fill) => add(sum, fill.quantity), ZERO);
    const paid = fills.reduce<Decimal>((sum, fill) => add(sum, multiply(fill.price, fill.quantity)), ZERO);
    const held = this.#heldOf(target);
    const isBought = held === null && this.#isBought(target);
    return {
      symbol: target.symbol,
      position_id: target.positionId,
      status: isBought ? 'unknown' : statusOf(held, target, sales),
      price: quantity > 0n ? cut(toDecimalText(divide(paid, quantity))) : null,
      qty: quantity > 0n ? toDecimalText(quantity) : null,
      error: isBought ? BEING_BOUGHT : held === null ? null : (sales.at(-1)?.failure?.message ?? 'it is not sold yet'),
    };
  }
}

const BEING_BOUGHT = 'a buy of it is not answered yet; what it bought is sold as soon as that is known';
const NONE = ZERO as Quantity;

function isBuy({ side }: OrderRecord): boolean {
  return side === 'buy';
}

/** A buy that came to nothing left nothing to sell. */
function isOfSomething({ status, qty }: ClosedDetail): boolean {
  return status !== 'closed' || qty !== null;
}

function statusOf(held: Quantity | null, { quantity }: Target, sales: readonly OrderRecord[]): ClosedDetail['status'] {
  if (held === null) return 'closed';
  if (sales.some(({ state }) => state === 'unknown')) return 'unknown';
  return held < quantity ? 'partial' : 'failed';
}

function cut(text: string): string {
  return text.replace(/(\.\d{12})\d+$/, '$1');
}
