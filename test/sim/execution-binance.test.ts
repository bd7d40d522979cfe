/**
 * The execution stage over Binance's adapter and the simulated exchange, over real sockets and a real database: each way
 * an order's request can fail, and the process ending at each step of it, leaves exactly one position, protected, and an
 * exact wallet.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteOrderStore } from '../../src/adapters/sqlite/sqlite-order-store.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import { DEFAULT_EXECUTION_CONFIG } from '../../src/execution/index.ts';
import type { ExitIntent, OpenIntent, PositionId } from '../../src/model/intent.ts';
import type { OrderReport } from '../../src/model/order.ts';
import { connectTrader } from '../fixtures/binance-trader.ts';
import { ExecutionPilot } from '../fixtures/execution-pilot.ts';
import { instrumentOf, money, price, quantity, rulesFor } from '../fixtures/execution-world.ts';
import { startStillExchange } from '../fixtures/still-exchange.ts';

const instrumentId = instrumentOf('AAA');
const positionId = 'P1' as PositionId;
const config = { ...DEFAULT_EXECUTION_CONFIG, retryMinMs: 20, retryMaxMs: 200, lookbackMs: 3_600_000 };
const WAIT = { timeout: 10_000, interval: 20 };
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The exchange with 10,000 USDT, a database, and a way to start and end runs over both. */
async function openWorld() {
  const still = await startStillExchange([rulesFor('AAA'), rulesFor('BBB')], { balances: { USDT: '10000' } });
  const { exchange, clock } = still;
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-execution-'));
  const database = openSqliteDatabase({ path: join(folder, 'market.db') });
  closers.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => still.close(),
    () => database.close(),
  );
  still.movePrice(instrumentId, price('100'), quantity('1000'));
  const start = async () => {
    const trader = connectTrader({ clock, httpUrl: exchange.httpUrl, wsUrl: exchange.wsUrl });
    closers.push(() => trader.close());
    await trader.up();
    const pilot = new ExecutionPilot({ venue: trader.venue, clock, store: createSqliteOrderStore(database), config });
    closers.push(() => pilot.kill());
    await pilot.open();
    return { pilot, venue: trader.venue };
  };
  return { exchange, clock, start };
}

const time = epochMs(0);
const entry: OpenIntent = {
  ...{ kind: 'open', intentId: 'open-P1', positionId, instrumentId, quoteAmount: money('1010') },
  ...{ referencePrice: price('100'), maxSlippage: 0.01, stopDistance: 0.05, traceId: 't', time },
};
const sale: ExitIntent = {
  ...{ kind: 'exit', intentId: 'stop-P1', positionId, instrumentId, quantity: 'all', referencePrice: price('100') },
  ...{ reason: 'stop', urgency: 'normal', traceId: 't', time },
};

async function ready(pilot: ExecutionPilot): Promise<void> {
  await vi.waitFor(() => expect(pilot.view().entriesClosed).toBeNull(), WAIT);
}

/** Waits until the position stands with its stop, and holds it to the exchange's own books. */
async function expectOnePosition({
  pilot,
  venue,
}: Awaited<ReturnType<Awaited<ReturnType<typeof openWorld>>['start']>>) {
  await vi.waitFor(() => {
    const { entriesClosed, positions } = pilot.view();
    expect(entriesClosed).toBeNull();
    expect(positions).toMatchObject([{ positionId, held: quantity('9.99'), protection: { protection: 'resting' } }]);
  }, WAIT);
  const orders = await ordersOf(venue);
  expect(orders.filter((order) => order.side === 'buy')).toMatchObject([
    { status: 'filled', filledQuantity: quantity('10') },
  ]);
  expect(orders.filter((order) => order.status === 'open')).toMatchObject([{ orderedQuantity: quantity('9.99') }]);
  expect(await ownedOf(venue)).toEqual({ AAA: quantity('9.99'), USDT: money('9000') });
}

async function ordersOf(venue: { fetchOrders: (id: typeof instrumentId, since: typeof time) => Promise<unknown> }) {
  const answer = (await venue.fetchOrders(instrumentId, epochMs(Date.now() - 60_000))) as {
    value: readonly OrderReport[];
  };
  return answer.value;
}

async function ownedOf(venue: { fetchBalances: () => Promise<unknown> }): Promise<Record<string, Decimal>> {
  const answer = (await venue.fetchBalances()) as { value: { asset: string; free: Decimal; locked: Decimal }[] };
  return Object.fromEntries(answer.value.map(({ asset, free, locked }) => [asset, (free + locked) as Decimal]));
}

