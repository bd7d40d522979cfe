/**
 * The one place where discovery is folded: each input is recorded, folded and its answer recorded, before anything that
 * was answered is done. Whoever takes the fold over into a larger step takes over this file and nothing else.
 */
import {
  createDiscovery,
  type DiscoveryConfig,
  type DiscoveryEffect,
  type DiscoveryInput,
  type DiscoveryState,
  foldDiscovery,
} from '../../discovery/index.ts';
import type { FlightLog } from '../../ports/flight-log.ts';
import { digestLine, type HeadReason, headLine, inputLine } from './flight-records.ts';

/** What the core is made of. */
export type DiscoveryCoreOptions = {
  readonly config: DiscoveryConfig;
  /** `null` where nothing is recorded. */
  readonly log: FlightLog | null;
  readonly version: string;
  /** Does what was answered; may dispatch again. */
  readonly perform: (effect: DiscoveryEffect, input: DiscoveryInput) => void;
};

/** The state, and the only way to change it. */
export type DiscoveryCore = {
  readonly state: DiscoveryState;
  readonly dispatch: (input: DiscoveryInput) => void;
};

/** A core that knows nothing yet. */
export function createDiscoveryCore({ config, log, version, perform }: DiscoveryCoreOptions): DiscoveryCore {
  const state = createDiscovery(config);
  let reason: HeadReason = 'start';
  const record = (input: DiscoveryInput): void => {
    if (log === null) return;
    if (log.isSegmentDue()) {
      log.begin(headLine(state, { reason, version }));
      reason = 'continued';
    }
    log.append(inputLine(input));
  };
  return {
    state,
    dispatch: (input) => {
      record(input);
      const effects = foldDiscovery(state, input);
      if (effects.length > 0) log?.append(digestLine(effects));
      for (const effect of effects) perform(effect, input);
    },
  };
}
