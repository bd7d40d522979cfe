/**
 * The pool of candidates as clients see it, and a whole run with discovery: its database, its recording, its replay.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { poolAnswer } from '../../src/api/contract.ts';
import type { PoolView } from '../../src/api/index.ts';
import { loadConfig } from '../../src/app/config.ts';
import { startDemo } from '../../src/app/modes/demo.ts';
import { fromEpochSec } from '../../src/core/time.ts';
import { ApiServer, ask } from '../fixtures/api-server.ts';
import { knownCandidate, T0 } from '../fixtures/candidates.ts';
import { runHotwick } from '../fixtures/hotwick-process.ts';
import { until } from '../fixtures/wicked-exchange.ts';

const POOL = '/hotcoin/api/pool';
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function serve(readPool?: () => PoolView): Promise<ApiServer> {
  const nowSec = T0 / 1_000;
  const server = await new ApiServer(readPool === undefined ? { nowSec } : { nowSec, readPool }).start();
  stops.push(() => server.stop());
  return server;
}

describe('GET /hotcoin/api/pool', () => {
  it('gives the candidates hottest first with each dimension of heat, and refusals by gate', async () => {
    const cold = knownCandidate('COLD', { heat: 12, listing: null, listedTime: null, coolingUntil: null });
    const view = { candidates: [cold, knownCandidate('ABC')], refusals: { 'filter:liquidity': 3, 'pool:cooling': 1 } };
    const server = await serve(() => view);
    const { status, json } = await ask(server.port, { path: POOL });
    expect(status).toBe(200);
    expect(poolAnswer.strict().parse(json)).toEqual(json);
    const { coins, refusals, ts } = poolAnswer.parse(json);
    expect(coins.map(({ symbol }) => symbol)).toEqual(['ABCUSDT', 'COLDUSDT']);
    expect(coins[0]).toMatchObject({
      instrument_id: 'binance:spot:ABC/USDT',
      heat_score: 44.5,
      score_momentum: 26.6,
      score_risk_penalty: 15,
      price_change_5m: 0.03,
      coin_age_days: 3,
      has_listing_signal: true,
      discovered_at: T0 / 1_000,
    });
    expect(coins[1]).toMatchObject({ coin_age_days: -1, has_listing_signal: false, cooling_until: null });
    expect([refusals, ts]).toEqual([view.refusals, fromEpochSec(T0 / 1_000) / 1_000]);
  });

  it('is not there where discovery is off, and is described where it may be', async () => {
    const server = await serve();
    expect(await ask(server.port, { path: POOL })).toMatchObject({ status: 404, json: { detail: 'not_found' } });
    const { json } = await ask(server.port, { path: '/openapi.json' });
    const { paths, components } = json as { paths: Record<string, object>; components: { schemas: object } };
    expect(paths[POOL]).toMatchObject({ get: { tags: ['hotcoin'] } });
    expect(components.schemas).toHaveProperty('PoolCoin');
  });
});

describe('a run with discovery', () => {
  it('watches every coin, keeps its database and its recording in its own folder, and hotwick replay plays it to the byte', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-pool-'));
    stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const config = loadConfig({ HOTWICK_DISCOVERY: '1' });
    if (!config.ok) throw new Error(config.error.message);
    const place = { host: '127.0.0.1', port: 0, dataDir, symbol: 'BTC/USDT', market: 'futures' } as const;
    const quiet = { onWarning: () => {}, onFatal: () => {} };
    const demo = await startDemo({ config: config.value, seed: 3, speed: 60, ...place, ...quiet });
    if (!demo.ok) throw new Error(demo.error.message);
    const { port } = demo.value.service;
    await until(async () => (await ask(port, { path: POOL })).status === 200, 'the pool answers');
    const begun = demo.value.clock.now();
    await until(() => demo.value.clock.now() - begun > 60_000, 'a minute of the market has passed');
    const { json } = await ask(port, { path: POOL });
    expect(poolAnswer.strict().parse(json)).toEqual(json);
    await demo.value.close();
    expect(existsSync(join(dataDir, 'hotcoins.db'))).toBe(true);
    const out = join(dataDir, 'candidates.jsonl');
    const ending = await runHotwick(['replay', '--discovery', join(dataDir, 'flight'), '--candidates', out]);
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    expect(ending.stdout).toMatch(/[1-9]\d* compared, 0 different/);
    expect(readFileSync(out, 'utf8').split('\n').length).toBeGreaterThan(2);
  });
});
