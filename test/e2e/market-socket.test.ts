/**
 * `/ws/market` over real sockets: what a client is sent after it subscribes, while candles close and form, and what it
 * is told when it asks for something impossible. The cases follow the recorded transcripts of the wire contract.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, candleAt, freshSeries, minutesFrom, settle, wireAt } from '../fixtures/api-server.ts';
import { closedCandle } from '../fixtures/candles.ts';
import { MarketClient } from '../fixtures/market-client.ts';

const T = 1_700_000_040;

let server: ApiServer;
const clients: MarketClient[] = [];

beforeAll(async () => {
  server = await new ApiServer().start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(() => server.stop());

async function connect(): Promise<MarketClient> {
  const client = new MarketClient(server.port);
  clients.push(client);
  await client.opened;
  return client;
}

type Wanted = { readonly since?: number | null; readonly batch?: 'yes' | 'no' };

/** A client that subscribed and was sent its history. */
async function subscriber(id: string, wanted: Wanted = {}): Promise<MarketClient> {
  const client = await connect();
  client.subscribe(id, wanted);
  await settle(client);
  return client;
}

const closed = (series_id: string, time: number, open = 100) => {
  return { type: 'candle_closed', series_id, candle: wireAt(time, open) };
};
const forming = (series_id: string, time: number, open = 100) => {
  return { type: 'candle_forming', series_id, candle: wireAt(time, open) };
};
const batch = (series_id: string, ...times: readonly number[]) => {
  return { type: 'candles_batch', series_id, candles: times.map((time) => wireAt(time)) };
};
const gap = (series_id: string, expected_next_time: number, actual_time: number) => {
  return { type: 'gap', series_id, expected_next_time, actual_time };
};
const badRequest = (message: string) => ({ type: 'error', code: 'bad_request', message });

describe('history at the start', () => {
  it('of an empty series is silence, then each close', async () => {
    const id = freshSeries('W01');
    const client = await subscriber(id);
    expect(client.messages).toEqual([]);
    await server.close(candleAt(id, T));
    await settle(client);
    expect(client.messages).toEqual([closed(id, T)]);
  });

  it('is one batch for a client that supports it, also when it is of one candle', async () => {
    const id = freshSeries('W02');
    await server.save(candleAt(id, T));
    expect((await subscriber(id)).messages).toEqual([batch(id, T)]);
    await server.save(candleAt(id, T + 60));
    const client = await subscriber(id);
    await server.close(candleAt(id, T + 120));
    await settle(client);
    expect(client.messages).toEqual([batch(id, T, T + 60), closed(id, T + 120)]);
  });

  it('is one message per candle for others', async () => {
    const id = freshSeries('W03');
    await server.save(...minutesFrom(id, T, 3));
    const expected = [closed(id, T), closed(id, T + 60), closed(id, T + 120)];
    expect((await subscriber(id, { batch: 'no' })).messages).toEqual(expected);
    const bare = await connect();
    bare.send({ type: 'subscribe', series_id: id });
    await settle(bare);
    bare.send({ type: 'subscribe', series_id: id, since: null, supports_batch: null });
    await settle(bare);
    expect(bare.messages).toEqual([...expected, ...expected]);
  });

  const four = [T, T + 60, T + 120, T + 180];
  const cursors: readonly [string, number, readonly number[]][] = [
    ['after the cursor', T + 60, [T + 120, T + 180]],
    ['after a cursor between two candles', T + 61, [T + 120, T + 180]],
    ['nothing at the head', T + 180, []],
    ['nothing beyond the head', T + 6000, []],
    ['everything from 0', 0, four],
    ['everything from a negative cursor', -5, four],
    ['nothing from a cursor that no clock will reach', 9_007_199_254_740_992, []],
    ['nothing from an absurd cursor', 1e300, []],
  ];
  it.each(cursors)('is %s (since %d)', async (_name, since, times) => {
    const id = freshSeries(`W04${since}`);
    await server.save(...minutesFrom(id, T, 4));
    const expected = times.length === 0 ? [] : [batch(id, ...times)];
    expect((await subscriber(id, { since })).messages).toEqual(expected);
  });

  it('begins with the gap between cursor and first candle, and says nothing of holes inside', async () => {
    const id = freshSeries('W05');
    const times = [T + 180, T + 240, T + 420];
    await server.save(...times.map((time) => candleAt(id, time)));
    const hole = gap(id, T + 60, T + 180);
    expect((await subscriber(id, { since: T })).messages).toEqual([hole, batch(id, ...times)]);
    const singles = times.map((time) => closed(id, time));
    expect((await subscriber(id, { since: T, batch: 'no' })).messages).toEqual([hole, ...singles]);
    expect((await subscriber(id, { since: 0 })).messages).toEqual([batch(id, ...times)]);
    expect((await subscriber(id, { since: 1 })).messages).toEqual([gap(id, 61, T + 180), batch(id, ...times)]);
  });

  it('is repeated by a second subscription, from its own cursor', async () => {
    const id = freshSeries('W17');
    await server.save(...minutesFrom(id, T, 3));
    const client = await subscriber(id, { since: T + 60 });
    client.subscribe(id, { since: T });
    await settle(client);
    expect(client.messages).toEqual([batch(id, T + 120), batch(id, T + 60, T + 120)]);
    await server.close(candleAt(id, T + 180));
    await settle(client);
    expect(client.messages.slice(2)).toEqual([closed(id, T + 180)]);
  });

  it('takes the batch wish of the latest subscription', async () => {
    const id = freshSeries('W17B');
    const client = await subscriber(id, { batch: 'yes' });
    client.subscribe(id, { batch: 'no' });
    await settle(client);
    await server.close(...minutesFrom(id, T, 2));
    await settle(client);
    expect(client.messages).toEqual([closed(id, T), closed(id, T + 60)]);
  });

  it('ignores fields it does not know', async () => {
    const id = freshSeries('W13');
    await server.save(candleAt(id, T));
    const client = await connect();
    client.send({ type: 'subscribe', series_id: ` ${id} `, since: null, supports_batch: true, extra: 1 });
    await settle(client);
    expect(client.messages).toEqual([batch(id, T)]);
  });
});

