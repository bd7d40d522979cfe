/**
 * Every setting as it stands, for people: what acts with its value in force, what is ignored with the reason, and names
 * that look like settings and are none. Values of ignored settings are never shown; one of them may hold a password.
 */
import { IGNORED_SETTINGS } from './ignored-settings.ts';
import { type Defaults, type Environment, readInteger, readList, readSwitch, readText } from './setting-values.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** One setting as it stands now. */
export type SettingInForce = {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | 'preset' | 'default' | 'ignored' | 'unknown';
  readonly meaning: string;
  /** Why the value is not what was written, or where it comes from; `null` where there is nothing to say. */
  readonly note: string | null;
};

/** What stands for the value of a variable that is set and not shown. */
const SET = '(set)';

/** Every setting in the order of the documentation: those that act, those that are ignored, unknown names. */
export function listSettingsOf(environment: Environment): readonly SettingInForce[] {
  const acting = Object.values<Setting>(SETTINGS).map((setting) => describeSetting(setting, environment));
  const ignored = IGNORED_SETTINGS.map(({ name, reason }): SettingInForce => {
    const value = (environment[name]?.trim() ?? '') === '' ? '' : SET;
    return { name, value, source: 'ignored', meaning: reason, note: null };
  });
  return [...acting, ...ignored, ...listUnknown(environment)];
}

/** What is worth telling at the start, each in one sentence. */
export function sayNotes(environment: Environment): readonly string[] {
  const misread = Object.values<Setting>(SETTINGS).flatMap((setting) => {
    const { name, note } = describeSetting(setting, environment);
    return environment[name] === undefined || note === null ? [] : [`${name}: ${note}`];
  });
  const ignored = IGNORED_SETTINGS.flatMap(({ name, initial, reason }) => {
    const given = environment[name]?.trim() ?? '';
    return given === '' || meansSame(given, initial) ? [] : [`${name} is ignored: ${reason}`];
  });
  return [
    ...misread,
    ...ignored,
    ...listUnknown(environment).map(({ name }) => `${name} is no setting of this program`),
  ];
}

function meansSame(given: string, initial: string): boolean {
  const word = given.toLowerCase();
  if (initial === '1') return /^(1|true|yes|on)$/.test(word);
  return initial === '0' ? !/^(1|true|yes|on)$/.test(word) : word === initial.toLowerCase();
}

function describeSetting(setting: Setting, environment: Environment): SettingInForce {
  const { name, meaning, kind } = setting;
  const defaults = readText(SETTINGS.defaults, environment).value as Defaults;
  switch (kind) {
    case 'boolean': {
      const { value, ...rest } = readSwitch(setting, { environment, defaults });
      return { name, value: value === 'on' ? '1' : '0', meaning, ...rest };
    }
    case 'integer': {
      const { value, ...rest } = readInteger(setting, environment);
      return { name, value: String(value), meaning, ...rest };
    }
    case 'list': {
      const { value, ...rest } = readList(setting, environment);
      return { name, value: value.join(','), meaning, ...rest };
    }
    case 'text': {
      const { value, ...rest } = readText(setting, environment);
      return { name, meaning, value: setting.secret === true && value !== '' ? SET : value, ...rest };
    }
    default:
      return kind satisfies never;
  }
}

/** Only this prefix is ours alone: a slip of the pen in a switch would otherwise go unseen. */
function listUnknown(environment: Environment): readonly SettingInForce[] {
  const known = new Set([...Object.values<Setting>(SETTINGS), ...IGNORED_SETTINGS].map(({ name }) => name));
  return Object.keys(environment)
    .filter((name) => name.startsWith('TRADE_CANVAS_') && !known.has(name))
    .sort()
    .map((name) => ({ name, value: SET, source: 'unknown', meaning: 'no setting of this program', note: null }));
}
