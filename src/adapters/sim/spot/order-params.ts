/**
 * Orders as requests spell them. In: parameters, with a prefix where they are a leg of a list. Out: a draft with
 * exactly the fields its type needs, or the exchange's refusal of what is missing, malformed or too much.
 */
import { type Decimal, parseDecimal } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import {
  type OrderDraft,
  type SelfTradePrevention,
  SIM_ORDER_TYPES,
  type SimOrderType,
  type SimSide,
  type SimTimeInForce,
} from '../matching/sim-order.ts';
import { badRequest, type RestRefusal } from '../rest-params.ts';

/** Where a leg's parameters are found: `prefix` before each name, side and quantity possibly shared by several legs. */
export type LegSpelling = {
  readonly prefix: string;
  readonly sideName: string;
  readonly quantityName: string;
  /** Types that may stand there; all where absent. */
  readonly types?: readonly SimOrderType[];
};

/** Who orders what. */
export type LegContext = {
  readonly account: string;
  readonly symbol: string;
  /** Makes an id where the request names none. */
  readonly newId: () => string;
};

/** The spelling of an order by itself. */
export const PLAIN_ORDER: LegSpelling = { prefix: '', sideName: 'side', quantityName: 'quantity' };

const PREVENTIONS: readonly SelfTradePrevention[] = ['NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH'];
const TIMES_IN_FORCE: readonly SimTimeInForce[] = ['GTC', 'IOC', 'FOK'];
const DECIMALS_MAX = 8;

type Field = 'price' | 'stopPrice' | 'quantity' | 'quoteOrderQty' | 'timeInForce' | 'icebergQty';

/** Which fields a type needs; of a market order one of two. */
function neededBy(type: SimOrderType): readonly Field[] {
  const limit: readonly Field[] = type === 'LIMIT_MAKER' ? ['price'] : ['timeInForce', 'price'];
  if (type === 'MARKET') return [];
  if (type === 'LIMIT' || type === 'LIMIT_MAKER') return [...limit, 'quantity'];
  const stop: readonly Field[] = ['stopPrice', 'quantity'];
  return type.endsWith('_LIMIT') ? [...limit, ...stop] : stop;
}

/** Reads one order. */
export function readOrder(
  params: URLSearchParams,
  spelling: LegSpelling,
  context: LegContext,
): Result<OrderDraft, RestRefusal> {
  const reader = new LegReader(params, spelling);
  const side = reader.oneOf(spelling.sideName, ['BUY', 'SELL'], { code: -1117, msg: 'Invalid side.' });
  if (!side.ok) return side;
  const allowed = spelling.types ?? SIM_ORDER_TYPES;
  const type = reader.oneOf(reader.name('type'), allowed, { code: -1116, msg: 'Invalid orderType.' });
  if (!type.ok) return type;
  const misfit = reader.findMisfit(type.value);
  if (misfit !== null) return misfit;
  const fields = reader.decimals();
  if (!fields.ok) return fields;
  const rest = readManner(params, reader, type.value);
  if (!rest.ok) return rest;
  const { account, symbol, newId } = context;
  const clientOrderId = rest.value.clientOrderId ?? newId();
  const { timeInForce, selfTrade } = rest.value;
  return ok({
    account,
    symbol,
    side: side.value as SimSide,
    type: type.value,
    ...fields.value,
    timeInForce,
    selfTrade,
    clientOrderId,
  });
}

type Manner = {
  readonly timeInForce: SimTimeInForce;
  readonly selfTrade: SelfTradePrevention;
  readonly clientOrderId: string | null;
};

function readManner(params: URLSearchParams, reader: LegReader, type: SimOrderType): Result<Manner, RestRefusal> {
  const timeName = reader.name('timeInForce');
  const wantsTime = neededBy(type).includes('timeInForce');
  const time = wantsTime
    ? reader.oneOf(timeName, TIMES_IN_FORCE, { code: -1115, msg: 'Invalid timeInForce.' })
    : ok('GTC' as const);
  if (!time.ok) return time;
  const selfTrade = PREVENTIONS.find((mode) => mode === (params.get('selfTradePreventionMode') ?? 'EXPIRE_MAKER'));
  if (selfTrade === undefined)
    return badRequest(-1013, 'This symbol does not allow the specified self-trade prevention mode.');
  if (params.has(reader.name('icebergQty')) && time.value !== 'GTC') {
    return badRequest(-1114, 'TimeInForce parameter sent when not required.');
  }
  const idName = reader.prefixed === '' ? 'newClientOrderId' : reader.name('clientOrderId');
  const id = readClientId(params, idName);
  if (!id.ok) return id;
  return ok({ timeInForce: time.value, selfTrade, clientOrderId: id.value });
}

