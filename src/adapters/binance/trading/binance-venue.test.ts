import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CONTRACT_RULES,
  find,
  keyOf,
  orderOf,
  price,
  quantity,
  stopOf,
} from '../../../../test/contract/venue-bench.ts';
import {
  type BinanceTrader,
  connectTrader,
  QUICK_TIMINGS,
  type TraderOptions,
} from '../../../../test/fixtures/binance-trader.ts';
import { TRADER_KEY } from '../../../../test/fixtures/sim-trader.ts';
import { type StillExchange, startStillExchange } from '../../../../test/fixtures/still-exchange.ts';
import { epochMs } from '../../../core/time.ts';
import type { OrderReport, SubmitOutcome } from '../../../model/order.ts';
import type { RequestFault } from '../../sim/sim-faults.ts';
import type { SimKeySpec } from '../../sim/spot/sim-accounts.ts';
import type { CredentialText } from './credentials.ts';
import { TRADING_TIMINGS } from './trading-timings.ts';

type Scene = StillExchange & {
  readonly trader: BinanceTrader;
  readonly venue: BinanceTrader['venue'];
  readonly heard: OrderReport[];
  /** How many orders the exchange holds of the account. */
  readonly orderCount: () => number;
};

const { instrumentId } = CONTRACT_RULES;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startExchange(keys?: readonly SimKeySpec[]): Promise<StillExchange> {
  const still = await startStillExchange([CONTRACT_RULES], keys === undefined ? {} : { keys });
  closers.push(() => still.close());
  return still;
}

function connect(still: StillExchange, options: Partial<TraderOptions> = {}): Scene {
  const { exchange, clock } = still;
  const trader = connectTrader({ clock, httpUrl: exchange.httpUrl, wsUrl: exchange.wsUrl, ...options });
  closers.push(() => trader.close());
  const heard: OrderReport[] = [];
  trader.venue.onReport((report) => heard.push(report));
  const orderCount = (): number => [...exchange.desk.engine.orders.all('trader', 'BTCUSDT')].length;
  return { ...still, trader, venue: trader.venue, heard, orderCount };
}

/** A connected trader; the market stands at 101 with 10 to be had. */
async function start(options: Partial<TraderOptions> = {}): Promise<Scene> {
  const scene = connect(await startExchange(), options);
  await scene.trader.up();
  scene.movePrice(instrumentId, price('101'), quantity('10'));
  return scene;
}

function told(outcome: SubmitOutcome): string {
  return outcome.phase === 'accepted' ? 'accepted' : `${outcome.phase} ${outcome.failure.code}`;
}

describe('an order whose answer says nothing certain', () => {
  it.each<[RequestFault['answer'], number]>([
    ['timeout', 1],
    [500, 0],
    [503, 0],
    ['hang', 0],
    ['dropRequest', 0],
    ['dropResponse', 1],
  ])(
    'is unknown over the WebSocket API after %s, is found as it is, and never doubled (B-11)',
    async (answer, orders) => {
      const { exchange, venue, orderCount } = await start();
      exchange.faults.nextRequests({ answer, count: 1, path: 'order.place' });
      expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('unknown order_outcome_unknown');
      expect((await find(venue, 'a'))?.status ?? 'none').toBe(orders === 1 ? 'open' : 'none');
      expect(orderCount()).toBe(orders);
    },
  );

  it.each<[RequestFault['answer'], number]>([
    ['timeout', 1],
    [500, 0],
    ['hang', 0],
    ['dropRequest', 0],
    ['dropResponse', 1],
    ['cut', 1],
    ['page', 0],
  ])('is unknown over REST after %s, is found as it is, and never doubled', async (answer, orders) => {
    const { exchange, venue, orderCount, trader } = await start();
    exchange.faults.refuseSockets('on');
    exchange.faults.dropSockets();
    await vi.waitFor(() => expect(trader.faults.length).toBeGreaterThan(0));
    exchange.faults.nextRequests({ answer, count: 1, path: '/api/v3/order', method: 'POST' });
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('unknown order_outcome_unknown');
    expect((await find(venue, 'a'))?.status ?? 'none').toBe(orders === 1 ? 'open' : 'none');
    expect(orderCount()).toBe(orders);
  });

  it('is looked for without being asked, and reported', async () => {
    const { exchange, venue, heard } = await start();
    exchange.faults.silence('on');
    exchange.faults.nextRequests({ answer: 'dropResponse', count: 1, path: 'order.place' });
    await venue.submit(orderOf({ name: 'a', price: null }));
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ clientOrderId: 'a', status: 'filled' }), 3_000);
  });

  it('is not called absent while a request of the run before may still be carried out', async () => {
    const still = await startExchange();
    const { venue } = connect(still, { timings: { ...QUICK_TIMINGS, recvWindowMs: 5_000 } });
    const answer = await venue.query(keyOf('of-an-earlier-run'));
    expect(answer.ok ? answer.value : answer.error.code).toBe('order_outcome_unknown');
    const certainMs = answer.ok ? Number.NaN : Number(answer.error.context['retryAfterMs']);
    expect(certainMs).toBeGreaterThan(4_000);
    expect(certainMs).toBeLessThanOrEqual(5_051);
    const { recvWindowMs, certaintyMs } = TRADING_TIMINGS;
    expect(recvWindowMs + certaintyMs, 'a start is certain of everything within five seconds').toBeLessThan(5_000);
  });

  it('is the one the venue has when the venue calls it a duplicate', async () => {
    const scene = await start();
    await scene.venue.submit(orderOf({ name: 'a' }));
    // Another run of the program, which remembers nothing.
    const later = connect(scene);
    await later.trader.up();
    expect(told(await later.venue.submit(orderOf({ name: 'a' })))).toBe('unknown order_outcome_unknown');
    expect(await find(later.venue, 'a')).toMatchObject({ status: 'open' });
    expect(scene.orderCount()).toBe(1);
  });

  it('keeps its name taken until the venue has spoken', async () => {
    const { exchange, venue } = await start();
    exchange.faults.nextRequests({ answer: 'dropRequest', count: 1, path: 'order.place' });
    await venue.submit(orderOf({ name: 'a' }));
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('refused order_duplicate');
    expect(await find(venue, 'a')).toBeNull();
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('accepted');
  });
});

