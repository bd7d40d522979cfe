/**
 * How many answers of 2,000 candles a second the HTTP server gives over keep-alive connections, from what it keeps and
 * made anew, beside a bare handler that answers the same prebuilt bytes. Client and servers are separate processes.
 */
import { Pool } from 'undici';
import { type Aim, type BenchContext, type BenchResult, figureOf, type Pair } from './bench-result.ts';
import { startChild } from './child-process.ts';
import type { RequestServerCommands } from './request-server.ts';

const CANDLES = 2_000;
/** Requests in flight: enough to keep a one-threaded server busy, few enough not to queue. */
const CONNECTIONS = 4;

/** Share of the bare handler's throughput that the server must reach where the answer has not changed. */
const KEPT_AIM: Aim = { of: 'ratio', direction: 'at least', value: 0.6 };

type Rate = { readonly wall: number; readonly cpu: number };
type Round = { readonly kept: Rate; readonly anew: Rate; readonly bare: Rate };

/** Measures. */
export async function runRequestBench(context: BenchContext): Promise<BenchResult> {
  const server = startChild<RequestServerCommands>('request-server.ts');
  try {
    const { path, ...ports } = await server.call('start', { dir: context.dir, candles: CANDLES });
    const seconds = context.mode === 'full' ? 1.5 : 0.3;
    const rounds = context.mode === 'full' ? 6 : 2;
    const measured: Round[] = [];
    const measure = (port: number): Promise<Rate> => {
      const cpuSeconds = (): Promise<number> => server.call('cpuSeconds', null);
      return requestFor({ origin: `http://127.0.0.1:${port}`, path, seconds, cpuSeconds });
    };
    for (let round = -1; round < rounds; round++) {
      const kept = await measure(ports.kept);
      const bare = await measure(ports.bare);
      const anew = await measure(ports.anew);
      if (round < 0) continue;
      measured.push({ kept, anew, bare });
      context.note(`round ${round + 1} of ${rounds}`);
    }
    return describe(measured);
  } finally {
    await server.close();
  }
}

function describe(rounds: readonly Round[]): BenchResult {
  const pairs = (side: 'kept' | 'anew', per: keyof Rate): readonly Pair[] =>
    rounds.map((round) => ({ ours: round[side][per], bare: round.bare[per] }));
  return {
    title: `GET of ${CANDLES.toLocaleString('en')} candles`,
    notes: [
      `Ours: the product's server over a SQLite file with 20,000 1m candles, asked for the newest ${CANDLES.toLocaleString('en')}. ` +
        'Kept: the answer of the last time, given out after the store was asked whether it is still true. Anew: nothing ' +
        'is kept, every request reads, checks and formats; so does the first one after a candle was stored.',
      `Bare: a Fastify handler that sends the same bytes from memory. All: ${CONNECTIONS} keep-alive connections, one ` +
        'request at a time on each, without If-None-Match, undici in another process.',
      'Processor seconds are those of the process of the servers.',
    ],
    figures: [
      figureOf(pairs('kept', 'wall'), { name: 'requests, answer kept', unit: '1/s' }, KEPT_AIM),
      figureOf(pairs('kept', 'cpu'), { name: 'requests, answer kept, per processor second', unit: '1/s' }, KEPT_AIM),
      figureOf(pairs('anew', 'wall'), { name: 'requests, answer made anew', unit: '1/s' }),
      figureOf(pairs('anew', 'cpu'), { name: 'requests, answer made anew, per processor second', unit: '1/s' }),
    ],
  };
}

async function requestFor(order: {
  readonly origin: string;
  readonly path: string;
  readonly seconds: number;
  readonly cpuSeconds: () => Promise<number>;
}): Promise<Rate> {
  const pool = new Pool(order.origin, { connections: CONNECTIONS, pipelining: 1 });
  let count = 0;
  const cpuBefore = await order.cpuSeconds();
  const started = performance.now();
  const loop = async (): Promise<void> => {
    while (performance.now() - started < order.seconds * 1000) {
      const answer = await pool.request({ path: order.path, method: 'GET' });
      const bytes = await answer.body.arrayBuffer();
      if (answer.statusCode !== 200 || bytes.byteLength < CANDLES) throw new Error(`status ${answer.statusCode}`);
      count++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const seconds = (performance.now() - started) / 1000;
  const cpuUsed = (await order.cpuSeconds()) - cpuBefore;
  await pool.close();
  return { wall: count / seconds, cpu: count / cpuUsed };
}
