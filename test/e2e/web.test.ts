import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { aggregate, walkCandles } from '../fixtures/candle-walk.ts';
import { ChartServer } from '../fixtures/chart-server.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { describeWhere } from '../fixtures/shared-data.ts';

const INSTRUMENT = 'binance:futures:BTC/USDT';
const ONE = `${INSTRUMENT}:1m`;
const FIVE = `${INSTRUMENT}:5m`;
const FROM = 1_700_006_400;
const STORED = 600;
const minutes = walkCandles({ seed: 11, from: FROM, count: 900 });
const shots = process.env['HOTWICK_SHOTS_DIR'];

function minute(index: number) {
  const candle = minutes[index];
  if (candle === undefined) throw new Error(`the walk has no minute ${index}`);
  return candle;
}

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the page', () => {
  let root: string;
  let browser: Browser;
  let server: ChartServer;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hotwick-web-'));
    const configFile = resolve(import.meta.dirname, '../../web/vite.config.ts');
    await build({ configFile, logLevel: 'error', build: { outDir: root, emptyOutDir: true } });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(root, { recursive: true, force: true });
  });

  beforeEach(async () => {
    server = new ChartServer(root);
    server.desk.putSilently(ONE, minutes.slice(0, STORED));
    server.desk.putSilently(FIVE, aggregate(minutes.slice(0, STORED), 300));
    await server.start();
    page = await openPage({ locale: 'en-US', colorScheme: 'dark' });
  });

  afterEach(async () => {
    await page.context().close();
    await server.stop();
    expect(troubles).toEqual([]);
  });

  async function openPage(options: NonNullable<Parameters<Browser['newContext']>[0]>): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const opened = await context.newPage();
    troubles = [];
    opened.on('pageerror', (error) => troubles.push(error.message));
    return opened;
  }

  const chart = (state: string) => page.locator(`[data-testid=chart-view]${state}`);
  const shows = (state: string) => chart(state).waitFor({ state: 'attached', timeout: 20_000 });
  const text = (id: string) => page.getByTestId(id).textContent();
  const has = (id: string, words: string) => page.getByTestId(id).filter({ hasText: words }).waitFor();

  async function number(name: string): Promise<number> {
    return Number(await page.getByTestId('chart-view').getAttribute(`data-${name}`));
  }

  async function shot(name: string): Promise<void> {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  async function showLive(): Promise<void> {
    await page.goto(server.address);
    await shows('[data-connection=live][data-live-load-status=ready]');
    await expect.poll(() => server.requests.length).toBe(1);
    // A history shorter than its limit is read twice; the scripts below begin after the second answer.
    await expect.poll(() => server.historyReads, { timeout: 10_000 }).toBe(2);
  }

  async function expectContiguous(lastIndex: number): Promise<void> {
    await shows(`[data-last-closed-time="${minute(lastIndex).candle_time}"][data-closed-len="${lastIndex + 1}"]`);
    expect(await number('first-time')).toBe(FROM);
  }

  it('loads the history and shows its last candle', async () => {
    await showLive();
    const last = minute(STORED - 1);
    expect(await number('candles-len')).toBe(STORED);
    expect(await number('last-time')).toBe(last.candle_time);
    expect(await number('last-close')).toBe(last.close);
    expect(await text('legend')).toContain('closed');
    expect(server.requests[0]).toMatchObject({ type: 'subscribe', since: last.candle_time, supports_batch: true });
    expect(await page.locator('#tv-attr-logo').count()).toBe(1);
    await shot('loaded');
  });

  it('moves the last close with the forming candle and closes it', async () => {
    await showLive();
    const forming = { ...minute(STORED), close: minute(STORED).high };
    server.desk.form(ONE, forming);
    await shows(`[data-last-close="${forming.close}"][data-candles-len="${STORED + 1}"]`);
    expect(await text('legend')).toContain('forming');
    server.desk.form(ONE, { ...forming, close: forming.low });
    await shows(`[data-last-close="${forming.low}"]`);
    await page.locator('[data-testid=last-price][data-direction=down]').waitFor();
    server.desk.close(ONE, minute(STORED));
    await shows(`[data-last-ws-candle-time="${minute(STORED).candle_time}"]`);
    await expectContiguous(STORED);
    await has('closed-live', '1');
  });

  it('switches the timeframe by button and by key over one socket', async () => {
    await showLive();
    await page.getByTestId('timeframe-tag-5m').click();
    await shows(`[data-series-id="${FIVE}"][data-candles-len="${STORED / 5}"]`);
    await expect.poll(() => server.requests.map(({ type }) => type)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    expect(page.url()).toContain('5m');
    await shot('five');
    await page.keyboard.press('1');
    await shows(`[data-series-id="${ONE}"][data-candles-len="${STORED}"]`);
    expect(server.clients).toBe(1);
  });

  it('comes back after a restart with since, without a hole or a repeat', async () => {
    await showLive();
    await server.stop();
    await shows('[data-connection=reconnecting]');
    await shot('reconnecting');
    server.desk.putSilently(ONE, minutes.slice(STORED, STORED + 12));
    await server.start();
    await shows('[data-connection=live]');
    await expectContiguous(STORED + 11);
    expect(server.requests.at(-1)).toMatchObject({ type: 'subscribe', since: minute(STORED - 1).candle_time });
  });

  it('fills a gap and says so', async () => {
    await showLive();
    server.desk.putSilently(ONE, minutes.slice(STORED, STORED + 5));
    server.desk.close(ONE, minute(STORED + 5));
    await has('notices', 'Filled 5 candles');
    await expectContiguous(STORED + 5);
    await shot('gap');
  });

  it('explains an empty series and fills by itself', async () => {
    await page.goto(`${server.address}?series=${encodeURIComponent(`${INSTRUMENT}:1h`)}`);
    await shows('[data-live-load-status=backfilling]');
    await has('placeholder', 'No candles yet');
    await shot('empty');
    await expect.poll(() => server.requests.length).toBe(1);
    server.desk.close(`${INSTRUMENT}:1h`, minute(0));
    await shows('[data-live-load-status=ready][data-closed-len="1"]');
  });

  it('explains a slow server until it answers', async () => {
    server.history = 'held';
    await page.goto(server.address);
    await has('placeholder', 'taking long');
    await shot('slow');
    server.release();
    await shows(`[data-live-load-status=ready][data-candles-len="${STORED}"]`);
  });

  it('repeats the refusal of the server and what to do', async () => {
    server.history = 'refused';
    await page.goto(server.address);
    await has('placeholder', 'invalid series_id (empty component)');
    await has('placeholder', 'Choose another timeframe');
  });

  it('speaks Chinese when asked and remembers it', async () => {
    await showLive();
    await page.getByTestId('language-zh').click();
    await has('connection-lamp', '实时');
    await shot('chinese');
    await page.reload();
    await has('connection-lamp', '实时');
    await page.getByTestId('language-en').click();
    await has('connection-lamp', 'Live');
  });

  it('counts age and time in the market time of a demo', async () => {
    const last = minute(STORED - 1).candle_time;
    server.info = { mode: 'demo', version: '1', series: [ONE, FIVE], speed: 60, market_time: last + 90 };
    await showLive();
    await has('demo-badge', 'Demo ×60');
    await expect
      .poll(async () => Number(/(\d+) s/.exec((await text('data-age')) ?? '')?.[1]))
      .toBeGreaterThanOrEqual(30);
    server.desk.form(ONE, minute(STORED));
    await page.locator('[data-testid=data-age][data-age-level=fresh]').waitFor();
  });

  it('fits a phone in a light theme', async () => {
    await page.context().close();
    page = await openPage({ locale: 'zh-CN', colorScheme: 'light', viewport: { width: 390, height: 780 } });
    await showLive();
    await has('connection-lamp', '实时');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);
    await shot('phone');
  });
});
