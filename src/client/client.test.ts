import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkCandles } from '../../test/fixtures/candle-walk.ts';
import { PageNetwork } from '../../test/fixtures/page-network.ts';
import { type Client, clientOn, createClient, type StreamOptions } from './client.ts';
import type { Candle, StreamEvent } from './stream-event.ts';

const MINUTE = 'binance:futures:BTC/USDT:1m';
const FIVE = 'binance:futures:BTC/USDT:5m';
const FROM = 1_700_006_400;
const minutes = walkCandles({ seed: 5, from: FROM, count: 9000 });
const fives = walkCandles({ seed: 6, from: FROM, count: 600 }, 300);

function minute(index: number): Candle {
  return minutes[index]!;
}

/** A reader of one stream that remembers everything it was told. */
class Reading {
  readonly events: StreamEvent[] = [];
  readonly seriesId: string;
  readonly iterator: AsyncIterator<StreamEvent>;
  ending: 'running' | 'ended' | 'failed' = 'running';
  error: unknown = null;
  #waiting: Promise<void> | null = null;

  constructor(client: Client, seriesId: string, options: StreamOptions) {
    this.seriesId = seriesId;
    this.iterator = client.stream(seriesId, options)[Symbol.asyncIterator]();
  }

  get closed(): Candle[] {
    return this.events.flatMap((event) => (event.kind === 'closed' ? [event.candle] : []));
  }

  get gaps(): { from: number; to: number; filled: boolean }[] {
    return this.events.flatMap((event) =>
      event.kind === 'gap' ? [{ from: event.from, to: event.to, filled: event.filled }] : [],
    );
  }

  get states(): string[] {
    return this.events.flatMap((event) => (event.kind === 'link' ? [event.state] : []));
  }

  /** Asks for one more event, unless one was asked for and has not come. */
  readOne(): void {
    this.#waiting ??= this.iterator.next().then(
      ({ done, value }) => {
        this.#waiting = null;
        if (done === true) this.ending = 'ended';
        else this.events.push(value);
      },
      (error: unknown) => {
        this.#waiting = null;
        this.ending = 'failed';
        this.error = error;
      },
    );
  }

  async readAll(): Promise<void> {
    for (let before = -1; before !== this.events.length; ) {
      before = this.events.length;
      this.readOne();
      await turn();
    }
  }
}

/** Lets every promise that can go on do so. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Moves everything that waits, until readers and network have nothing left to do at this time. */
async function drain(network: PageNetwork, readings: readonly Reading[]): Promise<void> {
  do {
    network.open();
    network.send();
    network.deliver();
    await network.settleRead('answered');
    await turn();
    for (const reading of readings) await reading.readAll();
  } while (network.isBusy);
}

/** Moves everything that waits and 90 s of time, so that every retry has had its turn. */
async function settle(network: PageNetwork, readings: readonly Reading[]): Promise<void> {
  for (let round = 0; round < 18; round += 1) {
    await drain(network, readings);
    network.advance(5000);
    await turn();
  }
}

function open(network: PageNetwork, options: StreamOptions = {}, seriesId = MINUTE): Reading {
  const reading = new Reading(clientOn(network.platform), seriesId, options);
  reading.readOne();
  return reading;
}