describe('an entry over Binance', () => {
  it.each(['dropRequest', 'hang', 500, 'page', 'dropResponse', 'timeout'] as const)(
    'P0-1 whose request meets %s is one position at most (scenario 6)',
    async (answer) => {
      const { exchange, start } = await openWorld();
      const run = await start();
      await ready(run.pilot);
      exchange.faults.nextRequests({ answer, count: 1, path: 'order.place' });
      await run.pilot.take({ kind: 'intentApproved', intent: entry });
      expect(run.pilot.view().reserved).toBe(money('1010'));
      if (answer === 'dropResponse' || answer === 'timeout') return expectOnePosition(run);
      await vi.waitFor(() => expect(run.pilot.facts.at(-1)?.kind).toBe('positionReleased'), WAIT);
      await ready(run.pilot);
      expect(run.pilot.view().reserved).toBe(0n);
      await run.pilot.take({
        kind: 'intentApproved',
        intent: { ...entry, intentId: 'again', positionId: 'P2' as PositionId },
      });
      await vi.waitFor(
        () => expect(run.pilot.view().positions).toMatchObject([{ positionId: 'P2', held: quantity('9.99') }]),
        WAIT,
      );
      expect((await ownedOf(run.venue))['USDT']).toBe(money('9000'));
    },
  );

  it.each([
    ['before it leaves', null],
    ['while it is on its way', 'dropResponse'],
  ] as const)('B-11 after which the process ends %s is one position or none (scenario 8)', async (when, fault) => {
    const { exchange, start } = await openWorld();
    const first = await start();
    await ready(first.pilot);
    if (fault !== null) exchange.faults.nextRequests({ answer: fault, count: 1, path: 'order.place' });
    if (when === 'before it leaves') first.pilot.endsBefore = 'submitOrder';
    await first.pilot.take({ kind: 'intentApproved', intent: entry });
    if (fault !== null) await vi.waitFor(async () => expect((await ownedOf(first.venue))['AAA']).toBeDefined(), WAIT);
    first.pilot.kill();
    const second = await start();
    await ready(second.pilot);
    if (fault !== null) return expectOnePosition(second);
    expect(second.pilot.view()).toMatchObject({ positions: [], reserved: 0n });
    expect(await ownedOf(second.venue)).toEqual({ USDT: money('10000') });
  });
});

describe('what the exchange would refuse', () => {
  it('is refused by its code, and nothing is sent: unknown coin, no price, exhausted balance, dust, rules too old', async () => {
    const { start } = await openWorld();
    const { pilot, venue } = await start();
    await ready(pilot);
    await pilot.take({ kind: 'intentApproved', intent: { ...entry, quoteAmount: money('9000') } });
    await vi.waitFor(() => expect(pilot.view().positions[0]?.protection.protection).toBe('resting'), WAIT);
    const before = await ordersOf(venue);
    const { orderAttempts5m } = pilot.view().metrics;
    const bad: readonly [string, Partial<OpenIntent>][] = [
      ['DEDUP_REJECTED', {}],
      ['RULES_UNKNOWN', { instrumentId: instrumentOf('ZZZ') }],
      ['PRICE_INVALID', { instrumentId: instrumentOf('BBB'), referencePrice: price('0') }],
      ['BUY_INSUFFICIENT_BALANCE', { instrumentId: instrumentOf('BBB'), quoteAmount: money('2000') }],
      ['LIMIT_BUY_MIN_NOTIONAL', { instrumentId: instrumentOf('BBB'), quoteAmount: money('4') }],
    ];
    for (const [index, [, other]] of bad.entries()) {
      const ids = { intentId: `bad-${index}`, positionId: `Q${index}` as PositionId };
      await pilot.take({ kind: 'intentApproved', intent: { ...entry, ...ids, ...other } });
    }
    const dust = { ...sale, intentId: 'dust-P1', quantity: quantity('0.01') };
    await pilot.take({ kind: 'intentApproved', intent: dust });
    await pilot.take({ kind: 'intentApproved', intent: { ...dust, positionId: 'nobody' as PositionId } });
    pilot.state.rules.fetchedTime = epochMs(Date.now() - config.rules.staleMs - 1);
    const late = { ...entry, instrumentId: instrumentOf('BBB'), intentId: 'late', positionId: 'Q9' as PositionId };
    await pilot.take({ kind: 'intentApproved', intent: late });
    const codes = pilot.facts.flatMap((fact) => (fact.kind === 'intentRefused' ? [fact.code] : []));
    expect(codes).toEqual([...bad.map(([code]) => code), 'SELL_MIN_NOTIONAL', 'POSITION_UNKNOWN', 'RULES_STALE']);
    expect(pilot.view().metrics.orderAttempts5m, 'no order left').toBe(orderAttempts5m);
    expect(await ordersOf(venue)).toEqual(before);
  });
});

describe('an exit over Binance', () => {
  it.each(['dropRequest', 'dropResponse'] as const)(
    'whose request meets %s sells once, and the stop goes or stays',
    async (answer) => {
      const { exchange, start } = await openWorld();
      const run = await start();
      await ready(run.pilot);
      await run.pilot.take({ kind: 'intentApproved', intent: entry });
      await expectOnePosition(run);
      exchange.faults.nextRequests({ answer, count: 1, path: 'order.cancelReplace' });
      await run.pilot.take({ kind: 'intentApproved', intent: sale });
      await ready(run.pilot);
      if (answer === 'dropRequest') {
        await vi.waitFor(() => expect(run.pilot.facts.some((fact) => fact.kind === 'intentRefused')).toBe(true), WAIT);
        await expectOnePosition(run);
        await run.pilot.take({ kind: 'intentApproved', intent: sale });
      }
      await vi.waitFor(() => expect(run.pilot.view().positions).toEqual([]), WAIT);
      const sold = (await ordersOf(run.venue)).filter((order) => order.side === 'sell' && order.filledQuantity > 0n);
      expect(sold).toMatchObject([{ status: 'filled', filledQuantity: quantity('9.99') }]);
      expect((await ownedOf(run.venue))['USDT']).toBe(money('9998.001'));
    },
  );
});
