/**
 * Backtests over HTTP (wire contract 8): checked like the contract's own, and refused in plain words.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, ask } from '../fixtures/api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer().start();
});
afterAll(() => server.stop());

const run = async (body: unknown): Promise<readonly [status: number, json: unknown]> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { status, json } = await ask(server.port, { path: '/api/backtest/run', method: 'POST', body: text });
  return [status, json];
};
const wanted = { strategy_name: 'DemoStrategy', pair: 'BTC/USDT', timeframe: '1m' };

describe('8 backtests over HTTP are not available, and say so', () => {
  it('there are no strategies, and a pair has no timeframes', async () => {
    expect((await ask(server.port, { path: '/api/backtest/strategies' })).json).toEqual({ strategies: [] });
    const { status, json } = await ask(server.port, { path: '/api/backtest/pair_timeframes?pair=BTC/USDT' });
    expect([status, json]).toEqual([
      200,
      { pair: 'BTC/USDT', trading_mode: 'not_available', datadir: '', available_timeframes: [] },
    ]);
    expect((await ask(server.port, { path: '/api/backtest/pair_timeframes' })).status).toBe(422);
  });

  it.each([
    ['as the contract has it', wanted],
    ['with a range', { ...wanted, timerange: '20240101-20240201' }],
    ['with a range that is null', { ...wanted, timerange: null }],
  ])('a run %s is 501 not_available', async (_name, body) => {
    expect(await run(body)).toEqual([501, { detail: 'not_available' }]);
  });

  it.each(['1st', 'a b', '../x', ''])('the name %j is 400', async (strategy_name) => {
    expect(await run({ ...wanted, strategy_name })).toEqual([400, { detail: 'Invalid strategy_name' }]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"strategy_name"'],
    ['a list', []],
    ['no pair', { ...wanted, pair: undefined }],
    ['a number for a text', { ...wanted, timeframe: 1 }],
  ])('%s is 422', async (_name, body) => {
    expect((await run(body))[0]).toBe(422);
  });
});
