/**
 * The live half of the feed against a real server that misbehaves. Time is the test's own; only the sockets are real.
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  driveUntil,
  type KlineNumbers,
  klineEvent,
  startWickedExchange,
  until,
  type WickedConnection,
  type WickedExchange,
} from '../../../test/fixtures/wicked-exchange.ts';
import { epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Feed, FeedEvent } from '../../ports/feed.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { createBinanceFeed } from './binance-feed.ts';
import type { BinanceTimings } from './timings.ts';

const T = 1_767_225_600_000;
const BTC = 'binance:futures:BTC/USDT:1m' as SeriesId;
const ETH = 'binance:futures:ETH/USDT:1m' as SeriesId;
const BTC_STREAM = 'btcusdt@kline_1m';
const ETH_STREAM = 'ethusdt@kline_1m';

type Scene = {
  readonly exchange: WickedExchange;
  readonly clock: ManualClock;
  readonly feed: Feed;
  readonly events: FeedEvent[];
  readonly faults: Failure[];
};

const open: Scene[] = [];

async function setUp(timings: Partial<BinanceTimings> = {}): Promise<Scene> {
  const exchange = await startWickedExchange();
  const clock = createManualClock(epochMs(T));
  const events: FeedEvent[] = [];
  const faults: Failure[] = [];
  const feed = createBinanceFeed({
    clock,
    random: createSeededRandom(7),
    sink: (event) => events.push(event),
    onFault: (fault) => faults.push(fault),
    endpoints: exchange.endpoints,
    timings,
  });
  const scene = { exchange, clock, feed, events, faults };
  open.push(scene);
  return scene;
}

afterEach(async () => {
  for (const { feed, exchange, clock } of open.splice(0)) {
    await feed.close();
    clock.close();
    await exchange.close();
  }
});

/** Waits for the connection of that index to carry all `streams`. */
async function connected(scene: Scene, index: number, streams: readonly string[]): Promise<WickedConnection> {
  const ready = () => {
    const connection = scene.exchange.connections[index];
    return connection !== undefined && streams.every((name) => connection.subscribed.has(name))
      ? connection
      : undefined;
  };
  await driveUntil(scene.clock, ready, { message: `connection ${index} carries ${streams.join()}`, limitMs: 400_000 });
  return ready() as WickedConnection;
}

function forming(openTime = T, more: Partial<KlineNumbers> = {}) {
  return klineEvent({ openTime, state: 'forming', ...more });
}

function closed(openTime = T, more: Partial<KlineNumbers> = {}) {
  return klineEvent({ openTime, state: 'closed', ...more });
}

const told = (scene: Scene) => scene.events.map((event) => event.kind);
const count = (scene: Scene, kind: FeedEvent['kind']) => scene.events.filter((event) => event.kind === kind).length;
const codes = (scene: Scene) => scene.faults.map((fault) => fault.code);

/** Sends lively frames of a stream: 20 of them, 250 ms apart. */
async function livelyFrames(scene: Scene, connection: WickedConnection, send: () => void): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const before = scene.events.length;
    send();
    await until(() => scene.events.length > before, 'a frame is told');
    await scene.clock.advance(250);
  }
  expect(connection.isOpen()).toBe(true);
}

