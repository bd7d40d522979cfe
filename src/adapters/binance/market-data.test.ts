/**
 * The REST half of the feed against a real server that misbehaves.
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  klineRow,
  type RestReply,
  startWickedExchange,
  until,
  type WickedExchange,
} from '../../../test/fixtures/wicked-exchange.ts';
import { epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Feed, HistoryRequest } from '../../ports/feed.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { createBinanceFeed } from './binance-feed.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;
const BTC = 'binance:futures:BTC/USDT:1m' as SeriesId;

type Scene = {
  readonly exchange: WickedExchange;
  readonly clock: ManualClock;
  readonly feed: Feed;
  readonly faults: Failure[];
};
const open: Scene[] = [];

async function setUp(reply?: RestReply): Promise<Scene> {
  const exchange = await startWickedExchange();
  const clock = createManualClock(epochMs(T + 100 * MINUTE));
  const faults: Failure[] = [];
  const feed = createBinanceFeed({
    clock,
    random: createSeededRandom(1),
    sink: () => {},
    onFault: (fault) => faults.push(fault),
    endpoints: exchange.endpoints,
  });
  if (reply !== undefined) exchange.onRest(() => reply);
  const scene = { exchange, clock, feed, faults };
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

function request(more: Partial<HistoryRequest> = {}): HistoryRequest {
  return { seriesId: BTC, from: epochMs(T), to: epochMs(T + 3 * MINUTE), source: 'rest', purpose: 'repair', ...more };
}

async function failureOf(scene: Scene): Promise<Failure> {
  const answer = await scene.feed.fetchHistory(request());
  if (answer.ok) throw new Error('it succeeded');
  return answer.error;
}

const rows = (count: number) => Array.from({ length: count }, (_, i) => klineRow(T + i * MINUTE));

describe('fetchHistory', () => {
  it('asks for exactly what is needed and answers it ascending', async () => {
    const scene = await setUp({ body: rows(3) });
    const answer = await scene.feed.fetchHistory(request({ source: 'archive' }));
    if (!answer.ok) throw new Error(answer.error.message);
    expect(answer.value.map((candle) => candle.openTime)).toEqual([T, T + MINUTE, T + 2 * MINUTE]);
    expect(answer.value[0]).toMatchObject({ seriesId: BTC, certificate: { source: 'archive', status: 'final' } });
    expect(scene.exchange.calls).toEqual([
      {
        path: '/fapi/v1/klines',
        query: {
          symbol: 'BTCUSDT',
          interval: '1m',
          startTime: `${T}`,
          endTime: `${T + 3 * MINUTE - 1}`,
          limit: '3',
        },
      },
    ]);
  });

  it.each([
    ['binance:spot:BTC/USDT:1m', '/api/v3/klines', '1000'],
    ['binance:futures:BTC/USDT:1m', '/fapi/v1/klines', '1500'],
  ])('asks %s at its own path and page limit', async (seriesId, path, limit) => {
    const scene = await setUp({ body: [] });
    const to = epochMs(T + 5_000 * MINUTE);
    expect(await scene.feed.fetchHistory(request({ seriesId: seriesId as SeriesId, to }))).toEqual({
      ok: true,
      value: [],
    });
    expect(scene.exchange.calls).toMatchObject([{ path, query: { limit } }]);
  });

  it('spells Unicode symbols so that they arrive', async () => {
    const scene = await setUp({ body: [] });
    await scene.feed.fetchHistory(request({ seriesId: 'binance:spot:币安人生/USDT:1m' as SeriesId }));
    expect(scene.exchange.calls[0]?.query['symbol']).toBe('币安人生USDT');
  });

  it('asks nothing for a stretch without a candle', async () => {
    const scene = await setUp({ body: [] });
    expect(await scene.feed.fetchHistory(request({ to: epochMs(T) }))).toEqual({ ok: true, value: [] });
    expect(await scene.feed.fetchHistory(request({ from: epochMs(T + 1), to: epochMs(T + 9) }))).toMatchObject({
      value: [],
    });
    expect(scene.exchange.calls).toEqual([]);
  });

  it('takes nothing for over that is not over by both clocks', async () => {
    const early = await setUp({
      body: [klineRow(T + 100 * MINUTE)],
      headers: { date: new Date(T + 900 * MINUTE).toUTCString() },
    });
    const unfinished = await early.feed.fetchHistory(
      request({ from: epochMs(T + 100 * MINUTE), to: epochMs(T + 101 * MINUTE) }),
    );
    expect(unfinished).toEqual({ ok: true, value: [] });
    const date = new Date(T + 2 * MINUTE).toUTCString();
    const scene = await setUp({ body: rows(3), headers: { date } });
    const answer = await scene.feed.fetchHistory(request());
    expect(answer).toMatchObject({ ok: true, value: [{ openTime: T }, { openTime: T + MINUTE }] });
  });

  it('does not call a stretch empty that is not over for the venue', async () => {
    const scene = await setUp({ body: rows(1), headers: { date: new Date(T + 30_000).toUTCString() } });
    expect(await failureOf(scene)).toMatchObject({ code: 'venue_unreachable' });
  });

  it('refuses a series of another venue', async () => {
    const scene = await setUp();
    const answer = await scene.feed.fetchHistory(request({ seriesId: 'x:spot:A/B:1m' as SeriesId }));
    expect(answer).toMatchObject({ ok: false, error: { code: 'series_id_malformed' } });
  });
});

describe('failures', () => {
  it.each<[string, RestReply, Partial<Failure>]>([
    ['a page of HTML', { body: '<html>sorry</html>' }, { code: 'venue_answer_malformed' }],
    ['garbage rows', { body: [[T, 'a']] }, { code: 'venue_answer_malformed' }],
    ['another shape', { body: { data: [] } }, { code: 'venue_answer_malformed' }],
    ['a redirect', { status: 302, headers: { location: '/' }, body: '' }, { code: 'venue_answer_malformed' }],
    ['a server error', { status: 502, body: 'bad gateway' }, { code: 'venue_unreachable' }],
    ['a cut answer', 'cut', { code: 'venue_unreachable' }],
  ])('takes %s as %o', async (_name, reply, expected) => {
    expect(await failureOf(await setUp(reply))).toMatchObject(expected);
  });

  it("passes on Binance's code and words", async () => {
    const scene = await setUp({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } });
    const refusal = await failureOf(scene);
    expect(refusal).toMatchObject({ code: 'venue_refused', context: { status: 400, venueCode: -1121 } });
    expect(refusal.message).toContain('-1121 Invalid symbol.');
  });

  it('passes on the words of a firewall', async () => {
    const refusal = await failureOf(await setUp({ status: 403, body: 'Forbidden by WAF' }));
    expect(refusal.message).toContain('Forbidden by WAF');
  });

  it.each([429, 418])('stays away after HTTP %i until the venue allows requests again', async (status) => {
    const scene = await setUp({ status, headers: { 'retry-after': '7' }, body: { code: -1003, msg: 'Too many' } });
    expect(await failureOf(scene)).toMatchObject({
      code: 'venue_rate_limited',
      context: { status, retryAfterMs: 7_000 },
    });
    await scene.clock.advance(6_000);
    expect(await failureOf(scene)).toMatchObject({
      code: 'venue_rate_limited',
      context: { status, retryAfterMs: 1_000 },
    });
    expect(scene.exchange.calls).toHaveLength(1);
    await scene.clock.advance(1_000);
    scene.exchange.onRest(() => ({ body: rows(3) }));
    expect(await scene.feed.fetchHistory(request())).toMatchObject({ ok: true });
  });

  it('pauses above four fifths of the weight until the next minute', async () => {
    const scene = await setUp({ body: rows(3), headers: { 'x-mbx-used-weight-1m': '1920' } });
    expect(await scene.feed.fetchHistory(request())).toMatchObject({ ok: true });
    const second = scene.feed.fetchHistory(request());
    await scene.clock.advance(MINUTE - 1);
    expect(scene.exchange.calls).toHaveLength(1);
    await scene.clock.advance(1);
    expect(await second).toMatchObject({ ok: true });
  });

  it('gives up on a slow answer', async () => {
    const scene = await setUp('hang');
    const asked = failureOf(scene);
    await until(() => scene.exchange.calls.length === 1, 'the request arrives');
    await scene.clock.advance(10_000);
    expect(await asked).toMatchObject({
      code: 'venue_unreachable',
      context: { reason: 'no complete answer within 10000 ms' },
    });
  });

  it('fails where nobody listens', async () => {
    const scene = await setUp();
    await scene.exchange.close();
    expect(await failureOf(scene)).toMatchObject({ code: 'venue_unreachable' });
  });

  it('ends requests under way, and refuses later ones, when it is closed', async () => {
    const scene = await setUp('hang');
    const asked = failureOf(scene);
    await until(() => scene.exchange.calls.length === 1, 'the request arrives');
    await scene.feed.close();
    expect(await asked).toMatchObject({ code: 'venue_unreachable' });
    expect(await failureOf(scene)).toMatchObject({
      code: 'venue_unreachable',
      context: { reason: 'the feed is closed' },
    });
    expect(scene.exchange.calls).toHaveLength(1);
  });
});

describe('fetchTime and fetchInstruments', () => {
  it('answers the time of the venue', async () => {
    const scene = await setUp({ body: { serverTime: T + 5 } });
    expect(await scene.feed.fetchTime()).toEqual({ ok: true, value: T + 5 });
    expect(scene.exchange.calls[0]?.path).toBe('/fapi/v1/time');
  });

  it('refuses a time in seconds', async () => {
    const scene = await setUp({ body: { serverTime: T / 1000 } });
    expect(await scene.feed.fetchTime()).toMatchObject({ ok: false, error: { code: 'venue_answer_malformed' } });
  });

  it('answers instruments and reports the symbols it can not express', async () => {
    const filters = [
      { filterType: 'PRICE_FILTER', tickSize: '0.01' },
      { filterType: 'LOT_SIZE', stepSize: '1', minQty: '1' },
    ];
    const good = { symbol: 'AB', status: 'TRADING', baseAsset: 'A', quoteAsset: 'B', filters };
    const scene = await setUp({ body: { symbols: [good, { symbol: 'CD' }] } });
    const answer = await scene.feed.fetchInstruments('spot');
    expect(answer).toMatchObject({ ok: true, value: [{ instrumentId: 'binance:spot:A/B', status: 'trading' }] });
    expect(scene.faults).toMatchObject([{ code: 'venue_answer_malformed' }]);
    expect(scene.exchange.calls[0]?.path).toBe('/api/v3/exchangeInfo');
  });
});
