/**
 * The patience of the sync at the start (wire contract 6.6), over the simulated exchange and real sockets: every clock
 * stands still until the test moves it, so what ends the wait is the limit and nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { addMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { ask } from '../fixtures/api-server.ts';
import { series } from '../fixtures/candles.ts';
import { DRIVEN_START, driveExchange } from '../fixtures/driven-exchange.ts';
import { startSimService } from '../sim/sim-service.ts';

const [BTC, ETH] = [series('binance:futures:BTC/USDT:1m'), series('binance:futures:ETH/USDT:1m')];
/** The supervisor looks around every second; whoever wants to be woken sooner waits at the start. */
const SUPERVISOR_MS = 1_000;
const LIMIT_MS = 60_000;
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** The clock, and the shortest wait that anybody asked it for. */
function listenTo(clock: Clock): { readonly clock: Clock; readonly shortestMs: () => number } {
  let shortest = Number.POSITIVE_INFINITY;
  const schedule: Clock['schedule'] = (at, action) => {
    shortest = Math.min(shortest, at - clock.now());
    return clock.schedule(at, action);
  };
  return { clock: { ...clock, schedule }, shortestMs: () => shortest };
}

it('waits 60 s in all for series whose history is refused, serves, and brings them up to date afterwards', async () => {
  const driven = await driveExchange();
  stops.push(() => driven.close());
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-startup-'));
  stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const wall = createManualClock(DRIVEN_START);
  stops.push(() => wall.close());
  const heard = listenTo(wall);
  const warnings: string[] = [];
  driven.exchange.faults.nextRequests({ answer: 503, count: 2, path: '/klines' });
  const starting = startSimService({
    clock: driven.clock,
    wallClock: heard.clock,
    exchange: driven.exchange,
    dataDir,
    series: BTC,
    whitelist: [ETH, BTC],
    environment: { TRADE_CANVAS_ENABLE_STARTUP_KLINE_SYNC: '1', TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1' },
    seed: 1,
    speed: 1,
    catchUpLimit: 500,
    onWarning: (text) => warnings.push(text),
    onFatal: (failure) => warnings.push(`fatal: ${failure.message}`),
  });
  stops.push(async () => (await starting).close());
  let state: 'starting' | 'served' = 'starting';
  void starting.then(() => {
    state = 'served';
  });
  while (heard.shortestMs() >= SUPERVISOR_MS) await nextTurn();

  await wall.advanceTo(addMs(DRIVEN_START, LIMIT_MS - 1));
  expect([state, warnings.filter((text) => text.includes('startup sync'))]).toEqual(['starting', []]);
  await wall.advanceTo(addMs(DRIVEN_START, LIMIT_MS));
  const service = await starting;
  const late = 'it is not up to date after 60 s and goes on in the background';
  expect(warnings.filter((text) => text.includes('startup sync'))).toEqual([
    `startup sync of ${BTC}: ${late}`,
    `startup sync of ${ETH}: ${late}`,
  ]);
  expect((await ask(service.port, { path: '/healthz' })).status).toBe(200);
  expect(await service.store.extent(BTC)).toMatchObject({ count: 0 });

  const newest = addMs(DRIVEN_START, -60_000);
  for (const id of [BTC, ETH]) {
    while (((await service.store.extent(id)).head ?? 0) < newest) await driven.pass(1_000);
  }
});
