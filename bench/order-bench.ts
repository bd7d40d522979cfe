/**
 * How long an order that was decided takes until its bytes are with the operating system: through the venue, with all
 * its checks, budgets and the signature, beside a bare program that signs the same request and sends it. The venue is
 * another process that answers at once; an order waits for the answer to the one before it.
 */
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { openBinance } from '../src/adapters/binance/binance-access.ts';
import { type ApiCredentials, parseCredentials } from '../src/adapters/binance/trading/credentials.ts';
import { createWallClock } from '../src/adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../src/adapters/memory/seeded-random.ts';
import { decimal } from '../src/core/decimal.ts';
import type { InstrumentId } from '../src/model/instrument.ts';
import type { Quantity } from '../src/model/money.ts';
import type { ApprovedOrder, ClientOrderId } from '../src/model/order.ts';
import type { Venue } from '../src/ports/venue.ts';
import { type Aim, type BenchContext, type BenchResult, figureOf, type Pair, quantile } from './bench-result.ts';
import { startChild } from './child-process.ts';
import type { OrderServerCommands } from './order-server.ts';

const API_KEY = 'a-key-for-the-benchmark';
const SECRET = 'a-secret-for-the-benchmark';
/** Two milliseconds for the ninety-ninth of a hundred orders. */
const P99_AIM: Aim = { of: 'ours', direction: 'at most', value: 2 };

/** When bytes were last handed to the operating system, in milliseconds of `performance.now`. */
type SendWatch = { sentAt: number };
/** Sends one order and resolves when it is answered. */
type SendOrder = (index: number) => Promise<unknown>;
type Round = { readonly p50: number; readonly p99: number; readonly cpu: number };

/** Measures. */
export async function runOrderBench(context: BenchContext): Promise<BenchResult> {
  const server = startChild<OrderServerCommands>('order-server.ts');
  const watch = watchSends();
  try {
    const port = await server.call('start', null);
    const { venue, close } = await openVenue(port);
    const bare = await openBare(port);
    const orders = context.mode === 'full' ? 2_000 : 200;
    const rounds = context.mode === 'full' ? 7 : 2;
    const pairs: { readonly ours: Round; readonly bare: Round }[] = [];
    let sent = 0;
    for (let round = -1; round < rounds; round++) {
      const ours = await measure({ watch, orders, send: (index) => venue.submit(orderOf(sent + index)) });
      const other = await measure({ watch, orders, send: bare.send });
      sent += orders;
      if (round < 0) continue;
      pairs.push({ ours, bare: other });
      context.note(`round ${round + 1} of ${rounds}`);
    }
    bare.socket.terminate();
    await close();
    return describe(pairs, orders);
  } finally {
    watch.stop();
    await server.close();
  }
}

function describe(rounds: readonly { readonly ours: Round; readonly bare: Round }[], orders: number): BenchResult {
  const pairs = (of: keyof Round): readonly Pair[] =>
    rounds.map((round) => ({ ours: round.ours[of], bare: round.bare[of] }));
  return {
    title: 'An order from its decision to the wire',
    notes: [
      `Ours: \`submit\` of the Binance venue until the WebSocket was written, ${orders.toLocaleString('en')} market orders a ` +
        'round, HMAC-SHA256. On the way: rules, the name not used before, order and weight budgets, parameters, signature.',
      'Bare: the same parameters signed and sent by ten lines on the same kind of socket.',
      'Writing to the socket is part of both; the network is part of neither. On a machine that is busy with other work ' +
        'the slowest orders of both waited for a processor; processor time does not count that.',
    ],
    figures: [
      figureOf(pairs('p99'), { name: 'decision to wire, 99 of 100 within', unit: 'ms' }, P99_AIM),
      figureOf(pairs('p50'), { name: 'decision to wire, half within', unit: 'ms' }),
      figureOf(pairs('cpu'), { name: 'processor time of an order, its answer included', unit: 'ms' }),
    ],
  };
}

/** Notes when any WebSocket of this process was written. */
function watchSends(): SendWatch & { readonly stop: () => void } {
  const original = WebSocket.prototype.send;
  const watch = {
    sentAt: 0,
    stop: () => {
      WebSocket.prototype.send = original;
    },
  };
  WebSocket.prototype.send = function send(this: WebSocket, ...args: unknown[]): void {
    (original as (...all: unknown[]) => void).apply(this, args);
    watch.sentAt = performance.now();
  };
  return watch;
}

async function measure(how: {
  readonly watch: SendWatch;
  readonly orders: number;
  readonly send: SendOrder;
}): Promise<Round> {
  globalThis.gc?.();
  const taken = new Float64Array(how.orders);
  const cpuBefore = process.cpuUsage();
  for (let index = 0; index < how.orders; index++) {
    const decidedAt = performance.now();
    await how.send(index);
    taken[index] = how.watch.sentAt - decidedAt;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpu = (user + system) / 1_000 / how.orders;
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), cpu };
}

function orderOf(index: number): ApprovedOrder {
  return {
    clientOrderId: `hw-bench-o${index}` as ClientOrderId,
    instrumentId: 'binance:spot:BTC/USDT' as InstrumentId,
    terms: { type: 'market', side: 'sell', quantity: decimal('0.001') as Quantity },
  };
}

async function openVenue(port: number): Promise<{ readonly venue: Venue; readonly close: () => Promise<void> }> {
  const clock = createWallClock();
  const access = openBinance({
    clock,
    wallClock: clock,
    random: createSeededRandom(1, 'bench'),
    onFault: (failure) => {
      throw new Error(failure.message);
    },
    endpoints: { spotRestUrl: `http://127.0.0.1:${port}`, spotApiUrl: `ws://127.0.0.1:${port}/ws-api/v3` },
  });
  const venue = access.openVenue(credentials());
  await new Promise<void>((resolve) => venue.onConnection(() => resolve()));
  const close = async (): Promise<void> => {
    await venue.close();
    await access.close();
    clock.close();
  };
  return { venue, close };
}

function credentials(): ApiCredentials {
  const parsed = parseCredentials({ kind: 'hmac', apiKey: API_KEY, secret: SECRET });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

async function openBare(port: number): Promise<{ readonly socket: WebSocket; readonly send: SendOrder }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws-api/v3`, { perMessageDeflate: false });
  await new Promise((resolve) => socket.once('open', resolve));
  const send: SendOrder = (index) => {
    const payload =
      `apiKey=${API_KEY}&newClientOrderId=bare-${index}&newOrderRespType=FULL&quantity=0.001&recvWindow=5000&` +
      `side=SELL&symbol=BTCUSDT&timestamp=${Date.now()}&type=MARKET`;
    const signature = createHmac('sha256', SECRET).update(payload).digest('hex');
    const params = Object.fromEntries(new URLSearchParams(`${payload}&signature=${signature}`));
    const answered = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: String(index), method: 'order.place', params }));
    return answered;
  };
  return { socket, send };
}
