/**
 * How many answers of 2,000 candles a second the HTTP server gives over keep-alive connections, beside a bare handler
 * that answers the same prebuilt bytes. Client and servers are separate processes.
 */
import { Pool } from 'undici';
import { type BenchContext, type BenchResult, figureOf, type Pair } from './bench-result.ts';
import { startChild } from './child-process.ts';
import type { RequestServerCommands } from './request-server.ts';

const CANDLES = 2_000;
/** Requests in flight: enough to keep a one-threaded server busy, few enough not to queue. */
const CONNECTIONS = 4;

type Rate = { readonly wall: number; readonly cpu: number };

/** Measures. */
export async function runRequestBench(context: BenchContext): Promise<BenchResult> {
  const server = startChild<RequestServerCommands>('request-server.ts');
  try {
    const { ours, bare, path } = await server.call('start', { dir: context.dir, candles: CANDLES });
    const seconds = context.mode === 'full' ? 1.5 : 0.3;
    const rounds = context.mode === 'full' ? 6 : 2;
    const wall: Pair[] = [];
    const cpu: Pair[] = [];
    const measure = (port: number): Promise<Rate> => {
      const cpuSeconds = (): Promise<number> => server.call('cpuSeconds', null);
      return requestFor({ origin: `http://127.0.0.1:${port}`, path, seconds, cpuSeconds });
    };
    for (let round = -1; round < rounds; round++) {
      const one = await measure(ours);
      const other = await measure(bare);
      if (round < 0) continue;
      wall.push({ ours: one.wall, bare: other.wall });
      cpu.push({ ours: one.cpu, bare: other.cpu });
      context.note(`round ${round + 1} of ${rounds}`);
    }
    return describe(wall, cpu);
  } finally {
    await server.close();
  }
}

function describe(wall: readonly Pair[], cpu: readonly Pair[]): BenchResult {
  return {
    title: `GET of ${CANDLES.toLocaleString('en')} candles`,
    notes: [
      `Ours: the product's server over a SQLite file; every request reads, checks and formats the newest ${CANDLES.toLocaleString('en')} of ` +
        '20,000 1m candles. No answer is cached.',
      `Bare: a Fastify handler that sends the same bytes from memory. Both: ${CONNECTIONS} keep-alive connections, one ` +
        'request at a time on each, undici in another process.',
      'Processor seconds are those of the server process.',
    ],
    figures: [
      figureOf(wall, { name: 'requests', unit: '1/s' }),
      figureOf(cpu, { name: 'requests, per processor second', unit: '1/s' }),
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
