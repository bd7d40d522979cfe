/**
 * The product's HTTP and WebSocket edge over a store and a bus of its own, without anything upstream of it.
 */
import { createWallClock } from '../src/adapters/clock/wall-clock.ts';
import { createMemoryBus } from '../src/adapters/memory/memory-bus.ts';
import { createMemoryChartStore } from '../src/adapters/memory/memory-chart-store.ts';
import { CandleReader, DebugLog, MarketHub, type SocketCompression, startHttpServer } from '../src/api/index.ts';
import type { KeptBounds } from '../src/api/kept-answers.ts';
import { FACTOR_LEXICON, startFactorFold } from '../src/app/service/factor-lexicon.ts';
import { err } from '../src/core/result.ts';
import { DEFAULT_FACTOR_SETTINGS } from '../src/factors/index.ts';
import { FailureError, failure } from '../src/model/failure.ts';
import type { Bus } from '../src/ports/bus.ts';
import type { CandleStore } from '../src/ports/candle-store.ts';
import { createStoreControl } from '../test/fixtures/store-control.ts';

/** A listening edge. */
export type ApiSide = { readonly port: number; readonly bus: Bus };

/** Whether WebSocket messages are compressed, and how many answers are kept. */
export type ApiSideOptions = { readonly compression: SocketCompression; readonly bounds: KeptBounds };

/** Starts it on a free port; it lives as long as the process. */
export async function startApiSide(store: CandleStore, options: ApiSideOptions): Promise<ApiSide> {
  const clock = createWallClock();
  const refuse = (reason: unknown): never => {
    throw new Error(String(reason));
  };
  const bus = createMemoryBus({ waitingMax: 10, onError: refuse });
  const control = createStoreControl(store, bus);
  const reader = new CandleReader({ store, clock, prepare: control.prepareSeries, bounds: options.bounds });
  const hub = new MarketHub({ bus, clock, reader, control, onError: refuse });
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    store,
    reader,
    hub,
    control,
    gates: {
      debug: 'off',
      dev: 'off',
      health: 'off',
      metrics: 'off',
      readRepair: 'off',
      replay: 'off',
      replayCoverage: 'off',
      backfillRecentMs: 0,
      freshCandles: 2,
      staleCandles: 5,
    },
    charts: createMemoryChartStore(store),
    lexicon: FACTOR_LEXICON,
    startFold: startFactorFold(DEFAULT_FACTOR_SETTINGS),
    signals: null,
    debugLog: new DebugLog({ clock, state: 'off' }),
    fetchTopMarkets: async () => err(failure('venue_unreachable', { url: 'the venue', reason: 'there is none' })),
    clock,
    wallClock: clock,
    webDir: '/nonexistent',
    corsOrigins: [],
    socketCompression: options.compression,
    onError: refuse,
    info: () => ({ name: 'hotwick', version: 'bench', mode: 'bench', series: [], speed: 1, market_time: 0 }),
  });
  if (!server.ok) throw new FailureError(server.error);
  return { port: server.value.port, bus };
}
