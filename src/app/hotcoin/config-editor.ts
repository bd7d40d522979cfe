/**
 * The saved settings of the hot-coin system and whoever changes them: the desk, the command line, running trading. What
 * is saved is checked as a whole before a byte of it is written, with and without the environment, so that no save can
 * keep the next start from happening. Values are saved as one object for each group under the namespace `hotcoin`.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SettingStore } from '../../ports/setting-store.ts';
import { type Applies, appliesOf } from './hot-settings.ts';
import { type Provenance, type ResolvedConfig, resolveHotCoinConfig } from './hotcoin-config.ts';
import { HOTCOIN_GROUPS, type HotCoinConfig, type HotCoinGroup, hotCoinSchema } from './hotcoin-schema.ts';
import type { PresetName } from './presets.ts';
import { listSettingFacts, type SettingFacts } from './setting-facts.ts';

/** Saved values by group and name; what is missing is the default. */
export type SavedGroups = Readonly<Partial<Record<HotCoinGroup, Readonly<Record<string, unknown>>>>>;

/** One setting that a change gives another value. `overridden` says that the environment or a preset has the last word. */
export type ConfigDifference = {
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly applies: Applies | 'overridden';
};

/** What a change amounts to: `restart` when any of it waits for one, `nothing` when nothing changes. */
export type ConfigPreview = {
  readonly saved: SavedGroups;
  readonly resolved: ResolvedConfig;
  readonly differences: readonly ConfigDifference[];
  readonly applies: Applies | 'nothing';
};

/** One setting as people are shown it. */
export type ConfigEntry = SettingFacts & { readonly value: unknown; readonly source: Provenance };

/** What an editor needs; `environment` holds the `HOTCOIN_*` variables, `preset` goes over what is saved. */
export type EditorParts = {
  readonly store: SettingStore;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly preset?: PresetName | null;
};

const NAMESPACE = 'hotcoin';
/** How often a save may be overtaken by those of other programs before it is given up. */
const OVERTAKEN_MAX = 10;

/** The settings that nobody changed. */
export function defaultHotCoinConfig(): HotCoinConfig {
  return hotCoinSchema.parse({});
}

/** Every setting in force with where it comes from and what it may be, in the order of the schema. */
export function listConfigEntries({ config, provenance }: ResolvedConfig): readonly ConfigEntry[] {
  const values = flatten(config);
  return listSettingFacts().map((facts) => ({
    ...facts,
    value: values[facts.name],
    source: provenance[facts.name] ?? 'default',
  }));
}

/** Reads, checks and saves. Saves of one editor follow each other; failures are values, also those of the store. */
export class HotCoinConfigEditor {
  readonly #parts: EditorParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: EditorParts) {
    this.#parts = parts;
  }

  /** What is saved, unchecked: a later program may know more. */
  async loadSaved(): Promise<Result<SavedGroups, Failure>> {
    try {
      const saved = await this.#parts.store.load(NAMESPACE);
      return ok(Object.fromEntries(Object.entries(saved).map(([group, { value }]) => [group, value])));
    } catch (error) {
      return err(toFailure(error));
    }
  }

  /** The settings in force: defaults, what is saved, the preset, the environment; `config_invalid` as a whole. */
  async resolve(): Promise<Result<ResolvedConfig, Failure>> {
    const saved = await this.loadSaved();
    return saved.ok ? this.#resolveOver(saved.value) : saved;
  }

  /**
   * What `change`, an object of groups and names, would amount to; nothing is saved. A `null` takes a setting back to its
   * default. Fails with `config_invalid` naming the first problems.
   */
  async preview(change: unknown): Promise<Result<ConfigPreview, Failure>> {
    const saved = await this.loadSaved();
    return saved.ok ? this.#previewOver(saved.value, change) : saved;
  }

  #previewOver(saved: SavedGroups, change: unknown): Result<ConfigPreview, Failure> {
    const merged = mergeChange(saved, change);
    if (!merged.ok) return merged;
    // Without the environment too: a variable that hides a mistake today may be gone at the next start.
    const plain = resolveHotCoinConfig(merged.value, {});
    if (!plain.ok) return plain;
    const resolved = this.#resolveOver(merged.value);
    if (!resolved.ok) return resolved;
    const before = resolveHotCoinConfig(saved, {});
    const from = before.ok ? before.value.config : defaultHotCoinConfig();
    const differences = findDifferences(from, plain.value.config, resolved.value.provenance);
    return ok({ saved: merged.value, resolved: resolved.value, differences, applies: summarize(differences) });
  }

  /** Saves `change` as `preview` shows it; nothing is saved where that fails. */
  save(change: unknown): Promise<Result<ConfigPreview, Failure>> {
    const saved = this.#last.then(() => this.#save(change));
    this.#last = saved;
    return saved;
  }

  #resolveOver(saved: SavedGroups): Result<ResolvedConfig, Failure> {
    return resolveHotCoinConfig(saved, this.#parts.environment, this.#parts.preset ?? null);
  }

  async #save(change: unknown): Promise<Result<ConfigPreview, Failure>> {
    const { store, clock } = this.#parts;
    for (let attempt = 0; attempt < OVERTAKEN_MAX; attempt++) {
      const saved = await this.loadSaved();
      if (!saved.ok) return saved;
      const preview = this.#previewOver(saved.value, change);
      if (!preview.ok) return preview;
      const { saved: values } = preview.value;
      try {
        const done = await store.save({ namespace: NAMESPACE, values, time: clock.now(), seen: saved.value });
        if (done === 'saved') return preview;
      } catch (error) {
        return err(toFailure(error));
      }
    }
    return err(failure('store_unavailable', { path: 'the settings', reason: 'other programs keep changing them' }));
  }
}

function mergeChange(saved: SavedGroups, change: unknown): Result<SavedGroups, Failure> {
  if (!isRecord(change)) return err(invalid('the change is not an object'));
  const merged: Record<string, Record<string, unknown>> = {};
  for (const [group, values] of Object.entries({ ...saved, ...change })) {
    if (!isRecord(values)) return err(invalid(`${group.slice(0, 40)} is not an object`));
    const known = (saved as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[group];
    const wanted = Object.hasOwn(change, group) ? values : {};
    const kept = Object.entries({ ...known, ...wanted }).filter(([, value]) => value !== null);
    merged[group] = Object.fromEntries(kept);
  }
  return ok(merged);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): Failure {
  return failure('config_invalid', { count: 1, reason });
}

function findDifferences(
  before: HotCoinConfig,
  after: HotCoinConfig,
  provenance: ResolvedConfig['provenance'],
): readonly ConfigDifference[] {
  const known = flatten(before);
  return Object.entries(flatten(after)).flatMap(([name, to]): readonly ConfigDifference[] => {
    const from = known[name];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ name, from, to, applies: isOver(provenance[name]) ? 'overridden' : appliesOf(name) }];
  });
}

/** Whether something else than what is saved has the last word. */
function isOver(source: Provenance | undefined): boolean {
  return source === 'environment' || source === 'preset';
}

function summarize(differences: readonly ConfigDifference[]): ConfigPreview['applies'] {
  if (differences.some(({ applies }) => applies === 'restart')) return 'restart';
  return differences.some(({ applies }) => applies === 'now') ? 'now' : 'nothing';
}

function flatten(config: HotCoinConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    HOTCOIN_GROUPS.flatMap((group) =>
      Object.entries(config[group]).map(([key, value]) => [`${group}.${key}`, value] as const),
    ),
  );
}
