/**
 * The chart of a coin: closed candles from the exchange, within the one budget of requests and kept for a short while,
 * and our fills on them with the events of their chain.
 */
import type { ChartMarker, DeskChartAnswer, DeskEvent } from '../../api/contract.ts';
import type { ChartWanted } from '../../api/desk/desk-ports.ts';
import { add, type Decimal, divide, multiply, toDecimalText, toFloat, ZERO } from '../../core/decimal.ts';
import { ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { OrderRecord } from '../../model/execution.ts';
import type { Failure } from '../../model/failure.ts';
import { instrumentId } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import { bucketOpen, type Timeframe, timeframe, timeframeMs } from '../../model/timeframe.ts';
import { type PortfolioState, viewPortfolio } from '../../portfolio/index.ts';
import type { Feed } from '../../ports/feed.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { DeskBoard } from './desk-board.ts';

/** What charts are made from. */
export type ChartParts = {
  readonly feed: Pick<Feed, 'fetchHistory'>;
  readonly board: DeskBoard;
  /** Positions and legs, also of former runs. */
  readonly portfolio: () => PortfolioState;
  readonly quoteAsset: string;
  readonly now: () => EpochMs;
};

const DAY_MS = 86_400_000;
const RELATED_MAX = 12;
const KEPT_MAX = 16;
const PAGES_MAX = 4;
const CHAIN_MAX = 500;

type Kept = { readonly candles: readonly ClosedCandle[]; readonly from: EpochMs };

/** Answers charts; keeps the candles of a few coins until their next one closes. */
export class ChartQuery {
  readonly #parts: ChartParts;
  readonly #kept = new Map<string, Kept>();
  readonly #orders = new Map<string, OrderRecord>();

  constructor(parts: ChartParts) {
    this.#parts = parts;
  }

  /** Remembers an order that was filled, with what it is at its newest. */
  takeOrder(order: OrderRecord): void {
    if (order.fills.length === 0) return;
    this.#orders.delete(order.clientOrderId);
    this.#orders.set(order.clientOrderId, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > CHAIN_MAX && oldest !== undefined) this.#orders.delete(oldest);
  }

  /** The chart. */
  async answer(wanted: ChartWanted): Promise<Result<DeskChartAnswer, Failure>> {
    const now = this.#parts.now();
    const frame = timeframe(wanted.interval);
    const candles = await this.#candles(wanted, frame, now);
    if (!candles.ok) return candles;
    const markers = this.#markers(wanted, frame);
    return ok({
      symbol: wanted.symbol,
      interval: wanted.interval,
      klines: candles.value.slice(-wanted.barsMax).map(toBar),
      markers,
      trade_points: markers.map((marker) => ({ ...marker, related_events: this.#related(marker) })),
      scores: wanted.scores === 'with' ? this.#scores(wanted.symbol) : {},
      ts: now / 1_000,
    });
  }

  async #candles(
    { symbol, days, barsMax }: ChartWanted,
    frame: Timeframe,
    now: EpochMs,
  ): Promise<Result<readonly ClosedCandle[], Failure>> {
    const length = timeframeMs(frame);
    const to = bucketOpen(now, length);
    const from = Math.max(0, bucketOpen((to - days * DAY_MS) as EpochMs, length), to - barsMax * length) as EpochMs;
    const key = `${symbol}|${frame}|${to}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.from <= from) return ok(kept.candles.filter(({ openTime }) => openTime >= from));
    const candles = await this.#fetch(symbol, { frame, from, to });
    if (!candles.ok) return candles;
    this.#kept.set(key, { candles: candles.value, from });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return candles;
  }

  async #fetch(
    symbol: string,
    { frame, from, to }: { readonly frame: Timeframe; readonly from: EpochMs; readonly to: EpochMs },
  ): Promise<Result<readonly ClosedCandle[], Failure>> {
    const { feed, quoteAsset: quote } = this.#parts;
    const base = symbol.endsWith(quote) ? symbol.slice(0, -quote.length) : symbol;
    const series = seriesId({
      instrumentId: instrumentId({ venue: 'binance', market: 'spot', base, quote }),
      timeframe: frame,
    });
    const all: ClosedCandle[] = [];
    let next = from;
    for (let page = 0; page < PAGES_MAX && next < to; page++) {
      const answer = await feed.fetchHistory({ seriesId: series, from: next, to, purpose: 'history', source: 'rest' });
      if (!answer.ok) return answer;
      const last = answer.value.at(-1);
      if (last === undefined) break;
      all.push(...answer.value);
      next = (last.openTime + timeframeMs(frame)) as EpochMs;
    }
    return ok(all);
  }

  /** From our orders; of what was traded before this process knew any, from the books of the portfolio. */
  #markers({ symbol, traceId }: ChartWanted, frame: Timeframe): ChartMarker[] {
    const orders = [...this.#orders.values()].map((order) => ({
      order: toMarker(order, frame),
      of: order.instrumentId,
    }));
    const bought = new Set(orders.flatMap(({ order }) => (order.side === 'BUY' ? [order.position_id] : [])));
    const sold = new Set(orders.map(({ order }) => order.client_order_id));
    const booked = bookMarkers(this.#parts.portfolio(), frame).filter(({ order }) =>
      order.side === 'BUY' ? !bought.has(order.position_id) : !sold.has(order.client_order_id),
    );
    return [...booked, ...orders]
      .filter(({ order, of }) => symbolOf(of) === symbol && (traceId === null || order.trace_id === traceId))
      .map(({ order }) => order)
      .sort((a, b) => a.at - b.at);
  }

  #related({ trace_id, position_id }: ChartMarker): DeskEvent[] {
    const every = { types: null, symbol: null, before: null, limit: RELATED_MAX };
    const byPosition = this.#parts.board.find({ ...every, traceId: null, positionId: position_id }).events;
    const byTrace = this.#parts.board.find({ ...every, traceId: trace_id, positionId: null }).events;
    const chain = new Map([...(trace_id === null ? [] : byTrace), ...byPosition].map((event) => [event.id, event]));
    return [...chain.values()].sort((a, b) => a.id - b.id).slice(-RELATED_MAX);
  }

  #scores(symbol: string): DeskChartAnswer['scores'] {
    const signal = this.#parts.board.signals.latest().find((each) => symbolOf(each.instrumentId) === symbol);
    const scores = (signal?.timeframes ?? []).map((opinion) => {
      const fused = opinion.kind === 'scored' ? opinion.score.fused : null;
      return [opinion.timeframe, { ss: fused?.sell ?? null, bs: fused?.buy ?? null }] as const;
    });
    return Object.fromEntries(scores);
  }
}

function toBar({ openTime, open, high, low, close, volume }: ClosedCandle): DeskChartAnswer['klines'][number] {
  return {
    time: openTime / 1_000,
    open: toFloat(open),
    high: toFloat(high),
    low: toFloat(low),
    close: toFloat(close),
    volume: toFloat(volume),
  };
}

type Booked = { readonly order: ChartMarker; readonly of: string };

/** Entries of positions, open and closed, and sales of legs. */
function bookMarkers(portfolio: PortfolioState, frame: Timeframe): readonly Booked[] {
  const open = viewPortfolio(portfolio).positions.map((each) => ({
    ...each,
    entryTime: each.openedTime,
    quantity: each.quantityInitial,
  }));
  const entries = [...portfolio.pnl.positions, ...open].map((position) => ({
    of: position.instrumentId,
    order: {
      ...placed(position.entryTime, frame),
      side: 'BUY' as const,
      price: cut(position.entryPrice),
      qty: toDecimalText(position.quantity),
      reason: 'entry',
      trace_id: position.traceId,
      position_id: position.positionId,
      client_order_id: '',
    },
  }));
  const sales = portfolio.pnl.legs.map((leg) => ({
    of: leg.instrumentId,
    order: {
      ...placed(leg.exitTime, frame),
      side: 'SELL' as const,
      price: cut(leg.exitPrice),
      qty: toDecimalText(leg.quantity),
      reason: leg.reason,
      trace_id: leg.traceId,
      position_id: leg.positionId,
      client_order_id: leg.clientOrderId,
    },
  }));
  return [...entries, ...sales];
}

function placed(at: EpochMs, frame: Timeframe): Pick<ChartMarker, 'time' | 'at'> {
  return { time: bucketOpen(at, timeframeMs(frame)) / 1_000, at: at / 1_000 };
}

/** An average has digits that nobody reads. */
function cut(price: Decimal): string {
  return toDecimalText(price).replace(/(\.\d{12})\d+$/, '$1');
}

function toMarker(order: OrderRecord, frame: Timeframe): ChartMarker {
  const at = order.fills[0]?.eventTime ?? order.updatedTime;
  const paid = order.fills.reduce<Decimal>((sum, { price, quantity }) => add(sum, multiply(price, quantity)), ZERO);
  return {
    ...placed(at, frame),
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    price: cut(divide(paid, order.filledQuantity)),
    qty: toDecimalText(order.filledQuantity),
    reason: order.reason,
    trace_id: order.traceId,
    position_id: order.positionId,
    client_order_id: order.clientOrderId,
  };
}
