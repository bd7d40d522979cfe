/**
 * The page on the real program: what a newcomer sees after the one command.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import { describeWhere } from '../fixtures/shared-data.ts';

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the page of the demo', () => {
  let browser: Browser;
  let program: HotwickProcess;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    program = new HotwickProcess(['demo', '--port', '0', '--seed', '3', '--speed', '120']);
    browser = await launchChromium();
    page = await browser.newPage({ locale: 'en-US' });
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(`http://127.0.0.1:${await program.port()}/`);
  });

  afterAll(async () => {
    await browser?.close();
    expect((await program.end()).code).toBe(0);
  });

  const attribute = async (name: string): Promise<number> => {
    return Number(await page.getByTestId('chart-view').getAttribute(`data-${name}`));
  };
  const live = '[data-testid=chart-view][data-connection=live][data-live-load-status=ready]';

  it('shows history, a moving price and closing candles in every timeframe, without an error', async () => {
    await page.locator(live).waitFor({ state: 'attached', timeout: 30_000 });
    expect(await attribute('candles-len')).toBeGreaterThanOrEqual(2000);
    for (const [timeframe, seconds] of [
      ['5m', 300],
      ['1m', 60],
    ] as const) {
      await page.getByTestId(`timeframe-tag-${timeframe}`).click();
      await page.locator(`${live}[data-series-id$=":${timeframe}"]`).waitFor({ state: 'attached', timeout: 30_000 });
      const before = await attribute('last-closed-time');
      const close = await attribute('last-close');
      await expect.poll(() => attribute('last-close'), { timeout: 20_000 }).not.toBe(close);
      await expect.poll(() => attribute('last-closed-time'), { timeout: 20_000 }).toBeGreaterThan(before);
      expect((await attribute('last-closed-time')) % seconds).toBe(0);
    }
    for (const timeframe of ['15m', '1h', '4h', '1d']) {
      await page.getByTestId(`timeframe-tag-${timeframe}`).click();
      await page.locator(`${live}[data-series-id$=":${timeframe}"]`).waitFor({ state: 'attached', timeout: 30_000 });
      await expect.poll(() => attribute('candles-len'), { timeout: 20_000 }).toBeGreaterThanOrEqual(10);
    }
    expect(troubles).toEqual([]);
  });
});
