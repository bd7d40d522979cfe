import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../adapters/clock/manual-clock.ts';
import { type Decimal, decimal } from '../core/decimal.ts';
import { err, ok } from '../core/result.ts';
import { epochMs } from '../core/time.ts';
import { failure } from '../model/failure.ts';
import type { MarketType } from '../model/instrument.ts';
import type { TradedMarket } from '../model/traded-market.ts';
import type { FetchTopMarkets } from '../ports/fetch-top-markets.ts';
import { ForceLimit, TopMarkets } from './top-markets.ts';
import { TopMarketsStream } from './top-markets-stream.ts';

const START = epochMs(1_700_000_000_000);

function row(base: string, volume: string | null, quote = 'USDT'): TradedMarket {
  const number = (text: string | null): Decimal | null => (text === null ? null : decimal(text));
  return { symbol: `${base}${quote}`, base, quote, lastPrice: null, quoteVolume: number(volume), changePercent: null };
}

/** An upstream that answers what it is told to. */
class Upstream {
  readonly clock = createManualClock(START);
  readonly asked: MarketType[] = [];
  rows: readonly TradedMarket[] = [row('A', '1')];
  mood: 'well' | 'down' | 'broken' = 'well';
  readonly fetch: FetchTopMarkets = async (market) => {
    this.asked.push(market);
    if (this.mood === 'broken') throw new Error('broken');
    return this.mood === 'well' ? ok(this.rows) : err(failure('venue_unreachable', { url: 'x', reason: 'down' }));
  };
  readonly lists = new TopMarkets({ clock: this.clock, fetch: this.fetch });

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async list(freshness: 'cached' | 'forced' = 'cached', limit = 3) {
    const list = await this.lists.list({ market: 'spot', quoteAsset: 'USDT', limit }, freshness);
    if (!list.ok) return list.error.message;
    const { items, cached, generated_at_ms: at } = list.value;
    return { names: items.map(({ base_asset: base }) => base).join(''), cached, at: at - START };
  }
}

const upstreams: Upstream[] = [];
afterEach(() => {
  for (const { clock } of upstreams.splice(0)) clock.close();
});

function open(): Upstream {
  const upstream = new Upstream();
  upstreams.push(upstream);
  return upstream;
}

describe('lists of markets', () => {
  it('hold the markets of the quote asset that have a volume, the largest first, up to the limit', async () => {
    const upstream = open();
    const rows = [
      row('A', '9'),
      row('B', '10'),
      row('C', null),
      row('D', '99', 'BTC'),
      row('E', '0.5'),
      row('F', '0.4'),
    ];
    upstream.rows = rows;
    expect(await upstream.list()).toMatchObject({ names: 'BAE' });
  });

  it('are asked for once in ten seconds, and once for all who wait', async () => {
    const upstream = open();
    const both = await Promise.all([upstream.list(), upstream.list()]);
    expect(both).toMatchObject([{ cached: false }, { cached: false }]);
    await upstream.pass(9_999);
    expect(await upstream.list()).toEqual({ names: 'A', cached: true, at: 0 });
    await upstream.pass(1);
    expect(await upstream.list()).toEqual({ names: 'A', cached: false, at: 10_000 });
    expect(upstream.asked).toHaveLength(2);
  });

  it('are asked for at once when forced', async () => {
    const upstream = open();
    await upstream.list();
    await upstream.pass(1);
    expect(await upstream.list('forced')).toMatchObject({ cached: false, at: 1 });
  });

  it.each(['down', 'broken'] as const)(
    'are served stale while the upstream is %s, which is left alone',
    async (mood) => {
      const upstream = open();
      await upstream.list();
      upstream.mood = mood;
      await upstream.pass(20_000);
      for (let i = 0; i < 5; i++) expect(await upstream.list()).toEqual({ names: 'A', cached: true, at: 0 });
      expect(upstream.asked).toHaveLength(2);
      await upstream.pass(2_000);
      upstream.mood = 'well';
      expect(await upstream.list()).toMatchObject({ cached: false, at: 22_000 });
    },
  );

  it('fail while there never was one', async () => {
    const upstream = open();
    upstream.mood = 'down';
    expect(await upstream.list()).toBe('x did not answer: down');
    expect(await upstream.list()).toBe('x did not answer: down');
    expect(upstream.asked).toHaveLength(1);
  });

  it('are built once for all who want the same one', async () => {
    const upstream = open();
    const items = async (limit: number) => {
      const list = await upstream.lists.list({ market: 'spot', quoteAsset: 'USDT', limit }, 'cached');
      return list.ok ? list.value.items : null;
    };
    const first = await items(1);
    expect(await items(1)).toBe(first);
    for (let limit = 2; limit <= 200; limit++) await items(limit);
    expect(await items(1)).toEqual(first);
  });
});

