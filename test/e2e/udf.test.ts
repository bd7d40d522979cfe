/**
 * The UDF protocol of charting libraries over real connections, as its public description has it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, ask, candleAt, freshSeries, minutesFrom } from '../fixtures/api-server.ts';
import { closedCandle, series } from '../fixtures/candles.ts';

const T = 1_700_000_040;
const NOW = 1_750_000_000;
/** The running minute opens here. */
const MINUTE = NOW - (NOW % 60);
const A = freshSeries('AAA');
const B = series('binance:spot:BBB/USDT:1m');
const B_ID = 'binance:spot:BBB/USDT';

let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer({ nowSec: NOW, whitelist: ['binance:futures:WANTED/USDT:1m', 'nonsense'] }).start();
  const prices = ['0.00001234', '0.00001300', '0.00001200', '0.00001250'] as const;
  await server.save(
    ...minutesFrom(A, T, 10),
    closedCandle({ seriesId: B, openTime: T * 1000, prices, volume: '9007199254740993.5' }),
    candleAt(freshSeries('AAA', '1d'), 1_699_920_000),
    candleAt(freshSeries('RUN'), MINUTE - 60),
    candleAt(freshSeries('RUN'), MINUTE),
  );
});
afterAll(() => server.stop());

async function udf(path: string): Promise<unknown> {
  const { status, json } = await ask(server.port, { path: `/udf/${path}` });
  expect(status).toBe(200);
  return json;
}

function history(parameters: Readonly<Record<string, string | number>>): Promise<unknown> {
  const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
  return udf(`history?${new URLSearchParams({ symbol: 'AAAUSDT', resolution: '1', ...Object.fromEntries(texts) })}`);
}

const times = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i * 60);

describe('the feed', () => {
  it('says what it can do', async () => {
    expect(await udf('config')).toMatchObject({
      supported_resolutions: ['1', '5', '15', '60', '240', '1D'],
      supports_search: true,
      supports_group_request: false,
      supports_marks: false,
      supports_timescale_marks: false,
      supports_time: true,
    });
  });

  it('tells the time of the market as plain text', async () => {
    const { text, headers } = await ask(server.port, { path: '/udf/time' });
    expect([text, headers['content-type']]).toEqual([String(NOW), 'text/plain; charset=utf-8']);
  });
});

describe('symbols', () => {
  it.each([B_ID, 'BBB/USDT', 'BBBUSDT', 'bbbusdt', 'BINANCE:BBB/USDT'])('%s is found and described', async (text) => {
    expect(await udf(`symbols?symbol=${encodeURIComponent(text)}`)).toMatchObject({
      name: 'BBB/USDT',
      ticker: B_ID,
      type: 'crypto',
      session: '24x7',
      timezone: 'Etc/UTC',
      exchange: 'BINANCE',
      minmov: 1,
      pricescale: 100_000_000,
      has_intraday: true,
      intraday_multipliers: ['1', '5', '15', '60', '240'],
    });
  });

  it('are quoted to the hundredth where nothing finer was seen', async () => {
    expect(await udf('symbols?symbol=AAAUSDT')).toMatchObject({ pricescale: 100 });
  });

  it('that are wanted and have no candle yet are known', async () => {
    expect(await udf('symbols?symbol=WANTEDUSDT')).toMatchObject({ name: 'WANTED/USDT', pricescale: 100 });
  });

  it('that nobody knows are an error', async () => {
    expect(await udf('symbols?symbol=NOPE')).toEqual({ s: 'error', errmsg: 'unknown_symbol' });
  });

  it('are found by a part of their name, their type and their exchange', async () => {
    const found = async (query: string) =>
      ((await udf(`search?${query}`)) as { ticker: string }[]).map((row) => row.ticker);
    expect(await found('query=usdt&limit=10')).toHaveLength(4);
    expect(await found('query=bbb')).toEqual([B_ID]);
    expect(await found('query=futures:aaa')).toEqual(['binance:futures:AAA/USDT']);
    expect(await found('query=&limit=1&exchange=binance')).toHaveLength(1);
    expect(await found('query=&exchange=KRAKEN')).toEqual([]);
    expect(await found('query=&type=stock')).toEqual([]);
  });
});

describe('history', () => {
  it('holds the candles from `from` to before `to`', async () => {
    expect(await history({ from: T + 60, to: T + 180 })).toEqual({
      s: 'ok',
      t: [T + 60, T + 120],
      o: [100, 100],
      h: [102, 102],
      l: [98, 98],
      c: [101, 101],
      v: [10, 10],
    });
  });

  it('goes back by count where that is asked, whatever `from` says', async () => {
    expect(await history({ from: T + 480, to: T + 540, countback: 3 })).toMatchObject({ t: times(T + 360, 3) });
    expect(await history({ from: T, to: T + 540, countback: 3 })).toMatchObject({ t: times(T + 360, 3) });
    expect(await history({ to: T + 9_999, countback: 99 })).toMatchObject({ t: times(T, 10) });
  });

  it('tells where the candles before an empty stretch are', async () => {
    expect(await history({ from: T + 6_000, to: T + 7_000 })).toEqual({ s: 'no_data', nextTime: T + 540 });
    expect(await history({ from: T - 600, to: T })).toEqual({ s: 'no_data' });
  });

  it('has days under either name', async () => {
    for (const resolution of ['1D', 'D']) {
      expect(await history({ resolution, from: 0, to: NOW })).toMatchObject({ t: [1_699_920_000] });
    }
  });

  it('keeps every digit', async () => {
    const path = `/udf/history?symbol=${B_ID}&resolution=1&from=0&to=${NOW}`;
    const { text, headers } = await ask(server.port, { path });
    expect(text).toBe(
      `{"s":"ok","t":[${T}],"o":[0.00001234],"h":[0.000013],"l":[0.000012],"c":[0.0000125],"v":[9007199254740993.5]}`,
    );
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('hides a candle that the clock says is not over', async () => {
    expect(await history({ symbol: 'RUNUSDT', from: 0, to: NOW + 600 })).toMatchObject({ t: [MINUTE - 60] });
  });

  it('is an error for what is not served, and 422 for what is no request', async () => {
    expect(await history({ symbol: 'NOPE', from: 0, to: 1 })).toEqual({ s: 'error', errmsg: 'unknown_symbol' });
    expect(await history({ resolution: '7', from: 0, to: 1 })).toEqual({
      s: 'error',
      errmsg: 'unsupported_resolution',
    });
    const { status, json } = await ask(server.port, { path: '/udf/history?symbol=AAAUSDT&from=x' });
    expect([status, json]).toMatchObject([
      422,
      { detail: [{ loc: ['query', 'resolution'] }, { loc: ['query', 'from'] }] },
    ]);
  });

  it('takes times far outside the calendar', async () => {
    expect(await history({ from: -99_999_999_999, to: '9'.repeat(30) })).toMatchObject({ t: times(T, 10) });
  });
});
