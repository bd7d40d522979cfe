import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type SocialServer, startSocialServer } from '../../../test/fixtures/social-server.ts';
import { epochMs } from '../../core/time.ts';
import type { SocialPost } from '../../model/social-post.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { createBinanceSquare } from './social-binance-sq.ts';
import { createTwitterMonitor } from './social-twitter.ts';

const T0 = epochMs(Date.UTC(2026, 10, 20, 10));
const TOKEN = 'very-secret-token';

type Desk = {
  readonly server: SocialServer;
  readonly clock: ManualClock;
  readonly source: SocialSource;
  readonly posts: SocialPost[];
  /** Waits until so many requests were answered, and what they brought is taken. */
  readonly polled: (count: number) => Promise<void>;
};

async function openDesk(
  create: (common: {
    readonly clock: ManualClock;
    readonly random: ReturnType<typeof createSeededRandom>;
    readonly baseUrl: string;
  }) => SocialSource,
): Promise<Desk> {
  const server = await startSocialServer();
  const clock = createManualClock(T0);
  const source = create({ clock, random: createSeededRandom(1), baseUrl: server.url });
  onTestFinished(() => source.close());
  const posts: SocialPost[] = [];
  source.start(({ posts: more }) => posts.push(...more));
  const polled = async (count: number): Promise<void> => {
    await vi.waitFor(() => {
      if (server.asks.length < count || source.status().nextPollTime === null) throw new Error('still asking');
    });
  };
  return { server, clock, source, posts, polled };
}

function openTwitter(accounts: readonly string[] = ['alice', 'bob']): Promise<Desk> {
  return openDesk((common) => createTwitterMonitor({ ...common, bearerToken: TOKEN, accounts }));
}

function openSquare(): Promise<Desk> {
  return openDesk((common) => createBinanceSquare({ ...common, use: 'on' }));
}

function tweet(id: string, text: unknown, rest: object = {}): object {
  return { id, text, author_id: '77', created_at: '2026-11-20T09:59:00.000Z', ...rest };
}

