/**
 * `GET /hotcoin/api/signals` over a real socket: the newest opinions as the contract writes them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignalBoard } from '../../src/adapters/memory/signal-board.ts';
import { signalsAnswer, type WireSignal } from '../../src/api/contract.ts';
import { addMs } from '../../src/core/time.ts';
import { BOOK_NAMES, type TradeSignal } from '../../src/model/signal.ts';
import { deriveSignal } from '../../src/signals/index.ts';
import { ApiServer, ask } from '../fixtures/api-server.ts';
import { CHART_END, tickChart, workerOf } from '../fixtures/charts.ts';
import { coinOf, SHORT_PROFILE } from '../fixtures/dispatch-desk.ts';

const board = createSignalBoard();
let server: ApiServer;
let quiet: ApiServer;

/** A signal of a coin whose 1h has too few candles. */
function signalOf(coin: number, laterMs: number): TradeSignal {
  const charts = [120, 120, 120, 20].map((count, index) => tickChart('pump', index, count));
  const signal = deriveSignal(workerOf(SHORT_PROFILE, charts), { at: CHART_END, traceId: 'cycle-9' });
  return { ...signal, instrumentId: coinOf(coin), computedAt: addMs(signal.computedAt, laterMs) };
}

beforeAll(async () => {
  for (const [coin, laterMs] of [
    [0, 0],
    [1, 60_000],
    [2, 0],
  ] as const)
    board.put(signalOf(coin, laterMs));
  server = await new ApiServer({ signals: board }).start();
  quiet = await new ApiServer().start();
});
afterAll(async () => {
  await server.stop();
  await quiet.stop();
});

async function get(query = '', port = server.port): Promise<readonly WireSignal[]> {
  const { status, json } = await ask(port, { path: `/hotcoin/api/signals${query}` });
  expect(status).toBe(200);
  return signalsAnswer.strict().parse(json).signals;
}

describe('GET /hotcoin/api/signals', () => {
  it('answers the newest signal of each coin, newest first, as the contract has them', async () => {
    expect((await get()).map(({ symbol, computed_at }) => [symbol, computed_at])).toEqual([
      ['C1USDT', CHART_END / 1000 + 60],
      ['C2USDT', CHART_END / 1000],
      ['C0USDT', CHART_END / 1000],
    ]);
    board.put(signalOf(0, 120_000));
    expect((await get('?limit=1')).map(({ symbol }) => symbol)).toEqual(['C0USDT']);
  });

  it('carries the grounds: every book of every timeframe with its reasons, and why one has no say', async () => {
    const signal = signalOf(2, 0);
    const [wire] = await get('?symbol=c2usdt');
    const { strength, confidence, reason, action } = signal;
    expect(wire).toMatchObject({ instrument_id: coinOf(2), strength, confidence, reason, action, trace_id: 'cycle-9' });
    expect(wire?.consensus).toMatchObject({ case: signal.consensus.case, net: signal.consensus.net, coverage: 0.6 });
    expect(Object.keys(wire?.tf_details ?? {})).toEqual(['1m', '5m', '15m', '1h']);
    const [minute] = signal.timeframes;
    if (minute?.kind !== 'scored') throw new Error('the 1m was not judged');
    const { fused, books } = minute.score;
    const detail = wire?.tf_details['1m'];
    expect(detail).toMatchObject({ state: 'scored', ss: fused.sell, bs: fused.buy, bars: 120, fusion: fused.reasons });
    expect(Object.keys(detail?.books ?? {})).toEqual(BOOK_NAMES);
    expect(detail?.books['kdj']?.reasons).toEqual(books.kdj.reasons);
    expect(wire?.tf_details['1h']).toEqual({
      state: 'skipped',
      reason: '20 of 50 candles',
      bars: 20,
      last_close_time: CHART_END / 1000,
      ss: null,
      bs: null,
      direction: null,
      fusion: [],
      books: {},
    });
  });

  it('finds one coin by its symbol or its id, and nothing of one without a signal', async () => {
    for (const symbol of ['C1USDT', coinOf(1)]) {
      expect((await get(`?symbol=${encodeURIComponent(symbol)}`)).map((each) => each.symbol)).toEqual(['C1USDT']);
    }
    expect(await get('?symbol=NOPEUSDT')).toEqual([]);
  });

  it.each(['?limit=0', '?limit=1001', '?limit=x', `?symbol=${'x'.repeat(201)}`])(
    'refuses %s with 422',
    async (query) => {
      expect((await ask(server.port, { path: `/hotcoin/api/signals${query}` })).status).toBe(422);
    },
  );

  it('says where nothing makes signals', async () => {
    const { status, json } = await ask(quiet.port, { path: '/hotcoin/api/signals' });
    expect([status, json]).toEqual([503, { detail: 'signals_not_running' }]);
  });

  it('stands in the OpenAPI description', async () => {
    const { json } = await ask(server.port, { path: '/openapi.json' });
    expect(json).toHaveProperty(['paths', '/hotcoin/api/signals', 'get', 'responses', '200']);
  });
});
