/**
 * Saved settings reach running trading: whoever saved them, in this process or another, they are looked at every two
 * seconds and what acts at once becomes an input of the engine. What waits for a restart is named and left alone; what
 * can not be read or is invalid changes nothing and is warned of once.
 */
import type { Result } from '../../core/result.ts';
import type { TradingSettings } from '../../engine/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { appliesOf, mergeHot } from '../hotcoin/hot-settings.ts';
import { hashHotCoinConfig, type ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { HOTCOIN_GROUPS, type HotCoinConfig } from '../hotcoin/hotcoin-schema.ts';
import type { Trading } from '../hotcoin/trading-consent.ts';
import { toTradingSettings } from '../hotcoin/trading-settings.ts';
import { repeatUntil } from './supervisor.ts';

/** What following needs. */
export type FollowerParts = {
  /** What trading was started with. */
  readonly started: ResolvedConfig;
  readonly trading: Trading;
  /** The settings as they are saved now, over the defaults and under the environment. */
  readonly resolve: () => Promise<Result<ResolvedConfig, Failure>>;
  /** Gives settings to the engine; resolves when they are in force. */
  readonly apply: (settings: TradingSettings) => Promise<void>;
  /** Hears what came into force. */
  readonly onApplied: (config: ResolvedConfig) => void;
  /** Real time. */
  readonly clock: Clock;
  readonly onWarning: (reason: string) => void;
};

const EVERY_MS = 2_000;

/** Follows the saved settings while it runs. */
export class SettingsFollower {
  readonly #parts: FollowerParts;
  #inForce: ResolvedConfig;
  #wanted: HotCoinConfig;
  #lastProblem: string | null = null;
  #looking: Promise<void> | null = null;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#inForce = parts.started;
    this.#wanted = parts.started.config;
  }

  /** Looks every two seconds until `stop`; rejects when the engine takes no settings any more. */
  run(stop: AbortSignal): Promise<void> {
    return repeatUntil(stop, { clock: this.#parts.clock, everyMs: EVERY_MS, action: () => this.look() });
  }

  /** Looks at once; calls while a look is under way share it. Resolves when what acts at once is in force. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** The settings in force, which are not those that are saved while some wait for a restart. */
  inForce(): ResolvedConfig {
    return this.#inForce;
  }

  /** Names of saved settings that wait for a restart. */
  waiting(): readonly string[] {
    return HOTCOIN_GROUPS.flatMap((group) =>
      Object.entries(this.#wanted[group])
        .filter(([key, value]) => {
          const known = (this.#inForce.config[group] as Readonly<Record<string, unknown>>)[key];
          return JSON.stringify(known) !== JSON.stringify(value);
        })
        .map(([key]) => `${group}.${key}`),
    ).filter((name) => appliesOf(name) === 'restart');
  }

  async #look(): Promise<void> {
    const resolved = await this.#parts.resolve();
    if (!resolved.ok) {
      this.#warnOnce(`${resolved.error.code}: ${resolved.error.message}; the settings in force stay`);
      return;
    }
    this.#lastProblem = null;
    this.#wanted = resolved.value.config;
    const config = mergeHot(this.#inForce.config, resolved.value.config);
    const hash = hashHotCoinConfig(config);
    if (hash === this.#inForce.hash) return;
    const next = { config, hash, provenance: resolved.value.provenance };
    await this.#parts.apply(toTradingSettings(next, this.#parts.trading));
    this.#inForce = next;
    this.#parts.onApplied(next);
  }

  #warnOnce(problem: string): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#parts.onWarning(problem);
  }
}
