/**
 * Another capital over records that trade already: it is paid in or out with the next start, once, and changes neither
 * results nor positions. What is held is never paid out.
 */
import { expect, it } from 'vitest';
import { equityAnswer, eventsAnswer, riskAnswer } from '../../src/api/contract.ts';
import { EVENT_PAYLOADS } from '../../src/app/trading/exports/event-line.ts';
import { divide, subtract, toDecimalText, toFloat } from '../../src/core/decimal.ts';
import type { PortfolioView } from '../../src/model/position.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  expectSettled,
  HOT,
  MINUTE_MS,
  owned,
  positionOf,
  positionsOf,
  trackRuns,
} from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();
const withCapital = (initial_capital: number) => ({ execution: { initial_capital } });
const scenario = burstMarket(move('22m', 'price: -9%, volume: 5x, for: 1m'));

const view = (run: TradingRun): PortfolioView => viewPortfolio(run.trading.portfolio);
const gainOfToday = (run: TradingRun): string => toDecimalText(subtract(view(run).equity, view(run).dayStartEquity));
const fallOf = ({ peak, equity }: PortfolioView): number => toFloat(divide(subtract(peak, equity), peak));

async function ask(run: TradingRun, path: string): Promise<unknown> {
  return (await fetch(`${run.deskUrl}${path}`)).json();
}

it('bug: records kept the capital they began with: more is paid in at the next start, once, and is no gain', async () => {
  const run = await start({ scenario, desk: 'served', settings: withCapital(1_000) });
  await bought(run);
  await run.pass(2 * MINUTE_MS);
  const before = view(run);
  const gained = gainOfToday(run);
  await run.end();
  await run.begin(withCapital(3_000));
  const after = view(run);
  expect(toDecimalText(after.initialCapital)).toBe('3000');
  expect(toDecimalText(subtract(after.cash, before.cash))).toBe('2000');
  expect(gainOfToday(run)).toBe(gained);
  expect(fallOf(after)).toBeCloseTo(fallOf(before), 12);
  expect(positionOf(run, HOT)?.quantity).toBe(positionOf(run, HOT)?.quantityInitial);
  expect(await owned(run, 'USDT'), 'the wallet of paper has what was paid in').toBe(after.cash);
  expect(run.told('capitalChanged')).toMatchObject([{ from: before.initialCapital, to: after.initialCapital }]);

  await run.pass(2 * MINUTE_MS);
  const risk = riskAnswer.parse(await ask(run, '/hotcoin/api/risk'));
  expect(risk.initial_capital).toBe('3000');
  expect(Number(risk.single_limit)).toBeCloseTo(0.1 * Number(risk.capital), 6);
  const history = equityAnswer.parse(await ask(run, '/hotcoin/api/equity'));
  expect(Math.abs(Number(history.change?.amount)), 'no gain of 2000').toBeLessThan(50);
  expect(history.max_drawdown).toBeLessThan(0.05);
  const { events } = eventsAnswer.parse(await ask(run, '/hotcoin/api/events?type=capital'));
  expect(events.map(({ payload }) => EVENT_PAYLOADS.capital.parse(payload))).toEqual([
    { from: '1000', to: '3000', refused: null },
  ]);

  const cash = view(run).cash;
  await run.crash();
  await run.begin(withCapital(3_000));
  expect(view(run).cash, 'a kill pays nothing in twice').toBe(cash);
  expect(run.told('capitalChanged')).toHaveLength(1);
});

it('what is held is not paid out: the capital stays, exits go on, and a start after the sale pays it out', async () => {
  const run = await start({ scenario, settings: withCapital(1_000) });
  await bought(run);
  const held = view(run);
  await run.end();
  await run.begin(withCapital(20));
  const cost = subtract(held.initialCapital, held.cash);
  expect(toFloat(cost), 'the sale is of more than what would be left').toBeGreaterThan(20);
  expect(run.told('capitalKept')).toMatchObject([{ capital: held.initialCapital, cash: held.cash }]);
  expect(view(run).initialCapital).toBe(held.initialCapital);
  expect(await owned(run, 'USDT')).toBe(held.cash);
  await run.pass(30_000);
  const { state, reasons } = run.trading.decisions.health;
  expect([state, reasons], 'the larger capital is not spent').toEqual(['blocked', ['capital_not_paid_out']]);
  await run.passUntil(() => positionsOf(run).length === 0, { limitMs: 25 * MINUTE_MS, what: 'the fall is stopped' });
  const result = subtract(view(run).cash, held.initialCapital);
  await run.end();
  await run.begin(withCapital(20));
  expect(run.told('capitalChanged')).toHaveLength(1);
  expect(toDecimalText(view(run).initialCapital)).toBe('20');
  expect(subtract(view(run).cash, view(run).initialCapital)).toBe(result);
  await run.pass(2 * MINUTE_MS);
  expect(run.trading.decisions.health.state).toBe('tradeable');
});

it('less capital at the exchange bounds the next buys, and the account is what the ledger says', async () => {
  const run = await start({ scenario, venue: 'exchange', settings: withCapital(1_000) });
  const begun = { usdt: await owned(run, 'USDT') };
  await bought(run);
  await run.crash();
  await run.begin(withCapital(600));
  await run.pass(20_000);
  expect(toDecimalText(view(run).initialCapital)).toBe('600');
  await expectSettled(run, begun);
  await run.passUntil(() => positionsOf(run).length === 0, { limitMs: 25 * MINUTE_MS, what: 'the fall is stopped' });
  await run.pass(2_000);
  await expectSettled(run, begun);
  expect(run.trading.reconciliation).toBe('clean');
});
