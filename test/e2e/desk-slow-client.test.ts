/**
 * A client of `/ws/hotcoin` that stops reading, beside others that read: the server's memory stays where it was, the
 * others get every change in order, and whoever was behind ends with what is. Real sockets, the server in a process of its
 * own; a step is asked for when those who read have the one before, so nothing depends on how fast the machine is.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeskAnswer, type DeskQuestion, ROW_CHARACTERS, ROWS } from '../fixtures/desk-child.ts';
import { DeskListener } from '../fixtures/desk-listener.ts';

/** What docs/adr/0027 allows to wait for one client: 256 KiB, and one snapshot on top. */
const WAITING_BYTES_MAX = 256 * 1024 + ROWS * (ROW_CHARACTERS + 20) + 4_096;
/** More than the machine's own buffers of a connection and any backlog together: 50 MB in steps of 100 kB. */
const STEPS = 500;
const MEMORY_GROWTH_MAX = 4 * 1024 * 1024;
const TOPICS = ['risk', 'funnel'] as const;

/** The server's process. */
class DeskChild {
  readonly #child: ChildProcess;
  #port = 0;
  readonly #clients: DeskListener[] = [];

  constructor() {
    const script = fileURLToPath(new URL('../fixtures/desk-child.ts', import.meta.url));
    this.#child = fork(script, ['run'], { execArgv: ['--expose-gc'] });
  }

