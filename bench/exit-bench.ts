/**
 * How long a price below the stop takes to become the exit's bytes with the operating system: from the arrival of the
 * stream's frame in a trading process with open positions, through the whole step, the commit of the burst that decided
 * it (synced to the disk) and the venue, until its request was written. Beside it a bare program that reads the same frame,
 * compares one number, signs the same request and sends it, and stores nothing.
 */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { parseCredentials } from '../src/adapters/binance/trading/credentials.ts';
import { createWallClock } from '../src/adapters/clock/wall-clock.ts';
import { createLogNotifier } from '../src/adapters/notify/log-notifier.ts';
import { resolveHotCoinConfig } from '../src/app/hotcoin/hotcoin-config.ts';
import { startTrade } from '../src/app/modes/trade.ts';
import type { TradingService } from '../src/app/trading/trading-service.ts';
import { readExecution } from '../src/execution/index.ts';
import { type BenchContext, type BenchResult, figureOf, type Pair, quantile } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import type { ExitServerCommands } from './exit-server.ts';

const API_KEY = 'a-key-for-the-benchmark';
const SECRET = 'a-secret-for-the-benchmark';
/** Positions of one run of trading, each sold once. */
const COINS = 40;
/** A tenth below the entry: below every stop. */
const FALLEN = '90.00';
const ENTRY_PRICE = '100.00';
/** Between two exits, so that what follows one does not wait with the next. */
const APART_MS = 15;
const START_MAX_MS = 30_000;

/** When the newest frame arrived and the newest order left, in milliseconds of `performance.now`. */
type Watch = { frameAt: number; sentAt: number };
type Round = { readonly p50: number; readonly p99: number };
type Server = { readonly child: Child<ExitServerCommands>; readonly port: number };

/** Measures. */
export async function runExitBench(context: BenchContext): Promise<BenchResult> {
  const child = startChild<ExitServerCommands>('exit-server.ts');
  const watch = watchSockets();
  try {
    const server = { child, port: await child.call('start', null) };
    const [rounds, runs] = context.mode === 'full' ? [5, 10] : [1, 1];
    const pairs: { readonly ours: Round; readonly bare: Round }[] = [];
    let generation = 0;
    for (let round = -1; round < rounds; round++) {
      const ours: number[] = [];
      const bare: number[] = [];
      for (let run = 0; run < runs; run++) {
        await child.call('hold', { generation: ++generation, coins: COINS });
        ours.push(...(await measureOurs(server, watch, join(context.dir, `run${generation}`))));
        bare.push(...(await measureBare(server, watch)));
      }
      context.note(`round ${round + 1} of ${rounds}`);
      if (round >= 0) pairs.push({ ours: toRound(ours), bare: toRound(bare) });
    }
    return describe(pairs, runs * COINS);
  } finally {
    watch.stop();
    await child.close();
  }
}

