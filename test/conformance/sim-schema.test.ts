/**
 * The simulated exchange against recordings of the real one: for every stream and every answer both have, the same keys
 * and the same JSON types. A difference is allowed only where a reason is written beside it; an allowance that is no
 * longer needed fails too. Documentation examples stand in for signed answers, of which there are no recordings.
 */
import { beforeAll, expect, it } from 'vitest';
import { parseExchangeInfo } from '../../src/adapters/binance/exchange-info.ts';
import { differencesOf, shapeOf } from '../fixtures/json-shape.ts';
import { documentedBody, recordedBody, recordedFrames, withNumbers } from '../fixtures/recorded-payloads.ts';
import { describeWithData } from '../fixtures/shared-data.ts';
import { gatherPayloads, type SimulatedPayloads } from '../fixtures/simulated-payloads.ts';

/** Differences as {@link differencesOf} writes them, each with why it is right to differ. */
type Reasons = Readonly<Record<string, string>>;
type Payload = Readonly<Record<string, unknown>>;

const LIVE_SPOT = 'cryptofeed-spot-20211012.jsonl.gz';
const LIVE_SPOT_2024 = 'hftbacktest-spot-btcusdt-all-streams-20240808-first3000.jsonl.gz';
const LIVE_FUTURES = 'cryptofeed-usdm-20210722.jsonl.gz';
const LIVE_TRADES = 'hftbacktest-usdm-btcusdt-trade-20240808.jsonl.gz';
const SINGLES = 'unicornfy-frames.jsonl.gz';

const LATER = 'the exchange added it after the recording, and documents it';
const REPLACED = 'the exchange replaced it after the recording';
const JOINED = 'futures frames carry their market since 2026 (binance-2026, "miniTicker element")';

let simulated: SimulatedPayloads;

/** Frames of a recording that arrived as `topic`, without those of coin-margined futures, which name their pair. */
function recorded(file: string, topic: string): readonly unknown[] {
  return recordedFrames(file)
    .filter((frame) => frame.topic === topic)
    .map((frame) => frame.data)
    .filter((data) => ([data].flat()[0] as Payload)['ps'] === undefined);
}

const pushed = (market: 'spot' | 'futures', topic: string): readonly unknown[] =>
  simulated[market].filter(({ stream }) => stream.endsWith(topic)).map(({ data }) => data);

const STREAMS: readonly (readonly ['spot' | 'futures', string, string, string, Reasons])[] = [
  ['spot', '@kline_1m', LIVE_SPOT, 'kline_1m', {}],
  ['spot', '@kline_1m', 'spot-kline_1m-2025-samples.jsonl.gz', 'kline_1m', {}],
  ['spot', '@trade', LIVE_SPOT_2024, 'trade', {}],
  ['spot', '@aggTrade', LIVE_SPOT, 'aggTrade', {}],
  ['spot', '@bookTicker', LIVE_SPOT_2024, 'bookTicker', {}],
  ['spot', '@depth@100ms', LIVE_SPOT_2024, 'depth@100ms', {}],
  ['spot', '@miniTicker', SINGLES, 'miniTicker', {}],
  ['spot', '!miniTicker@arr', 'spot-miniTicker-arr-20221014.json.gz', '24hrMiniTicker', {}],
  ['futures', '@kline_1m', LIVE_FUTURES, 'kline_1m', {}],
  ['futures', '@miniTicker', SINGLES, 'miniTicker', { '+ st': JOINED, '+ ps': JOINED }],
  ['futures', '!miniTicker@arr', SINGLES, '24hrMiniTicker', { '+ [].st': JOINED, '+ [].ps': JOINED }],
];

const ANSWERS: readonly (readonly [string, () => unknown, Reasons])[] = [
  ['depth', () => recordedBody('depth-NKNUSDT-spot-20211012.json.gz'), {}],
  [
    'spotInfo',
    () => recordedBody('exchangeInfo-spot-20211012.json.gz'),
    {
      '+ symbols[].allowTrailingStop': LATER,
      '+ symbols[].allowedSelfTradePreventionModes': LATER,
      '+ symbols[].amendAllowed': LATER,
      '+ symbols[].cancelReplaceAllowed': LATER,
      '+ symbols[].defaultSelfTradePreventionMode': LATER,
      '+ symbols[].filters[MAX_NUM_ORDER_AMENDS]': LATER,
      '+ symbols[].filters[MAX_NUM_ORDER_LISTS]': LATER,
      '+ symbols[].filters[NOTIONAL]': LATER,
      '+ symbols[].filters[PERCENT_PRICE_BY_SIDE]': LATER,
      '+ symbols[].filters[TRAILING_DELTA]': LATER,
      '+ symbols[].otoAllowed': LATER,
      '+ symbols[].permissionSets': LATER,
      '- symbols[].filters[MAX_POSITION]': 'a few symbols have it; no account here is bound by one',
      '- symbols[].filters[MIN_NOTIONAL]': REPLACED,
      '- symbols[].filters[PERCENT_PRICE]': REPLACED,
    },
  ],
  ['futuresInfo', () => recordedBody('exchangeInfo-usdm-20241019.json.gz'), {}],
  [
    'futuresInfo',
    () => withoutNulls(recordedBody('exchangeInfo-usdm-20260331-reserialised.json.gz')),
    {
      '+ futuresType': 'lost by the class through which the recorder wrote',
      '+ symbols[].filters[MAX_NUM_ALGO_ORDERS]': 'lost by the class through which the recorder wrote',
      '+ symbols[].maxMoveOrderLimit': 'lost by the class through which the recorder wrote',
      '- symbols[].filters[POSITION_RISK_CONTROL]': 'the recorder lost its fields; positions are not simulated',
      '- symbols[].settlePlan': 'a default of the class through which the recorder wrote',
    },
  ],
  ['newIceberg', () => withNumbers(recordedBody('order-responses-ccxt.json.gz'), 'spot_limit_iceberg_NEW'), {}],
  ['control', () => recordedFrames(SINGLES).find(({ data }) => 'result' in (data as Payload))?.data, {}],
];

