/**
 * What people are told of a running trade: the real composition over the simulated exchange, its notices at stand-ins of
 * all four channels over real sockets, and chats that ask back.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/core/time.ts';
import { areEntriesOpen, type OperatorCommand } from '../../src/decisions/index.ts';
import { burstMarket, burstsMarket, move } from '../fixtures/burst-market.ts';
import { CHAT, NoticeChannels, STRANGER } from '../fixtures/notice-channels.ts';
import { SimTrader } from '../fixtures/sim-trader.ts';
import { bought, MINUTE_MS, positionsOf, SECOND_MS, trackRuns } from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();
/** One position that may lose so much that the drawdown halts everything. */
const HALTING = {
  trading: { default_sl_pct: -0.5, sl_min_pct: 0.49, sl_max_pct: 0.5, black_swan: [] },
  execution: {
    max_single_position_pct: 1,
    max_sector_exposure_pct: 1,
    max_total_exposure_pct: 1,
    single_coin_max_loss_pct: 1,
    risk_per_trade_pct: 0.6,
    max_concurrent_positions: 1,
    daily_max_loss_pct: 1,
  },
};
const ALL = ['telegram', 'feishu', 'webhook', 'email'] as const;
let channels: NoticeChannels;

beforeEach(async () => {
  channels = await NoticeChannels.start();
});

afterEach(() => channels.close());

function command(run: TradingRun, wanted: OperatorCommand): Promise<void> {
  return run.service.engine.submit({ kind: 'operatorCommanded', receivedTime: run.now(), command: wanted });
}

/** Waits until each of the named channels was told of `title`. */
async function told(
  title: RegExp,
  names: readonly (keyof ReturnType<NoticeChannels['titles']>)[] = ALL,
): Promise<void> {
  const missing = (): readonly string[] => {
    const titles = channels.titles();
    return names.filter((name) => !titles[name].some((each) => title.test(each)));
  };
  await expect.poll(missing, { timeout: 20_000, message: `${title} arrives` }).toEqual([]);
}

/** Waits until the bot answered once more, and gives what it said. */
async function answered(text: string): Promise<string> {
  const before = channels.telegram.sentTo(CHAT).length;
  channels.telegram.write(CHAT, text);
  await expect.poll(() => channels.telegram.sentTo(CHAT).length, { timeout: 20_000 }).toBeGreaterThan(before);
  return channels.telegram.sentTo(CHAT).at(-1) ?? '';
}

