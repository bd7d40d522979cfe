/**
 * What one setting is in a given environment. Texts of the environment in; out goes the value in force, where it comes
 * from, and a note where it is not what was written. Every reader of a setting goes through here, so that what is
 * listed is what acts.
 */
import type { Setting } from './settings.ts';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value in force. `note` says why it is not what was written, `null` where it is. */
export type Reading<T> = {
  readonly value: T;
  readonly source: 'environment' | 'preset' | 'default';
  readonly note: string | null;
};

/** Where presets come from: a setting of its own, so that it is listed like the others. */
export type Defaults = 'newcomer' | 'contract';

/** What a switch needs to be read. */
export type SwitchContext = { readonly environment: Environment; readonly defaults: Defaults };

const YES = /^(1|true|yes|on)$/i;
const NO = /^(0|false|no|off|)$/i;

/** A switch: `1/true/yes/on` in any case is on, any other word off. */
export function readSwitch(setting: Setting, context: SwitchContext): Reading<'on' | 'off'> {
  const given = context.environment[setting.name]?.trim();
  // For a switch that follows others an empty text is no answer; for all the others it means off.
  if (given === undefined || (given === '' && setting.follows !== undefined)) return readUnset(setting, context);
  if (YES.test(given)) return { value: 'on', source: 'environment', note: null };
  const note = NO.test(given) ? null : `"${given}" is none of 1, true, yes and on, so it is off`;
  return { value: 'off', source: 'environment', note };
}

function readUnset(setting: Setting, context: SwitchContext): Reading<'on' | 'off'> {
  const { follows = [], preset, initial } = setting;
  if (preset !== undefined && context.defaults === 'newcomer') return { value: 'on', source: 'preset', note: null };
  if (follows.length === 0) return { value: YES.test(initial) ? 'on' : 'off', source: 'default', note: null };
  const isOn = follows.some((other) => readSwitch(other, context).value === 'on');
  const note = `not set, so as ${follows.map(({ name }) => name).join(' or ')}`;
  return { value: isOn ? 'on' : 'off', source: 'default', note };
}

/** A whole number: what is none is the default; then it is brought within its bounds. */
export function readInteger(setting: Setting, environment: Environment): Reading<number> {
  const given = environment[setting.name]?.trim() ?? '';
  const isNumber = /^[+-]?\d+$/.test(given);
  const wanted = isNumber ? Number(given) : Number(setting.initial);
  const { max = Number.MAX_SAFE_INTEGER } = setting;
  const min = setting.above === undefined ? (setting.min ?? 0) : readInteger(setting.above, environment).value + 1;
  const value = Math.min(Math.max(max, min), Math.max(min, wanted));
  const notes = [
    ...(given === '' || isNumber ? [] : [`"${given}" is no whole number, so it is the default`]),
    ...(value > wanted ? [`${wanted} is raised to the least, ${value}`] : []),
    ...(value < wanted ? [`${given} is lowered to the most, ${value}`] : []),
  ];
  return { value, source: isNumber ? 'environment' : 'default', note: notes.length === 0 ? null : notes.join('; ') };
}

/** A text; an empty one is the default, and so is one that is none of the setting's choices. */
export function readText(setting: Setting, environment: Environment): Reading<string> {
  const given = environment[setting.name]?.trim() ?? '';
  if (given === '') return { value: setting.initial, source: 'default', note: null };
  const { choices } = setting;
  if (choices === undefined) return { value: given, source: 'environment', note: null };
  const word = given.toLowerCase();
  if (choices.includes(word)) return { value: word, source: 'environment', note: null };
  const note = `"${given}" is none of ${choices.join(', ')}, so it is the default`;
  return { value: setting.initial, source: 'default', note };
}

/** The items of a list; one without any is its default, like one that is not set. */
export function readList(setting: Setting, environment: Environment): Reading<readonly string[]> {
  const items = splitList(environment[setting.name] ?? '');
  if (items.length > 0) return { value: items, source: 'environment', note: null };
  return { value: splitList(setting.initial), source: 'default', note: null };
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
