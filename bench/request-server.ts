/**
 * Three HTTP servers in one process: the product's own over a SQLite store filled with candles, the same with no room to
 * keep answers, and a bare Fastify with one handler that answers the very same bytes. Commands start them and tell the
 * processor time used.
 */
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { createSqliteCandleStore } from '../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { KEPT_BOUNDS } from '../src/api/kept-answers.ts';
import type { CandleStore } from '../src/ports/candle-store.ts';
import { startApiSide } from './api-side.ts';
import { serveCommands } from './child-process.ts';
import { findMinuteFile, readMinutes } from './minute-file.ts';

/** Where the servers listen: ours, ours that makes every answer anew, and the bare one. */
export type Ports = { readonly kept: number; readonly anew: number; readonly bare: number };

/** What this process can be asked. */
export type RequestServerCommands = {
  /** Starts the servers; answers their ports and the path to ask for. */
  readonly start: (order: {
    readonly dir: string;
    readonly candles: number;
  }) => Promise<Ports & { readonly path: string }>;
  /** Processor seconds of this process so far. */
  readonly cpuSeconds: (nothing: null) => Promise<number>;
};

const STORED = 20_000;

async function fillStore(dir: string): Promise<{ readonly store: CandleStore; readonly seriesId: string }> {
  const stored = (await readMinutes(findMinuteFile(dir))).slice(0, STORED);
  const store = createSqliteCandleStore(openSqliteDatabase({ path: join(dir, 'hotwick.db') }));
  await store.save({ candles: stored, gaps: [] });
  return { store, seriesId: stored[0]?.seriesId ?? '' };
}

async function startBare(bytes: Buffer, path: string): Promise<number> {
  const app: FastifyInstance = Fastify({ logger: false, forceCloseConnections: true });
  app.get(path.split('?')[0] ?? path, async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return bytes;
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the bare server has no port');
  return address.port;
}

const commands: RequestServerCommands = {
  start: async ({ dir, candles }) => {
    const { store, seriesId } = await fillStore(dir);
    const { port: kept } = await startApiSide(store, { compression: 'off', bounds: KEPT_BOUNDS });
    const { port: anew } = await startApiSide(store, { compression: 'off', bounds: { answersMax: 0, bytesMax: 0 } });
    const path = `/api/market/candles?series_id=${encodeURIComponent(seriesId)}&limit=${candles}`;
    const answer = await fetch(`http://127.0.0.1:${kept}${path}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { kept, anew, bare: await startBare(bytes, path), path };
  },
  cpuSeconds: async () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

serveCommands(commands);
