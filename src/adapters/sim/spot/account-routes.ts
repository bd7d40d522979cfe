/**
 * Routes of an account: balances, trades, rates, limits, and what its key may do. In: signed parameters. Out: the
 * exchange's answers.
 */
import { type Decimal, toDecimalText } from '../../../core/decimal.ts';
import { ok } from '../../../core/result.ts';
import type { SimAccount } from '../matching/engine-state.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import { readInteger } from '../rest-params.ts';
import { toPaddedText } from '../sim-grid.ts';
import { places8, toTradeJson } from './order-json.ts';
import type { OrderLimiter } from './order-limiter.ts';
import { readPage } from './order-routes.ts';
import type { SpotDesk } from './spot-desk.ts';
import { type SpotCall, spotRoute } from './spot-route.ts';

/** Every route of accounts. */
export function createAccountRoutes(desk: SpotDesk, limiter: OrderLimiter): ReadonlyMap<string, RestRoute> {
  const route = spotRoute(desk);
  const tradesWeight = (query: URLSearchParams): number => (query.has('orderId') ? 5 : 20);
  const countOrders = ({ account }: SpotCall): RestAnswer => ok(limiter.describe(account.id, desk.now()));
  return new Map([
    route('GET /api/v3/account', { weight: 20, security: 'signed', answer: describeAccount }),
    route('GET /api/v3/account/commission', { weight: 20, security: 'signed', answer: describeCommission }),
    route('GET /api/v3/myTrades', { weight: tradesWeight, security: 'signed', answer: listTrades }),
    route('GET /api/v3/rateLimit/order', { weight: 40, security: 'signed', answer: countOrders }),
    route('GET /sapi/v1/account/apiRestrictions', { weight: 1, security: 'signed', answer: describeKey }),
    route('GET /sapi/v1/capital/config/getall', { weight: 10, security: 'signed', answer: listCoins }),
  ]);
}

/** Every asset of the listed instruments, in their order. */
function assetsOf(desk: SpotDesk): readonly string[] {
  return [...new Set(desk.view.listed('spot').flatMap(({ base, quote }) => [quote, base]))];
}

function describeAccount({ desk, params, account }: SpotCall): RestAnswer {
  desk.syncOrders(account);
  const { wallet, commission } = account;
  const held = wallet.balances().map((balance) => balance.asset);
  const assets = [...new Set([...held, ...assetsOf(desk)])];
  const rows = assets.map((asset) => wallet.balance(asset));
  const isShort = params.get('omitZeroBalances') === 'true';
  const shown = isShort ? rows.filter(({ free, locked }) => free !== 0n || locked !== 0n) : rows;
  return ok({
    makerCommission: toBps(commission.maker),
    takerCommission: toBps(commission.taker),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: ratesOf(account),
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: account.updateTime,
    accountType: 'SPOT',
    balances: shown.map(({ asset, free, locked }) => ({ asset, free: places8(free), locked: places8(locked) })),
    permissions: ['SPOT'],
    uid: uidOf(account),
  });
}

function uidOf(account: SimAccount): number {
  let uid = 354_937_868;
  for (const sign of account.id) uid += sign.codePointAt(0) ?? 0;
  return uid;
}

function ratesOf({ commission }: SimAccount): unknown {
  const { maker, taker } = commission;
  return { maker: places8(maker), taker: places8(taker), buyer: '0.00000000', seller: '0.00000000' };
}

/** Basis points, as the oldest fields of the answer count them. */
function toBps(rate: Decimal): number {
  return Number(toDecimalText((rate * 10_000n) as Decimal));
}

function describeCommission({ desk, params, account }: SpotCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const none = { maker: '0.00000000', taker: '0.00000000', buyer: '0.00000000', seller: '0.00000000' };
  return ok({
    symbol: instrument.value.symbol,
    standardCommission: ratesOf(account),
    specialCommission: none,
    taxCommission: none,
    discount: {
      enabledForAccount: account.commission.mode === 'bnb',
      enabledForSymbol: true,
      discountAsset: 'BNB',
      discount: '0.75000000',
    },
  });
}

function listTrades({ desk, params, account }: SpotCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const page = readPage(params, 'fromId');
  if (!page.ok) return page;
  const orderId = readInteger(params, 'orderId');
  if (!orderId.ok) return orderId;
  const { from, startTime, endTime, limit } = page.value;
  const all = [...desk.engine.orders.all(account.id, instrument.value.symbol)]
    .filter((order) => orderId.value === null || order.orderId === orderId.value)
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .filter(({ fill }) => fill.tradeId >= (from ?? 0) && fill.time >= startTime && fill.time <= endTime)
    .sort((a, b) => a.fill.tradeId - b.fill.tradeId);
  const chosen = from === null ? all.slice(-limit) : all.slice(0, limit);
  return ok(chosen.map(({ order, fill }) => toTradeJson(order, fill)));
}

function describeKey({ desk, signer }: SpotCall): RestAnswer {
  const mayTrade = signer.mayTrade === 'yes';
  return ok({
    ipRestrict: false,
    createTime: desk.view.market.startTime,
    enableReading: true,
    enableSpotAndMarginTrading: mayTrade,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: false,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: false,
    enablePortfolioMarginTrading: false,
  });
}

function listCoins({ desk, account }: SpotCall): RestAnswer {
  return ok(
    assetsOf(desk).map((asset) => {
      const { free, locked } = account.wallet.balance(asset);
      return {
        coin: asset,
        name: asset,
        depositAllEnable: false,
        withdrawAllEnable: false,
        free: toPaddedText(free, 8),
        locked: toPaddedText(locked, 8),
        freeze: '0',
        ipoable: '0',
        ipoing: '0',
        isLegalMoney: false,
        storage: '0',
        trading: true,
        withdrawing: '0',
        networkList: [],
      };
    }),
  );
}
