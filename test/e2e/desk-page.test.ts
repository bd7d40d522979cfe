/**
 * The operator's desk in a real browser, over a running trade on the simulated exchange: logging in, what each panel says
 * against what the routes answer, and the emergency (R9-1). Settings and steering go through the guard like everything.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createMemorySettingStore } from '../../src/adapters/memory/memory-setting-store.ts';
import type {
  BalancesAnswer,
  DeskChartAnswer,
  DeskStatus,
  EquityAnswer,
  FunnelAnswer,
  MlAnswer,
  PoolAnswer,
  PositionsAnswer,
  RiskAnswer,
  TradesAnswer,
} from '../../src/api/contract.ts';
import { HotCoinConfigEditor } from '../../src/app/hotcoin/config-editor.ts';
import { epochMs } from '../../src/core/time.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { CHROMIUM, launchChromium } from '../fixtures/chromium.ts';
import { type DeskWords, hearDesk } from '../fixtures/desk-copy.ts';
import { guardWith, type OperatorGuard } from '../fixtures/desk-guard.ts';
import { itLooksRight } from '../fixtures/desk-looks.ts';
import { DeskPage } from '../fixtures/desk-page.ts';
import { type MinuteModel, minuteModel } from '../fixtures/minute-model.ts';
import { describeWhere } from '../fixtures/shared-data.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
const PASSPHRASE = 'nine slow barges at dawn';
const STEP_UP_MS = 5 * MINUTE_MS;
const clock = createWallClock();
/** Time of the guard alone: the passphrase of the login grows old in it at once. */
const doorClock = createManualClock(epochMs(Date.now()));
const soon = { timeout: 15_000, interval: 50 };