describe('a stream', () => {
  it('begins with as many of the newest closed candles as asked for', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 100));
    const reading = open(network, { history: 30 });
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(70, 100));
    network.desk.close(MINUTE, minute(100));
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(70, 101));
    expect(reading.gaps).toEqual([]);
  });

  it('gives all there is when the history is shorter than asked for', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 3));
    const reading = open(network, { history: 5 });
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(0, 3));
  });

  it('begins with the next closed candle unless told otherwise', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 100));
    const reading = open(network);
    await settle(network, [reading]);
    network.desk.form(MINUTE, minute(100));
    network.desk.close(MINUTE, minute(100));
    await settle(network, [reading]);
    expect(reading.closed).toEqual([minute(100)]);
  });

  it('pages through everything after since', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes);
    const reading = open(network, { since: minute(99).candle_time });
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(100));
  });

  it('follows an empty series from its first candle', async () => {
    const network = new PageNetwork();
    const reading = open(network, { history: 10 });
    await settle(network, [reading]);
    network.desk.close(MINUTE, minute(7));
    network.desk.close(MINUTE, minute(8));
    await settle(network, [reading]);
    expect(reading.closed).toEqual([minute(7), minute(8)]);
    expect(reading.gaps).toEqual([]);
  });

  it('fetches what a jump leaves out, tells of it and goes on', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network, { history: 1 });
    await settle(network, [reading]);
    network.desk.putSilently(MINUTE, minutes.slice(10, 13));
    network.desk.close(MINUTE, minute(13));
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(9, 14));
    expect(reading.gaps).toEqual([{ from: minute(10).candle_time, to: minute(13).candle_time, filled: true }]);
    const last = reading.events.findLastIndex(({ kind }) => kind === 'closed');
    expect(reading.events[last - 1]).toMatchObject({ kind: 'gap' });
  });

  it('waits for the server to repair a hole before it gives it up', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network, { history: 1 });
    await settle(network, [reading]);
    network.desk.close(MINUTE, minute(12));
    await network.drain();
    await turn();
    await network.drain();
    await reading.readAll();
    expect(reading.closed).toEqual([minute(9)]);
    network.desk.putSilently(MINUTE, [minute(10), minute(11)]);
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(9, 13));
    expect(reading.gaps).toEqual([{ from: minute(10).candle_time, to: minute(12).candle_time, filled: true }]);
  });

  it('names the hole that the server has itself, between the candles around it', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network, { history: 1 });
    await settle(network, [reading]);
    network.desk.close(MINUTE, minute(12));
    network.desk.close(MINUTE, minute(13));
    await settle(network, [reading]);
    expect(reading.events.filter(({ kind }) => kind !== 'link')).toEqual([
      { kind: 'closed', candle: minute(9) },
      { kind: 'gap', from: minute(10).candle_time, to: minute(12).candle_time, filled: false },
      { kind: 'closed', candle: minute(12) },
      { kind: 'closed', candle: minute(13) },
    ]);
  });

  it('keeps only the newest forming candle for a reader that is away', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network);
    await settle(network, [reading]);
    await reading.readAll();
    const seen = reading.events.length;
    for (const close of [1, 2, 3]) network.desk.form(MINUTE, { ...minute(10), close });
    await network.drain();
    await turn();
    await reading.readAll();
    // The one that the reader was waiting for, and the newest of the others.
    expect(reading.events.slice(seen)).toEqual(
      [1, 3].map((close) => ({ kind: 'forming', candle: { ...minute(10), close } })),
    );
  });

  it('drops no closed candle for a slow reader, and holds no more than its bound', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network, { since: minute(9).candle_time, bufferMax: 4 });
    await network.drain();
    await turn();
    for (let index = 10; index < 200; index += 1) network.desk.close(MINUTE, minute(index));
    await network.drain();
    // The socket's candles beyond the bound were not kept: they are read again once there is room, not before.
    expect(network.reads).toHaveLength(0);
    for (let events = 0; events < 4; events += 1) {
      reading.readOne();
      await turn();
    }
    expect(network.reads).toHaveLength(1);
    await settle(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(10, 200));
    expect(reading.gaps).toEqual([]);
  });

  it('says that it connects, is live, was lost and is live again', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network);
    await network.drain();
    await turn();
    await network.drain();
    await reading.readAll();
    expect(reading.states).toEqual(['connecting', 'live']);
    network.cut();
    await reading.readAll();
    expect(reading.events.at(-1)).toEqual({ kind: 'link', state: 'lost', retryInMs: 375 });
    network.advance(400);
    await reading.readAll();
    network.desk.putSilently(MINUTE, [minute(10)]);
    await network.drain();
    await reading.readAll();
    expect(reading.states).toEqual(['connecting', 'live', 'lost', 'connecting', 'live']);
    expect(reading.closed).toEqual([minute(10)]);
  });

  it('subscribes again when the socket came back while it was filling a hole', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network);
    await drain(network, [reading]);
    network.desk.putSilently(MINUTE, [minute(10)]);
    network.desk.close(MINUTE, minute(11));
    network.deliver();
    network.deliver();
    await turn();
    network.cut();
    network.advance(400);
    network.open();
    await drain(network, [reading]);
    expect(reading.closed).toEqual([minute(10), minute(11)]);
    expect(network.requests.at(-1)).toMatchObject({ type: 'subscribe', since: minute(11).candle_time });
    expect(reading.states.at(-1)).toBe('live');
  });

  it('takes what the socket brings while it fills a hole', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const reading = open(network);
    await drain(network, [reading]);
    network.desk.putSilently(MINUTE, [minute(10)]);
    network.desk.close(MINUTE, minute(11));
    network.deliver();
    network.deliver();
    await turn();
    network.desk.close(MINUTE, minute(12));
    await drain(network, [reading]);
    network.advance(500);
    await turn();
    await drain(network, [reading]);
    expect(reading.closed).toEqual(minutes.slice(10, 13));
    expect(reading.gaps).toHaveLength(1);
  });

  it('keeps only the newest link state for a reader that is away', async () => {
    const network = new PageNetwork();
    const reading = open(network);
    await drain(network, [reading]);
    await reading.readAll();
    const seen = reading.events.length;
    for (let cut = 0; cut < 10; cut += 1) {
      network.cut();
      network.advance(20_000);
      network.open();
      await turn();
    }
    await reading.readAll();
    expect(reading.events.slice(seen)).toEqual([
      { kind: 'link', state: 'lost', retryInMs: 375 },
      { kind: 'link', state: 'live' },
    ]);
  });

  it('replaces a socket that has been silent for a minute', async () => {
    const network = new PageNetwork();
    const reading = open(network);
    await settle(network, [reading]);
    const before = network.socketsOpened;
    network.advance(61_000);
    await settle(network, [reading]);
    expect(network.socketsOpened).toBeGreaterThan(before);
  });

  it('ends without an error when its signal is aborted, also while a reader waits', async () => {
    const network = new PageNetwork();
    const stop = new AbortController();
    const reading = open(network, { signal: stop.signal });
    await settle(network, [reading]);
    reading.readOne();
    stop.abort();
    await turn();
    expect(reading.ending).toBe('ended');
    network.advance(600_000);
    await turn();
    expect(network.isBusy).toBe(false);
  });

  it('ends when its loop is left, and lets the socket go', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const client = clientOn(network.platform);
    const loop = (async () => {
      for await (const event of client.stream(MINUTE, { history: 3 })) {
        if (event.kind === 'closed') return event.candle;
      }
      return null;
    })();
    await turn();
    await network.drain();
    await turn();
    expect(await loop).toEqual(minute(7));
    network.advance(600_000);
    expect(network.isBusy).toBe(false);
  });
});

