import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { FaultBoard } from './fault-board.ts';
import { createGeneratedMarket } from './generated-market.ts';
import { type SimExchange, startSimExchange } from './sim-exchange.ts';
import type { OutgoingFrame } from './sim-faults.ts';

const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const STREAM = 'btcusdt@kline_1m';
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function openExchange(): Promise<SimExchange> {
  const clock = createManualClock(startTime);
  const market = createGeneratedMarket({ seed: 5, startTime, historyMs: 86_400_000, symbols: 1, markets: ['futures'] });
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
  opened.push(exchange.close);
  return exchange;
}

/** Open times of the newest five futures minutes as the exchange answers now. */
async function newestOpens(exchange: SimExchange): Promise<number[]> {
  const response = await fetch(`${exchange.httpUrl}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=5`);
  return ((await response.json()) as [number][]).map(([open]) => (open - startTime) / 60_000);
}

describe('frame faults', () => {
  it('lets forming frames pass before a closed one that waits for the next closed one', () => {
    const board = new FaultBoard(createManualClock(startTime), 1);
    board.orderFrames({ kind: 'reorder', phase: 'closed', overtakenBy: 'closed' });
    const sent: string[] = [];
    const frames: OutgoingFrame[] = [
      { stream: STREAM, symbol: 'BTCUSDT', phase: 'closed', text: 'close 1' },
      { stream: STREAM, symbol: 'BTCUSDT', phase: 'forming', text: 'forming 2' },
      { stream: STREAM, symbol: 'BTCUSDT', phase: 'closed', text: 'close 2' },
      { stream: STREAM, symbol: 'BTCUSDT', phase: 'closed', text: 'close 3' },
    ];
    for (const frame of frames) board.pass(frame, (text) => sent.push(text));
    expect(sent).toEqual(['forming 2', 'close 2', 'close 1', 'close 3']);
  });

  it('sends what a reorder held back when the orders are forgotten', () => {
    const board = new FaultBoard(createManualClock(startTime), 1);
    board.orderFrames({ kind: 'reorder' });
    const sent: string[] = [];
    board.pass({ stream: STREAM, symbol: 'BTCUSDT', phase: 'closed', text: 'close 1' }, (text) => sent.push(text));
    expect(sent).toEqual([]);
    board.clear();
    expect(sent).toEqual(['close 1']);
  });
});

describe('request faults', () => {
  it('answers history that trails the stream by as much as ordered, and true history afterwards', async () => {
    const exchange = await openExchange();
    exchange.faults.nextRequests({ answer: 'trailing', count: 1, path: '/klines', trailMs: 2 * 60_000 });
    expect(await newestOpens(exchange)).toEqual([-4, -3]);
    expect(await newestOpens(exchange)).toEqual([-4, -3, -2, -1, 0]);
  });

  it('loses the connection in the middle of an answer', async () => {
    const exchange = await openExchange();
    exchange.faults.nextRequests({ answer: 'cut', count: 1 });
    await expect(newestOpens(exchange)).rejects.toThrow();
    expect(await newestOpens(exchange)).toHaveLength(5);
  });

  it('answers a web page with status 200, and 503', async () => {
    const exchange = await openExchange();
    exchange.faults.nextRequests({ answer: 'page', count: 1 });
    exchange.faults.nextRequests({ answer: 503, count: 1 });
    const page = await fetch(`${exchange.httpUrl}/fapi/v1/time`);
    expect({ status: page.status, text: await page.text() }).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^<html>/),
    });
    expect((await fetch(`${exchange.httpUrl}/fapi/v1/time`)).status).toBe(503);
  });
});

it('survives a client that is gone before it reads that its socket is refused', async () => {
  const exchange = await openExchange();
  exchange.faults.refuseSockets('on');
  for (let attempt = 0; attempt < 20; attempt++) {
    const upgrade = request(`${exchange.httpUrl}/market/stream`, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    await new Promise<void>((resolve) => {
      upgrade.on('error', () => resolve());
      upgrade.on('close', () => resolve());
      upgrade.on('socket', (socket) => socket.on('connect', () => setImmediate(() => socket.resetAndDestroy())));
      upgrade.end();
    });
  }
  expect((await fetch(`${exchange.httpUrl}/fapi/v1/time`)).status).toBe(200);
});
