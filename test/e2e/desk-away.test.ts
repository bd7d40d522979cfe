/**
 * The operator's desk in a real browser when something is away: the mouse, a reading that fails once, and the engine, which
 * ends while the page is open. What is not known is said to be unknown, never nothing, and what failed comes again.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDeskClient } from '../../src/client/index.ts';
import { burstMarket } from '../fixtures/burst-market.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { closedTrade, storeTrades } from '../fixtures/closed-trades.ts';
import { DeskPage } from '../fixtures/desk-page.ts';
import { describeWhere } from '../fixtures/shared-data.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

/** Closed over days before this one. */
const FORMER_TRADES = 250;

function writeFormerTrades(dir: string): void {
  const start = Date.UTC(2026, 5, 8);
  const trades = Array.from({ length: FORMER_TRADES }, (_, at) => closedTrade(start + at * 1_800_000, `hw${at}`));
  storeTrades(dir, trades);
}

const soon = { timeout: 20_000, interval: 50 };

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the desk while something is away', () => {
  let run: TradingRun;
  let browser: Browser;
  let desk: DeskPage;

  beforeAll(async () => {
    run = await TradingRun.start({ scenario: burstMarket([]), venue: 'exchange', desk: 'served' });
    await run.end();
    writeFormerTrades(run.dataDir);
    await run.begin();
    await run.pass(30_000);
    browser = await launchChromium();
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 900 } });
    desk = await DeskPage.open(context, run.deskUrl);
    await desk.isLive();
  });

  afterAll(async () => {
    await browser?.close();
    await run?.close();
  });

  const said = async (id: string): Promise<string> => (await desk.part(id).textContent()) ?? '';

  it('bug: one story: the keyboard gets into a question, what failed once comes by itself, and an engine that ended is not shown as zeros', async () => {
    await bareAddress();
    await keyboardAlone();
    await olderTrades();
    await settingsAgain();
    await eventsAgain();
    await engineEnds();
  });

  /** The path without its last slash leads to the page. */
  async function bareAddress(): Promise<void> {
    const answer = await fetch(`${run.deskUrl}/hotcoin`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/hotcoin/']);
  }

  /** Bug: the keyboard alone leads into the emergency and to its second confirmation, and does not get lost behind it. */
  async function keyboardAlone(): Promise<void> {
    const { keyboard } = desk.page;
    const isInside = (): Promise<boolean> =>
      desk.page.evaluate("document.querySelector('[role=alertdialog]')?.contains(document.activeElement) ?? false");
    const focused = (): Promise<string> => desk.page.evaluate("document.activeElement?.dataset.testid ?? ''");
    await keyboard.press('x');
    await expect.poll(isInside, soon).toBe(true);
    await keyboard.type('by keyboard');
    for (let turn = 0; turn < 7; turn++) {
      await keyboard.press('Tab');
      expect(await isInside(), 'the focus does not leave it').toBe(true);
    }
    // Seven turns of three parts: one behind the reason, which is to take it back.
    await keyboard.press('Tab');
    await expect.poll(focused, soon).toBe('emergency-first');
    await keyboard.press('Enter');
    await expect.poll(focused, soon).toBe('proof');
    await keyboard.type('sell');
    await expect.poll(() => desk.part('emergency-second').isEnabled(), soon).toBe(true);
    await keyboard.press('Escape');
    await expect.poll(() => desk.part('emergency-dialog').count(), soon).toBe(0);
    await desk.part('emergency').focus();
    await keyboard.press('Enter');
    await expect.poll(isInside, soon).toBe(true);
    await keyboard.press('Escape');
    await expect.poll(focused, { ...soon, message: 'back on what opened it' }).toBe('emergency');
  }

  /** Bug: more than a hundred trades could not be reached on the page. */
  async function olderTrades(): Promise<void> {
    await desk.show('trades');
    const rows = (): Promise<number> => desk.page.locator('[data-testid=trades] tbody tr').count();
    await expect.poll(rows, soon).toBe(100);
    const path = '**/hotcoin/api/trades?*';
    await desk.page.route(path, (route) => route.abort());
    await desk.part('older-trades').click();
    await expect.poll(() => said('older-trades'), soon).toBe('Retry now');
    await desk.page.unroute(path);
    await desk.part('older-trades').click();
    await expect.poll(rows, soon).toBe(200);
    await desk.part('older-trades').scrollIntoViewIfNeeded();
    await desk.shot('older-trades');
    await desk.part('older-trades').click();
    await expect.poll(rows, soon).toBe(FORMER_TRADES);
    expect(await desk.part('older-trades').count(), 'these are all').toBe(0);
    const client = createDeskClient({ url: run.deskUrl });
    const first = await client.trades(100);
    const second = await client.trades(100, first.next_before ?? expect.unreachable('there are older ones'));
    expect([second.trades.length, second.source]).toEqual([100, 'files']);
    expect((second.trades[0]?.exit_time ?? 0) < (first.trades.at(-1)?.exit_time ?? 0)).toBe(true);
  }

  /** Bug: settings that could not be read once come by themselves. */
  async function settingsAgain(): Promise<void> {
    const path = '**/hotcoin/config';
    await desk.page.route(path, (route) => route.fulfill({ status: 503, body: '{"detail":"shutting_down"}' }));
    await desk.show('settings');
    await desk.page.locator('[data-testid=panel-settings] [role=alert]').waitFor();
    await desk.page.unroute(path);
    await desk.part('settings-raw-tab').waitFor();
    expect(await desk.page.locator('[data-testid=panel-settings] [role=alert]').count()).toBe(0);
  }

  /** Bug: a log that could not be read has a way out, and comes by itself. */
  async function eventsAgain(): Promise<void> {
    const path = '**/hotcoin/api/events?*';
    await desk.page.route(path, (route) => route.abort());
    await desk.show('events');
    await desk.page.getByText('The server does not answer. It is asked again in a moment.').waitFor();
    expect([await desk.part('older').isEnabled(), await said('older')]).toEqual([true, 'Retry now']);
    await desk.page.unroute(path);
    await expect.poll(() => said('older'), soon).not.toBe('Retry now');
    expect(await desk.page.locator('[data-testid=panel-events] [role=alert]').count()).toBe(0);
  }

  /** Bug: when the engine ends under an open page nothing of its money is shown as zero, and nothing as not held. */
  async function engineEnds(): Promise<void> {
    await desk.show('overview');
    await expect.poll(() => said('mode'), soon).toBe('REAL MONEY');
    await run.desk.detach();
    await expect.poll(() => desk.part('engine').getAttribute('data-state'), soon).toBe('stopped');
    expect(await desk.part('mode').count(), 'an engine that is not there has no mode').toBe(0);
    expect([await said('equity'), await said('cash'), await said('position-count')]).toEqual(['–', '–', '–']);
    const text = String(await desk.page.evaluate('document.body.innerText'));
    expect(text).toContain('No engine is running behind this desk.');
    expect(text).not.toContain('Nothing is held.');
    for (const panel of ['positions', 'trades', 'risk', 'candidates', 'orders', 'feed'] as const) {
      await desk.show(panel);
      await desk.page.locator(`[data-testid=panel-${panel}]`, { hasText: 'No engine is running' }).waitFor();
    }
    await desk.show('overview');
    await desk.shot('no-engine');
    await desk.part('emergency').click();
    expect(await said('emergency-held')).toBe('What is held is not known here: no engine has told it.');
    expect(desk.errors).toEqual([]);
  }
});