describe('streams of one client', () => {
  it('share one socket, and one subscription a series', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 50));
    network.desk.putSilently(FIVE, fives.slice(0, 50));
    const client = clientOn(network.platform);
    const readings = [
      new Reading(client, MINUTE, { history: 5 }),
      new Reading(client, MINUTE, { since: minute(29).candle_time }),
      new Reading(client, FIVE, { history: 1 }),
    ];
    await drain(network, readings);
    network.desk.close(MINUTE, minute(50));
    await drain(network, readings);
    expect(network.socketsOpened).toBe(1);
    expect(readings.map(({ closed }) => closed.length)).toEqual([6, 21, 1]);
    await readings[0]?.iterator.return?.();
    await drain(network, readings.slice(1));
    expect(network.requests.filter(({ type }) => type === 'unsubscribe')).toEqual([]);
    await readings[1]?.iterator.return?.();
    await drain(network, readings.slice(2));
    expect(network.requests.at(-1)).toEqual({ type: 'unsubscribe', series_id: MINUTE });
    await readings[2]?.iterator.return?.();
    await turn();
    network.advance(600_000);
    expect(network.isBusy).toBe(false);
  });

  it('lose nothing that the socket brought while a page was on its way', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(MINUTE, minutes.slice(0, 10));
    const client = clientOn(network.platform);
    const first = new Reading(client, MINUTE, {});
    await drain(network, [first]);
    const second = new Reading(client, MINUTE, { history: 2 });
    second.readOne();
    await turn();
    network.desk.close(MINUTE, minute(10));
    network.deliver();
    await drain(network, [first, second]);
    network.advance(500);
    await turn();
    await drain(network, [first, second]);
    expect(first.closed).toEqual([minute(10)]);
    expect(second.closed).toEqual(minutes.slice(8, 11));
    expect(second.gaps).toEqual([]);
  });

  it('all end when the client is closed, and nothing can be asked of it any more', async () => {
    const network = new PageNetwork();
    const client = clientOn(network.platform);
    const readings = [new Reading(client, MINUTE, {}), new Reading(client, FIVE, {})];
    await settle(network, readings);
    client.close();
    for (const reading of readings) await reading.readAll();
    expect(readings.map(({ ending }) => ending)).toEqual(['ended', 'ended']);
    await expect(client.candles({ seriesId: MINUTE })).rejects.toMatchObject({ code: 'closed' });
    expect(() => client.stream(MINUTE)[Symbol.asyncIterator]()).toThrow(/closed/);
  });
});

