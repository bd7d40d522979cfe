/**
 * A child process for the test with a thousand subscribers: the simulated exchange and the K-line service on it, and a
 * bare broadcast to compare with. In: questions of the parent. Out: ports, the memory after a collection, and when each
 * closed minute reached the service.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { BINANCE_TIMINGS } from '../../src/adapters/binance/timings.ts';
import { createAcceleratedClock } from '../../src/adapters/clock/accelerated-clock.ts';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { epochMs } from '../../src/core/time.ts';
import { series } from '../fixtures/candles.ts';
import { startSimService } from './sim-service.ts';

/** What the parent asks for. */
export type ChildQuestion = { readonly ask: 'memory' | 'broadcast' | 'stop' };

/** What the child tells; times are real milliseconds since the Unix epoch, which both processes share. */
export type ChildAnswer =
  | { readonly kind: 'up'; readonly port: number; readonly barePort: number }
  | { readonly kind: 'memory'; readonly bytes: number; readonly residentBytes: number }
  | { readonly kind: 'closed'; readonly openSec: number; readonly at: number }
  | { readonly kind: 'broadcastDone' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The series everything is about. */
export const SUBSCRIBED = series('binance:futures:BTC/USDT:1m');
/** Market seconds per real second: ten minutes of market are twenty seconds. */
export const SUBSCRIBED_SPEED = 30;
/**
 * Before a midnight by less than ten minutes, so that a candle of every timeframe closes within ten minutes of the
 * moment when everybody is connected, however long that takes: a machine with other work needs some market minutes.
 */
export const SUBSCRIBED_START = epochMs(Date.parse('2026-03-03T23:51:30Z'));
/** Length of a bare message: that of a candle message. */
const BARE_BYTES = 180;
const BARE_MESSAGES = 100;
const BARE_EVERY_MS = 40;

/** Real time in milliseconds since the Unix epoch, finer than a millisecond. */
export function realNow(): number {
  return performance.timeOrigin + performance.now();
}

function tell(answer: ChildAnswer): void {
  process.send?.(answer);
}

async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-thousand-'));
  const clock = createAcceleratedClock({ start: SUBSCRIBED_START, speed: SUBSCRIBED_SPEED });
  const wallClock = createWallClock();
  const market = createGeneratedMarket({
    seed: 7,
    startTime: SUBSCRIBED_START,
    historyMs: 2 * 86_400_000,
    symbols: 1,
    markets: ['futures'],
  });
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, speed: SUBSCRIBED_SPEED });
  const fail = (reason: string): void => tell({ kind: 'failed', reason });
  const service = await startSimService({
    clock,
    wallClock,
    exchange,
    dataDir,
    series: SUBSCRIBED,
    seed: 7,
    speed: SUBSCRIBED_SPEED,
    catchUpLimit: 500,
    timings: { ...BINANCE_TIMINGS, requestTimeoutMs: BINANCE_TIMINGS.requestTimeoutMs * SUBSCRIBED_SPEED },
    onFeedEvent: (event) => {
      if (event.kind !== 'closedReceived') return;
      tell({ kind: 'closed', openSec: event.candle.openTime / 1000, at: realNow() });
    },
    onWarning: () => undefined,
    onFatal: (failure) => fail(failure.message),
  });
  const bare = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await new Promise((resolve) => bare.on('listening', resolve));
  const stop = async (): Promise<void> => {
    for (const client of bare.clients) client.terminate();
    bare.close();
    await service.close();
    await exchange.close();
    clock.close();
    wallClock.close();
    rmSync(dataDir, { recursive: true, force: true });
    process.disconnect();
  };
  process.on('message', (question: ChildQuestion) => {
    if (question.ask === 'memory') tell({ kind: 'memory', ...memoryAfterCollection() });
    else if (question.ask === 'broadcast') broadcast(bare);
    else void stop();
  });
  // A parent that died leaves nobody to answer.
  process.on('disconnect', () => process.exit());
  const address = bare.address();
  const barePort = typeof address === 'object' && address !== null ? address.port : 0;
  tell({ kind: 'up', port: service.port, barePort });
}

/** What is in use, buffers outside the heap included, and what the process has of the machine. */
function memoryAfterCollection(): { readonly bytes: number; readonly residentBytes: number } {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { bytes: heapUsed + external, residentBytes: rss };
}

/** Sends the same text to every client, again and again, with nothing around it: what `ws` itself can do here. */
function broadcast(bare: WebSocketServer): void {
  let left = BARE_MESSAGES;
  const timer = setInterval(() => {
    const text = JSON.stringify({ at: realNow() }).padEnd(BARE_BYTES);
    for (const client of bare.clients) client.send(text);
    if (--left > 0) return;
    clearInterval(timer);
    tell({ kind: 'broadcastDone' });
  }, BARE_EVERY_MS);
}

if (process.send !== undefined && process.argv[2] === 'run') {
  run().catch((error: unknown) => tell({ kind: 'failed', reason: String(error) }));
}