describe('an order that certainly did not leave', () => {
  it('is not sent where nobody listens', async () => {
    const { exchange, venue } = await start();
    await exchange.close();
    let tries = 0;
    // The first ones may still go into connections that are about to break.
    const outcome = await vi.waitFor(async () => {
      const tried = await venue.submit(orderOf({ name: `a${tries++}` }));
      expect(told(tried)).toBe('notSent venue_unreachable');
      return tried;
    });
    expect(outcome).toMatchObject({ transient: true });
  });

  it('goes over REST while the WebSocket API is away', async () => {
    const { exchange, venue, heard, trader } = await start();
    exchange.faults.refuseSockets('on');
    exchange.faults.dropSockets();
    await vi.waitFor(() => expect(trader.faults.length).toBeGreaterThan(0));
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('accepted');
    expect(heard.at(-1)).toMatchObject({ clientOrderId: 'a', status: 'open' });
  });

  it('is refused with the time to wait when the account has sent too many, and leaves the last ones to sales', async () => {
    const { venue } = await start();
    const outcomes: string[] = [];
    // One window may end meanwhile; then the next one is filled.
    while (outcomes.at(-1) !== 'notSent order_limit_reached' && outcomes.length < 170) {
      outcomes.push(told(await venue.submit(orderOf({ name: `o${outcomes.length}` }))));
    }
    expect(outcomes.at(-1)).toBe('notSent order_limit_reached');
    expect(outcomes.length).toBeGreaterThan(80);
    expect(told(await venue.submit(orderOf({ name: 'sale', side: 'sell', price: null })))).toBe('accepted');
  });
});

describe('the clocks', () => {
  it.each([5_000, -5_000])('may differ by %d ms from the start', async (skewMs) => {
    const still = await startExchange();
    still.exchange.faults.skewClock(skewMs);
    const scene = connect(still);
    await scene.trader.up();
    scene.movePrice(instrumentId, price('101'), quantity('10'));
    expect(told(await scene.venue.submit(orderOf({ name: 'a' })))).toBe('accepted');
  });

  it('may refuse an order for its time, by name, when they can not be compared', async () => {
    const { exchange, venue, orderCount } = await start();
    exchange.faults.skewClock(-20_000);
    exchange.faults.nextRequests({ answer: 500, count: 5, path: '/time' });
    const outcome = await venue.submit(orderOf({ name: 'a' }));
    expect(told(outcome)).toBe('refused clock_skewed');
    expect(outcome).toMatchObject({ transient: true });
    expect(orderCount()).toBe(0);
  });

  it('are compared again when the venue refuses a time, and the order is sent once more', async () => {
    const { exchange, venue, orderCount } = await start();
    exchange.faults.skewClock(-20_000);
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('accepted');
    expect(orderCount()).toBe(1);
  });
});

