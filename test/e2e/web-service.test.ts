/**
 * The page on the real program with structure on it: a restart, a correction, a walk through the past and a restless
 * trader. Candles, structure and routes are the product's own, over the simulated exchange.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import {
  brokenRows,
  LIVE_ATTRIBUTES,
  missingIds,
  STANDING_IDS,
  TABS,
  WALK_ATTRIBUTES,
  WALK_IDS,
} from '../fixtures/page-contract.ts';
import { ServicePage } from '../fixtures/service-page.ts';
import { describeWhere } from '../fixtures/shared-data.ts';

const soon = { timeout: 20_000, interval: 50 };
const PANEL_KEYS = ['l', 'w', 'd', 'k', 't', '?', '1', '2'];
const REPLAY_KEYS = ['r', 'n', 'h', ' ', 'ArrowLeft', 'ArrowRight', '[', ']'];
const TOOL_KEYS = ['m', 'f', 'b', 's', 'c', 'Enter', 'ArrowUp', 'Shift+ArrowDown', 'Escape'];
const KEYS = [...PANEL_KEYS, ...REPLAY_KEYS, ...TOOL_KEYS];
/** Keeps what the page last said of a replay that is being built: it can be gone before a test looks. */
const NOTE_PROGRESS = `new MutationObserver(() => {
  const told = document.querySelector('[data-testid=replay-progress]');
  if (told !== null) document.body.dataset.progress = told.textContent;
}).observe(document.body, { subtree: true, childList: true, characterData: true })`;
const shots = process.env['HOTWICK_SHOTS_DIR'];

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the page on the program itself', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-service-page-'));
  let browser: Browser;
  let program: HotwickProcess;
  let port: number;
  let chart: ServicePage;

  async function shot(name: string): Promise<void> {
    if (shots !== undefined) await chart.page.screenshot({ path: join(shots, `${name}.png`) });
  }

  const start = (at: number) =>
    new HotwickProcess(
      ['demo', '--port', String(at), '--seed', '3', '--speed', '60', '--no-desk', '--data-dir', dataDir],
      {
        TRADE_CANVAS_ENABLE_DEBUG_API: '1',
      },
    );

  beforeAll(async () => {
    program = start(0);
    browser = await launchChromium();
    port = await program.port();
  });

  afterAll(async () => {
    await browser?.close();
    await program.end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
    chart = new ServicePage(await context.newPage(), port);
    await chart.open();
  });

  afterEach(async () => {
    await chart.page.context().close();
    expect(chart.troubles).toEqual([]);
  });

  it('draws what the routes say, and both lamps are green (9.1, 9.3)', async () => {
    await chart.agrees();
    await chart.page.locator('[data-factor-draw-status=green]').waitFor();
    await chart.page.locator('[data-kline-status=green]').waitFor();
    expect(await chart.number('anchor-highlight-point-count')).toBe(2);
  });

  it('repaints what a corrected candle changed, over the socket that stays open', async () => {
    const last = await chart.number('last-closed-time');
    const [candle] = await chart.candlesAfter(last - 200 * 60);
    if (candle === undefined) throw new Error('the program has too few candles');
    const { sockets } = chart;
    const spike = { ...candle, high: Math.round(candle.high * 1.05) };
    await chart.correct(spike);
    await expect.poll(() => chart.pivotsByServer(), soon).toContain(spike.candle_time);
    await chart.agrees();
    await expect.poll(() => chart.highAt(spike.candle_time), soon).toBe(String(spike.high));
    expect(chart.sockets).toBe(sockets);
    expect(await chart.highAt(spike.candle_time, 'then')).toBe(String(candle.high));
  });

  it('hides the future in a walk: candles, price, title and structure are those of its candle', async () => {
    await chart.page.evaluate(NOTE_PROGRESS);
    await chart.page.getByTestId('mode-toggle').click();
    await chart.shows('[data-replay-mode=replay]');
    expect(await chart.page.evaluate('document.body.dataset.progress')).toMatch(/^Building the replay: \d+ %$/);
    expect(await missingIds(chart.page, WALK_IDS)).toEqual([]);
    const closed = await chart.candlesAfter((await chart.number('first-time')) - 60);
    for (const index of [1500, 900]) {
      const candle = closed[index];
      if (candle === undefined) throw new Error(`the program has no candle ${index}`);
      await chart.page.getByTestId('replay-seek').fill(String(index));
      await chart.shows(`[data-last-time="${candle.candle_time}"][data-last-close="${candle.close}"]`);
      await chart.agrees(candle.candle_time);
      const price = candle.close.toLocaleString('en-US', { minimumFractionDigits: 2 });
      const words = [await chart.page.getByTestId('last-price').textContent(), await chart.page.title()];
      for (const word of words) expect(word).toContain(price);
      expect(await chart.number('anchor-highlight-end-time')).toBeLessThanOrEqual(candle.candle_time);
    }
    const { 'data-last-time': walked } = await chart.data();
    expect(brokenRows(WALK_ATTRIBUTES, { data: await chart.data(), candles: closed })).toEqual([]);
    await chart.page.getByTestId('sidebar-tab-market').click();
    await chart.page.getByTestId('market-row-BTC/USDT').filter({ hasText: 'BTC/USDT––' }).waitFor();
    const heard = await chart.number('last-ws-candle-time');
    await expect.poll(() => chart.number('last-ws-candle-time'), soon).toBeGreaterThan(heard);
    expect((await chart.data())['data-last-time']).toBe(walked);
    await chart.page.getByTestId('replay-speed').selectOption('50');
    await chart.page.getByTestId('replay-play').click();
    await expect.poll(() => chart.number('replay-index'), soon).toBeGreaterThan(930);
    await chart.page.getByTestId('replay-play').click();
    await chart.agrees(await chart.number('replay-focus-time'));
    await chart.page.getByTestId('replay-exit').click();
    await chart.shows('[data-replay-mode=live]');
  });

  it('has every id and attribute of 9.1 and 9.3, each true; each tab opens its panel', async () => {
    const { page } = chart;
    await expect.poll(() => chart.number('last-ws-candle-time'), soon).toBeGreaterThan(0);
    const data = await chart.data();
    const candles = await chart.candlesAfter(Number(data['data-first-time']) - 60);
    expect(brokenRows(LIVE_ATTRIBUTES, { data, candles })).toEqual([]);
    expect(await missingIds(page, STANDING_IDS)).toEqual([]);
    for (const [tab, opens] of TABS) {
      await page.getByTestId(tab).click();
      await expect.poll(() => missingIds(page, opens), soon).toEqual([]);
      await shot(tab);
    }
    await page.getByTestId('backtest-output').filter({ hasText: 'not_available' }).waitFor();
    expect(await page.getByTestId('backtest-run').isDisabled()).toBe(true);
    expect(await page.evaluate(`localStorage.getItem('trade-canvas-ui')`)).toContain('"version":6');
  });

  it('shows the markets live, the events of the server and its holes, and zooms without scrolling (9.1)', async () => {
    const { page } = chart;
    await page.getByTestId('sidebar-tab-market').click();
    await page.locator('[data-testid=market-list][data-market-status=ready]').waitFor();
    const price = page.getByTestId('market-row-ETH/USDT').locator('td').nth(1);
    const before = await price.textContent();
    await expect.poll(() => price.textContent(), soon).not.toBe(before);
    await page.getByTestId('sidebar-tab-debug').click();
    await page.locator('[data-testid=debug-panel][data-debug-status=open]').waitFor();
    const [last] = (await chart.candlesAfter((await chart.number('last-closed-time')) - 60)).slice(-1);
    if (last === undefined) throw new Error('the program has no candle');
    await chart.correct(last);
    const row = '[data-testid=debug-log-row][data-pipe=write][data-event="write.http.ingest_candle_closed_done"]';
    await page.locator(row).first().waitFor();
    await page.locator('[data-testid=series-gaps][data-gap-count="0"]').waitFor();
    const spacing = await chart.number('bar-spacing');
    await page.mouse.move(500, 300);
    await page.mouse.wheel(0, 400);
    await expect.poll(() => chart.number('bar-spacing')).toBeLessThan(spacing);
    expect(await page.getByTestId('middle-scroll').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  });

  it('changes market, symbol and timeframe, and begins where the address says (9.1)', async () => {
    const { page } = chart;
    await page.getByTestId('market-spot').click();
    await chart.shows('[data-series-id="binance:spot:BTC/USDT:1m"]');
    await page.getByTestId('market-futures').click();
    await page.getByTestId('timeframe-tag-5m').click();
    await chart.shows('[data-series-id="binance:futures:BTC/USDT:5m"]:not([data-candles-len="0"])');
    await page.getByTestId('symbol-select').selectOption('ETH/USDT');
    await chart.shows('[data-series-id="binance:futures:ETH/USDT:5m"]');
    await page.goto(`${chart.origin}/replay`);
    await chart.shows('[data-replay-mode=replay][data-replay-status=ready]');
    await page.goto(`${chart.origin}/backtest`);
    await page.getByTestId('backtest-panel').waitFor();
  });

  it('stands on a phone in Chinese, with its panels and a replay', async () => {
    const viewport = { width: 390, height: 780 };
    const context = await browser.newContext({ viewport, locale: 'zh-CN', colorScheme: 'light' });
    const phone = new ServicePage(await context.newPage(), port);
    await phone.open();
    for (const [tab, opens] of TABS) {
      await phone.page.getByTestId(tab).click();
      await phone.page.getByTestId(opens[0] ?? '').waitFor();
      if (tab.startsWith('sidebar')) await phone.page.getByTestId('side-panel-close').click();
    }
    await phone.page.getByTestId('bottom-close').click();
    await phone.page.getByTestId('mode-toggle').click();
    await phone.shows('[data-replay-mode=replay][data-replay-status=ready]');
    await phone.page.getByText('未来已隐藏').waitFor();
    expect(await phone.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await phone.page.getByTestId('chart-view').evaluate(({ clientHeight }) => clientHeight)).toBeGreaterThan(
      239,
    );
    await context.close();
    expect(phone.troubles).toEqual([]);
  });

  it('is not blank after 200 random clicks and keys', async () => {
    const seed = Date.now() % 1_000_000;
    console.info(`random clicks, seed ${seed}`);
    const rng = createRng(seed);
    for (let index = 0; index < 200; index++) {
      if (rng.integer(3) === 0) await chart.page.keyboard.press(KEYS[rng.integer(KEYS.length)] ?? 'c');
      else await chart.page.mouse.click(rng.integer(1280), rng.integer(800));
    }
    await chart.page.keyboard.press('Escape');
    // Whatever series it ended with: the one that has candles is drawn again.
    await chart.page.getByTestId('market-futures').click();
    await chart.page.getByTestId('symbol-select').selectOption('BTC/USDT');
    await chart.page.getByTestId('timeframe-tag-1m').click();
    await chart.shows('[data-live-load-status=ready]:not([data-candles-len="0"])');
    expect(await missingIds(chart.page, STANDING_IDS)).toEqual([]);
    await expect.poll(() => chart.colouredPixels(), soon).toBeGreaterThan(50);
  });

  it('joins live to history without a hole over a killed and restarted program, structure included', async () => {
    await chart.agrees();
    await program.end('SIGKILL');
    await chart.shows('[data-connection=reconnecting]');
    const held = await chart.data();
    expect(Number(held['data-pen-point-count'])).toBeGreaterThan(3);
    program = start(port);
    await program.port();
    // Not to wait for the next try; the button is gone where the page has come back by itself.
    await chart.page.evaluate(`document.querySelector('[data-testid=retry-now]')?.click()`);
    await chart.shows('[data-connection=live]');
    const before = Number(held['data-last-closed-time']);
    await expect.poll(() => chart.number('last-closed-time'), soon).toBeGreaterThan(before + 60);
    const { 'data-first-time': first, 'data-last-closed-time': last, 'data-closed-len': count } = await chart.data();
    expect(Number(count)).toBe((Number(last) - Number(first)) / 60 + 1);
    await chart.agrees();
  });
});