function toRound(taken: readonly number[]): Round {
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

function describe(rounds: readonly { readonly ours: Round; readonly bare: Round }[], exits: number): BenchResult {
  const pairs = (of: keyof Round): readonly Pair[] =>
    rounds.map((round) => ({ ours: round.ours[of], bare: round.bare[of] }));
  return {
    title: 'From a price to the exit on the wire',
    notes: [
      `Ours: trading with ${COINS} open positions, each with its stop at the venue; one price falls a tenth. From the ` +
        "arrival of the frame until the sale that takes the stop's place was written to the socket: parsing, discovery, " +
        `portfolio, exit rules, execution, journal and orders in one commit with FULL sync, budgets, signature. ${exits} exits a round.`,
      'Bare: the same frame parsed, one comparison, the same parameters signed and sent on the same kind of socket; nothing ' +
        'is stored. The difference is mostly the sync of the disk.',
    ],
    figures: [
      figureOf(pairs('p99'), { name: 'price to exit on the wire, 99 of 100 within', unit: 'ms' }),
      figureOf(pairs('p50'), { name: 'price to exit on the wire, half within', unit: 'ms' }),
    ],
  };
}

/** Notes when a price frame arrived on any WebSocket of this process, and when any was written an order. */
function watchSockets(): Watch & { readonly stop: () => void } {
  const { send, emit } = WebSocket.prototype;
  const watch = {
    ...{ frameAt: 0, sentAt: 0 },
    stop: () => {
      Object.assign(WebSocket.prototype, { send, emit });
    },
  };
  WebSocket.prototype.send = function watchedSend(this: WebSocket, ...args: unknown[]): void {
    (send as (...all: unknown[]) => void).apply(this, args);
    if (String(args[0]).includes('"order.cancelReplace"')) watch.sentAt = performance.now();
  };
  WebSocket.prototype.emit = function watchedEmit(
    this: WebSocket,
    event: string | symbol,
    ...args: unknown[]
  ): boolean {
    if (event === 'message' && String(args[0]).includes('!miniTicker@arr')) watch.frameAt = performance.now();
    return emit.call(this, event, ...args);
  };
  return watch;
}

async function measureOurs(server: Server, watch: Watch, dataDir: string): Promise<readonly number[]> {
  const clock = createWallClock();
  const service = await startTrading(server.port, dataDir, clock);
  try {
    await waitUntil(() => isProtected(service, clock.now()), 'every position has its stop');
    await hearPrices(server, watch);
    const taken: number[] = [];
    for (let coin = 0; coin < COINS; coin++) taken.push(await fall(server, watch, coin));
    return taken;
  } finally {
    await service.close();
    clock.close();
  }
}

async function startTrading(
  port: number,
  dataDir: string,
  clock: ReturnType<typeof createWallClock>,
): Promise<TradingService> {
  const resolved = resolveHotCoinConfig({ execution: { enable_order_execution: true } }, {});
  const credentials = parseCredentials({ kind: 'hmac', apiKey: API_KEY, secret: SECRET });
  if (!resolved.ok || !credentials.ok) throw new Error('the settings of the benchmark are wrong');
  const [http, ws] = [`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`];
  const ignore = (): void => {};
  const started = await startTrade({
    ...{
      resolved: resolved.value,
      trading: 'real',
      credentials: credentials.value,
      dataDir,
      version: 'bench',
      seed: 1,
    },
    candidatesPath: join(dataDir, 'hotcoins.db'),
    endpoints: { spotRestUrl: http, spotStreamUrl: ws, announcementsUrl: http, spotApiUrl: `${ws}/ws-api/v3` },
    ...{ clock, wallClock: clock, notifier: createLogNotifier({ write: ignore }), onEvents: ignore, onWarning: ignore },
    onFatal: (failure) => {
      throw new Error(failure.message);
    },
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

function isProtected(service: TradingService, now: ReturnType<ReturnType<typeof createWallClock>['now']>): boolean {
  const { trading } = service.engine.state();
  if (trading === null) return false;
  const { positions } = readExecution(trading.execution, now);
  return positions.length === COINS && positions.every(({ protection }) => protection.protection === 'resting');
}

/** Until prices arrive: the stream is connected by itself. */
async function hearPrices({ child }: Server, watch: Watch): Promise<void> {
  const before = watch.frameAt;
  for (let tries = 0; watch.frameAt === before && tries < START_MAX_MS / APART_MS; tries++) {
    await child.call('price', { coin: 0, price: ENTRY_PRICE });
    await pause(APART_MS);
  }
}

/** Lets one coin fall; the milliseconds until its sale was on the wire. */
async function fall({ child }: Server, watch: Watch, coin: number): Promise<number> {
  const before = watch.sentAt;
  await child.call('price', { coin, price: FALLEN });
  await waitUntil(() => watch.sentAt > before, `the sale of coin ${coin}`);
  const taken = watch.sentAt - watch.frameAt;
  await pause(APART_MS);
  return taken;
}

async function measureBare(server: Server, watch: Watch): Promise<readonly number[]> {
  const orders = await open(`ws://127.0.0.1:${server.port}/ws-api/v3`);
  const stream = await open(`ws://127.0.0.1:${server.port}/stream`);
  stream.on('message', (data) => {
    const { data: tickers } = JSON.parse(String(data)) as { readonly data: readonly { s: string; c: string }[] };
    for (const { s, c } of tickers) if (Number(c) < 95) sell(orders, s);
  });
  const taken: number[] = [];
  for (let coin = 0; coin < COINS; coin++) taken.push(await fall(server, watch, coin));
  orders.terminate();
  stream.terminate();
  return taken;
}

function sell(socket: WebSocket, symbol: string): void {
  const payload =
    `apiKey=${API_KEY}&cancelOrigClientOrderId=none&cancelReplaceMode=STOP_ON_FAILURE&newClientOrderId=bare-${symbol}&` +
    `newOrderRespType=FULL&quantity=10.000&recvWindow=3000&side=SELL&symbol=${symbol}&timestamp=${Date.now()}&type=MARKET`;
  const signature = createHmac('sha256', SECRET).update(payload).digest('hex');
  const params = Object.fromEntries(new URLSearchParams(`${payload}&signature=${signature}`));
  socket.send(JSON.stringify({ id: symbol, method: 'order.cancelReplace', params }));
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function waitUntil(holds: () => boolean, what: string): Promise<void> {
  const until = performance.now() + START_MAX_MS;
  while (!holds()) {
    if (performance.now() > until) throw new Error(`it did not happen in ${START_MAX_MS / 1_000} s: ${what}`);
    await pause(1);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