describe('proof of life', () => {
  it('tells feedUp with the first frame, not with the acknowledgement', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    expect(connection.path).toBe('/market/stream');
    expect(told(scene)).toEqual([]);
    connection.send(BTC_STREAM, forming());
    await until(() => scene.events.length === 2, 'the frame is told');
    expect(told(scene)).toEqual(['feedUp', 'formingReceived']);
  });

  it('replaces a connection that acknowledges and stays silent, with growing patience and without feedDown', async () => {
    const scene = await setUp({ firstFrameMs: 1_000 });
    scene.feed.watch(BTC);
    await connected(scene, 0, [BTC_STREAM]);
    await connected(scene, 2, [BTC_STREAM]);
    expect(told(scene)).toEqual([]);
    const waits = scene.faults
      .filter((fault) => fault.code === 'feed_silent')
      .map((fault) => fault.context['silentMs']);
    expect(waits[0]).toBeLessThan(2_001);
    expect(waits[1]).toBeGreaterThanOrEqual(2_000);
  });

  it('takes a lively stream that stops for dead while its neighbour goes on, and keeps the neighbour up', async () => {
    const scene = await setUp({ overlapMs: 30_000 });
    scene.feed.watch(BTC);
    scene.feed.watch(ETH);
    const first = await connected(scene, 0, [BTC_STREAM, ETH_STREAM]);
    const sendEth = () => first.send(ETH_STREAM, forming(T, { symbol: 'ETHUSDT' }));
    await livelyFrames(scene, first, () => {
      first.send(BTC_STREAM, forming());
      sendEth();
    });
    for (let i = 0; i < 45 && count(scene, 'feedDown') === 0; i++) {
      const before = scene.events.length;
      sendEth();
      await until(() => scene.events.length > before, 'the neighbour goes on');
      await scene.clock.advance(250);
    }
    expect(scene.events.filter((event) => event.kind === 'feedDown')).toMatchObject([{ seriesId: BTC }]);
    const second = await connected(scene, 1, [BTC_STREAM, ETH_STREAM]);
    second.send(ETH_STREAM, forming(T, { symbol: 'ETHUSDT' }));
    second.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 3, 'the dead stream is up again');
    await driveUntil(scene.clock, () => !first.isOpen(), { message: 'the old connection goes', stepMs: 10 });
    expect(count(scene, 'feedDown')).toBe(1);
  });

  it('replaces a connection that went deaf and dumb, without a close from it', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    await livelyFrames(scene, first, () => first.send(BTC_STREAM, forming()));
    first.goDeaf();
    await driveUntil(scene.clock, () => count(scene, 'feedDown') === 1, {
      message: 'the silence is told',
      stepMs: 500,
    });
    expect(codes(scene)).toContain('feed_silent');
    const second = await connected(scene, 1, [BTC_STREAM]);
    second.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 2, 'it is up again');
  });

  it('leaves a thinly traded stream alone for longer than the silence limit', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    await scene.clock.advance(60_000);
    expect(first.isOpen()).toBe(true);
    expect(told(scene)).toEqual(['feedUp', 'formingReceived']);
    await driveUntil(scene.clock, () => count(scene, 'feedDown') === 1, { message: 'the long limit', stepMs: 1_000 });
  });

  it('answers the pings of the venue with their payload', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    connection.ping('1767225600123');
    await until(() => connection.pongs.length === 1, 'a pong');
    expect(connection.pongs).toEqual(['1767225600123']);
  });
});

describe('frames', () => {
  it('tells forming and closed candles in the order of the venue, duplicates included', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    for (const event of [forming(), closed(), closed(), forming(T + 60_000)]) connection.send(BTC_STREAM, event);
    await until(() => scene.events.length === 5, 'all frames');
    expect(told(scene)).toEqual(['feedUp', 'formingReceived', 'closedReceived', 'closedReceived', 'formingReceived']);
    expect(scene.events[2]).toMatchObject({ receivedTime: scene.clock.now(), eventTime: T + 60_003 });
  });

  it('skips corrupt frames, reports them without flooding, and goes on', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    connection.sendText('{"stream":"btcusdt@kline_1m","data":{"e":"kline"');
    connection.sendBinary(new Uint8Array([1, 2, 3]));
    connection.send(BTC_STREAM, forming(T, { symbol: 'ETHUSDT' }));
    connection.send(BTC_STREAM, { e: 'kline', E: 1 });
    connection.send(BTC_STREAM, forming());
    await until(() => scene.events.length === 2, 'the good frame');
    expect(codes(scene)).toEqual(['frame_corrupt']);
    await scene.clock.advance(1_000);
    connection.sendText('}');
    await until(() => scene.faults.length === 2, 'the next report');
    expect(scene.faults[1]?.context).toMatchObject({ skipped: 5 });
  });

  it('does not take corrupt frames for life', async () => {
    const scene = await setUp({ firstFrameMs: 1_000 });
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming(T, { interval: '5m' }));
    await until(() => scene.faults.length === 1, 'the corrupt frame');
    await connected(scene, 1, [BTC_STREAM]);
    expect(told(scene)).toEqual([]);
  });

  it('leaves COIN-M frames of a shared stream alone', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    connection.send(BTC_STREAM, { ...forming(), st: 2 });
    connection.send(BTC_STREAM, { ...forming(), st: 1 });
    await until(() => scene.events.length === 2, 'the USD-M frame');
    expect(scene.faults).toEqual([]);
  });

  it('gives a shared stream to each of its series', async () => {
    const settled = 'binance:futures:BTC/USDT:USDT:1m' as SeriesId;
    const scene = await setUp();
    scene.feed.watch(BTC);
    scene.feed.watch(settled);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    expect(connection.controls).toHaveLength(1);
    connection.send(BTC_STREAM, closed());
    await until(() => scene.events.length === 4, 'both series');
    expect(
      scene.events.map((event) => [event.kind, 'seriesId' in event ? event.seriesId : event.candle.seriesId]),
    ).toEqual([
      ['feedUp', BTC],
      ['closedReceived', BTC],
      ['feedUp', settled],
      ['closedReceived', settled],
    ]);
  });
});