describe('the user stream', () => {
  it('may tell everything twice', async () => {
    const { exchange, venue, heard } = await start();
    exchange.faults.nextFrames({ kind: 'duplicate', stream: 'userData', count: 20 });
    await venue.submit(orderOf({ name: 'a', price: null }));
    expect(await find(venue, 'a')).toMatchObject({ status: 'filled' });
    expect(heard.filter((report) => report.status === 'filled')).toHaveLength(1);
  });

  it('may tell things in the wrong order', async () => {
    const { exchange, venue, heard, movePrice } = await start();
    await venue.submit(orderOf({ name: 'a' }));
    exchange.faults.nextFrames({ kind: 'reorder', stream: 'userData', count: 1 });
    movePrice(instrumentId, price('100'), quantity('0.3'));
    movePrice(instrumentId, price('99'), quantity('5'));
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ status: 'filled', filledQuantity: quantity('1') }));
    const filled = heard.map((report) => report.filledQuantity);
    expect(filled).toEqual([...filled].sort((a, b) => Number(a - b)));
    expect(heard.at(-1)?.fills.map((fill) => fill.quantity)).toEqual([quantity('0.3'), quantity('0.7')]);
  });

  it('may leave a fill out: the next one shows that it is missing, and it is fetched', async () => {
    const { exchange, venue, heard, movePrice } = await start();
    await venue.submit(orderOf({ name: 'a' }));
    exchange.faults.nextFrames({ kind: 'skip', stream: 'userData', count: 2 });
    movePrice(instrumentId, price('100'), quantity('0.3'));
    movePrice(instrumentId, price('99'), quantity('5'));
    await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('filled'));
    expect(heard.at(-1)?.fills.map((fill) => fill.quantity)).toEqual([quantity('0.3'), quantity('0.7')]);
  });

  it('may say nothing more: looking finds what happened (B-11)', async () => {
    const { exchange, venue, heard, movePrice } = await start({
      timings: { ...QUICK_TIMINGS, pollMs: { up: 100, down: 100 } },
    });
    await venue.submit(stopOf('a', { stopPrice: '95' }));
    exchange.faults.silence('on');
    movePrice(instrumentId, price('94'), quantity('10'));
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ clientOrderId: 'a', status: 'filled' }), 3_000);
  });

  it('says that no reports come before the first connection stands, so that nothing is bought unheard', async () => {
    const { trader, venue } = connect(await startExchange());
    const states: string[] = [];
    venue.onConnection((state) => states.push(state));
    expect(states).toEqual(['down']);
    await trader.up();
    expect(states).toEqual(['down', 'up']);
  });

  it('is replaced when it grows old, without a moment in which reports do not come', async () => {
    const { exchange, venue, heard, movePrice } = await start({ timings: { ...QUICK_TIMINGS, maxAgeMs: 100 } });
    const states: string[] = [];
    venue.onConnection((state) => states.push(state));
    await venue.submit(orderOf({ name: 'a' }));
    const { requests } = exchange.stats();
    await vi.waitFor(() => expect(exchange.stats().requests).toBeGreaterThan(requests + 3), 3_000);
    movePrice(instrumentId, price('99'), quantity('10'));
    await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('filled'));
    expect(states).toEqual([]);
  });

  it('is replaced before the venue shuts the connection down', async () => {
    const { exchange, venue, heard, movePrice } = await start();
    const states: string[] = [];
    venue.onConnection((state) => states.push(state));
    await venue.submit(orderOf({ name: 'a' }));
    const { requests } = exchange.stats();
    exchange.shutdownNotice();
    // The new connection has subscribed, and the old one is gone.
    await vi.waitFor(() => expect(exchange.stats().requests).toBeGreaterThan(requests));
    await vi.waitFor(() => expect(exchange.stats().userStreams).toBe(1));
    movePrice(instrumentId, price('99'), quantity('10'));
    await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('filled'));
    expect(states).toEqual([]);
  });
});

describe('trading rules that are too old', () => {
  it('refuse what opens positions and let through what closes them', async () => {
    // The first failure may come within the same millisecond as the rules, when they are not old yet; the next ones do not.
    const timings = { ...QUICK_TIMINGS, rulesStaleMs: 1, rulesRefreshMs: 1, rulesRetryMs: 5 };
    const still = await startExchange();
    const { trader, venue, exchange, movePrice } = connect(still, { timings });
    await trader.up();
    movePrice(instrumentId, price('101'), quantity('10'));
    exchange.faults.nextRequests({ answer: 500, count: 1_000, path: '/exchangeInfo' });
    await vi.waitFor(() => expect(trader.faults.map((fault) => fault.code)).toContain('trading_rules_stale'));
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('refused trading_rules_stale');
    expect(told(await venue.submit(orderOf({ name: 'b', side: 'sell', price: null })))).toBe('accepted');
  });
});

