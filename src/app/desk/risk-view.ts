/**
 * The five layers of risk with what each sees and where it acts, from the same functions that decide.
 */
import type { RiskAnswer, RiskLayer } from '../../api/contract.ts';
import { type Decimal, divide, multiply, subtract, toDecimalText, toFloat, ZERO } from '../../core/decimal.ts';
import { exact, shareOf } from '../../decisions/exact.ts';
import { capitalOf, countSlots, dayLossOf, drawdownOf, exposureOf, sectorOf } from '../../decisions/portfolio-risk.ts';
import type { Money } from '../../model/money.ts';
import type { PositionView } from '../../model/position.ts';
import { textOrNull } from '../trading/exports/execution-words.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { TradingNow } from './trading-now.ts';

type Gauge = Pick<RiskLayer, 'value' | 'limit' | 'used' | 'amount' | 'amount_limit'>;
type Part = Gauge & { readonly name: string };

const NEAR = 0.8;
const NONE = ZERO as Money;

/** The layers, and what an operator has to know of money and latches. */
export function viewRisk(trading: TradingNow): RiskAnswer {
  const { portfolio, stages, now } = trading;
  const { decisions, reconciliation } = stages;
  const { config, halt, emergency, pause } = decisions;
  const capital = capitalOf(portfolio);
  const reservations = Object.values(decisions.reservations);
  return {
    layers: [tradeLayer(trading), coinLayer(trading), sectorLayer(trading), dayLayer(trading), drawdownLayer(trading)],
    capital: toDecimalText(capital),
    initial_capital: toDecimalText(portfolio.initialCapital),
    equity: toDecimalText(portfolio.equity),
    cash: toDecimalText(portfolio.cash),
    peak_equity: toDecimalText(portfolio.peak),
    drawdown: rounded(drawdownOf(portfolio)),
    day_start_equity: toDecimalText(portfolio.dayStartEquity),
    day_pnl: toDecimalText(subtract(portfolio.equity, portfolio.dayStartEquity)),
    day_realized: toDecimalText(portfolio.dayRealized),
    exposure: toDecimalText(exposureOf({ portfolio, reservations })),
    exposure_limit: toDecimalText(shareOf(capital, config.sizing.totalShareMax)),
    single_limit: toDecimalText(shareOf(capital, config.sizing.singleShareMax)),
    positions: countSlots(portfolio, reservations),
    positions_max: config.sizing.positionsMax,
    halt:
      halt === null
        ? null
        : {
            since_ms: halt.since,
            until_ms: halt.until,
            acknowledged: halt.isAcknowledged,
            needs_ack: config.risk.resume === 'acknowledged' && !halt.isAcknowledged,
          },
    emergency:
      emergency === null
        ? null
        : { request_id: emergency.requestId, reason: emergency.reason, since_ms: emergency.since },
    pause,
    reconciliation,
    dust: Object.entries(stages.portfolio.dust).map(([id, quantity]) => ({
      symbol: symbolOf(id),
      qty: toDecimalText(quantity),
    })),
    ts: now / 1_000,
  };
}

function tradeLayer({ portfolio, stages }: TradingNow): RiskLayer {
  const { guards, distances, config } = stages.decisions;
  const parts = portfolio.positions.map((position) => {
    const { positionId, entryPrice, quantity } = position;
    const limit = guards[positionId]?.stopDistance ?? distances[positionId] ?? config.rules.stopDistance;
    const cost = multiply(entryPrice, quantity) as Money;
    return partOf(symbolOf(position.instrumentId), { amount: lossOf(position), limit, base: cost });
  });
  const action = 'the position is sold at its stop';
  return layerOf({ layer: 'L1', name: 'stop of each trade', action, parts, limit: config.rules.stopDistanceMax });
}

function coinLayer({ portfolio, stages }: TradingNow): RiskLayer {
  const limit = stages.decisions.config.risk.coinLossMax;
  const base = capitalOf(portfolio);
  const parts = portfolio.positions.map((position) =>
    partOf(symbolOf(position.instrumentId), { amount: lossOf(position), limit, base }),
  );
  return layerOf({ layer: 'L2', name: 'loss of one coin', action: 'the coin is sold', parts, limit });
}

function sectorLayer({ portfolio, stages }: TradingNow): RiskLayer {
  const { config, reservations } = stages.decisions;
  const limit = config.risk.sectorShareMax;
  const base = capitalOf(portfolio);
  const under = Object.values(reservations);
  const sectors = new Set(
    [...portfolio.positions, ...under].map((each) => sectorOf(each.instrumentId, config.sectors)),
  );
  const parts = [...sectors].map((sector) => {
    const isIn = (each: Pick<PositionView, 'instrumentId'>): boolean =>
      sectorOf(each.instrumentId, config.sectors) === sector;
    const positions = portfolio.positions.filter(isIn);
    const amount = exposureOf({ portfolio: { ...portfolio, positions }, reservations: under.filter(isIn) });
    return partOf(sector, { amount, limit, base });
  });
  return layerOf({ layer: 'L3', name: 'exposure of a sector', action: 'no entry into the sector', parts, limit });
}

function dayLayer({ portfolio, stages }: TradingNow): RiskLayer {
  const limit = stages.decisions.config.risk.dayLossMax;
  const part = partOf('day', { amount: dayLossOf(portfolio), limit, base: capitalOf(portfolio) });
  const action = 'no entries until 00:00 UTC';
  return { ...layerOf({ layer: 'L4', name: 'loss of the day', action, parts: [part], limit }), parts: [] };
}

function drawdownLayer({ portfolio, stages }: TradingNow): RiskLayer {
  const { config, halt } = stages.decisions;
  const limit = config.risk.drawdownMax;
  const amount = subtract(portfolio.peak, portfolio.equity);
  const part = partOf('drawdown', { amount, limit, base: portfolio.peak });
  const action = 'everything is sold and entries halt';
  const layer = layerOf({ layer: 'L5', name: 'fall from the highest equity', action, parts: [part], limit });
  return { ...layer, state: halt === null ? layer.state : 'latched', parts: [] };
}

function lossOf({ unrealized }: PositionView): Money {
  return unrealized < 0n ? subtract(NONE, unrealized) : NONE;
}

type Measured = { readonly amount: Money; readonly limit: number; readonly base: Money };

function partOf(name: string, { amount, limit, base }: Measured): Part {
  const most = shareOf(base, limit);
  const value = base > 0n ? toFloat(divide(amount as Decimal, base as Decimal)) : 0;
  const used = most > 0n ? toFloat(divide(amount as Decimal, most as Decimal)) : 0;
  return {
    name,
    value: rounded(Math.max(0, value)),
    limit: toFloat(exact(limit)),
    used: rounded(Math.max(0, used)),
    amount: toDecimalText(amount),
    amount_limit: toDecimalText(most),
  };
}

type Layer = Pick<RiskLayer, 'layer' | 'name' | 'action'> & { readonly parts: readonly Part[]; readonly limit: number };

/** A layer is as near to its limit as the worst of its parts. */
function layerOf({ layer, name, action, parts, limit }: Layer): RiskLayer {
  const sorted = parts.toSorted((a, b) => b.used - a.used);
  const worst: Gauge = sorted[0] ?? { value: 0, limit, used: 0, amount: textOrNull(null), amount_limit: null };
  const { value, used, amount, amount_limit } = worst;
  return {
    layer,
    name,
    action,
    state: used >= 1 ? 'reached' : used >= NEAR ? 'near' : 'ok',
    value,
    limit: worst.limit,
    used,
    amount,
    amount_limit,
    parts: sorted,
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(6));
}
