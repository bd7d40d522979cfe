/**
 * `/ws/hotcoin` on the real server: snapshots, deltas, resuming, and what it costs. The desk behind it is data in the
 * test's hand; market time stands still, and the hub looks when its clock says so.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import type { DeskMessage, DeskTopic } from '../../src/api/contract.ts';
import type { Desk, DeskRunner } from '../../src/api/desk/desk-ports.ts';
import { type DeskServer, startDeskServer } from '../../src/api/desk/desk-server.ts';
import { applyDeskMessage, NO_TOPICS, subscribeRequest, type TopicStates } from '../../src/client/desk-topics.ts';
import { epochMs } from '../../src/core/time.ts';

const LOOK_MS = 250;
const market = createManualClock(epochMs(1_750_000_000_000));
let clock: ManualClock;
let server: DeskServer;
let risk: Record<string, unknown> = {};
let clients: DeskListener[] = [];

/** A client that keeps topics as a page does. */
class DeskListener {
  readonly messages: DeskMessage[] = [];
  states: TopicStates = NO_TOPICS;
  readonly socket: WebSocket;
  #wake: () => void = () => {};

  constructor(known: TopicStates = NO_TOPICS) {
    this.states = known;
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/hotcoin`);
    this.socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as DeskMessage;
      this.messages.push(message);
      this.states = applyDeskMessage(this.states, message).states;
      this.#wake();
    });
    clients.push(this);
  }

  ask(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async subscribe(topics: readonly DeskTopic[]): Promise<void> {
    await this.until(() => this.messages.some(({ type }) => type === 'hello'));
    this.ask(subscribeRequest(this.states, topics));
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  kinds(): string[] {
    return this.messages.map(({ type }) => type);
  }
}

async function start(): Promise<void> {
  clock = createManualClock(epochMs(1_750_000_000_000));
  const views = { risk: () => ({ ...risk, ts: 0 }) } as unknown as DeskRunner['views'];
  const runner = { views } as unknown as DeskRunner;
  const desk: Desk = {
    runner: () => runner,
    readStatusFile: async () => null,
    readTradeFiles: async () => ({ trades: [], source: 'none', pnl_summary: null, ts: 0 }),
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
  for (const { socket } of clients) socket.close();
  clients = [];
  await server.close();
  clock.close();
});

describe('the socket of the desk', () => {
  it('tells a topic as a whole, then what changed of it, to everybody from one reading', async () => {
    risk = { equity: '1000', halt: null };
    await start();
    const [a, b] = [new DeskListener(), new DeskListener()];
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

  it('says nothing while nothing changes, and looks at nothing while nobody wants it', async () => {
    risk = { equity: '1' };
    await start();
    const client = new DeskListener();
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
    const first = new DeskListener();
    await first.subscribe(['risk']);
    await first.until(() => first.kinds().includes('snapshot'));
    const known = first.states;
    for (const equity of ['2', '3', '4']) {
      risk = { equity };
      await look();
    }
    await first.until(() => first.states.topics.risk?.version === 4);

    const back = new DeskListener(known);
    await back.subscribe(['risk']);
    await back.until(() => back.states.topics.risk?.version === 4);
    expect(back.kinds(), 'only what was missed').toEqual(['hello', 'delta', 'delta', 'delta']);

    const other = new DeskListener({ ...known, run: 'run-0' });
    await other.subscribe(['risk']);
    await other.until(() => other.states.topics.risk?.version === 4);
    expect(other.kinds()).toEqual(['hello', 'snapshot']);
  });

  it('coalesces what happens between two looks, refuses what it can not read, and bounds its clients', async () => {
    risk = { equity: '0' };
    await start();
    const client = new DeskListener();
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
    const more = Array.from({ length: 4 }, () => new DeskListener());
    const codes = more.map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.addEventListener('close', ({ code }) => resolve(code));
        }),
    );
    expect(await Promise.race(codes)).toBe(1013);
  });
});