describe('X', () => {
  it('is asked with the token for what is newer than the newest post, and posts arrive clean', async () => {
    const { server, clock, source, posts, polled } = await openTwitter();
    await polled(1);
    server.answer({
      body: {
        data: [tweet('1900000000000000002', 'Big <b>breakout</b> for $WIF &amp; #PEPEUSDT\u0000\u202e now')],
        meta: { newest_id: '1900000000000000002' },
      },
    });
    await clock.advance(60_000);
    await polled(2);
    await clock.advance(60_000);
    await polled(3);
    expect(server.asks[0]).toMatchObject({ method: 'GET', path: '/2/tweets/search/recent' });
    expect(server.asks[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(server.asks[0]?.query.get('query')).toBe('(from:alice OR from:bob) -is:retweet');
    expect(server.asks.map(({ query }) => query.get('since_id'))).toEqual([null, null, '1900000000000000002']);
    expect(posts[0]).toMatchObject({
      id: '1900000000000000002',
      network: 'x',
      author: '77',
      time: T0 - 60_000,
      text: 'Big breakout for $WIF & #PEPEUSDT now',
      tickers: ['WIF', 'PEPE'],
    });
    expect(posts[0]?.sentiment).toBeGreaterThan(0.3);
    expect(source.status()).toMatchObject({ offReason: null, failures: 0, posts: 2, lastFailure: null });
  });

  it('is left alone until the second of the reset header after a 429', async () => {
    const { server, clock, source, polled } = await openTwitter();
    await polled(1);
    const reset = String((T0 + 660_000) / 1000);
    server.answer({ status: 429, headers: { 'x-rate-limit-reset': reset }, body: {} }, { body: {} });
    await clock.advance(60_000);
    await polled(2);
    expect(source.status()).toMatchObject({ failures: 1, nextPollTime: T0 + 661_000 });
    expect(source.status().lastFailure).toMatchObject({ code: 'venue_rate_limited', context: { status: 429 } });
    await clock.advanceTo(epochMs(T0 + 660_999));
    expect(server.asks).toHaveLength(2);
    await clock.advanceTo(epochMs(T0 + 661_000));
    await polled(3);
    expect(source.status()).toMatchObject({ failures: 1, nextPollTime: T0 + 721_000 });
  });

  it('gets a new beginning when it refuses the old one, and growing waits when it only fails', async () => {
    const { server, clock, source, polled } = await openTwitter();
    await polled(1);
    server.answer({ body: { meta: { newest_id: '5' } } }, { status: 400, body: {} }, { status: 503, body: {} });
    const waits: number[] = [];
    for (let count = 2; count <= 12; count++) {
      const next = source.status().nextPollTime ?? T0;
      await clock.advanceTo(next);
      await polled(count);
      waits.push((source.status().nextPollTime ?? 0) - next);
    }
    expect(server.asks.slice(0, 5).map(({ query }) => query.get('since_id'))).toEqual([null, null, '5', null, null]);
    expect(waits[0]).toBe(60_000);
    expect(waits.at(-1)).toBeGreaterThan(400_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(900_000);
  });

  it('asks for more accounts than fit into one query in turns, and for no name that is none', async () => {
    const accounts = [...Array.from({ length: 60 }, (_, i) => `account_${i}`), 'a b', 'x) OR (from:y'];
    const { server, clock, polled } = await openTwitter(accounts);
    for (let count = 1; count <= 4; count++) {
      await polled(count);
      await clock.advance(60_000);
    }
    const queries = server.asks.slice(0, 4).map(({ query }) => query.get('query') ?? '');
    expect(queries.every((query) => query.length <= 512)).toBe(true);
    expect(new Set(queries).size).toBeGreaterThan(2);
    expect(queries.join(' ')).not.toContain('from:y');
  });

  it.each([
    [null, ['alice'], 'no bearer token'],
    ['', ['alice'], 'no bearer token'],
    [TOKEN, [], 'no accounts'],
  ] as const)('is off without credentials or accounts: %j %j', async (bearerToken, accounts, offReason) => {
    const { server, source, clock } = await openDesk((common) =>
      createTwitterMonitor({ ...common, bearerToken, accounts }),
    );
    await clock.advance(600_000);
    expect(source.status()).toMatchObject({ offReason, startedTime: null, lastPollTime: null });
    expect(server.asks).toEqual([]);
  });

  it('never tells its token, in whatever fails', async () => {
    const { server, clock, source, polled } = await openTwitter();
    await polled(1);
    for (const status of [401, 403, 429, 500]) {
      server.answer({ status, body: `Bearer ${TOKEN}` });
      await clock.advanceTo(source.status().nextPollTime ?? T0);
      await polled(server.asks.length + 0);
      expect(JSON.stringify(source.status())).not.toContain(TOKEN);
    }
  });
});

describe('Binance Square', () => {
  it('is posted to for both lists, and its posts arrive whatever their fields are called', async () => {
    const { server, source, posts, polled } = await openSquare();
    await polled(2);
    expect(server.asks.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      'POST getContentListByTab',
      'POST getTrendingContent',
    ]);
    expect(server.asks.map(({ body }) => JSON.parse(body))).toEqual([
      { pageNo: 1, pageSize: 20, tab: 'hot' },
      { pageNo: 1, pageSize: 10 },
    ]);
    expect(source.status()).toMatchObject({ failures: 0, posts: 0 });
    expect(posts).toEqual([]);
  });

  it('speaks two languages', async () => {
    const { server, clock, posts, polled } = await openSquare();
    await polled(2);
    server.answer({
      body: {
        data: {
          contents: [
            { id: 12, title: '$WIF 暴涨', body: '今天突破新高', tags: ['PEPE', { name: '#BONK' }], authorId: 5 },
            { contentId: 'c-9', content: 'this one is a rug', createTime: T0 - 1_000 },
          ],
        },
      },
    });
    await clock.advance(300_000);
    await polled(4);
    expect(posts.slice(0, 2)).toMatchObject([
      { id: '12', title: '$WIF 暴涨', text: '今天突破新高', tickers: ['WIF', 'PEPE', 'BONK'], author: '5' },
      { id: 'c-9', author: null, time: T0 - 1_000, tickers: [] },
    ]);
    expect(posts.map(({ sentiment }) => Math.sign(sentiment)).slice(0, 2)).toEqual([1, -1]);
  });

  it('is asked only when somebody wants it', async () => {
    const { server, source } = await openDesk((common) => createBinanceSquare({ ...common, use: 'off' }));
    expect(source.status()).toMatchObject({ offReason: 'not asked for', startedTime: null });
    expect(server.asks).toEqual([]);
  });
});

describe('a hostile network', () => {
  const wrong: readonly unknown[] = [null, 5, 'x', [], {}, [[]], { $ne: 1 }, Number.MAX_VALUE, '\u0000', true];

  it('is contained and counted, whatever type stands in whatever field', async () => {
    const { server, clock, source, posts, polled } = await openTwitter();
    await polled(1);
    const names = ['id', 'text', 'author_id', 'created_at', 'entities'];
    const data = names.flatMap((name) => wrong.map((value) => tweet('1', 'hello', { [name]: value })));
    server.answer({ body: { data: [...data, ...wrong], meta: { newest_id: 7 } } });
    await clock.advance(60_000);
    await polled(2);
    expect(source.status().posts).toBe(posts.length);
    expect(source.status().skipped).toBe(data.length + wrong.length - posts.length);
    expect(source.status().skipped).toBeGreaterThan(30);
    for (const { author, tickers } of posts) {
      expect(author === null || typeof author === 'string').toBe(true);
      expect(tickers).toEqual([]);
    }
    for (const body of wrong.map((value) => ({ data: value, meta: value }))) {
      server.answer({ body });
      await clock.advanceTo(source.status().nextPollTime ?? T0);
      await polled(server.asks.length);
    }
    expect(source.status().failures).toBe(0);
  });

  it.each([
    ['no JSON', '<html>', 'venue_answer_malformed'],
    ['more bytes than are read', `"${'x'.repeat(4_194_400)}"`, 'venue_answer_malformed'],
  ])('that answers %s is a failure of its own status', async (_, body, code) => {
    const { server, clock, source, polled } = await openTwitter();
    await polled(1);
    server.answer({ body });
    await clock.advance(60_000);
    await polled(2);
    expect(source.status().lastFailure).toMatchObject({ code });
    expect(JSON.stringify(source.status()).length).toBeLessThan(1_000);
  });

  it('can not make a post long, an author of markup or a crowd of coins', async () => {
    const { server, clock, posts, polled } = await openTwitter();
    await polled(1);
    const coins = Array.from({ length: 300 }, (_, i) => `$FAKE${i}`).join(' ');
    const text = `<script>alert(1)</script><img src=x onerror="steal()"> ${coins} ${'<'.repeat(1_000_000)}`;
    server.answer({ body: { data: [tweet('9', text, { author_id: '<b>' })] } });
    await clock.advance(60_000);
    await polled(2);
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({ author: null });
    expect(posts[0]?.tickers).toHaveLength(10);
    expect(posts[0]?.text.length).toBeLessThanOrEqual(200);
    expect(posts[0]?.text).not.toMatch(/script|img|alert|\p{Cc}/u);
  });

  it('that is gone, and comes back, is asked on; after the end nothing is handed on', async () => {
    const { server, clock, source, posts, polled } = await openTwitter();
    await polled(1);
    server.answer({ body: { data: [tweet('3', 'late')] } });
    const moved = clock.advance(60_000);
    await source.close();
    await moved;
    await clock.advance(600_000);
    expect(posts.length).toBeLessThanOrEqual(1);
    const before = server.asks.length;
    await clock.advance(600_000);
    expect(server.asks.length).toBe(before);
    await source.close();
  });
});
