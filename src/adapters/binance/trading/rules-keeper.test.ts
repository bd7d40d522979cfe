import { afterEach, describe, expect, it, vi } from 'vitest';
import { CONTRACT_RULES } from '../../../../test/contract/venue-bench.ts';
import { startStillExchange } from '../../../../test/fixtures/still-exchange.ts';
import { addMs } from '../../../core/time.ts';
import type { Failure } from '../../../model/failure.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import { createManualClock } from '../../clock/manual-clock.ts';
import type { SimExchange } from '../../sim/sim-exchange.ts';
import { BINANCE_ENDPOINTS } from '../endpoints.ts';
import { RestClient } from '../rest-client.ts';
import { OrderBudget } from './order-budget.ts';
import { RulesKeeper } from './rules-keeper.ts';
import { TRADING_TIMINGS } from './trading-timings.ts';

const MINUTE = 60_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Scene = {
  readonly keeper: RulesKeeper;
  readonly faults: Failure[];
  readonly exchange: SimExchange;
  readonly asked: () => number;
  /** Lets time pass, and what it sets off come to its end. */
  readonly pass: (ms: number, asked: number) => Promise<void>;
};

async function setUp(): Promise<Scene> {
  const still = await startStillExchange([CONTRACT_RULES]);
  const clock = createManualClock(still.clock.now());
  const faults: Failure[] = [];
  const onFault = (failure: Failure): void => {
    faults.push(failure);
  };
  const endpoints = { ...BINANCE_ENDPOINTS, spotRestUrl: still.exchange.httpUrl };
  const client = new RestClient({ clock, endpoints, requestTimeoutMs: 10_000, onFault });
  const keeper = new RulesKeeper({ clock, client, budget: new OrderBudget(), timings: TRADING_TIMINGS, onFault });
  closers.push(
    () => still.close(),
    () => client.close(),
    async () => keeper.close(),
  );
  const asked = (): number => still.exchange.stats().requests;
  const pass = async (ms: number, expected: number): Promise<void> => {
    await clock.advanceTo(addMs(clock.now(), ms));
    await vi.waitFor(() => expect(asked()).toBe(expected));
    await vi.waitFor(() => expect(client.budget().spot.underWay).toBe(0));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { keeper, faults, exchange: still.exchange, asked, pass };
}

describe('the keeper of the trading rules', () => {
  it('asks again five minutes after a failure, however often it is asked, and keeps the old rules (B-9)', async () => {
    const { keeper, exchange, asked, pass, faults } = await setUp();
    exchange.faults.nextRequests({ answer: 500, count: 3, path: '/exchangeInfo' });
    expect((await keeper.fetch()).ok).toBe(false);
    for (let lookup = 0; lookup < 20; lookup++) expect((await keeper.fetch()).ok).toBe(false);
    expect(asked(), 'attempt at 0 min').toBe(1);
    await pass(4 * MINUTE, 1);
    await pass(1 * MINUTE, 2);
    await pass(5 * MINUTE, 3);
    expect(faults.map((fault) => fault.code)).toEqual(Array(3).fill('trading_rules_stale'));
    expect(faults.at(-1)?.message).toContain('3 attempts failed');
    expect(keeper.symbolOf('binance:spot:NO/NE' as InstrumentId), 'spelled until rules are known').toBe('NONE');
    await pass(5 * MINUTE, 4);
    expect(keeper.symbolOf(CONTRACT_RULES.instrumentId)).toBe('BTCUSDT');
    expect(keeper.symbolOf('binance:spot:NO/NE' as InstrumentId)).toBeNull();
    expect(keeper.findStaleness()).toBeNull();
  });

  it('refreshes every hour, and after two hours in vain says that the rules are too old for entries (B-9)', async () => {
    const { keeper, exchange, pass } = await setUp();
    expect((await keeper.fetch()).ok).toBe(true);
    await pass(60 * MINUTE - 1, 1);
    await pass(1, 2);
    exchange.faults.nextRequests({ answer: 500, count: 1_000, path: '/exchangeInfo' });
    await pass(60 * MINUTE, 3);
    expect(keeper.findStaleness(), 'old rules serve meanwhile').toBeNull();
    let attempts = 3;
    for (let passed = 0; passed < 65; passed += 5) await pass(5 * MINUTE, ++attempts);
    expect(keeper.symbolOf(CONTRACT_RULES.instrumentId)).toBe('BTCUSDT');
    expect(keeper.findStaleness()?.code).toBe('trading_rules_stale');
    exchange.faults.clear();
    await pass(5 * MINUTE, ++attempts);
    expect(keeper.findStaleness()).toBeNull();
  });

  it('shares one request among all who ask', async () => {
    const { keeper, asked } = await setUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => keeper.fetch()));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(asked()).toBe(1);
  });
});