describe('candles that close', () => {
  it('come after the gap before them, for both kinds of clients', async () => {
    const id = freshSeries('W06');
    await server.save(candleAt(id, T));
    const [one, two] = [await subscriber(id), await subscriber(id, { since: T, batch: 'no' })];
    one.messages.length = 0;
    await server.close(candleAt(id, T + 180));
    await server.close(candleAt(id, T + 240));
    const expected = [gap(id, T + 60, T + 180), closed(id, T + 180), closed(id, T + 240)];
    for (const client of [one, two]) {
      await settle(client);
      expect(client.messages).toEqual(expected);
    }
  });

  it('are sent once: no duplicate, no correction, nothing older', async () => {
    const id = freshSeries('W07');
    await server.save(...minutesFrom(id, T, 2));
    const client = await subscriber(id);
    client.messages.length = 0;
    await server.close({ ...candleAt(id, T + 60, 999), certificate: { ...candleAt(id, T).certificate, revision: 2 } });
    await server.close(candleAt(id, T, 999));
    await server.close(candleAt(id, T + 60));
    await server.close(candleAt(id, T + 120));
    await settle(client);
    expect(client.messages).toEqual([closed(id, T + 120)]);
  });

  it('may begin anywhere for a client without a cursor, and only rise from there', async () => {
    const id = freshSeries('W08');
    const client = await subscriber(id);
    await server.close(candleAt(id, T + 600));
    await server.close(candleAt(id, T));
    await server.close(candleAt(id, T + 720));
    await settle(client);
    expect(client.messages).toEqual([closed(id, T + 600), gap(id, T + 660, T + 720), closed(id, T + 720)]);
  });

  it('go in a batch to clients that support it, with the gap before it, and one by one with every gap to others', async () => {
    const id = freshSeries('W09');
    await server.save(candleAt(id, T));
    const [many, single] = [await subscriber(id), await subscriber(id, { batch: 'no' })];
    for (const client of [many, single]) client.messages.length = 0;
    await server.close(candleAt(id, T + 60), candleAt(id, T + 120));
    await server.close(candleAt(id, T + 240), candleAt(id, T + 360));
    // Another revision: the bus takes it for news, the subscriptions know better.
    const repaired = candleAt(id, T + 360);
    await server.close({ ...repaired, certificate: { ...repaired.certificate, revision: 2 } }, candleAt(id, T + 420));
    await server.save(candleAt(id, T + 480), candleAt(id, T + 540));
    await server.close(candleAt(id, T + 600));
    for (const client of [many, single]) await settle(client);
    expect(many.messages).toEqual([
      batch(id, T + 60, T + 120),
      gap(id, T + 180, T + 240),
      batch(id, T + 240, T + 360),
      batch(id, T + 420),
      gap(id, T + 480, T + 600),
      closed(id, T + 600),
    ]);
    expect(single.messages).toEqual([
      closed(id, T + 60),
      closed(id, T + 120),
      gap(id, T + 180, T + 240),
      closed(id, T + 240),
      gap(id, T + 300, T + 360),
      closed(id, T + 360),
      closed(id, T + 420),
      gap(id, T + 480, T + 600),
      closed(id, T + 600),
    ]);
  });

  it('are skipped up to a cursor that stands beyond them', async () => {
    const id = freshSeries('BEYOND');
    const client = await subscriber(id, { since: T + 120 });
    await server.close(candleAt(id, T + 60));
    await server.close(candleAt(id, T + 120), candleAt(id, T + 180));
    await settle(client);
    expect(client.messages).toEqual([batch(id, T + 180)]);
  });

  it('of several series on one socket do not concern each other', async () => {
    const [minute, five] = [freshSeries('W16'), freshSeries('W16', '5m')];
    const client = await connect();
    client.subscribe(minute);
    client.subscribe(five);
    await settle(client);
    await server.close(candleAt(minute, T));
    await server.close(candleAt(five, T + 60));
    await server.close(candleAt(five, T + 960));
    await server.close(candleAt(freshSeries('W16', '15m'), T));
    await settle(client);
    expect(client.messages).toEqual([
      closed(minute, T),
      closed(five, T + 60),
      gap(five, T + 360, T + 960),
      closed(five, T + 960),
    ]);
  });

  it('stop with the subscription, silently, and go on from a cursor', async () => {
    const id = freshSeries('W15');
    const client = await subscriber(id);
    client.send({ type: 'unsubscribe', series_id: ` ${id}` });
    await settle(client);
    await server.close(candleAt(id, T));
    await settle(client);
    expect(client.messages).toEqual([]);
    client.subscribe(id, { since: T - 60 });
    await settle(client);
    await server.close(candleAt(id, T + 60));
    await settle(client);
    expect(client.messages).toEqual([batch(id, T), closed(id, T + 60)]);
  });

  it('carry every digit', async () => {
    const seriesId = freshSeries('EXACT');
    const client = await connect();
    const texts: string[] = [];
    client.socket.addEventListener('message', ({ data }) => texts.push(String(data)));
    client.subscribe(seriesId);
    await settle(client);
    texts.length = 0;
    const prices = ['0.1', '67000.123456789', '0.000000000000000001', '100.50'] as const;
    await server.close(closedCandle({ seriesId, openTime: T * 1000, prices, volume: '9007199254740993' }));
    await client.until(() => texts.length > 0);
    expect(texts[0]).toBe(
      `{"type":"candle_closed","series_id":"${seriesId}","candle":{"candle_time":${T},"open":0.1,` +
        '"high":67000.123456789,"low":0.000000000000000001,"close":100.5,"volume":9007199254740993}}',
    );
  });
});

