/**
 * A change of settings while it is typed: texts by name, the values they stand for, and what is wrong with them before
 * anybody is asked. The server checks everything again and as a whole.
 */
import type { ConfigAnswer, ConfigField } from '../../src/api/contract.ts';
import { parseObject } from '../../src/client/wire.ts';

/** Values by group and name, as they are sent. */
export type ConfigChange = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What was typed, by `group.name`; `null` is back to the default. */
export type Draft = Readonly<Record<string, string | null>>;

/** A text read as its field wants it. */
export type Typed = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** The name of a setting. */
export function settingName({ group, name }: Pick<ConfigField, 'group' | 'name'>): string {
  return `${group}.${name}`;
}

/** A value as it is typed: lists by line, what has no simpler shape as JSON. */
export function valueText(value: unknown, kind: ConfigField['kind']): string {
  if (kind === 'list' && Array.isArray(value)) return value.join('\n');
  return kind === 'json' || typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value ?? '');
}

/** The value in a text; refuses what is no such value or out of its bounds. */
export function parseSetting(text: string, field: ConfigField): Typed {
  switch (field.kind) {
    case 'number':
    case 'integer': {
      const value = Number(text);
      const isNumber = text.trim() !== '' && Number.isFinite(value);
      const isWhole = field.kind === 'number' || Number.isInteger(value);
      const isWithin = value >= (field.min ?? -Infinity) && value <= (field.max ?? Infinity);
      return isNumber && isWhole && isWithin ? { ok: true, value } : { ok: false };
    }
    case 'switch':
      return { ok: true, value: text === 'true' };
    case 'choice':
      return field.choices.includes(text) ? { ok: true, value: text } : { ok: false };
    case 'list':
      return {
        ok: true,
        value: text
          .split(/[\n,]/)
          .map((each) => each.trim())
          .filter((each) => each !== ''),
      };
    case 'json':
      return parseJson(text);
    default:
      return { ok: false };
  }
}

function parseJson(text: string): Typed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // Not JSON is one more way of not being a value.
    return { ok: false };
  }
}

/** What is saved of a setting now, or what runs where nothing is saved. */
export function shownValue({ saved, config }: ConfigAnswer, { group, name }: ConfigField): unknown {
  const own = saved[group];
  return own !== undefined && name in own ? own[name] : config[group]?.[name];
}

/** The change that a draft amounts to; `null` while any of it is wrong. */
export function changeOf(draft: Draft, fields: readonly ConfigField[]): ConfigChange | null {
  const change: Record<string, Record<string, unknown>> = {};
  for (const field of fields) {
    const text = draft[settingName(field)];
    if (text === undefined) continue;
    const typed: Typed = text === null ? { ok: true, value: null } : parseSetting(text, field);
    if (!typed.ok) return null;
    change[field.group] = { ...change[field.group], [field.name]: typed.value };
  }
  return change;
}

/** The change from what is saved to what a text says; `null` where it is no object of objects. */
export function changeOfText(text: string, saved: ConfigAnswer['saved']): ConfigChange | null {
  const wanted = parseObject(text);
  if (wanted === null) return null;
  const change: Record<string, Record<string, unknown>> = {};
  for (const group of new Set([...Object.keys(wanted), ...Object.keys(saved)])) {
    const after = wanted[group] ?? {};
    if (typeof after !== 'object' || Array.isArray(after)) return null;
    const before: Readonly<Record<string, unknown>> = saved[group] ?? {};
    const gone = Object.keys(before).filter((name) => !(name in after));
    const set = Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value));
    const all = [...gone.map((name): [string, unknown] => [name, null]), ...set];
    if (all.length > 0) change[group] = Object.fromEntries(all);
  }
  return change;
}

/** How many settings a change names. */
export function countChanges(change: ConfigChange): number {
  return Object.values(change).reduce((sum, group) => sum + Object.keys(group).length, 0);
}
