/**
 * Three edges in one process that differ in compression only, over one store of recorded candles. On command the next
 * recorded minutes are announced on one of them, at a steady pace, and the moments are answered.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createSqliteCandleStore } from '../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import type { SocketCompression } from '../src/api/index.ts';
import { KEPT_BOUNDS } from '../src/api/kept-answers.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { type ApiSide, startApiSide } from './api-side.ts';
import { serveCommands, sharedNowMs } from './child-process.ts';
import { findMinuteFile, MESSAGES_A_MINUTE, readMinutes } from './minute-file.ts';

/** What this process can be asked. */
export type DeflateServerCommands = {
  /** Stores so many candles and starts every edge. */
  readonly start: (order: { readonly dir: string; readonly stored: number }) => Promise<{
    readonly ports: Readonly<Record<SocketCompression, number>>;
    readonly seriesId: string;
  }>;
  /** Announces the minutes after the stored ones, each forming until its closing message; answers when each left. */
  readonly announce: (order: {
    readonly side: SocketCompression;
    readonly messages: number;
    readonly perSecond: number;
  }) => Promise<Float64Array>;
  /** Open time in seconds of the candle before the next one announced. */
  readonly standing: (nothing: null) => Promise<number>;
  /** Processor seconds of this process so far, all threads. */
  readonly cpuSeconds: (nothing: null) => Promise<number>;
};

const sides = new Map<SocketCompression, ApiSide>();
const upcoming: ClosedCandle[] = [];

function sideOf(name: SocketCompression): ApiSide {
  const side = sides.get(name);
  if (side === undefined) throw new Error('not started');
  return side;
}

async function publish({ bus }: ApiSide, candle: ClosedCandle, place: number): Promise<void> {
  const { seriesId, certificate, kind, ...columns } = candle;
  if (place < MESSAGES_A_MINUTE - 1) {
    await bus.publish({ kind: 'candleForming', seriesId, candle: { kind: 'candleForming', seriesId, ...columns } });
  } else await bus.publish({ kind: 'candlesClosed', seriesId, candles: [{ ...candle, certificate }] });
}

const commands: DeflateServerCommands = {
  start: async ({ dir, stored }) => {
    const minutes = await readMinutes(findMinuteFile(dir));
    const past = minutes.slice(0, stored);
    upcoming.push(...minutes.slice(stored));
    const store = createSqliteCandleStore(openSqliteDatabase({ path: join(dir, 'hotwick.db') }));
    await store.save({ candles: past, gaps: [] });
    for (const name of ['off', 'long', 'all'] as const)
      sides.set(name, await startApiSide(store, { compression: name, bounds: KEPT_BOUNDS }));
    const last = past[past.length - 1];
    if (last === undefined) throw new Error('no candles');
    const ports = { off: sideOf('off').port, long: sideOf('long').port, all: sideOf('all').port };
    return { ports, seriesId: last.seriesId };
  },
  announce: async ({ side, messages, perSecond }) => {
    const sentMs = new Float64Array(messages);
    const startedMs = sharedNowMs();
    for (let index = 0; index < sentMs.length; index++) {
      const candle = upcoming[Math.floor(index / MESSAGES_A_MINUTE)];
      if (candle === undefined) throw new Error('no more candles');
      await wait(Math.max(0, startedMs + (index * 1000) / perSecond - sharedNowMs()));
      sentMs[index] = sharedNowMs();
      await publish(sideOf(side), candle, index % MESSAGES_A_MINUTE);
    }
    upcoming.splice(0, messages / MESSAGES_A_MINUTE);
    return sentMs;
  },
  standing: async () => (upcoming[0]?.openTime ?? 0) / 1000 - 60,
  cpuSeconds: async () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

serveCommands(commands);