const DOCUMENTED: readonly (readonly [string, string])[] = [
  ['spotKlines', 'http_spot_market_klines.json'],
  ['futuresKlines', 'http_futures_market_klines.json'],
  ['trades', 'http_spot_market_trades.json'],
  ['aggTrades', 'http_spot_market_agg_trades.json'],
  ['bookTicker', 'http_spot_market_book_ticker.json'],
  ['avgPrice', 'avg_price_response.json'],
  ['time', 'http_spot_market_time.json'],
  ['spotPrice', 'http_spot_market_ticker_price.json'],
  ['futuresPrice', 'http_futures_market_ticker_price.json'],
  ['spotDay', 'ticker_24hr_response.json'],
  ['futuresDay', 'http_futures_market_ticker_24hr.json'],
  ['account', 'account_response.json'],
  ['myTrades', 'account_trades_response.json'],
  ['newMarket', 'new_order_full_response.json'],
  ['order', 'spot/http_json/order_response.json'],
  ['openOrders', 'open_orders_response.json'],
  ['allOrders', 'all_orders_response.json'],
  ['cancel', 'cancel_order_response.json'],
  ['cancelAll', 'cancel_open_orders_response.json'],
];

/** Recorded topics that the simulator does not push, by market. */
const NOT_PUSHED: Readonly<Record<string, readonly string[]>> = {
  // Books and trades of futures: candles and tickers are all that is simulated there.
  [LIVE_FUTURES]: ['aggTrade', 'bookTicker', 'depth@100ms', 'other'],
  [LIVE_TRADES]: ['trade'],
};

function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (inner === null ? undefined : inner)));
}

it('a comparison of shapes names missing and extra keys and strange types, each once', () => {
  const real = shapeOf([{ a: 1, b: { c: '1.50' }, rows: [[1, '2', '3.0']], list: [{ filterType: 'X', n: null }] }]);
  const same = shapeOf([{ a: 7, b: { c: '0' }, rows: [[2, '5', '6.1']], list: [{ filterType: 'X', n: null }] }]);
  const other = shapeOf([{ a: '1', d: { e: 1 }, rows: [[1, 2, '3.0']], list: [{ filterType: 'Y', n: null }] }]);
  expect(differencesOf(real, same)).toEqual([]);
  expect(differencesOf(real, other)).toEqual([
    '+ d',
    '+ list[Y]',
    '- b',
    '- list[X]',
    '~ a: decimal text, not integer',
    '~ rows[][1]: integer, not decimal text',
  ]);
});

describeWithData('the simulated exchange speaks as the recorded one', () => {
  beforeAll(async () => {
    simulated = await gatherPayloads();
  });

  it.each(STREAMS)('on %s %s as in %s', (market, suffix, file, topic, allowed) => {
    const differences = differencesOf(shapeOf(recorded(file, topic)), shapeOf(pushed(market, suffix)));
    expect(differences).toEqual(Object.keys(allowed).sort());
  });

  it('on depth20@100ms as in a recorded picture of twenty levels', () => {
    const pictures = recorded(LIVE_SPOT_2024, 'other').filter((data) => 'lastUpdateId' in (data as Payload));
    expect(differencesOf(shapeOf(pictures), shapeOf(pushed('spot', '@depth20@100ms')))).toEqual([]);
  });

  it.each([
    ['executionReport', 'spot-user-data-20251020.jsonl.gz'],
    ['outboundAccountPosition', 'spot-user-data-20251020.jsonl.gz'],
    ['listStatus', SINGLES],
  ])('in the event %s as in %s', (event, file) => {
    const told = simulated.events.filter((one) => one['e'] === event);
    expect(differencesOf(shapeOf(recorded(file, event)), shapeOf(told))).toEqual([]);
  });

  it.each(ANSWERS)('in the answer %s as recorded', (name, body, allowed) => {
    const differences = differencesOf(shapeOf([body()]), shapeOf([simulated.bodies.get(name)]));
    expect(differences).toEqual(Object.keys(allowed).sort());
  });

  it.each(DOCUMENTED)('in the answer %s as in the example %s', (name, example) => {
    expect(differencesOf(shapeOf([documentedBody(example)]), shapeOf([simulated.bodies.get(name)]))).toEqual([]);
  });

  it.each(Object.entries(NOT_PUSHED))('and %s holds nothing else that is pushed', (file, missing) => {
    const topics = new Set(recordedFrames(file).map((frame) => frame.topic));
    const simulatedTopics = ['kline_1m', 'miniTicker'];
    expect([...topics].filter((topic) => !simulatedTopics.includes(topic)).sort()).toEqual([...missing].sort());
  });

  it('in exchangeInfo, which our own schema reads like a recorded one', () => {
    for (const [name, market] of [
      ['spotInfo', 'spot'],
      ['futuresInfo', 'futures'],
    ] as const) {
      const parsed = parseExchangeInfo(simulated.bodies.get(name), market);
      expect(parsed).toMatchObject({ ok: true, value: { unusable: [] } });
    }
  });
});
