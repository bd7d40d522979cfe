/**
 * Chart structure on the page, in Chromium: layers of the product's own factors, over a real server that restarts, lags
 * and corrects itself.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { walkCandles } from '../fixtures/candle-walk.ts';
import { ChartServer } from '../fixtures/chart-server.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { describeWhere } from '../fixtures/shared-data.ts';
import { StructureDesk } from '../fixtures/structure-desk.ts';

const ONE = 'binance:futures:BTC/USDT:1m';
const STORED = 2000;
const minutes = walkCandles({ seed: 23, from: 1_700_006_400, count: STORED + 100 });
const shots = process.env['HOTWICK_SHOTS_DIR'];

function minute(index: number) {
  const candle = minutes[index];
  if (candle === undefined) throw new Error(`the walk has no minute ${index}`);
  return candle;
}

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('chart structure on the page', () => {
  let root: string;
  let browser: Browser;
  let server: ChartServer;
  let structure: StructureDesk;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hotwick-structure-'));
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
    structure = new StructureDesk(server.desk);
    server.structure = structure;
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

  const shows = (state: string) =>
    page.locator(`[data-testid=chart-view]${state}`).waitFor({ state: 'attached', timeout: 20_000 });
  const number = async (name: string): Promise<number> =>
    Number(await page.getByTestId('chart-view').getAttribute(`data-${name}`));

  async function shot(name: string): Promise<void> {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  async function showLayers(): Promise<void> {
    await page.goto(server.address);
    await shows('[data-connection=live][data-live-load-status=ready]');
    await expect.poll(() => number('pen-point-count'), { timeout: 20_000 }).toBeGreaterThan(3);
  }

  it('draws majors, pens, zones, the anchor and at most eight levels, and says so (9.3)', async () => {
    await showLayers();
    expect(await number('pivot-count')).toBeGreaterThan(5);
    expect(await number('anchor-highlight-point-count')).toBe(2);
    expect(await number('level-count')).toBeLessThanOrEqual(8);
    expect(await number('anchor-top-layer-path-count')).toBe(await number('anchor-count'));
    await page.locator('[data-testid=factor-draw-health-lamp][data-factor-draw-status=green]').waitFor();
    await shot('structure-dark');
    await page.keyboard.press('t');
    await page.keyboard.press('l');
    await page.getByTestId('factor-panel').waitFor();
    await shot('structure-light-panel');
  });

  it('puts what it counts on the screen: without layers the picture is another one', async () => {
    await showLayers();
    await page.mouse.move(1100, 300);
    for (let turn = 0; turn < 22; turn++) await page.mouse.wheel(0, 400);
    await page.mouse.move(1, 799);
    await page.keyboard.press('l');
    const canvas = page.locator('.canvas');
    const withAll = await canvas.screenshot();
    await shot('zoomed-out');
    for (const layer of ['pivot', 'pen', 'zhongshu']) {
      const before = await canvas.screenshot();
      await page.getByTestId(`factor-chip-${layer}`).click();
      await page.mouse.move(1, 799);
      await expect.poll(async () => (await canvas.screenshot()).equals(before)).toBe(false);
    }
    await shot('no-layers');
    expect((await canvas.screenshot()).equals(withAll)).toBe(false);
  });

  it('switches layers and remembers the choice', async () => {
    await showLayers();
    const majors = await number('pivot-count');
    await page.keyboard.press('l');
    await page.getByTestId('factor-sub-pivot.minor').check();
    await expect.poll(() => number('pivot-count')).toBeGreaterThan(majors);
    await page.getByTestId('factor-chip-pen').click();
    await expect.poll(() => number('pen-point-count')).toBe(0);
    await page.reload();
    await expect.poll(() => number('pivot-count'), { timeout: 20_000 }).toBeGreaterThan(majors);
    expect(await number('pen-point-count')).toBe(0);
  });

  it('waits for a ledger that lags and follows closed candles with one question a burst', async () => {
    structure.lagging = 4;
    await showLayers();
    const asked = structure.asked.length;
    for (let index = STORED; index < STORED + 20; index++) server.desk.close(ONE, minute(index));
    await expect.poll(() => structure.asked.slice(asked).includes('/api/delta/poll'), { timeout: 10_000 }).toBe(true);
    expect(structure.asked.slice(asked).filter((path) => path === '/api/delta/poll').length).toBeLessThan(5);
  });

  it('repaints what a corrected candle changed, after a restart of the server', async () => {
    await showLayers();
    const asked = structure.asked.length;
    await server.stop();
    await shows('[data-connection=reconnecting]');
    const before = await page.locator('.canvas').screenshot();
    const spike = { ...minute(STORED - 20), high: minute(STORED - 20).high * 1.02 };
    server.desk.putSilently(ONE, [spike]);
    await server.start();
    await shows('[data-connection=live]');
    await expect.poll(() => structure.asked.slice(asked), { timeout: 10_000 }).toContain('/api/frame/live');
    await expect.poll(async () => (await page.locator('.canvas').screenshot()).equals(before)).toBe(false);
    await page.mouse.move(0, 0);
    server.desk.putSilently(ONE, minutes.slice(STORED, STORED + 30));
    server.cut();
    await shows(`[data-closed-len="${STORED + 30}"]`);
  });

  it('says what to do while structure lags behind', async () => {
    structure.health = { status: 'red', status_reason: 'lagging_many_candles' };
    await showLayers();
    await page.locator('[data-factor-draw-status=red]').waitFor();
    await page.getByTestId('health-note').filter({ hasText: 'do not trade on them' }).waitFor();
    await shot('health-red');
    structure.health = { status: 'green', status_reason: 'up_to_date' };
    await page.getByTestId('health-note').waitFor({ state: 'detached', timeout: 10_000 });
  });

  it('draws with each tool, by pointer and by keyboard, and shows its keys (9.1)', async () => {
    await showLayers();
    const data = async (name: string) => page.getByTestId('chart-view').getAttribute(`data-${name}`);
    for (const [key, tool] of [
      ['m', 'measure'],
      ['f', 'fib'],
    ] as const) {
      await page.keyboard.press(key);
      await shows(`[data-tool=${tool}]`);
      await page.mouse.click(500, 300);
      await page.mouse.move(760, 420);
      await page.mouse.click(760, 420);
      await expect.poll(() => data('drawing')).toBe(tool);
      await shot(tool);
    }
    await page.getByTestId('tool-long').click();
    await shows('[data-tool=long]');
    await page.mouse.click(500, 300);
    await page.mouse.move(760, 360);
    await page.mouse.click(760, 360);
    const lossAndRatio = async () => {
      const [entry, stop] = [await number('position-entry'), await number('position-stop')];
      return [stop < entry, ((await number('position-target')) - entry) / (entry - stop)];
    };
    await expect.poll(lossAndRatio).toEqual([true, expect.closeTo(2, 6)]);
    await shot('long');
    await page.keyboard.press('s');
    await expect.poll(() => data('drawing')).toBe('');
    await page.keyboard.press('Enter');
    await expect.poll(() => number('position-entry')).toBe(await number('last-close'));
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => number('position-ratio')).toBe(2.5);
    const held = await number('position-stop');
    await page.keyboard.press('Shift+ArrowUp');
    await expect.poll(() => number('position-stop')).toBeGreaterThan(held);
    await shot('short');
    await page.keyboard.press('Escape');
    await expect.poll(async () => [await data('drawing'), await data('tool')]).toEqual(['', 'cursor']);
    await page.keyboard.press('?');
    await page.locator('[data-testid=help-overlay][open]').waitFor();
    await shot('help');
    await page.keyboard.press('Escape');
    await page.locator('[data-testid=help-overlay]:not([open])').waitFor({ state: 'attached' });
  });

  it('runs a backtest where a server offers one, and shows what it printed (8, 9.3)', async () => {
    server.answers.set('/api/backtest/strategies', { strategies: ['DemoStrategy'] });
    server.answers.set('/api/backtest/pair_timeframes', { pair: 'BTC/USDT', trading_mode: 'mock' });
    server.answers.set('/api/backtest/run', { ok: true, exit_code: 0, stdout: 'strategy=DemoStrategy\nresult=ok' });
    await page.goto(server.address);
    await page.getByTestId('bottom-tab-backtest').click();
    await page.locator('[data-testid=backtest-panel][data-trading-mode=mock]').waitFor();
    await page.getByTestId('backtest-strategy-select').selectOption('DemoStrategy');
    await page.getByTestId('backtest-timerange').fill('20260101-20260201');
    await page.getByTestId('backtest-run').click();
    await page.getByTestId('backtest-output').filter({ hasText: 'result=ok' }).waitFor();
  });

  it('fits a phone in Chinese, and says where a server offers no replay', async () => {
    await page.context().close();
    page = await openPage({ locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 780 } });
    await showLayers();
    await shot('phone-zh');
    await page.getByTestId('mode-toggle').click();
    await page.locator('[data-testid=replay-failure][data-failure=off]').waitFor();
    await shows('[data-replay-mode=live][data-replay-status=failed]');
    await shot('phone-zh-no-replay');
    await page.getByTestId('replay-exit').click();
    await page.getByTestId('layers-toggle').click();
    await page.getByTestId('factor-panel').waitFor();
    await shot('phone-zh-panel');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});
