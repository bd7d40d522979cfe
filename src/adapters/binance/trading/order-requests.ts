/**
 * Orders in the venue's words. In: orders of the model. Out: the method of the WebSocket API, the REST route that does
 * the same, and their parameters.
 */
import { assertNever } from '../../../core/assert.ts';
import { toDecimalText } from '../../../core/decimal.ts';
import type { ApprovedOrder, OrderTerms } from '../../../model/order.ts';
import { takeLegId } from './order-tracker.ts';
import type { Params } from './signed-params.ts';

/** A request that can go either way. */
export type VenueRequest = {
  /** Method of the WebSocket API. */
  readonly method: string;
  /** The same over REST, `POST /api/v3/order`. */
  readonly route: string;
  readonly params: Params;
  /** Weight when it fails; orders that are taken cost none. */
  readonly weight: number;
  /** How many orders it counts as. */
  readonly orders: number;
};

/** Places `order` in `symbol`. */
export function placeRequest(order: ApprovedOrder, symbol: string): VenueRequest {
  const { terms, clientOrderId } = order;
  if (terms.type !== 'oco') {
    const params = { symbol, ...toParams(terms), newClientOrderId: clientOrderId, newOrderRespType: 'FULL' };
    return { method: 'order.place', route: 'POST /api/v3/order', params, weight: 1, orders: 1 };
  }
  return {
    method: 'orderList.place.oco',
    route: 'POST /api/v3/orderList/oco',
    params: {
      symbol,
      side: 'SELL',
      quantity: toDecimalText(terms.quantity),
      listClientOrderId: clientOrderId,
      aboveType: 'LIMIT_MAKER',
      abovePrice: toDecimalText(terms.takePrice),
      aboveClientOrderId: takeLegId(clientOrderId),
      ...belowLeg(terms),
      belowClientOrderId: clientOrderId,
      newOrderRespType: 'FULL',
    },
    weight: 1,
    orders: 2,
  };
}

function belowLeg({ stopPrice, limitPrice }: OrderTerms & { readonly type: 'oco' }): Params {
  const belowStopPrice = toDecimalText(stopPrice);
  if (limitPrice === null) return { belowType: 'STOP_LOSS', belowStopPrice };
  const belowPrice = toDecimalText(limitPrice);
  return { belowType: 'STOP_LOSS_LIMIT', belowStopPrice, belowPrice, belowTimeInForce: 'GTC' };
}

function toParams(terms: Exclude<OrderTerms, { readonly type: 'oco' }>): Params {
  const side = terms.side === 'buy' ? 'BUY' : 'SELL';
  switch (terms.type) {
    case 'market':
      return { side, type: 'MARKET', quantity: toDecimalText(terms.quantity) };
    case 'marketByQuote':
      return { side, type: 'MARKET', quoteOrderQty: toDecimalText(terms.quoteAmount) };
    case 'limit': {
      const { quantity, price, timeInForce } = terms;
      return { side, type: 'LIMIT', timeInForce, quantity: toDecimalText(quantity), price: toDecimalText(price) };
    }
    case 'stop': {
      const common = { side, quantity: toDecimalText(terms.quantity), stopPrice: toDecimalText(terms.stopPrice) };
      if (terms.limitPrice === null) return { ...common, type: 'STOP_LOSS' };
      const price = toDecimalText(terms.limitPrice);
      return { ...common, type: 'STOP_LOSS_LIMIT', price, timeInForce: 'GTC' };
    }
    default:
      return assertNever(terms);
  }
}

/** Cancels an order; of a pair the whole of it. */
export function cancelRequest(symbol: string, clientOrderId: string): VenueRequest {
  const params = { symbol, origClientOrderId: clientOrderId };
  return { method: 'order.cancel', route: 'DELETE /api/v3/order', params, weight: 1, orders: 0 };
}

/** Cancels an order and, only if that succeeds, places another, which is no pair. */
export function replaceRequest(symbol: string, cancelledId: string, order: ApprovedOrder): VenueRequest {
  const { params } = placeRequest(order, symbol);
  const cancel = { cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrigClientOrderId: cancelledId };
  return {
    method: 'order.cancelReplace',
    route: 'POST /api/v3/order/cancelReplace',
    params: { ...params, ...cancel },
    weight: 1,
    orders: 1,
  };
}
