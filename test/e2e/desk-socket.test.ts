/**
 * `/ws/hotcoin` on the real server: snapshots, deltas, resuming, and what it costs. The desk behind it is data in the
 * test's hand; market time stands still, and the hub looks when its clock says so.
 */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import type { Desk, DeskRunner } from '../../src/api/desk/desk-ports.ts';
import { type DeskServer, startDeskServer } from '../../src/api/desk/desk-server.ts';
import type { TopicStates } from '../../src/client/desk-topics.ts';
import { epochMs } from '../../src/core/time.ts';
import { DeskListener } from '../fixtures/desk-listener.ts';

const LOOK_MS = 250;
const PING_MS = 20_000;
const market = createManualClock(epochMs(1_750_000_000_000));
let clock: ManualClock;
let server: DeskServer;
let risk: Record<string, unknown> = {};
let lines: readonly object[] = [];
const clients: DeskListener[] = [];

function connect(known?: TopicStates): DeskListener {
  const client = new DeskListener(server.port, known);
  clients.push(client);
  return client;
}

async function start(): Promise<void> {
  clock = createManualClock(epochMs(1_750_000_000_000));
  const views = { risk: () => ({ ...risk, ts: 0 }) } as unknown as DeskRunner['views'];
  const queries = { events: () => ({ events: lines, hasOlder: false }) };
  const runner = { views, queries } as unknown as DeskRunner;
  const desk: Desk = {
    runner: () => runner,
    readStatusFile: async () => null,
    readTradeFiles: async () => ({ trades: [], next_before: null, source: 'none', pnl_summary: null, ts: 0 }),
    config: null,
  };
  const info = { name: 'hotwick' as const, version: 'test', mode: 'trade', series: [], speed: 1, market_time: 0 };
  const started = await startDeskServer({
    ...{ host: '127.0.0.1', port: 0, desk, run: 'run-1', guard: null, clock: market, wallClock: clock },
    info: () => info,
    webDir: '/nowhere',
    limits: { clientsMax: 4 },
    onError: () => {},
  });
  if (!started.ok) throw new Error(started.error.message);
  server = started.value;
}

async function look(): Promise<void> {
  await clock.advance(LOOK_MS);
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.cut();
  await server.close();
  clock.close();
});

