/**
 * Money moved from the operator's desk in a real browser, over a running trade on the simulated exchange: selling one of
 * two positions, and acknowledging a halt after a drawdown. In Chinese, so that what is asked and told is read in it too.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { epochMs } from '../../src/core/time.ts';
import { burstsMarket, move } from '../fixtures/burst-market.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { guardWith, type OperatorGuard } from '../fixtures/desk-guard.ts';
import { DeskPage, PANEL_NAMES } from '../fixtures/desk-page.ts';
import { describeWhere } from '../fixtures/shared-data.ts';
import { coin, legs, positionOf, positionsOf } from '../fixtures/trading-checks.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
const PASSPHRASE = 'nine slow barges at dawn';
const soon = { timeout: 15_000, interval: 50 };

/** Both coins may have half of the capital, and a fall of 5 % of equity halts for two minutes and until it is seen. */
const SETTINGS = {
  trading: { sl_min_pct: 0.49, sl_max_pct: 0.5, default_sl_pct: -0.5, black_swan: [] },
  execution: {
    max_single_position_pct: 0.5,
    max_sector_exposure_pct: 1,
    max_total_exposure_pct: 1,
    single_coin_max_loss_pct: 1,
    risk_per_trade_pct: 0.6,
    daily_max_loss_pct: 1,
    total_drawdown_halt_pct: 0.05,
    cooling_after_halt_sec: 120,
    max_concurrent_positions: 2,
  },
};

/** Words that stand in any language: symbols, ids, settings' names, rules of the books. */
const ENGLISH_SENTENCE = /[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}/;

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('money on the desk', () => {
  const doorClock = createManualClock(epochMs(Date.now()));
  let run: TradingRun;
  let operator: OperatorGuard;
  let browser: Browser;
  let desk: DeskPage;

  beforeAll(async () => {
    operator = await guardWith(PASSPHRASE, doorClock);
    run = await TradingRun.start({
      scenario: burstsMarket(
        [
          { symbol: 'HOTUSDT', minute: 15 },
          { symbol: 'WARMUSDT', minute: 15 },
        ],
        move('20m', 'price: -25%, for: 60s', 'WARMUSDT'),
      ),
      settings: SETTINGS,
      venue: 'exchange',
      desk: 'served',
      guard: operator.guard,
    });
    await run.passUntil(() => positionsOf(run).length === 2, { limitMs: 19 * MINUTE_MS, what: 'two coins are held' });
    await run.pass(5_000);
    browser = await launchChromium();
    const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1360, height: 900 } });
    desk = await DeskPage.open(context, run.deskUrl);
    await desk.part('login').waitFor();
    await desk.login(PASSPHRASE);
    await desk.isLive();
  });

  afterAll(async () => {
    await browser?.close();
    await run?.close();
    operator?.remove();
    doorClock.close();
  });

  it('one story: the position that was chosen is sold after its passphrase, a halt is acknowledged, and no panel says anything in English', async () => {
    await sellOne();
    await acknowledgeHalt();
    await readPanels();
    expect(desk.errors).toEqual([]);
  });

  /** Taking it back sends nothing, a word is no passphrase, and the other position stays. */
  async function sellOne(): Promise<void> {
    await desk.show('positions');
    await desk.page.locator('[data-testid=positions] .row-choice', { hasText: 'HOTUSDT' }).click();
    await desk.part('sell-position').waitFor();
    const before = desk.posts.length;
    await desk.part('sell-position').click();
    await desk.page.keyboard.press('Escape');
    await expect.poll(() => desk.part('sell-dialog').count(), soon).toBe(0);
    await run.pass(2_000);
    expect([desk.posts.length, positionsOf(run).length]).toEqual([before, 2]);

    await doorClock.advance(10 * MINUTE_MS);
    await desk.part('sell-position').click();
    await desk.part('proof').fill('SELL');
    await desk.page.keyboard.press('Enter');
    await desk.page.locator('[data-testid=sell-dialog] .trouble').waitFor();
    expect(positionsOf(run), 'a word is no passphrase').toHaveLength(2);
    await desk.part('proof').fill(PASSPHRASE);
    await desk.page.keyboard.press('Enter');
    await expect.poll(() => desk.part('sell-dialog').count(), soon).toBe(0);
    await run.passUntil(() => positionOf(run, coin('HOT')) === null, { limitMs: MINUTE_MS, what: 'it is sold' });
    await run.pass(2_000);
    expect(positionOf(run, coin('WARM')), 'the other one stays').not.toBeNull();
    expect(legs(run)).toEqual(['operator']);
    await expect.poll(() => desk.page.locator('[data-testid=positions] tbody tr').count(), soon).toBe(1);
    await desk.show('trades');
    await expect.poll(async () => (await desk.part('trades').textContent()) ?? '', soon).toContain('操作员');
  }

  /** What was seen is one thing, that its time is over another: entries begin when both are. */
  async function acknowledgeHalt(): Promise<void> {
    await run.passUntil(() => run.trading.decisions.halt !== null, { limitMs: 20 * MINUTE_MS, what: 'a halt begins' });
    // How trading stands is measured once a round.
    await run.pass(12_000);
    expect(legs(run)).toEqual(['operator', 'drawdown']);
    await desk.show('risk');
    await desk.part('halt').waitFor();
    await desk.shot('halt-zh');
    expect(await desk.page.locator('[data-layer=L5]').getAttribute('data-state')).toBe('latched');
    await expect.poll(() => desk.part('engine').getAttribute('data-state'), soon).toBe('blocked');
    const before = desk.posts.length;
    await desk.part('acknowledge-halt').click();
    await desk.page.keyboard.press('Escape');
    await expect.poll(() => desk.part('acknowledge-dialog').count(), soon).toBe(0);
    expect(desk.posts.length, 'taking it back sends nothing').toBe(before);
    await desk.part('acknowledge-halt').click();
    await desk.part('acknowledge-dialog-send').click();
    await expect.poll(() => run.trading.decisions.halt?.isAcknowledged ?? null, soon).toBe(true);
    await run.pass(1_000);
    await expect.poll(() => desk.part('acknowledge-halt').count(), soon).toBe(0);
    expect(await desk.part('halt').count(), 'its time is not over').toBe(1);
    await run.passUntil(() => run.trading.decisions.halt === null, {
      limitMs: 5 * MINUTE_MS,
      what: 'the halt is over',
    });
    await run.pass(2_000);
    await expect.poll(() => desk.part('halt').count(), soon).toBe(0);
  }

  async function readPanels(): Promise<void> {
    const found: Record<string, readonly string[]> = {};
    for (const panel of PANEL_NAMES) {
      await desk.show(panel);
      if (panel === 'signals') await desk.page.locator('[data-testid=panel-signals] .row-choice').first().click();
      if (panel === 'trades') {
        await desk.page.locator('[data-testid=trades] .row-choice').first().click();
        await desk.page.locator('[data-testid=trade-detail] [data-testid=why] li').first().waitFor();
      }
      const text = await desk.page.evaluate('document.body.innerText');
      found[panel] = String(text)
        .split('\n')
        .filter((line) => ENGLISH_SENTENCE.test(line));
    }
    expect(found).toEqual(Object.fromEntries(PANEL_NAMES.map((panel) => [panel, []])));
  }
});
