/**
 * What compressed WebSocket messages save and cost: bytes on the wire, processor time of the server and latency, for a
 * page of history and for candles as they come, beside the same without compression.
 */
import type { SocketCompression } from '../src/api/index.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf, quantile } from './bench-result.ts';
import { type Child, startChild } from './child-process.ts';
import type { DeflateServerCommands } from './deflate-server.ts';
import type { DeflateSubscriberCommands } from './deflate-subscribers.ts';
import { audienceText } from './latency-figures.ts';
import { MESSAGES_A_MINUTE } from './minute-file.ts';

const SIZES = { full: { rounds: 3, minutes: 60 }, quick: { rounds: 1, minutes: 10 } } as const;
const AUDIENCES = [1, 100] as const;
const SIDES: readonly SocketCompression[] = ['off', 'long', 'all'];
/** One page of history. */
const STORED = 5_000;
/** Messages a second: thirty times the pace of one futures series, so that what a message costs can be seen. */
const PER_SECOND = 120;

type Stage = {
  readonly server: Child<DeflateServerCommands>;
  readonly subscribers: Child<DeflateSubscriberCommands>;
  readonly ports: Readonly<Record<SocketCompression, number>>;
  readonly seriesId: string;
};

/** One round of one side: bytes of one subscriber, processor time of the server and latencies in milliseconds. */
type Measured = { readonly bytes: number; readonly cpuMs: number; readonly p50: number; readonly p99: number };
type Scene = { readonly side: SocketCompression; readonly count: number; readonly minutes: number };
type Play = (stage: Stage, scene: Scene) => Promise<Measured>;

/** Measures. */
export async function runDeflateBench(context: BenchContext): Promise<BenchResult> {
  const server = startChild<DeflateServerCommands>('deflate-server.ts');
  const subscribers = startChild<DeflateSubscriberCommands>('deflate-subscribers.ts');
  try {
    const started = await server.call('start', { dir: context.dir, stored: STORED });
    const stage: Stage = { server, subscribers, ...started };
    const figures: Figure[] = [];
    for (const count of AUDIENCES) {
      figures.push(...(await measure(context, stage, { what: 'history', play: playHistory, count })));
      figures.push(...(await measure(context, stage, { what: 'live', play: playLive, count })));
    }
    return { title: 'Compression of WebSocket messages', notes: notesOf(SIZES[context.mode].minutes), figures };
  } finally {
    await subscribers.close();
    await server.close();
  }
}

async function measure(
  context: BenchContext,
  stage: Stage,
  subject: { readonly what: string; readonly play: Play; readonly count: number },
): Promise<readonly Figure[]> {
  const { rounds, minutes } = SIZES[context.mode];
  const all: Record<SocketCompression, Measured[]> = { off: [], long: [], all: [] };
  for (let round = -1; round < rounds; round++) {
    for (const side of SIDES) {
      const measured = await subject.play(stage, { side, count: subject.count, minutes });
      if (round >= 0) all[side].push(measured);
    }
    context.note(`${subject.what}, ${audienceText(subject.count)}, round ${round + 1} of ${rounds}`);
  }
  return (['long', 'all'] as const).flatMap((side) => {
    const head = `${subject.what}, ${audienceText(subject.count)}, ${side}`;
    const figure = (name: string, unit: string, read: (one: Measured) => number): Figure => {
      const pairs = all[side].map((one, index) => ({ ours: read(one), bare: read(all.off[index] ?? one) }));
      return figureOf(pairs, { name: `${head}: ${name}`, unit });
    };
    return [
      figure('bytes to each', 'KiB', ({ bytes }) => bytes / 1024),
      figure('processor time', 'ms', ({ cpuMs }) => cpuMs),
      figure('p50', 'ms', ({ p50 }) => p50),
      figure('p99', 'ms', ({ p99 }) => p99),
    ];
  });
}

/** Everybody asks for the stored page at once; the latency is from asking to having it. */
async function playHistory(stage: Stage, { side, count }: Scene): Promise<Measured> {
  const { subscribers, server } = stage;
  await subscribers.call('connect', { port: stage.ports[side], count });
  const cpuBefore = await server.call('cpuSeconds', null);
  await subscribers.call('say', subscribeText(stage, 0));
  const { bytes, startedMs, receivedMs } = await subscribers.call('collect', 1);
  const cpuMs = ((await server.call('cpuSeconds', null)) - cpuBefore) * 1000;
  await subscribers.call('disconnect', null);
  const latencies = receivedMs.map((at) => at - startedMs);
  return { bytes: bytes / count, cpuMs, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** Everybody stands at the newest candle and hears the next ones. */
async function playLive(stage: Stage, { side, count, minutes }: Scene): Promise<Measured> {
  const { subscribers, server } = stage;
  const messages = minutes * MESSAGES_A_MINUTE;
  await subscribers.call('connect', { port: stage.ports[side], count });
  await subscribers.call('say', subscribeText(stage, await server.call('standing', null)));
  const cpuBefore = await server.call('cpuSeconds', null);
  const sentMs = await server.call('announce', { side, messages, perSecond: PER_SECOND });
  const { bytes, receivedMs } = await subscribers.call('collect', messages);
  const cpuMs = ((await server.call('cpuSeconds', null)) - cpuBefore) * 1000;
  await subscribers.call('disconnect', null);
  const latencies = receivedMs.map((at, index) => at - (sentMs[index % sentMs.length] ?? Number.NaN));
  return { bytes: bytes / count, cpuMs, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

function subscribeText({ seriesId }: Stage, since: number): string {
  return JSON.stringify({ type: 'subscribe', series_id: seriesId, since, supports_batch: true });
}

function notesOf(minutes: number): readonly string[] {
  return [
    'Ours: HOTWICK_WS_DEFLATE=long (messages from 1 KiB on) and =all; bare: the same server with it off. Clients are ' +
      'sockets of the ws library that offer compression, in another process; bytes are counted below TLS and HTTP.',
    `History: one candles_batch of ${STORED.toLocaleString('en')} recorded candles to each, all asking at once; the ` +
      'latency is from asking to having it unpacked.',
    `Live: ${minutes} recorded minutes, each forming twice and then closed, ${PER_SECOND} messages a second; the latency is ` +
      'from the announcement on the bus. The messages have less than 1 KiB, so `long` sends them as they are.',
    'Processor time is that of the whole server process, zlib threads included. Everything goes over the loopback ' +
      'interface, where bytes cost next to nothing: on a slow line compression gains what it can not gain here.',
  ];
}