describe('forcing', () => {
  it('is allowed once in two seconds for a client and a market', async () => {
    const clock = createManualClock(START);
    const limit = new ForceLimit(clock);
    expect(limit.take('a', 'spot')).toBe('allowed');
    expect(limit.take('a', 'spot')).toBe('limited');
    expect(limit.take('a', 'futures')).toBe('allowed');
    expect(limit.take('b', 'spot')).toBe('allowed');
    await clock.advance(1_999);
    expect(limit.take('a', 'spot')).toBe('limited');
    await clock.advance(1);
    expect(limit.take('a', 'spot')).toBe('allowed');
  });

  it('remembers ten thousand clients, the oldest being forgotten', () => {
    const limit = new ForceLimit(createManualClock(START));
    for (let i = 0; i <= 10_000; i++) limit.take(`${i}`, 'spot');
    expect([limit.take('10000', 'spot'), limit.take('0', 'spot')]).toEqual(['limited', 'allowed']);
  });
});

describe('a stream of lists', () => {
  /** What a stream wrote so far, once it has written `rounds` pings. */
  async function read(body: Readable, rounds: number): Promise<string> {
    let text = '';
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      if (text.split(': ping').length > rounds && text.endsWith('\n\n')) return text;
    }
    return text;
  }

  it('tells the list, then only changes, and pings after every round', async () => {
    const upstream = open();
    const load = () => upstream.lists.list({ market: 'spot', quoteAsset: 'USDT', limit: 1 }, 'forced');
    const body = new TopMarketsStream({ clock: upstream.clock, load, intervalMs: 2_000, maxEvents: 0 }).start();
    const item =
      '{"base_asset":"A","exchange":"binance","last_price":null,"market":"spot","price_change_percent":null,' +
      '"quote_asset":"USDT","quote_volume":1,"symbol":"A/USDT","symbol_id":"AUSDT"}';
    const event = (at: number, items: string) =>
      `id: ${at}\nevent: top_markets\ndata: {"cached":false,"exchange":"binance","generated_at_ms":${at},` +
      `"items":[${items}],"limit":1,"market":"spot","quote_asset":"USDT"}\n\n`;
    expect(await read(body, 1)).toBe(`${event(START, item)}: ping 1700000000\n\n`);
    await upstream.pass(2_000);
    expect(await read(body, 1)).toBe(': ping 1700000002\n\n');
    upstream.rows = [row('A', '2')];
    await upstream.pass(2_000);
    const changed = item.replace('"quote_volume":1', '"quote_volume":2');
    expect(await read(body, 1)).toBe(`${event(START + 4_000, changed)}: ping 1700000004\n\n`);
    body.destroy();
  });

  it('tells errors as events and ends after as many events as were asked for', async () => {
    const upstream = open();
    upstream.mood = 'down';
    const load = () => upstream.lists.list({ market: 'spot', quoteAsset: 'USDT', limit: 1 }, 'forced');
    const body = new TopMarketsStream({ clock: upstream.clock, load, intervalMs: 200, maxEvents: 2 }).start();
    const error = (at: number) =>
      `event: error\ndata: {"at_ms":${at},"message":"x did not answer: down","type":"error"}\n\n: ping 1700000000\n\n`;
    expect(await read(body, 1)).toBe(error(START));
    await upstream.pass(200);
    expect(await read(body, 9)).toBe(error(START + 200));
    expect(body.readableEnded).toBe(true);
  });

  it('asks for nothing more once its client is gone', async () => {
    const upstream = open();
    const load = () => upstream.lists.list({ market: 'spot', quoteAsset: 'USDT', limit: 1 }, 'forced');
    const body = new TopMarketsStream({ clock: upstream.clock, load, intervalMs: 200, maxEvents: 0 }).start();
    await read(body, 1);
    body.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    await upstream.pass(10_000);
    expect(upstream.asked).toHaveLength(1);
  });
});
