/**
 * What people say in a run of trading, asked of stand-ins of X and Binance Square: it reaches the pool and the status, it
 * buys nothing, and whatever the networks answer, trading goes on.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { STATUS_FILE, TradingExports } from '../../src/app/trading/exports/trading-exports.ts';
import { listRefusals, readMentions } from '../../src/discovery/index.ts';
import { startSocialServer } from '../fixtures/social-server.ts';
import { coin, HOT, MINUTE_MS, SECOND_MS, trackRuns } from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();
const TOKEN = 'very-secret-token';
const SCENARIO = 'name: calm\nabout: nothing\ncast: 3\ncoins:\n  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }\n';
const WRITTEN = '2026-06-15T09:00:01.000Z';

function tweet(id: number, text: string): object {
  return { id: String(id), text, author_id: String(id), created_at: WRITTEN };
}

/** The status file that trading writes, read again. */
async function readStatus(run: TradingRun): Promise<Record<string, unknown>> {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-social-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const exports = new TradingExports({
    dir,
    clock: run.clock,
    mode: 'paper',
    configHash: 'x',
    version: 'test',
    runId: 'r',
    onWarning: (reason) => run.warnings.push(reason),
  });
  exports.start(run.service);
  const read = (): string | null => {
    try {
      return readFileSync(join(dir, STATUS_FILE), 'utf8');
    } catch {
      // Not written yet.
      return null;
    }
  };
  let text = read();
  for (let turn = 0; text === null && turn < 10_000; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    text = read();
  }
  await exports.close();
  return JSON.parse(text ?? 'null') as Record<string, unknown>;
}

it('posts of X and Binance Square bring a listed coin to attention and into the status, never to an order, and a network that fails fails alone (R3-7)', async () => {
  const [x, square] = [await startSocialServer(), await startSocialServer()];
  const hostile = '<img src=x onerror=alert(1)>$HOT \u202e\u0000 "};process.exit(1)//';
  const said = [tweet(1, '$HOT to the moon'), tweet(2, '$HOT pump'), tweet(3, '$FAKE $__proto__'), tweet(4, hostile)];
  x.answer({ body: { data: said, meta: { newest_id: '4' } } }, { body: {} });
  const post = { id: 9, authorId: 5, title: '$HOT breakout', createTime: Date.parse(WRITTEN) };
  square.answer(
    { body: { data: { contents: [post, 7, null, { id: {} }] } } },
    { body: { data: { contents: [] } } },
    { status: 500, body: '<html>no</html>' },
  );
  const run = await start({
    scenario: SCENARIO,
    settings: { discovery: { square_poll_sec: 120, social_ttl_sec: 600 } },
    social: { bearerToken: TOKEN, accounts: ['alice'], square: 'on', xUrl: x.url, squareUrl: square.url },
  });
  const { discovery } = run.trading;
  const isHeard = (): boolean => readMentions(discovery.mentions, HOT, run.now()).velocity === 4;
  await run.passUntil(isHeard, { limitMs: MINUTE_MS, what: 'both networks are heard' });
  await run.pass(20 * SECOND_MS);

  expect(Object.keys(discovery.pool.candidates)).toEqual([HOT]);
  const candidate = discovery.pool.candidates[HOT];
  expect(candidate).toMatchObject({ source: 'social', tier: 'probation', components: { social: 40 } });
  expect(candidate?.heat, 'hot by talk').toBeGreaterThan(40);
  expect(listRefusals(discovery.pool.refusals)).toMatchObject([{ gate: 'pool:socialAlone', subject: HOT }]);
  expect(discovery.mentions.counts).toMatchObject({ posts: 5, unknown: 1, empty: 1 });

  const status = await readStatus(run);
  expect(status['monitors']).toMatchObject({
    twitter: { enabled: true, running: true, off_reason: null, last_error: null, error_count: 0, recent_posts: 4 },
    square: { enabled: true, running: true, error_count: 0, recent_posts: 1, skipped: 3 },
  });
  const posts = status['hot_posts'] as readonly { readonly body: string; readonly tickers: readonly string[] }[];
  expect(posts).toHaveLength(5);
  expect(posts.map(({ body }) => body)).toContain('$HOT "};process.exit(1)//');
  expect(JSON.stringify(status)).not.toMatch(/onerror|very-secret/);
  expect(x.asks[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);

  await run.pass(2 * MINUTE_MS);
  expect(square.asks, 'two lists at the start, and the first of them again after square_poll_sec').toHaveLength(3);
  const failing = run.service.socials.map((social) => social.status()).find(({ network }) => network === 'square');
  expect(failing).toMatchObject({ failures: 1, lastFailure: { code: 'venue_refused' } });
  await run.pass(8 * MINUTE_MS);
  expect(readMentions(discovery.mentions, HOT, run.now()).velocity, 'social_ttl_sec is over').toBe(0);
  await run.pass(MINUTE_MS);
  expect(discovery.mentions.mentions, 'and so is what was kept of it').toEqual({});
  expect(discovery.pool.candidates).toEqual({});
  expect(run.told('candidatesChosen').flatMap(({ chosen }) => chosen)).toEqual([]);
  expect(run.told('order')).toEqual([]);
  expect(run.trading.decisions.health.state).toBe('tradeable');
  expect(Object.keys(discovery.pool.candidates)).not.toContain(coin('FAKE'));
  expect(run.warnings).toEqual([]);
});

it('nobody is asked what is said without a token, accounts and a wish for Binance Square, and the status says why', async () => {
  const server = await startSocialServer();
  const run = await start({
    scenario: SCENARIO,
    social: { bearerToken: null, accounts: ['alice'], square: 'off', xUrl: server.url, squareUrl: server.url },
  });
  await run.pass(10 * SECOND_MS);
  expect(server.asks).toEqual([]);
  expect((await readStatus(run))['monitors']).toMatchObject({
    twitter: { enabled: false, running: false, off_reason: 'no bearer token' },
    square: { enabled: false, running: false, off_reason: 'not asked for' },
  });
});