describe('losses', () => {
  it('tells feedDown with the reason, waits, and comes back', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    first.close(1001);
    await until(() => count(scene, 'feedDown') === 1, 'the loss');
    expect(scene.events.at(-1)).toMatchObject({ seriesId: BTC, reason: 'the venue closed the connection (1001)' });
    expect(scene.exchange.connections).toHaveLength(1);
    const second = await connected(scene, 1, [BTC_STREAM]);
    expect(scene.clock.now()).toBeGreaterThanOrEqual(T + 250);
    second.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 2, 'it is up again');
  });

  it('survives a cut in the middle', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    first.cut();
    await until(() => count(scene, 'feedDown') === 1, 'the loss');
    await connected(scene, 1, [BTC_STREAM]);
  });

  it('backs off while handshakes are refused, never above the cap of attempts', async () => {
    const scene = await setUp({ attemptsPer5Min: 3 });
    scene.exchange.setHandshakeStatus(503);
    scene.feed.watch(BTC);
    await driveUntil(scene.clock, () => scene.faults.length === 3, { message: 'three refusals' });
    expect(codes(scene)).toEqual(['venue_unreachable', 'venue_unreachable', 'venue_unreachable']);
    expect(scene.faults[0]?.message).toContain('503');
    await scene.clock.advanceTo(epochMs(T + 290_000));
    expect(scene.faults).toHaveLength(3);
    scene.exchange.setHandshakeStatus(null);
    await connected(scene, 0, [BTC_STREAM]);
    expect(scene.clock.now()).toBeGreaterThanOrEqual(T + 300_000);
  });

  it('reports a refused subscription and tries again on a new connection', async () => {
    const scene = await setUp();
    scene.exchange.setReplyMode('refuse');
    scene.feed.watch(BTC);
    await until(() => scene.faults.length === 1, 'the refusal');
    expect(scene.faults[0]).toMatchObject({ code: 'venue_refused', context: { reason: 'Invalid request' } });
    scene.exchange.setReplyMode('acknowledge');
    await connected(scene, 1, [BTC_STREAM]);
  });
});

describe('replacement', () => {
  it.each([
    ['raw', { e: 'serverShutdown', E: T }],
    ['combined', { stream: '!serverShutdown', data: { e: 'serverShutdown', E: T } }],
    ['of the WebSocket API', { event: { e: 'serverShutdown', E: T } }],
  ])('makes before it breaks on a shutdown notice, %s', async (_shape, notice) => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    first.sendText(JSON.stringify(notice));
    const second = await connected(scene, 1, [BTC_STREAM]);
    expect(first.isOpen()).toBe(true);
    second.send(BTC_STREAM, forming());
    await until(() => !first.isOpen(), 'the old connection goes');
    second.send(BTC_STREAM, closed());
    await until(() => count(scene, 'closedReceived') === 1, 'the close on the new one');
    expect(count(scene, 'feedUp')).toBe(1);
    expect(count(scene, 'feedDown')).toBe(0);
  });

  it('holds the old connection until the close that it owes has come', async () => {
    const scene = await setUp({ maxAgeMs: 5_000 });
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    const second = await connected(scene, 1, [BTC_STREAM]);
    second.send(BTC_STREAM, forming(T + 60_000));
    await until(() => count(scene, 'formingReceived') === 2, 'the new connection speaks');
    expect(first.isOpen()).toBe(true);
    first.send(BTC_STREAM, closed());
    await until(() => count(scene, 'closedReceived') === 1, 'the owed close');
    await until(() => !first.isOpen(), 'the old connection goes');
    expect(count(scene, 'feedDown')).toBe(0);
  });

  it('tells a hole when the old connection dies owing a close', async () => {
    const scene = await setUp({ maxAgeMs: 5_000 });
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    await until(() => count(scene, 'feedUp') === 1, 'it is up');
    const second = await connected(scene, 1, [BTC_STREAM]);
    second.send(BTC_STREAM, forming(T + 60_000));
    await until(() => count(scene, 'formingReceived') === 2, 'the new connection speaks');
    first.cut();
    await until(() => count(scene, 'feedDown') === 1, 'the hole');
    second.send(BTC_STREAM, forming(T + 60_000));
    await until(() => count(scene, 'feedUp') === 2, 'it is up again');
    expect(scene.exchange.connections).toHaveLength(2);
  });

  it('keeps the old connection when the new one does not deliver', async () => {
    const scene = await setUp({ maxAgeMs: 5_000, overlapMs: 20_000, firstFrameMs: 60_000 });
    scene.feed.watch(BTC);
    const first = await connected(scene, 0, [BTC_STREAM]);
    first.send(BTC_STREAM, forming());
    const second = await connected(scene, 1, [BTC_STREAM]);
    for (let i = 0; i < 12 && second.isOpen(); i++) {
      const before = scene.events.length;
      first.send(BTC_STREAM, forming());
      await until(() => scene.events.length > before, 'the old one goes on');
      await scene.clock.advance(2_000);
    }
    await until(() => !second.isOpen(), 'the deaf successor is let go');
    expect(first.isOpen()).toBe(true);
    expect(codes(scene)).toEqual(['feed_silent']);
    await connected(scene, 2, [BTC_STREAM]);
    expect(count(scene, 'feedDown')).toBe(0);
  });
});

