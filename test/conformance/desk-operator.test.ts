/**
 * What an operator does to a running trade over the web, on paper, in one story: a pause, an emergency, an end.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createMemorySettingStore } from '../../src/adapters/memory/memory-setting-store.ts';
import {
  balancesAnswer,
  configAnswer,
  configRefusal,
  configSaved,
  deskChartAnswer,
  deskHealth,
  deskStatus,
  emergencyAnswer,
  positionsAnswer,
  riskAnswer,
  tradesAnswer,
} from '../../src/api/contract.ts';
import { HotCoinConfigEditor } from '../../src/app/hotcoin/config-editor.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
const clock = createWallClock();
let run: TradingRun;

beforeAll(async () => {
  const scenario = burstMarket(move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m'));
  const environment = { HOTCOIN_EXECUTE: '1' };
  const editor = new HotCoinConfigEditor({ store: createMemorySettingStore(), environment, clock });
  run = await TradingRun.start({ scenario, desk: 'served', editor });
  await run.passUntil(() => held() === 1, { limitMs: 25 * MINUTE_MS, what: 'the coin is bought' });
  await run.pass(5_000);
});

afterAll(async () => {
  await run.close();
  clock.close();
});

function held(): number {
  return viewPortfolio(run.trading.portfolio).positions.length;
}

type Answer = { readonly status: number; readonly body: unknown };

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${run.deskUrl}${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

/** An answer of 200 in exactly the contract's shape. */
async function read<T extends z.ZodType>(schema: T, path: string): Promise<z.infer<T>> {
  const { status, body } = await ask(path);
  expect(status, `${path} ${JSON.stringify(body)} ${run.warnings.join()}`).toBe(200);
  return schema.parse(body);
}

function post(path: string, body: unknown): Promise<Answer> {
  return ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
}

describe('an operator on the web', () => {
  it('R7-3, R7-4, R7-5, R7-6: changes settings, pauses, closes everything, acknowledges; answers stay true to the end', async () => {
    await changeSettings();
    await pauseAndResume();
    await askWithoutConfirming();
    await closeEverything();
    await endWhileAsked();
  });
});

async function changeSettings(): Promise<void> {
  const before = await read(configAnswer, '/hotcoin/config');
  expect(before.fields.find(({ name }) => name === 'min_entry_heat')).toMatchObject({
    kind: 'number',
    min: 0,
    max: 100,
  });
  const change = { trading: { min_entry_heat: 35 }, execution: { initial_capital: 500 } };
  const preview = configSaved.parse((await post('/hotcoin/config/preview', change)).body);
  expect([preview.applies, preview.differences.length, preview.hash]).toEqual(['restart', 2, before.hash]);
  expect((await read(configAnswer, '/hotcoin/config')).saved, 'a preview saves nothing').toEqual({});

  const saved = configSaved.parse((await post('/hotcoin/config', change)).body);
  expect(saved.pending).toEqual(['execution.initial_capital']);
  expect(run.trading.decisions.config.rules.heatMin, 'what is safe acts at once').toBe(35);
  const after = await read(configAnswer, '/hotcoin/config');
  expect(after.config).toMatchObject({ trading: { min_entry_heat: 35 }, execution: { initial_capital: 1_000 } });
  expect(after.provenance['trading.min_entry_heat']).toBe('saved');
  expect(after.hash).not.toBe(before.hash);

  for (const wrong of [{ execution: { use_paper_trading: 'maybe' } }, { trading: { nothing_of: 1 } }, [], 'x']) {
    const { status, body } = await post('/hotcoin/config', wrong);
    expect([status, configRefusal.parse(body).problems.length > 0], JSON.stringify(wrong)).toEqual([400, true]);
  }
}