describe('trading rules that can not be had at the start', () => {
  it('keep nobody from finding and closing what is open', async () => {
    const still = await startExchange();
    still.exchange.faults.nextRequests({ answer: 500, count: 1_000, path: '/exchangeInfo' });
    const { trader, venue, heard, movePrice } = connect(still);
    await trader.up();
    movePrice(instrumentId, price('101'), quantity('10'));
    expect(told(await venue.submit(orderOf({ name: 'a' })))).toBe('refused trading_rules_stale');
    expect(told(await venue.submit(stopOf('b', { stopPrice: '95' })))).toBe('accepted');
    const sale = orderOf({ name: 'c', side: 'sell', price: null });
    expect((await venue.replace({ cancel: keyOf('b'), order: sale })).outcome.phase).toBe('accepted');
    expect(heard.at(-1)).toMatchObject({ clientOrderId: 'c', instrumentId, status: 'filled' });
  });
});

describe('own orders of the past', () => {
  it.each([3, 40])('are found also from %d days ago on', async (days) => {
    const { venue, clock } = await start();
    await venue.submit(orderOf({ name: 'a', price: null }));
    await venue.submit(stopOf('b', { stopPrice: '95', takePrice: '110' }));
    const orders = await venue.fetchOrders(instrumentId, epochMs(clock.now() - days * 86_400_000));
    expect(orders.ok && orders.value.map((report) => [report.clientOrderId, report.status])).toEqual([
      ['a', 'filled'],
      ['b', 'open'],
    ]);
  });
});

describe('a ban', () => {
  it('is kept: nothing leaves until it is over', async () => {
    const { exchange, venue } = await start();
    exchange.faults.ban(60);
    const first = await venue.submit(orderOf({ name: 'a' }));
    expect(told(first)).toBe('refused venue_rate_limited');
    const { requests } = exchange.stats();
    expect(told(await venue.submit(orderOf({ name: 'b', side: 'sell', price: null })))).toBe(
      'notSent venue_rate_limited',
    );
    expect((await venue.fetchBalances()).ok).toBe(false);
    expect(exchange.stats().requests).toBe(requests);
  });
});

describe('credentials', () => {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const publicKeyPem = String(pair.publicKey);
  const ed25519: CredentialText = { kind: 'ed25519', apiKey: 'an-ed25519-key', secret: String(pair.privateKey) };

  it('may be an Ed25519 key', async () => {
    const scene = connect(await startExchange([{ kind: 'ed25519', apiKey: ed25519.apiKey, publicKeyPem }]), {
      credentials: ed25519,
    });
    await scene.trader.up();
    scene.movePrice(instrumentId, price('101'), quantity('10'));
    expect(told(await scene.venue.submit(orderOf({ name: 'a' })))).toBe('accepted');
    expect((await scene.venue.fetchBalances()).ok).toBe(true);
  });

  it.each([
    ['a wrong secret', { kind: 'hmac', ...TRADER_KEY, secret: 'not-the-secret-at-all' }],
    ['an unknown key', { kind: 'hmac', apiKey: 'nobody-knows-this-key', secret: TRADER_KEY.secret }],
  ] as const)('that are %s are refused by name, and nothing of them is told', async (_, credentials) => {
    const still = await startExchange();
    const { venue, trader, movePrice, orderCount } = connect(still, { credentials });
    movePrice(instrumentId, price('101'), quantity('10'));
    const outcome = await venue.submit(orderOf({ name: 'a' }));
    expect(told(outcome)).toBe('refused credentials_refused');
    const balances = await venue.fetchBalances();
    expect(balances.ok ? 'answered' : balances.error.code).toBe('credentials_refused');
    await vi.waitFor(() => expect(trader.faults.map((fault) => fault.code)).toContain('credentials_refused'));
    still.exchange.faults.refuseSockets('on');
    still.exchange.faults.dropSockets();
    await vi.waitFor(() => expect(trader.faults.map((fault) => fault.code)).toContain('venue_unreachable'));
    const said = `${inspect([outcome, balances, trader.faults, venue], { depth: 20 })}${JSON.stringify([outcome, balances, trader.faults])}`;
    for (const secret of [credentials.secret, credentials.apiKey]) expect(said).not.toContain(secret);
    expect(said).not.toContain('signature=');
    expect(orderCount()).toBe(0);
  });
});
