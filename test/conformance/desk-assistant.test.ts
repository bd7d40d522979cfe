/**
 * What an assistant sees of a running trade through `hotwick mcp`: the real program over its standard streams, asking the
 * desk of a trade that holds a coin, and reading its files.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { Assistant } from '../fixtures/assistant.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
const TOOLS = ['candidates', 'candles', 'positions', 'report', 'status', 'why'];
let run: TradingRun;

beforeAll(async () => {
  const scenario = burstMarket(move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m'));
  run = await TradingRun.start({ scenario, desk: 'served' });
  const isHeld = () => viewPortfolio(run.trading.portfolio).positions.length === 1;
  await run.passUntil(isHeld, { limitMs: 25 * MINUTE_MS, what: 'the coin is bought' });
  await run.pass(10_000);
});

afterAll(() => run.close());

describe('an assistant', () => {
  it('looks at a running trade through its desk, and is offered nothing that changes anything', async () => {
    const assistant = await Assistant.start({ HOTWICK_URL: run.deskUrl });
    try {
      const { tools } = await assistant.client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual(TOOLS);
      for (const { annotations } of tools) expect(annotations).toMatchObject({ readOnlyHint: true });
      expect(await assistant.ask('status')).toMatchObject({ engine_state: 'tradeable', positions: 1, mode: 'paper' });
      const { positions } = await assistant.ask('positions');
      expect(positions).toMatchObject([{ symbol: 'HOTUSDT', side: 'BUY' }]);
      const { coins } = await assistant.ask('candidates', { limit: 1 });
      expect(coins).toMatchObject([{ symbol: 'HOTUSDT' }]);
      const { verdicts } = await assistant.ask('why', { symbol: 'HOTUSDT' });
      expect(verdicts).toEqual(expect.arrayContaining([expect.objectContaining({ outcome: 'approved' })]));
      const { klines, markers } = await assistant.ask('candles', { symbol: 'HOTUSDT', interval: '1m', limit: 5 });
      expect([klines, markers]).toMatchObject([{ length: 5 }, [{ side: 'BUY' }]]);
      expect(await assistant.ask('report')).toMatchObject({ today: { mode: 'paper' }, trades: [] });
    } finally {
      await assistant.close();
    }
  });

  it('is refused what is malformed or too much, and told what is wrong', async () => {
    const assistant = await Assistant.start({ HOTWICK_URL: 'http://127.0.0.1:9' });
    try {
      for (const [name, input] of [
        ['candles', { symbol: 'HOT/USDT; rm' }],
        ['candles', { symbol: 'HOTUSDT', limit: 100_000 }],
        ['candidates', { limit: -1 }],
        ['why', { trade: '../../etc/passwd' }],
      ] as const) {
        expect(await assistant.call(name, input), name).toMatchObject({ isRefused: true });
      }
      const { isRefused, text } = await assistant.call('status');
      expect([isRefused, text]).toEqual([true, expect.stringMatching(/^desk_not_answering: .*127\.0\.0\.1:9/)]);
    } finally {
      await assistant.close();
    }
  });

  it('reads the files where no desk is named', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hotwick-mcp-'));
    symlinkSync(run.dataDir, join(dir, 'paper'));
    const assistant = await Assistant.start({}, ['--data-dir', dir]);
    try {
      expect(await assistant.ask('status')).toMatchObject({ paper: { status: { running: true, positions: 1 } } });
      expect(await assistant.ask('positions')).toMatchObject({ paper: { positions: 1 } });
      const { answers } = await assistant.ask('why', { symbol: 'HOTUSDT' });
      expect(answers).toMatchObject([{ answer: { symbol: 'HOTUSDT' } }]);
      const candles = await assistant.ask('candles', { symbol: 'HOTUSDT', interval: '5m', limit: 3 });
      expect(candles['klines']).toHaveLength(3);
      expect(await assistant.call('candles', { symbol: 'NONEUSDT' })).toMatchObject({ isRefused: true });
      expect(await assistant.ask('report')).toMatchObject({ today: { paper: {} }, trades: [] });
    } finally {
      await assistant.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