  async up(): Promise<void> {
    const [answer] = (await once(this.#child, 'message')) as [Extract<DeskAnswer, { kind: 'up' }>];
    this.#port = answer.port;
  }

  connect(known?: DeskListener['states']): DeskListener {
    const client = new DeskListener(this.#port, known);
    this.#clients.push(client);
    return client;
  }

  async #ask(question: DeskQuestion): Promise<DeskAnswer> {
    const answered = once(this.#child, 'message');
    this.#child.send(question);
    return ((await answered) as [DeskAnswer])[0];
  }

  /** The version of `risk` after some steps. */
  async step(steps = 1): Promise<number> {
    return ((await this.#ask({ ask: 'step', steps })) as Extract<DeskAnswer, { kind: 'stepped' }>).version;
  }

  async figures(): Promise<Extract<DeskAnswer, { kind: 'figures' }>> {
    return (await this.#ask({ ask: 'figures' })) as Extract<DeskAnswer, { kind: 'figures' }>;
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.cut();
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

let desk: DeskChild;

beforeEach(async () => {
  desk = new DeskChild();
  await desk.up();
});

afterEach(() => desk.end());

async function subscribed(known?: DeskListener['states']): Promise<DeskListener> {
  const client = desk.connect(known);
  await client.subscribe(TOPICS);
  await client.until(() => TOPICS.every((topic) => client.states.topics[topic] !== undefined));
  return client;
}

/** Steps one by one, each once all of `readers` have it. */
async function stepWith(readers: readonly DeskListener[], steps: number): Promise<number> {
  let version = 0;
  for (let step = 0; step < steps; step++) {
    version = await desk.step();
    await Promise.all(readers.flatMap((reader) => TOPICS.map((topic) => reader.reaches(topic, version))));
  }
  return version;
}

/** Steps until somebody who was behind has what all others have: the first look that finds room brings it up. */
async function stepUntilLevel(readers: readonly DeskListener[], late: DeskListener): Promise<number> {
  for (;;) {
    const version = await stepWith(readers, 1);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (TOPICS.every((topic) => late.states.topics[topic]?.version === version)) return version;
  }
}

/** Kinds of the messages of `risk`. */
function kindsOfRisk({ messages }: DeskListener): readonly string[] {
  return messages.filter((message) => 'topic' in message && message.topic === 'risk').map(({ type }) => type);
}

function snapshotsOfRisk(client: DeskListener): number {
  return kindsOfRisk(client).filter((kind) => kind === 'snapshot').length;
}

describe('a client of the desk that stops reading', () => {
  it('costs no memory and nobody a change, and reads on with what is', async () => {
    const readers = [await subscribed(), await subscribed(), await subscribed()];
    const slow = await subscribed();
    await stepWith([...readers, slow], 150);
    const before = await desk.figures();
    const heard = slow.messages.length;
    slow.stopReading();
    await stepWith(readers, STEPS);
    const { memoryBytes, waitingBytes, clients } = await desk.figures();
    expect(waitingBytes).toBeGreaterThan(256 * 1024);
    expect(waitingBytes).toBeLessThan(WAITING_BYTES_MAX);
    expect(memoryBytes - before.memoryBytes).toBeLessThan(MEMORY_GROWTH_MAX);
    expect(clients, 'nobody is closed for being slow').toBe(4);
    for (const reader of readers) {
      expect([kindsOfRisk(reader).indexOf('snapshot'), snapshotsOfRisk(reader), reader.missed]).toEqual([0, 1, []]);
      expect(reader.messages.length, 'every change, once').toBe(1 + 2 * (1 + 150 + STEPS));
    }

    slow.goOnReading();
    await stepUntilLevel(readers, slow);
    expect(slow.messages.length - heard, 'most of it was left out').toBeLessThan(STEPS);
    expect(snapshotsOfRisk(slow), 'what was left out came as a whole').toBeGreaterThan(1);
    expect(slow.missed, 'nothing that does not fit').toEqual([]);
    expect(slow.states.topics).toEqual(readers[0]?.states.topics);
    process.stdout.write(
      `  a desk client that stops reading: ${waitingBytes} B wait of ${(STEPS * ROWS * ROW_CHARACTERS) / 1e6} MB sent to others; ` +
        `memory grew by ${memoryBytes - before.memoryBytes} B\n`,
    );
  });

  it('is told what is when it gives up and comes back', async () => {
    const [reader, slow] = [await subscribed(), await subscribed()];
    slow.stopReading();
    await stepWith([reader], STEPS);
    slow.cut();
    const back = await subscribed(slow.states);
    const version = await stepWith([reader, back], 3);
    expect([snapshotsOfRisk(back), back.missed]).toEqual([1, []]);
    expect(back.states.topics).toEqual(reader.states.topics);
    expect(back.states.topics.risk?.version).toBe(version);
    expect((await desk.figures()).clients).toBe(2);
  });

  it('is not answered what it goes on asking', async () => {
    const [reader, slow] = [await subscribed(), await subscribed()];
    const before = await desk.figures();
    slow.stopReading();
    for (let asked = 0; asked < 60; asked++) {
      for (let each = 0; each < 2_000; each++) slow.ask('nonsense');
      for (let each = 0; each < 20; each++) slow.ask({ type: 'subscribe', topics: TOPICS });
      await stepWith([reader], 1);
    }
    const { waitingBytes, memoryBytes, looks } = await desk.figures();
    expect(waitingBytes).toBeGreaterThan(256 * 1024);
    expect(waitingBytes).toBeLessThan(WAITING_BYTES_MAX);
    expect(memoryBytes - before.memoryBytes).toBeLessThan(MEMORY_GROWTH_MAX);
    expect(looks - before.looks, 'asking often is not looking often').toBe(60 * TOPICS.length);
    expect(reader.missed).toEqual([]);
  });
});

describe('a client of the desk that asks for the same again and again', () => {
  it('is sent each topic at the pace of the looks, and nobody waits for it', async () => {
    const [reader, eager] = [await subscribed(), await subscribed()];
    for (let round = 0; round < 20; round++) {
      for (let each = 0; each < 500; each++) {
        eager.ask({ type: 'unsubscribe', topics: TOPICS });
        eager.ask({ type: 'subscribe', topics: TOPICS });
      }
      await stepWith([reader], 1);
    }
    const newest = await stepUntilLevel([reader], eager);
    // One because it asks, one because there is something new.
    expect(snapshotsOfRisk(eager)).toBeLessThanOrEqual(2 * newest);
    expect(eager.states.topics).toEqual(reader.states.topics);
    expect(reader.missed).toEqual([]);
  });
});