describeWhere(CHROMIUM, `no Chromium at ${CHROMIUM}`)('the desk on the web', () => {
  let run: TradingRun;
  let operator: OperatorGuard;
  let browser: Browser;
  let desk: DeskPage;
  let words: DeskWords;
  let models: MinuteModel;

  beforeAll(async () => {
    operator = await guardWith(PASSPHRASE, doorClock);
    models = await minuteModel();
    const environment = { HOTCOIN_EXECUTE: '1' };
    run = await TradingRun.start({
      scenario: burstMarket(move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m')),
      venue: 'exchange',
      desk: 'served',
      guard: operator.guard,
      models: models.home,
      editor: new HotCoinConfigEditor({ store: createMemorySettingStore(), environment, clock }),
    });
    // Until the first tier is sold: something is held, and one leg is closed.
    const runner = run.desk.ports().runner() ?? expect.unreachable('no runner');
    const isThere = (): boolean => runner.queries.recentTrades(1).length > 0 && held() === 1;
    await run.passUntil(isThere, { limitMs: 35 * MINUTE_MS, what: 'a tier is sold' });
    await run.pass(5_000);
    words = structuredClone(await hearDesk(run.desk.ports(), 'HOTUSDT'));
    browser = await launchChromium();
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 900 } });
    desk = await DeskPage.open(context, run.deskUrl);
  });

  afterAll(async () => {
    await browser?.close();
    await run?.close();
    operator?.remove();
    models?.remove();
    clock.close();
    doorClock.close();
  });

  function held(): number {
    return viewPortfolio(run.trading.portfolio).positions.length;
  }

  it('R9-1: one story: who is not known is let in by the passphrase only, every panel says what the routes say, one confirmation sells nothing, two sell everything', async () => {
    await logIn();
    await showEveryPanel();
    await showTrade();
    await changeSettings();
    await pauseAndResume();
    await askOnce();
    await askTwice();
    await acknowledge();
    await endSession();
    await loseServer();
    expect(desk.errors).toEqual([]);
  });

  itLooksRight(() => ({ browser, words }));

  async function logIn(): Promise<void> {
    await desk.part('login').waitFor();
    await desk.login('not the passphrase');
    await desk.page.getByText('That is not the passphrase.').waitFor();
    expect(await desk.part('head').count(), 'nothing is shown to who is not known').toBe(0);
    await desk.shot('login');
    await desk.login(PASSPHRASE);
    await desk.isLive();
    expect(await desk.part('mode').textContent()).toBe('REAL MONEY');
    expect(await desk.page.evaluate('document.cookie'), 'no script reads the session').toBe('');
  }

  /** What a part says, with its spaces as one. */
  const said = async (testId: string): Promise<string> =>
    ((await desk.part(testId).first().textContent()) ?? '').replace(/\s+/g, ' ');

  async function showEveryPanel(): Promise<void> {
    const status = await desk.ask<DeskStatus>('/hotcoin/api/status');
    await expect.poll(() => said('equity'), soon).toBe(money(status.equity));
    expect(await said('cash')).toBe(money(status.cash));
    expect(await said('pool-size')).toBe(String(status.pool_size));
    expect(await desk.part('engine').getAttribute('data-state')).toBe(status.engine_state);
    const risk = await desk.ask<RiskAnswer>('/hotcoin/api/risk');
    for (const { layer, used } of risk.layers) {
      expect(await desk.part(`limit-${layer}`).getAttribute('data-used'), layer).toBe(String(used));
    }
    await showCurve(status);
    await showPositions();
    await desk.show('candidates');
    const [coin] = (await desk.ask<PoolAnswer>('/hotcoin/api/pool')).coins;
    expect(await said('candidates')).toContain(coin?.heat_score.toFixed(1));
    const funnel = await desk.ask<FunnelAnswer>('/hotcoin/api/funnel');
    for (const { stage, count } of funnel.stages) {
      expect(await desk.page.locator(`[data-stage=${stage}] b`).textContent(), stage).toBe(String(count));
    }
    await desk.show('signals');
    await desk.page.getByRole('button', { name: 'HOTUSDT' }).click();
    await desk.page.locator('[data-testid=grounds] [data-timeframe="15m"]').waitFor();
    await desk.show('risk');
    expect(await desk.page.locator('[data-layer][data-state=ok]').count()).toBe(5);
    await desk.show('orders');
    const { balances } = await desk.ask<BalancesAnswer>('/hotcoin/api/balances');
    for (const { asset, total } of balances) {
      await expect.poll(() => desk.page.locator(`[data-row="${asset}"]`).textContent(), soon).toContain(total);
    }
    expect(await said('weight')).toMatch(/spot\d+ of 6000/);
    await desk.show('feed');
    expect(await said('posts')).toContain('No posts');
    await showModel();
    await showEvents();
  }

  async function showModel(): Promise<void> {
    await desk.show('models');
    const { model, counts, predictions } = await desk.ask<MlAnswer>('/hotcoin/api/ml');
    expect(await said('ml-model')).toMatch(/watching.*trade 1m.*production.*served/);
    expect(await said('ml-hash')).toBe(model?.hash.slice(0, 12));
    expect(await said('ml-count-predictions')).toBe(String(counts.predictions));
    expect(await said('ml-auc')).toBe('– promised 0.610');
    const [newest] = predictions;
    await desk.page.locator('[data-testid=ml-predictions] .row-choice').first().click();
    expect(await said('ml-grounds')).toContain(`${newest?.reasons[0]?.name}`);
  }

  /** What the curve says is what the figures say, whatever the span. */
  async function showCurve({ equity, day_pnl }: DeskStatus): Promise<void> {
    const chart = (name: string) => desk.part('equity-chart').getAttribute(`data-${name}`);
    await expect.poll(() => chart('last'), soon).toBe(String(Number(equity)));
    const { bars, change, high, low, step_sec } = await desk.ask<EquityAnswer>('/hotcoin/api/equity');
    expect([await chart('bars'), await chart('step')]).toEqual([String(bars.length), String(step_sec)]);
    expect(change?.amount).toBe(day_pnl);
    expect(await said('equity-change')).toContain(money(day_pnl));
    expect([await said('equity-high'), await said('equity-low')]).toEqual([money(high ?? ''), money(low ?? '')]);
    const label = await desk.part('equity-chart').getAttribute('aria-label');
    expect(label).toContain(`to ${money(equity)}`);
    await desk.page.locator('[data-testid=equity-span]').click();
    await desk.page.getByRole('option', { name: '7 days' }).click();
    await expect.poll(() => desk.part('equity-chart').getAttribute('aria-label'), soon).toContain('Equity, 7 days');
    await run.pass(2 * MINUTE_MS);
    const later = await desk.ask<DeskStatus>('/hotcoin/api/status');
    await expect.poll(() => chart('last'), soon).toBe(String(Number(later.equity)));
    expect(Number(await chart('bars'))).toBe(bars.length + 2);
  }

  async function showPositions(): Promise<void> {
    await desk.show('positions');
    const [position] = (await desk.ask<PositionsAnswer>('/hotcoin/api/positions')).positions;
    if (position === undefined) return expect.unreachable('nothing is held');
    await desk.page.getByRole('button', { name: position.symbol }).click();
    const row = await said('positions');
    expect(row).toContain('on the exchange');
    expect(row).toContain(`${position.naked_sec.toFixed(1)} s`);
    expect(await said('position-detail')).toContain('T1 at +5.00 %');
    expect(await said('position-detail')).toContain('sold');
    await desk.shot('positions');
  }

  async function showEvents(): Promise<void> {
    await desk.show('events');
    await desk.part('events').waitFor();
    await desk.part('event-kind').click();
    await desk.page.getByRole('option', { name: 'position closed' }).click();
    await desk.page.getByText('Nothing here.').waitFor();
    await desk.part('event-kind').click();
    await desk.page.getByRole('option', { name: 'entry approved' }).click();
    await desk.page.locator('[data-event] [data-kind=entry_approved]').waitFor();
    await desk.page.locator('[data-event] summary').first().click();
    await desk.page.getByRole('button', { name: /^Chain / }).click();
    await desk.part('clear-trace').waitFor();
  }

  async function showTrade(): Promise<void> {
    await desk.show('trades');
    const { trades } = await desk.ask<TradesAnswer>('/hotcoin/api/trades');
    expect(await said('trades')).toContain(money(String(trades[0]?.pnl_net)));
    await desk.page.locator('[data-testid=trades] .row-choice').first().click();
    const chart = await desk.ask<DeskChartAnswer>('/hotcoin/api/chart?symbol=HOTUSDT&interval=1m&days=3');
    await desk.page.locator(`[data-testid=trade-chart][data-markers="${chart.markers.length}"]`).waitFor();
    expect(chart.markers.map(({ side }) => side)).toEqual(['BUY', 'SELL']);
    await desk.page.locator('[data-testid=trade-detail] [data-testid=why] li').first().waitFor();
    const buy = chart.markers[0];
    await desk.page.locator('[data-testid=points] [data-side=BUY]').click();
    await desk.page.locator(`[data-testid=trade-chart][data-chosen="${buy?.client_order_id}"]`).waitFor();
    await desk.page.locator(`[data-testid=chain][data-trace="${buy?.trace_id}"] [data-kind=entry_approved]`).waitFor();
    await desk.shot('trades');
  }

  async function changeSettings(): Promise<void> {
    await desk.show('settings');
    const heat = desk.page.locator('[data-setting="trading.min_entry_heat"]');
    await heat.locator('input').fill('200');
    await heat.getByRole('alert').waitFor();
    expect(await desk.part('settings-save').isDisabled(), 'what is out of bounds is not sent').toBe(true);
    await heat.locator('input').fill('35');
    await desk.part('settings-check').click();
    await desk.part('settings-preview').waitFor();
    expect(run.trading.decisions.config.rules.heatMin, 'a check changes nothing').not.toBe(35);
    await desk.part('settings-save').click();
    await desk.part('settings-saved').waitFor();
    expect(run.trading.decisions.config.rules.heatMin).toBe(35);
    await desk.part('settings-raw-tab').click();
    await desk.part('settings-raw').fill('{"trading": {"min_entry_heat": 5000}}');
    await desk.part('settings-save').click();
    expect(await desk.part('settings-problems').textContent()).toContain('min_entry_heat');
    expect(run.trading.decisions.config.rules.heatMin).toBe(35);
  }

  async function pauseAndResume(): Promise<void> {
    await desk.show('overview');
    for (const reason of ['news', null]) {
      await expect.poll(() => said('entries'), soon).toBe(reason === null ? 'Resume entries' : 'Pause entries');
      await desk.page.keyboard.press('p');
      if (reason !== null) await desk.page.locator('#pause-reason').fill(reason);
      await desk.part('entries-dialog-send').click();
      await expect.poll(() => run.trading.decisions.pause, soon).toBe(reason);
      await expect.poll(() => desk.part('entries-dialog').count(), soon).toBe(0);
      await run.pass(1_000);
    }
  }

  async function askOnce(): Promise<void> {
    const before = desk.posts.length;
    await desk.part('emergency').click();
    await desk.part('emergency-first').click();
    expect(await desk.part('emergency-second').isDisabled()).toBe(true);
    await desk.page.keyboard.press('Enter');
    await desk.page.keyboard.press('Escape');
    await expect.poll(() => desk.part('emergency-dialog').count(), soon).toBe(0);
    await run.pass(2_000);
    expect([desk.posts.length - before, held(), run.trading.decisions.emergency]).toEqual([0, 1, null]);
  }

  async function askTwice(): Promise<void> {
    const before = desk.posts.length;
    await desk.part('emergency').click();
    expect(await said('emergency-held')).toContain('1 position worth');
    await desk.part('emergency-first').click();
    // The page thinks that the passphrase of the login is enough; the guard knows better, and the page asks for it.
    await doorClock.advance(STEP_UP_MS + 1);
    await desk.part('proof').fill('sell');
    await desk.page.keyboard.press('Enter');
    await desk.page.getByText('The passphrase is wanted once more').waitFor();
    expect(held(), 'without it nothing is sold').toBe(1);
    await desk.part('proof').fill('a wrong one');
    await desk.page.keyboard.press('Enter');
    await desk.page.getByText('That is not the passphrase.').waitFor();
    expect(desk.posts.slice(before)).toEqual(['/hotcoin/api/emergency_close', '/hotcoin/api/step_up']);
    expect(held(), 'a wrong passphrase sells nothing').toBe(1);
    await desk.shot('emergency');
    await desk.part('proof').fill(PASSPHRASE);
    await desk.page.keyboard.press('Enter');
    await expect.poll(() => run.trading.decisions.emergency, soon).not.toBeNull();
    await run.passUntil(() => held() === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });
    await expect.poll(() => said('emergency-outcome'), soon).toBe('Everything is sold: 1 closed.');
    const sent = ['/hotcoin/api/step_up', '/hotcoin/api/emergency_close'];
    expect(desk.posts.slice(before + 2)).toEqual(sent);
    await desk.part('emergency-close').click();
  }

  async function acknowledge(): Promise<void> {
    await desk.show('risk');
    await desk.part('acknowledge-emergency').click();
    await desk.part('acknowledge-dialog-send').click();
    await expect.poll(() => run.trading.decisions.emergency, soon).toBeNull();
    await expect.poll(() => desk.part('emergency-note').count(), soon).toBe(0);
  }

  async function endSession(): Promise<void> {
    await desk.part('logout').click();
    await desk.part('login').waitFor();
    expect(await desk.ask<{ detail: string }>('/hotcoin/api/status')).toEqual({ detail: 'login_required' });
    await desk.login(PASSPHRASE);
    await desk.isLive();
  }

  async function loseServer(): Promise<void> {
    await desk.show('overview');
    await run.end();
    await expect.poll(() => said('stale'), soon).toMatch(/STALE: nothing heard for [\d.]+ s.*Next attempt in/);
    expect(await desk.part('link').getAttribute('data-link')).toMatch(/reconnecting|offline/);
    expect(await desk.part('equity').count(), 'what was known stays, marked as old').toBe(1);
    await desk.shot('stale');
  }
});

/** As the page writes money. */
function money(amount: string): string {
  return Number(amount).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