describe('the socket of the desk', () => {
  it('tells a topic as a whole, then what changed of it, to everybody from one reading', async () => {
    risk = { equity: '1000', halt: null };
    await start();
    const [a, b] = [connect(), connect()];
    await a.subscribe(['risk']);
    await a.until(() => a.kinds().includes('snapshot'));
    await b.subscribe(['risk']);
    await b.until(() => b.kinds().includes('snapshot'));
    const before = server.hub.stats().looks;
    risk = { equity: '990', pause: 'news' };
    await look();
    await Promise.all([a.until(() => a.kinds().includes('delta')), b.until(() => b.kinds().includes('delta'))]);
    expect(server.hub.stats().looks, 'one reading for both').toBe(before + 1);
    const change = { from: 1, version: 2, set: { equity: '990', pause: 'news' }, unset: ['halt'] };
    expect(a.messages.at(-1)).toMatchObject(change);
    expect(b.states.topics.risk?.data).toEqual({ equity: '990', pause: 'news' });
  });

  it('writes what it tells once, whoever listens, and lines that never change once for all', async () => {
    const written = { status: 0, lines: 0 };
    const count = (name: keyof typeof written): object => ({
      toJSON: () => {
        written[name]++;
        return 'x';
      },
    });
    risk = { counted: count('status') };
    lines = Array.from({ length: 20 }, (_, id) => ({ id, ...count('lines') }));
    await start();
    const listeners = Array.from({ length: 4 }, () => connect());
    for (const each of listeners) {
      await each.subscribe(['risk', 'events']);
      await each.until(() => each.kinds().filter((kind) => kind === 'snapshot').length === 2);
    }
    const before = { ...written };
    expect(before).toEqual({ status: 1, lines: 20 });
    risk = { ...risk, equity: '2' };
    lines = [...lines, { id: 20, ...count('lines') }];
    await look();
    await Promise.all(
      listeners.map((each) => each.until(() => each.kinds().filter((kind) => kind === 'delta').length === 2)),
    );
    expect(written).toEqual({ status: before.status + 1, lines: before.lines + 1 });
    expect(listeners.every(({ states }) => Object.keys(states.topics.events?.data ?? {}).length === 21)).toBe(true);
    lines = [];
  });

  it('says nothing while nothing changes, and looks at nothing while nobody wants it', async () => {
    risk = { equity: '1' };
    await start();
    const client = connect();
    await client.subscribe(['risk']);
    await client.until(() => client.kinds().includes('snapshot'));
    await look();
    await look();
    const told = client.messages.length;
    client.ask({ type: 'unsubscribe', topics: ['risk'] });
    client.ask({ type: 'nonsense' });
    await client.until(() => client.kinds().includes('error'));
    const { looks } = server.hub.stats();
    for (let round = 0; round < 5; round++) await look();
    expect([client.messages.length - told, server.hub.stats().looks]).toEqual([1, looks]);
  });

  it('goes on from the version that a client has, or from a snapshot where that is of another run or too old', async () => {
    risk = { equity: '1' };
    await start();
    const first = connect();
    await first.subscribe(['risk']);
    await first.until(() => first.kinds().includes('snapshot'));
    const known = first.states;
    for (const equity of ['2', '3', '4']) {
      risk = { equity };
      await look();
    }
    await first.until(() => first.states.topics.risk?.version === 4);

    const back = connect(known);
    await back.subscribe(['risk']);
    await back.until(() => back.states.topics.risk?.version === 4);
    expect(back.kinds(), 'only what was missed').toEqual(['hello', 'delta', 'delta', 'delta']);

    const other = connect({ ...known, run: 'run-0' });
    await other.subscribe(['risk']);
    await other.until(() => other.states.topics.risk?.version === 4);
    expect(other.kinds()).toEqual(['hello', 'snapshot']);
  });

  it('coalesces what happens between two looks, refuses what it can not read, and bounds its clients', async () => {
    risk = { equity: '0' };
    await start();
    const client = connect();
    await client.subscribe(['risk']);
    await client.until(() => client.kinds().includes('snapshot'));
    for (let step = 1; step <= 50; step++) risk = { equity: String(step) };
    await look();
    await client.until(() => client.kinds().includes('delta'));
    expect(client.states.topics.risk).toEqual({ version: 2, data: { equity: '50' } });
    for (const bad of [{ type: 'subscribe', topics: [] }, { type: 'subscribe', topics: ['none'] }, [], 1])
      client.ask(bad as object);
    await client.until(() => client.kinds().filter((kind) => kind === 'error').length === 4);
    expect(server.hub.stats().clients).toBe(1);
    const more = Array.from({ length: 4 }, () => connect());
    expect(await Promise.race(more.map(({ closed }) => closed))).toBe(1013);
  });

  it('ends the connection of a client whose message is too long, and nobody else hears of it', async () => {
    risk = { equity: '1' };
    await start();
    const [long, other] = [connect(), connect()];
    await Promise.all([long.subscribe(['risk']), other.subscribe(['risk'])]);
    await Promise.all([long, other].map((client) => client.until(() => client.kinds().includes('snapshot'))));
    long.ask('x'.repeat(64 * 1024));
    await long.until(() => long.kinds().includes('error'));
    long.ask('x'.repeat(64 * 1024 + 1));
    expect(await long.closed).toBe(1009);
    risk = { equity: '2' };
    await look();
    await other.until(() => other.kinds().includes('delta'));
    expect([server.hub.stats().clients, other.missed]).toEqual([1, []]);
  });

  it('drops a peer that answered none of two pings, and keeps one that is only silent', async () => {
    risk = { equity: '1' };
    await start();
    const [dead, silent] = [connect(), connect()];
    await Promise.all([dead.subscribe(['risk']), silent.subscribe(['risk'])]);
    await Promise.all([dead, silent].map((client) => client.until(() => client.kinds().includes('snapshot'))));
    dead.stopReading();
    for (let ping = 1; ping <= 3; ping++) {
      expect(server.hub.stats().clients, `before ping ${ping}`).toBe(2);
      const heard = once(silent.socket, 'ping');
      await clock.advance(PING_MS);
      await heard;
      // Its answer to the ping is there before the answer to what it asks afterwards.
      silent.ask('nonsense');
      await silent.until(() => silent.kinds().filter((kind) => kind === 'error').length === ping);
    }
    expect(server.hub.stats().clients).toBe(1);
    dead.goOnReading();
    expect(await dead.closed, 'cut, without a word').toBe(1006);
    expect(silent.socket.readyState).toBe(silent.socket.OPEN);
  });

  it('ends with a client that does not read', async () => {
    risk = { equity: '1' };
    await start();
    const client = connect();
    await client.subscribe(['risk']);
    await client.until(() => client.kinds().includes('snapshot'));
    client.stopReading();
    await server.close();
    client.goOnReading();
    expect(await client.closed).toBe(1001);
  });
});