async function pauseAndResume(): Promise<void> {
  expect((await post('/hotcoin/api/entries', { action: 'pause', reason: 'news' })).status).toBe(200);
  expect((await read(deskStatus, '/hotcoin/api/status')).pause).toBe('news');
  expect((await read(deskHealth, '/hotcoin/health')).can_trade).toBe(false);
  expect((await post('/hotcoin/api/entries', { action: 'resume' })).status).toBe(200);
  expect((await post('/hotcoin/api/entries', { action: 'dance' })).status).toBe(400);
  expect((await post('/hotcoin/api/acknowledge', { what: 'halt' })).body).toMatchObject({
    message: 'there is no halt',
  });
  expect((await post('/hotcoin/api/close_position', { position_id: 'nobody', confirm: 'yes' })).status).toBe(404);
}

async function askWithoutConfirming(): Promise<void> {
  for (const body of [{}, { confirm: true }, { confirm: 'YES' }, '', 'null', '{"confirm"', []]) {
    expect((await post('/hotcoin/api/emergency_close', body)).status, JSON.stringify(body)).toBe(400);
  }
  const [position] = (await read(positionsAnswer, '/hotcoin/api/positions')).positions;
  const unconfirmed = await post('/hotcoin/api/close_position', { position_id: position?.position_id });
  expect(unconfirmed.status).toBe(400);
  expect([held(), run.trading.decisions.emergency]).toEqual([1, null]);
}

async function closeEverything(): Promise<void> {
  const body = { confirm: 'yes', reason: 'try it', request_id: 'r-1' };
  const asked = post('/hotcoin/api/emergency_close', body);
  await run.passUntil(() => held() === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });
  const { status, body: sold } = await asked;
  expect(status).toBe(200);
  const answer = emergencyAnswer.parse(sold);
  expect(answer).toMatchObject({ ok: true, closed: 1, failed: 0, request_id: 'r-1' });
  expect(answer.details).toEqual([expect.objectContaining({ symbol: 'HOTUSDT', status: 'closed', error: null })]);

  const again = emergencyAnswer.parse((await post('/hotcoin/api/emergency_close', body)).body);
  expect([again.ok, again.closed], 'the same request again tells the same and sells nothing').toEqual([true, 1]);
  const health = await read(deskHealth, '/hotcoin/health');
  expect([health.status, health.can_trade]).toEqual(['blocked', false]);
  const { emergency } = await read(riskAnswer, '/hotcoin/api/risk');
  expect(emergency).toMatchObject({ request_id: 'r-1', reason: 'try it' });

  const { trades, source } = await read(tradesAnswer, '/hotcoin/api/trades');
  expect([source, trades[0]?.symbol, trades[0]?.reason]).toEqual(['memory', 'HOTUSDT', 'emergency']);
  const { markers } = await read(deskChartAnswer, '/hotcoin/api/chart?symbol=HOTUSDT&interval=1m');
  expect(markers.map(({ side }) => side)).toEqual(['BUY', 'SELL']);
  const { balances } = await read(balancesAnswer, '/hotcoin/api/balances');
  expect(
    balances.map(({ asset }) => asset),
    'the wallet on paper',
  ).toContain('USDT');
  expect((await post('/hotcoin/api/acknowledge', { what: 'emergency' })).body).toMatchObject({ ok: true });
  expect((await read(riskAnswer, '/hotcoin/api/risk')).emergency).toBeNull();
}

async function endWhileAsked(): Promise<void> {
  await run.pass(6_000);
  const chart = ask('/hotcoin/api/chart?symbol=HOTUSDT&interval=4h');
  const balances = ask('/hotcoin/api/balances');
  const detached = run.desk.detach();
  for (const { status } of [await chart, await balances]) expect([200, 503]).toContain(status);
  await detached;
  expect((await ask('/hotcoin/api/balances')).status).toBe(503);
  expect((await read(deskHealth, '/hotcoin/health')).status).toBe('stopped');
  expect((await read(deskStatus, '/hotcoin/api/status')).source).toBe('status_file');
  const { source, trades } = await read(tradesAnswer, '/hotcoin/api/trades');
  expect([source, trades.length]).toEqual(['files', 1]);
}
