/**
 * Which layers a trader wants to see: the server's defaults with his own choices over them, kept for the next visit.
 */
import { isText, parseObject } from '../../src/client/wire.ts';
import type { LayerFeature, LayerGroup } from './draw-wire.ts';
import type { IsVisible } from './layer-model.ts';

/** The key in the browser's storage. */
export const LAYERS_KEY = 'trade-canvas-factors';
const VERSION = 5;

/** Choices by key of a group or a feature; an absent key is the server's default. */
export type LayerChoices = Readonly<Record<string, boolean>>;

/** The layers as long as the server has not named any. */
export const KNOWN_LAYERS: readonly LayerGroup[] = [
  group('pivot', 'Pivot', { major: 'Major', minor: '-Minor' }),
  group('pen', 'Pen', { confirmed: 'Confirmed', extending: 'Extending', candidate: 'Candidate' }),
  group('zhongshu', 'Zhongshu', { alive: 'Alive', dead: 'Dead' }),
  group('anchor', 'Anchor', { current: 'Current', history: 'History', switch: 'Switches' }),
  group('sr', 'SR', { active: 'Active', broken: '-Broken' }),
];

/** A label that begins with a dash is off by default. */
function group(key: string, label: string, features: Readonly<Record<string, string>>): LayerGroup {
  const read = ([name, text]: [string, string]) => ({
    key: `${key}.${name}`,
    label: text.replace(/^-/, ''),
    isDefault: !text.startsWith('-'),
  });
  return { key, label, isDefault: true, features: Object.entries(features).map(read) };
}

/** Choices out of the browser's storage; anything unreadable counts as none. */
export function parseChoices(text: string | null): LayerChoices {
  const fields = text === null ? null : parseObject(text);
  const visible = fields?.['version'] === VERSION ? fields['visible'] : null;
  if (typeof visible !== 'object' || visible === null) return {};
  return Object.fromEntries(
    Object.entries(visible).filter(([key, value]) => isText(key) && typeof value === 'boolean'),
  ) as LayerChoices;
}

/** What is stored of `choices`. */
export function choicesText(choices: LayerChoices): string {
  return JSON.stringify({ version: VERSION, visible: choices });
}

/** Whether a switch is on: as chosen, else as the server has it. */
export function isOn(choices: LayerChoices, { key, isDefault }: LayerFeature): boolean {
  return choices[key] ?? isDefault;
}

/** Whether instructions of a feature are drawn: its own switch and its group's are on. */
export function visibility(layers: readonly LayerGroup[], choices: LayerChoices): IsVisible {
  const shown = new Map<string, boolean>();
  for (const layer of layers) {
    const isGroupOn = isOn(choices, layer);
    for (const feature of layer.features) shown.set(feature.key, isGroupOn && isOn(choices, feature));
  }
  return (feature) => shown.get(feature) ?? true;
}
