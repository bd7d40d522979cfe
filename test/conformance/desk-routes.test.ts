/**
 * The table of the desk's routes, and what each answers while no engine runs: the real server on loopback.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { deskHealth, deskStatus } from '../../src/api/contract.ts';
import type { Desk, StatusFile } from '../../src/api/desk/desk-ports.ts';
import { DESK_ROUTES, DESK_SERVER_ROUTES } from '../../src/api/desk/desk-routes.ts';
import { type DeskServer, startDeskServer } from '../../src/api/desk/desk-server.ts';

const clock = createWallClock();
let file: StatusFile | null = null;
let server: DeskServer;

const desk: Desk = {
  runner: () => null,
  readStatusFile: async () => file,
  readTradeFiles: async () => ({
    trades: [],
    next_before: null,
    source: 'none',
    pnl_summary: null,
    ts: clock.now() / 1_000,
  }),
  config: null,
};

beforeAll(async () => {
  const info = () => ({
    name: 'hotwick' as const,
    version: 'test',
    mode: 'trade',
    series: [],
    speed: 1,
    market_time: 0,
  });
  const started = await startDeskServer({
    host: '127.0.0.1',
    port: 0,
    desk,
    run: 'test',
    guard: null,
    clock,
    wallClock: clock,
    info,
    webDir: '/nowhere',
    onError: (reason) => {
      throw new Error(reason);
    },
  });
  if (!started.ok) throw new Error(started.error.message);
  server = started.value;
});

afterAll(async () => {
  await server.close();
  clock.close();
});

async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: 'manual', ...init });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
}

describe('the table of routes', () => {
  it('A-3: names no route twice, and the health once', () => {
    const keys = [...DESK_ROUTES, ...DESK_SERVER_ROUTES].map(({ method, path }) => `${method} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.endsWith('/hotcoin/health'))).toEqual(['GET /hotcoin/health']);
  });

  it('lets nobody change anything by looking, and nobody sell who may only steer', () => {
    for (const { method, path, scope } of DESK_ROUTES) {
      if (method === 'POST') expect(['operate', 'money'], path).toContain(scope);
      else expect(['public', 'read'], path).toContain(scope);
    }
    const selling = DESK_ROUTES.filter(({ path }) => path.includes('close')).map(({ scope }) => scope);
    expect(selling).toEqual(['money', 'money']);
  });
});

describe('while no engine runs', () => {
  it('every route of the table answers in its own words, never with 404 or 5xx of its own making', async () => {
    for (const { method, path } of DESK_ROUTES) {
      const { status } = await ask(path, { method });
      expect([200, 400, 404, 426, 503], `${method} ${path}`).toContain(status);
    }
  });

  it('emergency and balances answer 503', async () => {
    const emergency = await ask('/hotcoin/api/emergency_close', { method: 'POST', body: '{"confirm":"yes"}' });
    expect([emergency.status, emergency.body['error']]).toEqual([503, 'runner_not_attached']);
    expect((await ask('/hotcoin/api/balances')).status).toBe(503);
  });

  it('the status is that of a stopped engine, then that of a file, marked as old after 180 s', async () => {
    file = null;
    const none = deskStatus.parse((await ask('/hotcoin/api/status')).body);
    expect([none.source, none.engine_state, none.running]).toEqual(['none', 'stopped', false]);
    const status = { running: true, engine_state: 'tradeable', pool_size: 7, equity: 12, candidates: 'broken' };
    file = { status, ageMs: 179_999 };
    const fresh = deskStatus.parse((await ask('/hotcoin/api/status')).body);
    expect([fresh.source, fresh.engine_state, fresh.pool_size]).toEqual(['status_file', 'tradeable', 7]);
    expect([fresh.equity, fresh.candidates], 'what is not of the contract is not believed').toEqual(['0', []]);
    file = { status, ageMs: 180_000 };
    expect((await ask('/hotcoin/status')).body['source']).toBe('stale_file');
  });

  it('A-3: the health is stopped, whatever a file says', async () => {
    file = { status: { running: true, engine_state: 'tradeable', ws_connected: true }, ageMs: 0 };
    const health = deskHealth.parse((await ask('/hotcoin/health')).body);
    expect([health.status, health.can_trade, health.runner_attached]).toEqual(['stopped', false, false]);
  });

  it('describes itself at /api/openapi.json', async () => {
    const { body } = await ask('/api/openapi.json');
    const paths = body['paths'] as Record<string, unknown>;
    for (const { path } of DESK_ROUTES) expect(Object.keys(paths)).toContain(path);
    expect((await fetch(`http://127.0.0.1:${server.port}/api/docs/`)).status).toBe(200);
  });
});