describe('subscriptions', () => {
  it('subscribes in bulk and no faster than the venue allows', async () => {
    const scene = await setUp();
    for (let i = 0; i < 150; i++) scene.feed.watch(`binance:futures:C${i}/USDT:1m` as SeriesId);
    await until(() => scene.exchange.connections[0]?.controls.length === 1, 'the first message');
    const controls = () => scene.exchange.connections[0]?.controls ?? [];
    expect(controls()[0]?.params).toHaveLength(100);
    await scene.clock.advance(124);
    expect(controls()).toHaveLength(1);
    await scene.clock.advance(1);
    await until(() => controls().length === 2, 'the second message');
    expect(controls()[1]?.params).toHaveLength(50);
  });

  it('opens another connection beyond the limit of one', async () => {
    const scene = await setUp();
    for (let i = 0; i < 201; i++) scene.feed.watch(`binance:futures:C${i}/USDT:1m` as SeriesId);
    await driveUntil(
      scene.clock,
      () =>
        scene.exchange.connections
          .map((each) => each.subscribed.size)
          .sort()
          .join() === '1,200',
      { message: 'two connections carry 201 streams' },
    );
  });

  it('keeps spot and futures apart', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    scene.feed.watch('binance:spot:BTC/USDT:1m' as SeriesId);
    await until(() => scene.exchange.connections.length === 2, 'two connections');
    expect(scene.exchange.connections.map((each) => each.path).sort()).toEqual(['/market/stream', '/stream']);
  });

  it('reports what it can not watch and opens nothing for it', async () => {
    const scene = await setUp();
    scene.feed.watch('kraken:spot:BTC/USDT:1m' as SeriesId);
    scene.feed.watch('binance:spot:BTC/USDT:7m' as SeriesId);
    expect(codes(scene)).toEqual(['series_id_malformed', 'timeframe_malformed']);
    await scene.clock.advance(1_000);
    expect(scene.exchange.connections).toHaveLength(0);
  });

  it('unsubscribes one of two and lets the connection go with the last', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    scene.feed.watch(ETH);
    const connection = await connected(scene, 0, [BTC_STREAM, ETH_STREAM]);
    scene.feed.unwatch(BTC);
    await driveUntil(scene.clock, () => !connection.subscribed.has(BTC_STREAM), { message: 'BTC is unsubscribed' });
    connection.send(BTC_STREAM, forming());
    connection.send(ETH_STREAM, forming(T, { symbol: 'ETHUSDT' }));
    await until(() => scene.events.length === 2, 'ETH goes on');
    expect(scene.events[0]).toMatchObject({ kind: 'feedUp', seriesId: ETH });
    scene.feed.unwatch(ETH);
    await until(() => !connection.isOpen(), 'the connection goes');
  });
});

describe('close', () => {
  it('ends every stream and says nothing afterwards, however often it is called', async () => {
    const scene = await setUp();
    scene.feed.watch(BTC);
    const connection = await connected(scene, 0, [BTC_STREAM]);
    connection.send(BTC_STREAM, forming());
    await until(() => scene.events.length === 2, 'it is up');
    await Promise.all([scene.feed.close(), scene.feed.close()]);
    await until(() => !connection.isOpen(), 'the connection is gone');
    scene.feed.watch(ETH);
    await scene.clock.advance(60_000);
    expect(scene.events).toHaveLength(2);
    expect(scene.exchange.connections).toHaveLength(1);
  });
});
