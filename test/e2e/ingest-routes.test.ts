import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, askCandles, freshSeries, minutesFrom, settle, wireAt } from '../fixtures/api-server.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const T = 1_700_000_040;
const CLOSED = '/api/market/ingest/candle_closed';
const FORMING = '/api/market/ingest/candle_forming';
const BATCH = '/api/dev/market/ingest/candles_closed_batch';
const OPEN = {
  TRADE_CANVAS_ENABLE_DEBUG_API: '1',
  TRADE_CANVAS_ENABLE_DEV_API: '1',
  TRADE_CANVAS_ENABLE_RUNTIME_METRICS: '1',
};
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A service of the running test's own. */
async function startOwn(options: MarketServiceOptions): Promise<MarketService> {
  const own = await MarketService.start(options);
  stops.push(() => own.stop());
  return own;
}

async function connect(port: number): Promise<MarketClient> {
  const client = new MarketClient(port);
  await client.opened;
  stops.push(() => client.close());
  return client;
}

function post(port: number, path: string, body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(port, { path, method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
}

const numbers = { open: 100, high: 102, low: 98, close: 101, volume: 10 };
const candle = { candle_time: T, ...numbers };

let service: MarketService;

beforeAll(async () => {
  service = await MarketService.start({ environment: OPEN });
});
afterAll(() => service.stop());

async function stored(id: string): Promise<unknown> {
  return (await askCandles(service.port, { series_id: id })).json;
}

describe('a posted closed candle', () => {
  it('is stored when it is answered, again without effect, and overwritten by other numbers', async () => {
    const id = freshSeries('AAA');
    for (const open of [100, 100, 200]) {
      const { status, json } = await post(service.port, CLOSED, { series_id: id, candle: wireAt(T, open) });
      expect([status, json]).toEqual([200, { ok: true, series_id: id, candle_time: T }]);
    }
    expect(await stored(id)).toEqual({ series_id: id, server_head_time: T, candles: [wireAt(T, 200)] });
  });

  it('may come before older ones and leave holes', async () => {
    const id = freshSeries('AAB');
    for (const time of [T + 300, T, T + 7]) await post(service.port, CLOSED, { series_id: id, candle: wireAt(time) });
    expect(await stored(id)).toMatchObject({
      server_head_time: T + 300,
      candles: [wireAt(T), wireAt(T + 7), wireAt(T + 300)],
    });
  });

  it('has been sent to subscribers when it is answered', async () => {
    const id = freshSeries('AAS');
    const client = await connect(service.port);
    client.subscribe(id);
    await settle(client);
    await post(service.port, CLOSED, { series_id: id, candle });
    await settle(client);
    expect(client.messages).toEqual([{ type: 'candle_closed', series_id: id, candle }]);
  });

  it('keeps every digit of its numbers', async () => {
    const id = freshSeries('EXACT');
    const text =
      `{"series_id":"${id}","candle":{"candle_time":${T},"open":0.1,"high":12345678901234567.123456789012345678,` +
      '"low":1e-8,"close":0.30000000000000004,"volume":1e+21}}';
    expect((await post(service.port, CLOSED, text)).status).toBe(200);
    expect((await askCandles(service.port, { series_id: id })).text).toContain(
      '"open":0.1,"high":12345678901234567.123456789012345678,"low":0.00000001,"close":0.30000000000000004,' +
        '"volume":1000000000000000000000}',
    );
  });

  it('makes no derived candle, also where derivation is on', async () => {
    const own = await startOwn({ environment: { TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '1' } });
    for (const each of minutesFrom(freshSeries('D00'), 1_700_000_100, 10)) {
      await post(own.port, CLOSED, { series_id: each.seriesId, candle: wireAt(each.openTime / 1000) });
    }
    expect(await own.service.store.listSeries()).toEqual([freshSeries('D00')]);
  });

  const accepted: readonly [string, object, object][] = [
    [
      'texts',
      { candle_time: `${T}`, open: '1.5', high: '2', low: '1', close: '1.25', volume: ' 3 ' },
      { open: 1.5, volume: 3 },
    ],
    ['a time with a zero fraction', { ...candle, candle_time: `${T}.0` }, { candle_time: T }],
    ['booleans', { ...candle, candle_time: true, low: false }, { candle_time: 1, low: 0 }],
    ['a time of zero', { ...candle, candle_time: 0 }, { candle_time: 0 }],
    ['a time off the minute', { ...candle, candle_time: T + 7 }, { candle_time: T + 7 }],
    ['fields nobody knows', { ...candle, foo: 1 }, { candle_time: T }],
  ];

  it.each(accepted)('may have %s', async (name, sent, kept) => {
    const id = freshSeries(`OK${name.length}`);
    expect((await post(service.port, CLOSED, { series_id: id, candle: sent })).status).toBe(200);
    expect(await stored(id)).toMatchObject({ candles: [kept] });
  });

  it('may belong to any venue, and to a series named with blanks and letters of any script', async () => {
    for (const id of ['kraken:spot:BTC/EUR:1m', ' binance:futures:比特/USDT:USDT:3m ']) {
      const { status, json } = await post(service.port, CLOSED, { series_id: id, candle });
      expect([status, json]).toEqual([200, { ok: true, series_id: id, candle_time: T }]);
      expect(await stored(id)).toMatchObject({ candles: [candle] });
    }
  });
});

describe('a body that breaks a rule', () => {
  const id = freshSeries('AAC');
  const missing = (input: unknown, ...loc: string[]) => ({
    type: 'missing',
    loc: ['body', ...loc],
    msg: 'Field required',
    input,
  });
  const at = (column: string, type: string, rest: object) => ({ type, loc: ['body', 'candle', column], ...rest });
  const whole = {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  };
  const { volume: _volume, ...noVolume } = candle;
  const number = 'Input should be a valid number';
  const finite = { msg: 'Input should be a finite number' };
  const refused: readonly [unknown, readonly object[]][] = [
    ['', [missing(null)]],
    ['null', [missing(null)]],
    [[], [{ ...whole, loc: ['body'], input: [] }]],
    [{}, [missing({}, 'series_id'), missing({}, 'candle')]],
    [{ series_id: id }, [missing({ series_id: id }, 'candle')]],
    [{ candle }, [missing({ candle }, 'series_id')]],
    [{ series_id: id, candle: noVolume }, [missing(noVolume, 'candle', 'volume')]],
    [{ series_id: id, candle: 5 }, [{ ...whole, loc: ['body', 'candle'], input: 5 }]],
    [
      { series_id: 5, candle },
      [{ type: 'string_type', loc: ['body', 'series_id'], msg: 'Input should be a valid string', input: 5 }],
    ],
    [
      { series_id: null, candle },
      [{ type: 'string_type', loc: ['body', 'series_id'], msg: 'Input should be a valid string', input: null }],
    ],
    [
      { series_id: id, candle: { ...candle, open: 'abc' } },
      [at('open', 'float_parsing', { msg: `${number}, unable to parse string as a number`, input: 'abc' })],
    ],
    [{ series_id: id, candle: { ...candle, open: null } }, [at('open', 'float_type', { msg: number, input: null })]],
    [
      { series_id: id, candle: { ...candle, candle_time: T + 0.5 } },
      [
        at('candle_time', 'int_from_float', {
          msg: 'Input should be a valid integer, got a number with a fractional part',
          input: T + 0.5,
        }),
      ],
    ],
    [
      { series_id: id, candle: { ...candle, candle_time: 'x' } },
      [
        at('candle_time', 'int_parsing', {
          msg: 'Input should be a valid integer, unable to parse string as an integer',
          input: 'x',
        }),
      ],
    ],
    [
      { series_id: id, candle: { ...candle, candle_time: -60 } },
      [
        at('candle_time', 'greater_than_equal', {
          msg: 'Input should be greater than or equal to 0',
          input: -60,
          ctx: { ge: 0 },
        }),
      ],
    ],
    [
      { series_id: id, candle: { ...candle, candle_time: T * 1000 } },
      [
        at('candle_time', 'less_than_equal', {
          msg: 'Input should be less than or equal to 253402300799',
          input: T * 1000,
          ctx: { le: 253402300799 },
        }),
      ],
    ],
    [
      `{"series_id":"${id}","candle":{"candle_time":${T},"open":NaN,"high":2,"low":-Infinity,"close":1,"volume":1e400}}`,
      [
        at('open', 'finite_number', { ...finite, input: 'NaN' }),
        at('low', 'finite_number', { ...finite, input: '-Infinity' }),
        at('volume', 'finite_number', { ...finite, input: '1e400' }),
      ],
    ],
    [{ series_id: id, candle: { ...candle, open: 'inf' } }, [at('open', 'finite_number', { ...finite, input: 'inf' })]],
    [
      { series_id: id, candle: { ...candle, low: 5e-324 } },
      [
        at('low', 'decimal_max_places', {
          msg: 'Decimal input should have no more than 18 decimal places',
          input: 5e-324,
          ctx: { decimal_places: 18 },
        }),
      ],
    ],
    [
      { series_id: id, candle: { ...candle, high: 1e300 } },
      [
        at('high', 'decimal_whole_digits', {
          msg: 'Decimal input should have no more than 40 digits before the decimal point',
          input: 1e300,
          ctx: { whole_digits: 40 },
        }),
      ],
    ],
    [
      { series_id: id, candle: { ...candle, high: 1, low: 500 } },
      [
        {
          type: 'value_error',
          loc: ['body', 'candle'],
          msg: 'Value error, high is below low',
          input: { ...candle, high: 1, low: 500 },
          ctx: { error: 'high is below low' },
        },
      ],
    ],
    [
      { series_id: id, candle: { ...candle, volume: -1 } },
      [
        {
          type: 'value_error',
          loc: ['body', 'candle'],
          msg: 'Value error, the volume is negative',
          input: { ...candle, volume: -1 },
          ctx: { error: 'the volume is negative' },
        },
      ],
    ],
    [
      '{bad json',
      [
        {
          type: 'json_invalid',
          loc: ['body', 1],
          msg: 'JSON decode error',
          input: {},
          ctx: { error: 'Expecting property name enclosed in double quotes' },
        },
      ],
    ],
    [
      `{"series_id":"\\ud800","candle":${JSON.stringify(candle)}}`,
      [
        {
          type: 'string_unicode',
          loc: ['body', 'series_id'],
          msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
          input: '\ud800',
        },
      ],
    ],
  ];

  it.each(refused)('%j is answered 422 with what, where and why', async (body, detail) => {
    const { status, json } = await post(service.port, CLOSED, body);
    expect([status, json]).toEqual([422, { detail }]);
    expect(await stored(id)).toMatchObject({ candles: [] });
  });

  it('without JSON as its type is refused as the text it is', async () => {
    const text = JSON.stringify({ series_id: id, candle });
    const headers = { 'content-type': 'text/plain' };
    const { status, json } = await ask(service.port, { path: CLOSED, method: 'POST', headers, body: text });
    expect([status, json]).toEqual([422, { detail: [{ ...whole, loc: ['body'], input: text }] }]);
  });

  it('without any type is read as JSON', async () => {
    const body = JSON.stringify({ series_id: freshSeries('TYPELESS'), candle });
    expect((await ask(service.port, { path: CLOSED, method: 'POST', body })).status).toBe(200);
  });

  it('without any bytes is missing', async () => {
    const { status, json } = await ask(service.port, { path: CLOSED, method: 'POST' });
    expect([status, json]).toEqual([422, { detail: [missing(null)] }]);
  });

  it('of more than 8 MiB is answered 413', async () => {
    const { status } = await post(service.port, CLOSED, ' '.repeat(8 * 1024 * 1024 + 1));
    expect(status).toBe(413);
  });

  const form = "series_id must be '{exchange}:{market}:{symbol}:{timeframe}'";
  const malformed: readonly [string, string][] = [
    ['', form],
    ['a:b:c', form],
    ['binance:futures:BTC/USDT', form],
    ['binance:futures:BTC/USDT:', 'invalid series_id (empty component)'],
    ['binance:futures:BTC/USDT:7x', "unsupported timeframe unit: 'x'"],
    ['binance:futures:BTC/USDT:0m', "invalid timeframe: '0m'"],
  ];

  it.each(malformed)('with the series "%s" is answered 400: %s', async (text, detail) => {
    const before = await service.service.store.listSeries();
    for (const path of [CLOSED, FORMING, BATCH]) {
      const body = path === BATCH ? { series_id: text, candles: [candle] } : { series_id: text, candle };
      const { status, json } = await post(service.port, path, body);
      expect([path, status, json]).toEqual([path, 400, { detail }]);
    }
    expect(await service.service.store.listSeries()).toEqual(before);
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s is no method of the ingest routes', async (method) => {
    for (const path of [CLOSED, FORMING, BATCH]) {
      const { status, json, headers } = await ask(service.port, { path, method });
      expect([status, json, headers.allow]).toEqual([405, { detail: 'Method Not Allowed' }, 'POST']);
    }
  });
});

describe('a posted forming candle', () => {
  it('is announced and not stored', async () => {
    const id = freshSeries('AAF');
    const client = await connect(service.port);
    client.subscribe(id);
    await settle(client);
    const { status, json } = await post(service.port, FORMING, { series_id: id, candle });
    expect([status, json]).toEqual([200, { ok: true, series_id: id, candle_time: T }]);
    await settle(client);
    expect(client.messages).toEqual([{ type: 'candle_forming', series_id: id, candle }]);
    expect(await stored(id)).toMatchObject({ server_head_time: null, candles: [] });
  });
});

describe('a posted batch', () => {
  const three = [wireAt(T + 60), wireAt(T), wireAt(T + 60, 300)];

  it('is stored in order, of equal times the last', async () => {
    const id = freshSeries('AAG');
    const { status, json } = await post(service.port, BATCH, { series_id: id, candles: three });
    const range = { first_candle_time: T, last_candle_time: T + 60 };
    expect([status, json]).toEqual([200, { ok: true, series_id: id, count: 3, ...range }]);
    expect(await stored(id)).toMatchObject({ candles: [wireAt(T), wireAt(T + 60, 300)] });
  });

  it.each([
    [false, 0],
    [true, 1],
    ['1', 1],
    [0, 0],
  ])('with publish_ws %j sends subscribers %i message', async (publish, count) => {
    const id = freshSeries(`PUB${String(publish)}`);
    const client = await connect(service.port);
    client.subscribe(id);
    await settle(client);
    await post(service.port, BATCH, { series_id: id, candles: three, publish_ws: publish });
    await settle(client);
    expect(client.messages.map(({ type }) => type)).toEqual(Array(count).fill('candles_batch'));
  });

  it('may hold nothing by not being there', async () => {
    const id = freshSeries('NONE');
    const { status, json } = await post(service.port, BATCH, { series_id: id });
    const range = { first_candle_time: null, last_candle_time: null };
    expect([status, json]).toEqual([200, { ok: true, series_id: id, count: 0, ...range }]);
  });

  it('that is empty, too long, none, or flawed somewhere is refused with the place, and nothing is stored', async () => {
    const id = freshSeries('FLAWED');
    const detail = async (candles: unknown): Promise<unknown> => {
      const { status, json } = await post(service.port, BATCH, { series_id: id, candles });
      expect(status).toBe(422);
      return (json as { detail: unknown }).detail;
    };
    const msg = 'List should have at least 1 item after validation, not 0';
    const ctx = { field_type: 'List', min_length: 1, actual_length: 0 };
    expect(await detail([])).toEqual([{ type: 'too_short', loc: ['body', 'candles'], msg, input: [], ctx }]);
    expect(await detail(Array(20_001).fill(candle))).toMatchObject([{ type: 'too_long', input: null }]);
    expect(await detail('x')).toMatchObject([{ type: 'list_type', loc: ['body', 'candles'] }]);
    expect(await detail([candle, { ...candle, open: 'x' }])).toMatchObject([{ loc: ['body', 'candles', 1, 'open'] }]);
    expect(await detail(Array(500).fill({}))).toHaveLength(100);
    expect(await stored(id)).toMatchObject({ candles: [] });
  });

  it('of twenty thousand candles is stored whole', async () => {
    const id = freshSeries('LONG');
    const candles = Array.from({ length: 20_000 }, (_, index) => wireAt(T + index * 60));
    expect((await post(service.port, BATCH, { series_id: id, candles })).json).toMatchObject({ count: 20_000 });
    expect((await service.service.store.extent(id)).count).toBe(20_000);
  });
});
