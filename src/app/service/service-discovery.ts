/**
 * Discovery beside the K-line service, where it is switched on: its own database, its own recording, the venue's data of
 * the whole market within the budget of requests that all share.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFlightLog } from '../../adapters/flight/flight-writer.ts';
import { HOTCOINS_SCHEMA } from '../../adapters/sqlite/hotcoins-schema.ts';
import { createSqliteCandidateStore } from '../../adapters/sqlite/sqlite-candidate-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import type { PoolView } from '../../api/index.ts';
import { DEFAULT_DISCOVERY_CONFIG, listCandidates } from '../../discovery/index.ts';
import { type Failure, FailureError, failure, toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FlightLog } from '../../ports/flight-log.ts';
import type { DiscoverySettings, SocialConfig } from '../config.ts';
import { type DiscoveryOptions, type DiscoveryService, startDiscovery } from '../discovery/discovery-service.ts';
import { openSocialSources, SQUARE_POLL_MS } from '../discovery/social-sources.ts';

/** What discovery beside a service is made of. */
export type ServiceDiscoveryOptions = {
  readonly settings: DiscoverySettings;
  readonly social: SocialConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly version: string;
  readonly openWatch: DiscoveryOptions['openWatch'];
  readonly onWarning: (reason: string) => void;
};

/** Name of the folder of recordings in a data directory. */
export const FLIGHT_FOLDER = 'flight';

/** Starts discovery; rejects with `FailureError` when its database can not be opened or read. */
export async function startServiceDiscovery(options: ServiceDiscoveryOptions): Promise<DiscoveryService> {
  const { clock, version, openWatch, onWarning } = options;
  const onFault = (fault: Failure): void => onWarning(`${fault.code}: ${fault.message}`);
  const database = openSqliteDatabase({ path: prepareFolder(options.settings.databasePath), schema: HOTCOINS_SCHEMA });
  const store = createSqliteCandidateStore(database);
  try {
    const log = openRecording(options, onFault);
    const config = DEFAULT_DISCOVERY_CONFIG;
    const socials = openSocialSources(options.social, { clock, squarePollMs: SQUARE_POLL_MS });
    const service = await startDiscovery({
      config,
      clock,
      openWatch,
      socials,
      store,
      log,
      version,
      onFault,
      onWarning,
    });
    const close = async (): Promise<void> => {
      await service.close();
      database.close();
    };
    return { ...service, close };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function prepareFolder(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return path;
  } catch (cause) {
    throw new FailureError(failure('store_unavailable', { path, reason: toReason(cause) }), { cause });
  }
}

function openRecording(
  { settings, dataDir, clock }: ServiceDiscoveryOptions,
  onFault: (failure: Failure) => void,
): FlightLog | null {
  const { recordingBytesMax: totalBytesMax } = settings;
  if (totalBytesMax === 0) return null;
  return createFlightLog({ dir: join(dataDir, FLIGHT_FOLDER), clock, onFault, bounds: { totalBytesMax } });
}

/** The pool as the API shows it: copies, taken when asked for. */
export function readPoolOf({ state }: DiscoveryService): PoolView {
  const { pool } = state;
  return { candidates: listCandidates(pool), refusals: { ...pool.refusals.counts } };
}
