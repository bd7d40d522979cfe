/**
 * The product itself for the latency benchmark: the K-line service with the Binance adapter, SQLite store and journal
 * and the HTTP server, in a process of its own. Only its addresses, its patience with silence and the pace of forming
 * candles differ from production.
 */
import { openBinance } from '../src/adapters/binance/binance-access.ts';
import { resolveStream } from '../src/adapters/binance/symbol-name.ts';
import { createWallClock } from '../src/adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../src/adapters/memory/seeded-random.ts';
import { createLogNotifier } from '../src/adapters/notify/log-notifier.ts';
import { loadConfig } from '../src/app/config.ts';
import { startKlineService } from '../src/app/service/kline-service.ts';
import { type Failure, FailureError } from '../src/model/failure.ts';
import { parseSeriesId } from '../src/model/series.ts';
import { sendNote, serveCommands } from './child-process.ts';

/** What this process can be asked. */
export type ServiceCommands = {
  /** Starts the service on a source; answers its port. */
  readonly start: (order: {
    readonly sourcePort: number;
    readonly dir: string;
    readonly series: string;
  }) => Promise<{ readonly port: number }>;
};

/** The source falls silent on purpose while the baseline is measured. */
const SILENCE_MS = 600_000;

const commands: ServiceCommands = {
  start: async ({ sourcePort, dir, series }) => {
    const config = loadConfig({
      TRADE_CANVAS_BINANCE_FUTURES_BASE_URL: `http://127.0.0.1:${sourcePort}`,
      HOTWICK_BINANCE_FUTURES_STREAM_URL: `ws://127.0.0.1:${sourcePort}`,
      TRADE_CANVAS_MARKET_FORMING_MIN_INTERVAL_MS: '0',
      HOTWICK_HISTORY_DAYS: '1',
    });
    if (!config.ok) throw new FailureError(config.error);
    const seriesId = parseSeriesId(series);
    if (!seriesId.ok) throw new FailureError(seriesId.error);
    const clock = createWallClock();
    const onFault = (fault: Failure): void => sendNote(`${fault.code}: ${fault.message}`);
    const service = await startKlineService({
      mode: 'up',
      version: 'bench',
      config: config.value,
      dataDir: dir,
      host: '127.0.0.1',
      port: 0,
      webDir: `${dir}/no-page`,
      seed: 1,
      speed: 1,
      clock,
      wallClock: clock,
      notifier: createLogNotifier({ write: sendNote }),
      series: [seriesId.value],
      onFatal: onFault,
      onWarning: sendNote,
      canFollow: (seriesId) => resolveStream(seriesId).ok,
      openVenue: () => {
        return openBinance({
          clock,
          wallClock: clock,
          random: createSeededRandom(1, 'feed'),
          endpoints: config.value.endpoints,
          timings: { silenceMs: { futures: SILENCE_MS, spot: SILENCE_MS }, thinSilenceMs: SILENCE_MS },
          onFault,
        });
      },
    });
    if (!service.ok) throw new FailureError(service.error);
    return { port: service.value.port };
  },
};

serveCommands(commands);