describe('options', () => {
  it.each([
    ['a series id without a timeframe', 'binance:futures:BTC/USDT', {}, 'series_id_malformed'],
    ['a timeframe that is none', 'binance:futures:BTC/USDT:0m', {}, 'series_id_malformed'],
    ['a negative since', MINUTE, { since: -1 }, 'option_invalid'],
    ['a history longer than a page', MINUTE, { history: 5001 }, 'option_invalid'],
    ['since together with history', MINUTE, { since: 60, history: 1 }, 'option_invalid'],
    ['a buffer without room', MINUTE, { bufferMax: 0 }, 'option_invalid'],
  ])('are refused at once: %s', (_, seriesId, options, code) => {
    const client = clientOn(new PageNetwork().platform);
    expect(() => client.stream(seriesId, options)).toThrow(expect.objectContaining({ code }));
  });

  it.each(['', 'localhost:18080', 'ftp://a.example'])('need an address of the web, not "%s"', (url) => {
    expect(() => createClient({ url })).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });
});

type Move =
  | {
      readonly kind:
        | 'close'
        | 'closeUnseen'
        | 'skip'
        | 'form'
        | 'open'
        | 'cut'
        | 'send'
        | 'deliver'
        | 'again'
        | 'lose'
        | 'leave';
    }
  | { readonly kind: 'answer' | 'fail'; readonly index: number }
  | { readonly kind: 'read'; readonly index: number }
  | { readonly kind: 'wait'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('close', 'closeUnseen', 'skip', 'form', 'open', 'cut', 'send', 'deliver', 'again', 'lose', 'leave')
      .map((kind) => ({ kind }) as Move),
  },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom<'deliver' | 'send' | 'open' | 'close'>('deliver', 'send', 'open', 'close')
      .map((kind) => ({ kind })),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('answer', 'answer', 'fail'), index: fc.nat({ max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read'), index: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 20_000 }) }) },
);

/** The market behind the desk: both series go on candle by candle, some of which the server never gets. */
class Market {
  readonly network: PageNetwork;
  #next: number;

  constructor(network: PageNetwork, stored: number) {
    this.network = network;
    this.#next = stored;
    network.desk.putSilently(MINUTE, minutes.slice(0, stored));
    network.desk.putSilently(FIVE, fives.slice(0, stored));
  }

  move(kind: Move['kind']): void {
    const { desk } = this.network;
    const [one, five] = [minute(this.#next), fives[this.#next]!];
    if (kind === 'form') desk.form(MINUTE, one);
    if (kind === 'close') desk.close(MINUTE, one);
    if (kind === 'close') desk.close(FIVE, five);
    if (kind === 'closeUnseen') desk.putSilently(MINUTE, [one]);
    if (kind === 'closeUnseen') desk.putSilently(FIVE, [five]);
    if (kind === 'close' || kind === 'closeUnseen' || kind === 'skip') this.#next += 1;
  }
}

async function play(market: Market, readings: readonly Reading[], moves: readonly Move[]): Promise<void> {
  const { network } = market;
  for (const now of moves) {
    market.move(now.kind);
    if (now.kind === 'open') network.open();
    else if (now.kind === 'cut') network.cut();
    else if (now.kind === 'send') network.send();
    else if (now.kind === 'deliver') network.deliver();
    else if (now.kind === 'again') network.deliverAgain();
    else if (now.kind === 'lose') network.loseNext();
    else if (now.kind === 'leave') await readings[3]?.iterator.return?.();
    else if (now.kind === 'wait') network.advance(now.ms);
    else if (now.kind === 'answer') await network.settleRead('answered', now.index);
    else if (now.kind === 'fail') await network.settleRead('unreachable', now.index);
    else if (now.kind === 'read') readings[now.index]?.readOne();
    await turn();
  }
  await settle(network, readings);
  for (let last = 0; last < 2; last += 1) {
    market.move('close');
    await settle(network, readings);
  }
}

/** Exactly the server's candles from the first one on, once, ascending; every other time is in a gap of the server's. */
function expectServersCandles(reading: Reading, stored: readonly Candle[], stepSec: number): void {
  const first = reading.closed[0]?.candle_time ?? 0;
  expect(reading.closed).toEqual(stored.filter(({ candle_time }) => candle_time >= first));
  let next: number | null = null;
  let newest = 0;
  for (const event of reading.events) {
    if (event.kind === 'forming') expect(event.candle.candle_time).toBeGreaterThan(newest);
    if (event.kind === 'gap' && !event.filled) {
      expect(event.from).toBe(next ?? event.from);
      next = event.to;
    }
    if (event.kind !== 'closed') continue;
    expect(event.candle.candle_time).toBe(next ?? event.candle.candle_time);
    newest = event.candle.candle_time;
    next = newest + stepSec;
  }
}

describe('any interleaving of answers, messages, losses, repeats, cuts and slow readers', () => {
  it('gives every stream exactly the candles of the server, once and ascending', async () => {
    const played = fc.asyncProperty(
      fc.constantFrom(0, 1, 5, 60),
      fc.constantFrom(1, 3, 50),
      fc.array(move, { maxLength: 80 }),
      async (stored, bufferMax, moves) => {
        const network = new PageNetwork();
        const market = new Market(network, stored);
        const client = clientOn(network.platform);
        const since = minute(Math.max(0, stored - 3)).candle_time;
        const readings = [
          new Reading(client, MINUTE, { history: 4, bufferMax }),
          new Reading(client, MINUTE, { since, bufferMax: 2 }),
          new Reading(client, FIVE, { since: 0, bufferMax }),
          new Reading(client, MINUTE, { history: 2 }),
        ];
        await play(market, readings, moves);
        const [newest, after, fromStart] = readings;
        const stored1m = network.desk.all(MINUTE);
        expectServersCandles(newest!, stored1m, 60);
        expectServersCandles(after!, stored1m, 60);
        expectServersCandles(fromStart!, network.desk.all(FIVE), 300);
        expect(after!.closed).toEqual(stored1m.filter(({ candle_time }) => candle_time > since));
        expect(fromStart!.closed).toEqual(network.desk.all(FIVE));
        client.close();
      },
    );
    await fc.assert(played, { numRuns: 300 });
  });
});
