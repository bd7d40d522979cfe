/**
 * The model in shadow of one trading process: models lie in the home directory, predictions beside the records of paper or
 * of money.
 */
import { join } from 'node:path';
import { PREDICTIONS_SCHEMA } from '../../adapters/sqlite/prediction-rows.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqlitePredictionLog } from '../../adapters/sqlite/sqlite-prediction-log.ts';
import { candidateOf } from '../../discovery/index.ts';
import type { PredictionLog } from '../../ports/prediction-log.ts';
import type { HotCoinConfig } from '../hotcoin/hotcoin-schema.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { modelFolder } from './model-folder.ts';
import { type ShadowParts, ShadowService } from './shadow-service.ts';

/** What it is opened beside. */
export type ShadowPlace = Pick<
  ShadowParts,
  'clock' | 'wallClock' | 'onAlarm' | 'onWarning' | 'monitor' | 'learning'
> & {
  readonly service: TradingService;
  /** Where models lie. */
  readonly home: string;
  /** Where trading keeps its records. */
  readonly dataDir: string;
  /** The settings in force. */
  readonly inForce: () => HotCoinConfig;
};

/** Name of the log's file in a data directory. */
export const PREDICTIONS_DATABASE = 'predictions.db';

/** The service; it does nothing before it is started. */
export function openShadow({ service, home, dataDir, inForce, ...rest }: ShadowPlace): ShadowService {
  const trading = () => service.engine.state().trading;
  return new ShadowService({
    ...rest,
    folder: modelFolder(home),
    openLog: () => openLog(join(dataDir, PREDICTIONS_DATABASE)),
    isWanted: () => inForce().ml.shadow === 'on',
    market: {
      subscribe: (handler) => service.bus.subscribe(handler),
      fetchHistory: (request) => service.feed.fetchHistory(request),
      isCandidate: (id) => {
        const pool = trading()?.discovery.pool;
        return pool !== undefined && candidateOf(pool, id) !== null;
      },
      isFollowed: (interval) => {
        const timeframes = trading()?.settings.signals.profile.timeframes ?? [];
        return timeframes.some(({ timeframe }) => timeframe === interval);
      },
    },
  });
}

/** Closing the log closes its file. */
function openLog(path: string): PredictionLog {
  const database = openSqliteDatabase({ path, schema: PREDICTIONS_SCHEMA });
  try {
    const log = createSqlitePredictionLog(database);
    return { ...log, close: async () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}
