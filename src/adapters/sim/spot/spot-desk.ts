/**
 * What every spot route works with: the engine, its accounts, the market behind it. In: requests' parameters. Out:
 * the instrument or order they mean, with the book brought up to the present first.
 */
import { decimal } from '../../../core/decimal.ts';
import { ok, type Result } from '../../../core/result.ts';
import { createRng, type Rng } from '../../../core/rng.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { EngineEvent, SimAccount } from '../matching/engine-state.ts';
import type { SimOrder } from '../matching/sim-order.ts';
import { TradingEngine } from '../matching/trading-engine.ts';
import { badRequest, type RestRefusal, readInteger, requireText } from '../rest-params.ts';
import type { SimInstrument } from '../sim-market.ts';
import type { SimView } from '../sim-view.ts';
import { MarketDriver } from './market-driver.ts';
import type { MarketMoment } from './market-moments.ts';
import { type SimAccountSpec, SimAccounts } from './sim-accounts.ts';
import { spotRulesOf } from './spot-rules.ts';

/** What a desk is made of. */
export type SpotDeskOptions = {
  readonly view: SimView;
  readonly clock: Clock;
  readonly seed: number;
  readonly accounts: readonly SimAccountSpec[];
};

/** Who hears what the engine does, and how the market moves. */
export type DeskListener = {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onTick: (instrument: SimInstrument, moment: MarketMoment | null) => void;
};

/** Binance rounds commissions down to eight places. */
const COMMISSION_UNIT = decimal('0.00000001');
const ID_SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 22;

/** The trading side of the spot exchange. */
export class SpotDesk {
  readonly view: SimView;
  readonly engine: TradingEngine;
  readonly accounts: SimAccounts;
  readonly driver: MarketDriver;
  readonly #ids: Rng;
  readonly #listeners = new Set<DeskListener>();
  /** Symbols whose orders changed since books were last told of it; bounded by the symbols. */
  readonly #changed = new Set<string>();

  constructor(options: SpotDeskOptions) {
    const { view, clock, seed } = options;
    this.view = view;
    this.#ids = createRng(seed, 'client order ids');
    this.engine = new TradingEngine({
      commissionUnit: COMMISSION_UNIT,
      queue: 'modelled',
      meeting: 'accounts',
      onEvent: (event) => {
        if (event.kind === 'order') this.#changed.add(event.order.draft.symbol);
        for (const listener of this.#listeners) listener.onEvent(event);
      },
    });
    for (const instrument of view.market.instruments) {
      if (instrument.market === 'spot') this.engine.addSymbol(spotRulesOf(instrument));
    }
    this.accounts = new SimAccounts(this.engine);
    for (const spec of options.accounts) this.accounts.open(spec);
    const onTick: DeskListener['onTick'] = (instrument, moment) => {
      for (const listener of this.#listeners) listener.onTick(instrument, moment);
    };
    this.driver = new MarketDriver({ view, clock, engine: this.engine, seed, onTick });
  }

  listen(listener: DeskListener): void {
    this.#listeners.add(listener);
  }

  now(): EpochMs {
    return this.view.now();
  }

  /** An id as the exchange makes them where a client names none. */
  newId(): string {
    let id = '';
    while (id.length < ID_LENGTH) id += ID_SIGNS[this.#ids.integer(ID_SIGNS.length)];
    return id;
  }

  /** The instrument a request names, its book up to date. */
  instrument(params: URLSearchParams): Result<SimInstrument, RestRefusal> {
    const symbol = requireText(params, 'symbol');
    if (!symbol.ok) return symbol;
    const instrument = this.view.find('spot', symbol.value);
    if (instrument === null) return badRequest(-1121, 'Invalid symbol.');
    this.driver.sync(instrument);
    return ok(instrument);
  }

  /** Brings every symbol that holds orders of `account` up to the present. */
  syncOrders(account: SimAccount): void {
    const symbols = new Set(this.engine.orders.open(account.id, null).map((order) => order.draft.symbol));
    for (const symbol of symbols) {
      const instrument = this.view.findEver('spot', symbol);
      if (instrument !== null) this.driver.sync(instrument);
    }
  }

  /** The order a request names by number or by client order id; `null` when there is none. */
  findOrder(
    params: URLSearchParams,
    account: SimAccount,
    names: { readonly number: string; readonly clientId: string },
  ): Result<SimOrder | null, RestRefusal> {
    const symbol = params.get('symbol') ?? '';
    const orderId = readInteger(params, names.number);
    if (!orderId.ok) return orderId;
    const clientId = params.get(names.clientId);
    if (orderId.value === null && (clientId === null || clientId === '')) {
      return badRequest(
        -1102,
        `Param '${names.clientId}' or '${names.number}' must be sent, but both were empty/null!`,
      );
    }
    const { orders } = this.engine;
    const order =
      orderId.value === null
        ? orders.byClientId(account.id, symbol, clientId ?? '')
        : orders.byNumber(account.id, symbol, orderId.value);
    const isOther = order !== null && clientId !== null && order.draft.clientOrderId !== clientId;
    return ok(isOther ? null : order);
  }

  /** Tells the books that orders changed, after a request was carried out. */
  settle(): void {
    for (const symbol of this.#changed) {
      const instrument = this.view.findEver('spot', symbol);
      if (instrument !== null) this.driver.touch(instrument);
    }
    this.#changed.clear();
  }

  close(): void {
    this.driver.close();
  }
}