/** A client id, or `null` where none was sent. */
export function readClientId(params: URLSearchParams, name: string): Result<string | null, RestRefusal> {
  const text = params.get(name);
  if (text === null || text === '') return ok(null);
  if (/^[a-zA-Z0-9-_.:/]{1,36}$/.test(text)) return ok(text);
  return badRequest(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.`);
}

class LegReader {
  readonly #params: URLSearchParams;
  readonly #spelling: LegSpelling;

  constructor(params: URLSearchParams, spelling: LegSpelling) {
    this.#params = params;
    this.#spelling = spelling;
  }

  get prefixed(): string {
    return this.#spelling.prefix;
  }

  /** The full name of a parameter of this leg. */
  name(short: string): string {
    const { prefix, quantityName } = this.#spelling;
    if (short === 'quantity') return quantityName;
    return prefix === '' ? short : `${prefix}${short[0]?.toUpperCase() ?? ''}${short.slice(1)}`;
  }

  oneOf<T extends string>(
    name: string,
    values: readonly T[],
    wrong: { readonly code: number; readonly msg: string },
  ): Result<T, RestRefusal> {
    const text = this.#params.get(name);
    if (text === null || text === '') return missing(name);
    const value = values.find((one) => one === text);
    return value === undefined ? badRequest(wrong.code, wrong.msg) : ok(value);
  }

  /** A field that the type needs and that is missing, or that it does not take and that was sent. */
  findMisfit(type: SimOrderType): { readonly ok: false; readonly error: RestRefusal } | null {
    const needed = neededBy(type);
    for (const field of needed) {
      if (!this.#has(field)) return missing(this.name(field));
    }
    if (type === 'MARKET' && this.#has('quantity') === this.#has('quoteOrderQty')) {
      return this.#has('quantity')
        ? badRequest(
            -1128,
            "Combination of optional parameters invalid. Recommendation: 'quantity' or 'quoteOrderQty'.",
          )
        : missing('quantity');
    }
    const taken: readonly Field[] = type === 'MARKET' ? ['quantity', 'quoteOrderQty'] : [...needed, 'icebergQty'];
    for (const field of ['price', 'stopPrice', 'quoteOrderQty', 'timeInForce', 'icebergQty'] as const) {
      if (this.#has(field) && !taken.includes(field)) {
        return badRequest(-1106, `Parameter '${this.name(field)}' sent when not required.`);
      }
    }
    if (this.#params.has(this.name('trailingDelta')))
      return badRequest(-1013, 'This symbol does not support trailing stop orders.');
    return null;
  }

  #has(field: Field): boolean {
    const text = this.#params.get(this.name(field));
    return text !== null && text !== '';
  }

  decimals(): Result<
    Pick<OrderDraft, 'quantity' | 'quoteQuantity' | 'price' | 'stopPrice' | 'icebergQuantity'>,
    RestRefusal
  > {
    const values: (Decimal | null)[] = [];
    for (const field of ['quantity', 'quoteOrderQty', 'price', 'stopPrice', 'icebergQty'] as const) {
      const value = this.#has(field) ? readDecimal(this.#params, this.name(field)) : ok(null);
      if (!value.ok) return value;
      values.push(value.value);
    }
    const [quantity = null, quoteQuantity = null, price = null, stopPrice = null, icebergQuantity = null] = values;
    return ok({ quantity, quoteQuantity, price, stopPrice, icebergQuantity });
  }
}

function missing(name: string): { readonly ok: false; readonly error: RestRefusal } {
  return badRequest(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

function readDecimal(params: URLSearchParams, name: string): Result<Decimal, RestRefusal> {
  const text = params.get(name) ?? '';
  const match = /^[0-9]{1,20}(?:\.([0-9]{1,20}))?$/.exec(text);
  const value = match === null ? null : parseDecimal(text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''));
  if (match === null || value === null) {
    return badRequest(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
    );
  }
  const places = (match[1] ?? '').replace(/0+$/, '').length;
  if (places > DECIMALS_MAX) return badRequest(-1111, `Parameter '${name}' has too much precision.`);
  return ok(value);
}

/** What the engine refuses, as REST does. */
export function engineRefusal(refusal: { readonly code: number; readonly msg: string }): {
  readonly ok: false;
  readonly error: RestRefusal;
} {
  return err({ status: refusal.code === -1008 ? 503 : 400, ...refusal });
}