describe('candles ahead of the clock', () => {
  it('are left out of history and announced as a gap when the stream goes on', async () => {
    const m = 1_795_229_100;
    const near = await new ApiServer({ nowSec: m + 24 }).start();
    const id = freshSeries('W18');
    await near.save(...minutesFrom(id, m - 120, 3));
    const client = new MarketClient(near.port);
    await client.opened;
    client.subscribe(id);
    await settle(client);
    await near.close(candleAt(id, m + 60));
    await settle(client);
    expect(client.messages).toEqual([batch(id, m - 120, m - 60), gap(id, m, m + 60), closed(id, m + 60)]);
    client.messages.length = 0;
    client.subscribe(id, { since: m + 60 });
    await settle(client);
    await near.announce({ ...candleAt(id, m), certificate: { ...candleAt(id, m).certificate, revision: 9 } });
    await settle(client);
    expect(client.messages, 'the cursor was put back to the newest minute that can be closed').toEqual([closed(id, m)]);
    await client.close();
    await near.stop();
  });
});

describe('forming candles', () => {
  it('are sent as often as they come while they are newer than the last closed one', async () => {
    const id = freshSeries('W10');
    await server.save(candleAt(id, T));
    const client = await subscriber(id);
    client.messages.length = 0;
    await server.form(candleAt(id, T + 60, 50));
    await server.form(candleAt(id, T + 60, 51));
    await server.form(candleAt(id, T, 52));
    await server.form(candleAt(id, T + 600, 53));
    await server.form(candleAt(id, T + 120, 54));
    await server.close(candleAt(id, T + 60));
    await server.form(candleAt(id, T + 60, 55));
    await settle(client);
    expect(client.messages).toEqual([
      forming(id, T + 60, 50),
      forming(id, T + 60, 51),
      forming(id, T + 600, 53),
      forming(id, T + 120, 54),
      closed(id, T + 60),
    ]);
  });

  it('are sent to a client that has no closed one yet', async () => {
    const id = freshSeries('W10B');
    const client = await subscriber(id);
    await server.form(candleAt(id, T));
    await settle(client);
    expect(client.messages).toEqual([forming(id, T)]);
  });

  it('are held back by a cursor as by a closed candle', async () => {
    const id = freshSeries('W10C');
    const client = await subscriber(id, { since: T });
    await server.form(candleAt(id, T));
    await server.form(candleAt(id, T + 60));
    await settle(client);
    expect(client.messages).toEqual([forming(id, T + 60)]);
  });
});