describe('notices of a running trade', () => {
  it('tell every channel of an order in doubt, a buy, a difference to the exchange, an emergency and a close; chats ask back, strangers are written down', async () => {
    const run = await start({ scenario: burstMarket([]), venue: 'exchange', notices: channels.config() });
    await told(/^Hotwick trades \(LIVE\)$/);
    run.exchange.orderFault({ kind: 'request', answer: 'dropResponse', path: '/order', method: 'POST', count: 1 });
    run.exchange.orderFault({ kind: 'frame', fault: 'skip', stream: 'userData', count: 1_000 });
    const isInDoubt = (): boolean => run.told('order').some(({ order }) => order.state === 'unknown');
    await run.passUntil(isInDoubt, { limitMs: 25 * MINUTE_MS, what: 'an order is in doubt' });
    await told(/^Order of HOT\/USDT in doubt$/);
    run.exchange.orderFault({ kind: 'clear' });
    await bought(run);
    await run.pass(5 * SECOND_MS);
    await told(/^Bought HOT\/USDT$/);

    const trader = new SimTrader(run.exchange, () => run.now());
    const order = { symbol: 'HOTUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '100', price: '0.5' };
    expect((await trader.send('POST /api/v3/order', { ...order, newClientOrderId: 'by_hand' })).status).toBe(200);
    run.exchange.orderFault({ kind: 'dropSockets' });
    await run.passUntil(() => run.told('mismatch').length > 0, { limitMs: 2 * MINUTE_MS, what: 'it is found' });
    await told(/^Records and exchange differ$/);

    await expect.poll(() => channels.telegram.isHeard, { timeout: 20_000 }).toBe(true);
    expect(await answered('/status')).toMatch(/^LIVE: tradeable[\s\S]*positions 1$/);
    expect(await answered('/positions')).toMatch(/^HOT\/USDT: [\d.]+ at [\d.]+, now [\d.]+, [+-][\d.]+$/);
    channels.telegram.write(STRANGER, '/stop');
    channels.telegram.write(STRANGER, 'let me in');
    expect(await answered('/positions')).toMatch(/^HOT\/USDT/);
    expect(channels.telegram.sentTo(STRANGER)).toEqual([]);
    expect(areEntriesOpen(run.trading.decisions), 'a stranger stops nothing').toBe(true);
    expect(await answered('/stop')).toMatch(/^No new positions\./);
    expect(areEntriesOpen(run.trading.decisions)).toBe(false);
    const stranger = { actor: 'telegram chat 666', refusal: 'chat_not_named', status: 403, address: 'telegram' };
    expect(run.audited).toEqual([
      { ...stranger, action: 'telegram stop' },
      { ...stranger, action: 'telegram other' },
      { actor: 'telegram chat 7', action: 'telegram stop', status: 200, refusal: null, address: 'telegram' },
    ]);

    await command(run, { kind: 'emergencyClose', requestId: 'r1', reason: 'a drill' });
    await run.passUntil(() => positionsOf(run).length === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });
    await told(/^HALTED: emergency$/);
    await told(/^Closed HOT\/USDT: [+-][\d.]+ USDT net$/);
    await run.end();
    await told(/^Hotwick stopped$/);
    const { telegram, ...others } = channels.titles();
    expect(new Set(telegram).size, 'each once').toBe(telegram.length);
    for (const titles of Object.values(others)) expect([...titles].sort()).toEqual([...telegram].sort());
  });

  it('of a halt and of the day arrive while one channel never answers and another answers 500, trading goes on as without them, and no secret is written anywhere', async () => {
    const options = {
      scenario: burstMarket(move('19m', 'price: -20%, for: 60s')),
      startTime: epochMs(Date.UTC(2026, 5, 15, 23, 30)),
      settings: HALTING,
      exports: 'written',
    } as const;
    const plain = await start(options);
    await plain.pass(32 * MINUTE_MS);
    channels.webhook.reply = () => new Promise(() => {});
    channels.feishu.reply = ({ path, headers, body }) => ({
      status: 500,
      body: `${path} ${JSON.stringify(headers)} ${body}`,
    });
    const run = await start({ ...options, notices: channels.config() });
    await run.pass(32 * MINUTE_MS);
    expect(run.told('risk').map(({ layer }) => layer)).toContain('L5');
    expect(run.events, 'nothing waits for a channel').toEqual(plain.events);

    const heard = ['telegram', 'email'] as const;
    for (const title of [
      /^Bought HOT\/USDT$/,
      /^HALTED: L5$/,
      /^Closed HOT\/USDT: [+-]/,
      /^Day 2026-06-15: [+-][\d.]+ USDT net$/,
    ]) {
      await told(title, heard);
    }
    const { telegram, email, webhook } = channels.titles();
    expect(email).toEqual(telegram);
    expect(new Set(telegram).size, 'each once').toBe(telegram.length);
    expect(webhook, 'it is still asked to take the first').toHaveLength(1);
    const failed = (): number | undefined => run.notices.counts().find(({ channel }) => channel === 'feishu')?.failed;
    await expect.poll(failed, { timeout: 20_000 }).toBe(telegram.length);
    const warned = run.warnings.filter((line) => line.includes('feishu'));
    expect(warned.length, 'once an hour').toBe(1);

    const { dataDir } = run;
    await run.end();
    expect(run.warnings.filter((line) => line.startsWith('notices: what waited'))).toHaveLength(1);
    const written = [...run.warnings, ...readAll(dataDir)].join('\n');
    expect(written).toContain('HOTUSDT');
    for (const secret of channels.secrets) expect(written).not.toContain(secret);
  });

  it('are paced: what is more in a minute than wanted comes as one, errors always come', async () => {
    const coins = ['AAA', 'BBB', 'CCC', 'DDD'].map((name) => ({ symbol: `${name}USDT`, minute: 15 }));
    const run = await start({
      scenario: burstsMarket(coins),
      settings: { execution: { max_concurrent_positions: 4 } },
      notices: channels.config({ noticesPerMinute: 1 }),
    });
    await run.passUntil(() => positionsOf(run).length === 4, { limitMs: 25 * MINUTE_MS, what: 'all are bought' });
    await command(run, { kind: 'emergencyClose', requestId: 'r1', reason: 'a drill' });
    await told(/^HALTED: emergency$/);
    await run.pass(2 * MINUTE_MS);
    await told(/^\d+ notices were not sent one by one$/);
    const { telegram } = channels.titles();
    const bought = telegram.filter((title) => title.startsWith('Bought'));
    expect(bought.length).toBeLessThan(4);
    const summed = channels.telegram.sentTo(CHAT).filter((text) => text.includes('were not sent one by one'));
    expect(summed.join('\n')).toContain('Bought');
  });

  it('come once over a kill: what was told is not told again, what was not is not made up for', async () => {
    const run = await start({ scenario: burstMarket([]), venue: 'exchange', notices: channels.config() });
    run.exchange.orderFault({ kind: 'request', answer: 'dropResponse', path: '/order', method: 'POST', count: 1 });
    run.exchange.orderFault({ kind: 'frame', fault: 'skip', stream: 'userData', count: 1_000 });
    const isInDoubt = (): boolean => run.told('order').some(({ order }) => order.state === 'unknown');
    await run.passUntil(isInDoubt, { limitMs: 25 * MINUTE_MS, what: 'an order is in doubt' });
    await told(/^Order of HOT\/USDT in doubt$/);
    await run.crash();
    channels.telegram.write(CHAT, '/stop');
    run.exchange.orderFault({ kind: 'clear' });
    await run.begin();
    await bought(run);
    await run.pass(20 * SECOND_MS);
    await told(/^Bought HOT\/USDT$/);
    await expect.poll(() => channels.telegram.isHeard, { timeout: 20_000 }).toBe(true);
    expect(await answered('/status')).toMatch(/^LIVE: tradeable/);
    expect([run.audited, areEntriesOpen(run.trading.decisions)], 'what was said to nobody').toEqual([[], true]);
    await run.crash();
    await run.begin();
    await run.pass(20 * SECOND_MS);
    await command(run, { kind: 'emergencyClose', requestId: 'r1', reason: 'a drill' });
    await run.passUntil(() => positionsOf(run).length === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });
    await told(/^Closed HOT/);
    await run.crash();
    await run.begin();
    await run.pass(20 * SECOND_MS);
    const once = channels.titles().telegram.filter((title) => !title.startsWith('Hotwick '));
    expect(once).toEqual([...new Set(once)]);
  });
});

/** Everything below a folder, as text. */
function readAll(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
}
