/**
 * The service on the real exchange: Binance's streams and history, the wall clock, one database file.
 */
import { openBinance } from '../../adapters/binance/binance-access.ts';
import { resolveStream } from '../../adapters/binance/symbol-name.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import type { Result } from '../../core/result.ts';
import { ok } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Config } from '../config.ts';
import { type KlineService, startKlineService } from '../service/kline-service.ts';
import { packageVersion, webDir } from '../version.ts';

/** What an operator may choose. */
export type UpOptions = {
  readonly config: Config;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly series: readonly SeriesId[];
  /** Spreads retries; recorded in the journal. */
  readonly seed: number;
  readonly onWarning: (reason: string) => void;
  readonly onFatal: (failure: Failure) => void;
};

/** Starts the service. */
export async function startUp(options: UpOptions): Promise<Result<KlineService, Failure>> {
  const clock = createWallClock();
  const { endpoints, backfill, topMarkets } = options.config;
  const onFault = (fault: Failure): void => options.onWarning(`${fault.code}: ${fault.message}`);
  const service = await startKlineService({
    ...options,
    mode: 'up',
    version: packageVersion(),
    webDir: webDir(),
    speed: 1,
    clock,
    wallClock: clock,
    notifier: createLogNotifier({ write: options.onWarning }),
    canFollow: (seriesId) => resolveStream(seriesId).ok,
    openVenue: (ledger) => {
      return openBinance({
        clock,
        wallClock: clock,
        random: createSeededRandom(options.seed, 'feed'),
        endpoints,
        timings: { requestTimeoutMs: backfill.exchangeTimeoutMs },
        onFault,
        ledger,
        symbolsTtlMs: topMarkets.symbolsTtlMs,
      });
    },
  });
  if (!service.ok) {
    clock.close();
    return service;
  }
  const close = async (): Promise<void> => {
    try {
      await service.value.close();
    } finally {
      clock.close();
    }
  };
  return ok({ ...service.value, close });
}
