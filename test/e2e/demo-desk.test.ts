/**
 * `hotwick demo` as a newcomer meets it: charts at `/`, and a desk that trades on paper at `/hotcoin/`, in one program.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeskStatus, deskHealth, deskStatus, type TradesAnswer } from '../../src/api/contract.ts';
import { createDeskClient } from '../../src/client/index.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { DeskPage, PANEL_NAMES, type PanelName } from '../fixtures/desk-page.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';
import { describeWhere } from '../fixtures/shared-data.ts';

let program: HotwickProcess;
let url = '';

beforeAll(async () => {
  program = new HotwickProcess(['demo', '--port', '0', '--seed', '5']);
  [, url = ''] = await program.match(/desk +(http:\/\/127\.0\.0\.1:\d+)\/hotcoin\//);
});

afterAll(async () => {
  await program.end();
});

describe('the demo', () => {
  it('shows a desk at work beside the charts, and pages of others can not command it', async () => {
    const health = deskHealth.parse(await (await fetch(`${url}/hotcoin/health`)).json());
    expect(['ok', 'degraded', 'blocked', 'stopped']).toContain(health.status);
    const charts = await Promise.all(
      ['/api/hotwick/info', '/hotcoin/', '/openapi.json'].map((path) => fetch(url + path)),
    );
    expect(charts.map(({ status }) => status)).toEqual([200, 200, 200]);
    const foreign = { method: 'POST', headers: { origin: 'http://elsewhere.example' }, body: '{"action":"pause"}' };
    expect((await fetch(`${url}/hotcoin/api/entries`, foreign)).status).toBe(403);
    const desk = createDeskClient({ url });
    try {
      for await (const update of desk.watch(['status'])) {
        if (update.kind !== 'topic' || update.topic !== 'status' || !update.data.running) continue;
        expect(deskStatus.parse(update.data)).toMatchObject({ mode: 'paper', running: true, execution_enabled: true });
        break;
      }
    } finally {
      desk.close();
    }
  });
});

/** Market time runs thirty times as fast, and the first coin is bought in its twentieth minute. */
const BOUGHT_MS = 150_000;
/** It, the panels and two questions. */
const WHOLE_MS = 2 * BOUGHT_MS + 60_000;
const soon = { timeout: 20_000, interval: 100 };

/** What each panel has to show of a market that has begun to burst. */
const SHOWN: Readonly<Record<PanelName, string>> = {
  overview: '[data-testid=equity-chart]',
  candidates: '[data-testid=candidates] [data-row]',
  signals: '[data-testid=signals] [data-row]',
  positions: '[data-testid=positions] [data-row]',
  trades: '[data-testid=trades]',
  risk: '[data-layer=L5]',
  orders: '[data-row=USDT]',
  feed: '[data-testid=posts]',
  events: '[data-testid=events] .event-place',
  settings: '.setting',
  models: '[data-testid=ml-model]',
};

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the demo in a browser', () => {
  let browser: Browser;
  let desk: DeskPage;

  beforeAll(async () => {
    browser = await launchChromium();
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 900 } });
    desk = await DeskPage.open(context, url);
    await desk.isLive();
  });
  afterAll(() => browser?.close());

  const status = (): Promise<DeskStatus> => desk.ask<DeskStatus>('/hotcoin/api/status');
  const text = async (testId: string): Promise<string> => (await desk.part(testId).first().textContent()) ?? '';

  /** The market of the demo goes on whatever the test does: it sells by its own stops, and buys the next coin. */
  const untilHeld = async (): Promise<void> => {
    await expect.poll(async () => (await status()).positions > 0, { timeout: BOUGHT_MS, interval: 100 }).toBe(true);
  };
  const soldByEmergency = async (): Promise<number> => {
    const { trades } = await desk.ask<TradesAnswer>('/hotcoin/api/trades?limit=100');
    return trades.filter(({ reason }) => reason === 'emergency').length;
  };

  /** Both confirmations without a mouse. */
  const emergencyByKeyboard = async (): Promise<void> => {
    const { keyboard } = desk.page;
    const focused = (): Promise<string> => desk.page.evaluate("document.activeElement?.dataset.testid ?? ''");
    await keyboard.press('x');
    await expect.poll(() => desk.page.evaluate("document.activeElement?.id ?? ''"), soon).toBe('emergency-reason');
    await keyboard.type('tried without a mouse');
    for (const _ of ['cancel', 'go on']) await keyboard.press('Tab');
    await expect.poll(focused, soon).toBe('emergency-first');
    await keyboard.press('Enter');
    await expect.poll(focused, soon).toBe('proof');
    await keyboard.type('sell');
    await keyboard.press('Enter');
  };

  it(
    'R9-1: moves by itself, shows every panel, and sells on the second confirmation only, by mouse and by keyboard',
    async () => {
      await untilHeld();
      const before = await text('equity');
      await expect.poll(() => text('equity'), soon).not.toBe(before);
      for (const panel of PANEL_NAMES) {
        await desk.show(panel);
        await desk.page.locator(SHOWN[panel]).first().waitFor();
        await desk.shot(`demo-${panel}`);
      }
      await desk.part('emergency').click();
      await desk.part('emergency-first').click();
      await desk.page.keyboard.press('Escape');
      await expect.poll(() => desk.part('emergency-dialog').count(), soon).toBe(0);
      expect([desk.posts, (await status()).emergency, await soldByEmergency()]).toEqual([[], null, 0]);
      await untilHeld();
      await emergencyByKeyboard();
      await expect.poll(() => text('emergency-outcome'), soon).toMatch(/^Everything is sold: \d+ closed\.$/);
      const closed = Number(/\d+/.exec(await text('emergency-outcome'))?.[0]);
      expect((await soldByEmergency()) > 0, `${closed} were held then`).toBe(closed > 0);
      expect(desk.posts).toEqual(['/hotcoin/api/emergency_close']);
      expect(await status()).toMatchObject({ positions: 0, can_open_new_positions: false });
      await desk.page.keyboard.press('Escape');
      await expect.poll(() => desk.part('emergency-dialog').count(), soon).toBe(0);
      expect(desk.errors).toEqual([]);
    },
    WHOLE_MS,
  );
});
