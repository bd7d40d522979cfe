/**
 * The hot-coin settings in force: built-in defaults, over them what was saved, over that a preset, over all the environment. All of it is
 * checked as a whole, on loading as on saving; what can not be understood refuses the start and never means that money
 * is traded with.
 */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { HOTCOIN_GROUPS, type HotCoinConfig, type HotCoinGroup, hotCoinSchema } from './hotcoin-schema.ts';
import { PRESETS, type PresetName } from './presets.ts';

/** Where a value comes from. */
export type Provenance = 'default' | 'saved' | 'preset' | 'environment';

/** Settings with where each comes from, by `group.name`, and a hash that changes with any of them. */
export type ResolvedConfig = {
  readonly config: HotCoinConfig;
  readonly provenance: Readonly<Record<string, Provenance>>;
  readonly hash: string;
};

type Groups = Record<string, Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;
type Override = {
  readonly group: HotCoinGroup;
  readonly key: string;
  readonly value: unknown;
  readonly source: Provenance;
};

/** Settings that the environment may set, beside credentials. */
export const HOTCOIN_VARIABLES: Readonly<
  Record<string, { readonly group: HotCoinGroup; readonly key: string; readonly kind: 'switch' | 'number' | 'list' }>
> = {
  HOTCOIN_PAPER: { group: 'execution', key: 'use_paper_trading', kind: 'switch' },
  HOTCOIN_EXECUTE: { group: 'execution', key: 'enable_order_execution', kind: 'switch' },
  HOTCOIN_CAPITAL: { group: 'execution', key: 'initial_capital', kind: 'number' },
  HOTCOIN_BLACKLIST: { group: 'discovery', key: 'blacklist', kind: 'list' },
};

/** Variables of the same prefix that are settings of the program itself (src/app/config.ts). */
const PROGRAM_VARIABLES: ReadonlySet<string> = new Set(['HOTCOIN_DB_PATH', 'HOTCOIN_LOG_LEVEL']);
const PREFIX = 'HOTCOIN_';

const PROBLEMS_MAX = 8;

/**
 * The settings that `saved` (the shape of `HotCoinConfig`, any part missing), the environment and a preset amount to.
 * Fails with `config_invalid` naming the first eight problems; an unknown name or an unclear word is one of them.
 */
export function resolveHotCoinConfig(
  saved: unknown,
  environment: Environment,
  preset: PresetName | null = null,
): Result<ResolvedConfig, Failure> {
  const problems: string[] = [];
  const groups = readGroups(saved, problems);
  const provenance: Record<string, Provenance> = {};
  for (const group of HOTCOIN_GROUPS) {
    for (const key of Object.keys(groups[group] ?? {})) provenance[`${group}.${key}`] = 'saved';
  }
  for (const { group, key, value, source } of [...readPreset(preset), ...readEnvironment(environment, problems)]) {
    groups[group] = { ...groups[group], [key]: value };
    provenance[`${group}.${key}`] = source;
  }
  const parsed = hotCoinSchema.safeParse(groups);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`));
  }
  if (!parsed.success || problems.length > 0) return refuse(problems);
  return ok({
    config: parsed.data,
    provenance: withDefaults(parsed.data, provenance),
    hash: hashHotCoinConfig(parsed.data),
  });
}

function readGroups(saved: unknown, problems: string[]): Groups {
  if (saved === null || saved === undefined) return {};
  if (typeof saved === 'object' && !Array.isArray(saved)) return { ...(saved as Groups) };
  problems.push('the saved configuration is not an object');
  return {};
}

function readPreset(preset: PresetName | null): readonly Override[] {
  if (preset === null) return [];
  return Object.entries(PRESETS[preset]).flatMap(([group, values]) =>
    Object.entries(values).map(([key, value]) => ({
      group: group as HotCoinGroup,
      key,
      value,
      source: 'preset' as const,
    })),
  );
}

function readEnvironment(environment: Environment, problems: string[]): readonly Override[] {
  // A slip of the pen in a limit would otherwise leave the default in force unseen.
  for (const name of Object.keys(environment)) {
    const isKnown = Object.hasOwn(HOTCOIN_VARIABLES, name) || PROGRAM_VARIABLES.has(name);
    if (name.startsWith(PREFIX) && !isKnown) problems.push(`${name} is no setting of this program`);
  }
  return Object.entries(HOTCOIN_VARIABLES).flatMap(([variable, { group, key, kind }]): readonly Override[] => {
    const text = environment[variable]?.trim() ?? '';
    if (text === '') return [];
    const value = kind === 'switch' ? toSwitch(text) : kind === 'number' ? toNumber(text) : toList(text);
    if (value === null) {
      problems.push(`${variable}: "${text.slice(0, 40)}" is not understood`);
      return [];
    }
    return [{ group, key, value, source: 'environment' }];
  });
}

/** A word that is neither yes nor no is no answer: about money nothing is guessed. */
function toSwitch(text: string): boolean | null {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  return /^(0|false|no|off)$/i.test(text) ? false : null;
}

function toNumber(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function toList(text: string): readonly string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

function withDefaults(
  config: HotCoinConfig,
  known: Readonly<Record<string, Provenance>>,
): Readonly<Record<string, Provenance>> {
  const names = HOTCOIN_GROUPS.flatMap((group) => Object.keys(config[group]).map((key) => `${group}.${key}`));
  return Object.fromEntries(names.map((name) => [name, known[name] ?? 'default']));
}

/** Changes with any setting. */
export function hashHotCoinConfig(config: HotCoinConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}

function refuse(problems: readonly string[]): { readonly ok: false; readonly error: Failure } {
  const reason = problems.slice(0, PROBLEMS_MAX).join('; ');
  return err(failure('config_invalid', { count: problems.length, reason }));
}
