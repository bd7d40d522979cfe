/**
 * Discovery on a live market, without orders and without anything that is kept: the service of discovery over a store
 * that forgets and no recording. As many are chosen as the pool has places, so that each says why it is refused.
 */
import type { CandidateStore } from '../../ports/candidate-store.ts';
import { type DiscoveryOptions, type DiscoveryService, startDiscovery } from '../discovery/discovery-service.ts';

/** What a live scan is made of; the sources become its own. */
export type LiveScanOptions = Pick<DiscoveryOptions, 'config' | 'clock' | 'openWatch' | 'socials' | 'onFault'>;

/** Starts a scan. */
export function startLiveScan(options: LiveScanOptions): Promise<DiscoveryService> {
  return startDiscovery({
    ...options,
    store: forgetfulStore(),
    log: null,
    version: '',
    chosenMax: options.config.pool.activeMax,
    onWarning: () => {},
  });
}

function forgetfulStore(): CandidateStore {
  return {
    loadCandidates: async () => ({ value: [], skipped: [] }),
    saveBatch: async () => {},
    loadHeat: async () => ({ value: [], skipped: [] }),
    loadListings: async () => ({ value: null, skipped: [] }),
    saveListings: async () => {},
    loadListedTimes: async () => ({ value: new Map(), skipped: [] }),
    saveListedTime: async () => {},
    close: async () => {},
  };
}