describe('messages that can not be used', () => {
  const id = freshSeries('W11');
  const form = "series_id must be '{exchange}:{market}:{symbol}:{timeframe}'";
  const subscribe = (fields: object) => JSON.stringify({ type: 'subscribe', series_id: id, ...fields });
  const refused: readonly [string, string][] = [
    ['{}', 'missing message type'],
    ['{"type":""}', 'missing message type'],
    ['{"type":5}', 'missing message type'],
    ['{"type":null}', 'missing message type'],
    ['{"type":"ping"}', 'unknown message type: ping'],
    [subscribe({ type: 'SUBSCRIBE' }), 'unknown message type: SUBSCRIBE'],
    ['{"type":"subscribe"}', 'missing series_id'],
    [subscribe({ series_id: '' }), 'missing series_id'],
    [subscribe({ series_id: 7 }), 'missing series_id'],
    [subscribe({ since: '5' }), 'invalid since'],
    [subscribe({ since: 1.5 }), 'invalid since'],
    [subscribe({ since: [] }), 'invalid since'],
    [subscribe({ since: true }), 'invalid since'],
    [`{"type":"subscribe","series_id":"${id}","since":1e400}`, 'invalid since'],
    [subscribe({ supports_batch: 'yes' }), 'invalid supports_batch'],
    [subscribe({ supports_batch: 1 }), 'invalid supports_batch'],
    ['[]', 'invalid message envelope'],
    ['"x"', 'invalid message envelope'],
    ['5', 'invalid message envelope'],
    ['null', 'invalid message envelope'],
    ['true', 'invalid message envelope'],
    ['not json', 'invalid message envelope'],
    ['', 'invalid message envelope'],
    ['{"type":"subscribe",', 'invalid message envelope'],
    [subscribe({ series_id: 'foo' }), form],
    [subscribe({ series_id: 'a:b:1m' }), form],
    [subscribe({ series_id: 'binance:futures:BTC/USDT' }), form],
    [subscribe({ series_id: 'binance:futures:BTC/USDT:7x' }), "unsupported timeframe unit: 'x'"],
    [subscribe({ series_id: 'binance:futures:BTC/USDT:1w' }), "unsupported timeframe unit: 'w'"],
    [subscribe({ series_id: 'binance:futures:BTC/USDT:0m' }), "invalid timeframe: '0m'"],
    [subscribe({ series_id: 'binance:futures:BTC/USDT:' }), 'invalid series_id (empty component)'],
  ];

  it.each(refused)('%s is answered: %s', async (text, message) => {
    const client = await connect();
    client.send(text);
    await client.until(() => client.messages.length > 0);
    await server.announce(candleAt(id, T));
    await settle(client);
    expect(client.messages, 'subscribed nothing and kept the connection').toEqual([badRequest(message)]);
  });

  it('in a binary frame are answered as no envelope', async () => {
    const client = await connect();
    client.socket.send(new TextEncoder().encode(subscribe({})));
    await settle(client);
    expect(client.messages).toEqual([badRequest('invalid message envelope')]);
  });

  it('leave an earlier subscription of the series as it is', async () => {
    const kept = freshSeries('KEPT');
    const client = await subscriber(kept);
    client.send({ type: 'subscribe', series_id: kept, since: 'x' });
    await settle(client);
    await server.close(candleAt(kept, T));
    await settle(client);
    expect(client.messages).toEqual([badRequest('invalid since'), closed(kept, T)]);
  });

  it.each([{}, { series_id: 5 }, { series_id: 'never' }, { series_id: id }])(
    '%j to unsubscribe is no error',
    async (fields) => {
      const client = await connect();
      client.send({ type: 'unsubscribe', ...fields });
      await settle(client);
      expect(client.messages).toEqual([]);
    },
  );
});
