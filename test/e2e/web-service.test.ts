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
import { ServicePage } from '../fixtures/service-page.ts';
import { describeWhere } from '../fixtures/shared-data.ts';

const soon = { timeout: 20_000, interval: 50 };
const KEYS = ['l', 'r', ' ', 'ArrowLeft', 'ArrowRight', '[', ']', 'm', 'f', 'c', 'Escape', 't', '?', '1', '2'];

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the page on the program itself', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-service-page-'));
  let browser: Browser;
  let program: HotwickProcess;
  let port: number;
  let chart: ServicePage;

  const start = (at: number) =>
    new HotwickProcess(['demo', '--port', String(at), '--seed', '3', '--speed', '60', '--data-dir', dataDir]);

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
  });

  it('hides the future in a walk: candles, price, title and structure are those of its candle', async () => {
    await chart.page.keyboard.press('r');
    await chart.shows('[data-replay-mode=replay]');
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
    const heard = await chart.number('last-ws-candle-time');
    await expect.poll(() => chart.number('last-ws-candle-time'), soon).toBeGreaterThan(heard);
    expect((await chart.data())['data-last-time']).toBe(walked);
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
    await chart.shows('[data-live-load-status=ready]:not([data-candles-len="0"])');
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
