/**
 * What is decided when the page is built (wire contract 9.1): where the API is, and which parts the page has. Nothing set
 * is the page with everything, at the server that carries it.
 */
import { isText } from '../../src/client/wire.ts';

/** The decisions; `apiBase` is `null` for the server that the page came from. */
export type BuildSwitches = {
  readonly apiBase: string | null;
  readonly replay: Switch;
  readonly debugTool: Switch;
  readonly klineLamp: Switch;
  readonly drawLamp: Switch;
  readonly drawTools: Switch;
  /** Whether anchors lie over the candles or among the other lines. */
  readonly anchorTopLayer: Switch;
  /** Whether each part of a pen has the colour of its direction. */
  readonly penSegmentColor: Switch;
};

/** A part that is there or not. */
export type Switch = 'on' | 'off';

/** The variables of a build. */
export type BuildVariables = Readonly<Record<string, unknown>>;

const YES = /^(1|true|yes|on)$/i;

function switchOf(variables: BuildVariables, name: string, initial: Switch): Switch {
  const text = variables[name];
  if (!isText(text) || text.trim() === '') return initial;
  return YES.test(text.trim()) ? 'on' : 'off';
}

function addressOf(variables: BuildVariables): string | null {
  const given = [variables['VITE_API_BASE_URL'], variables['VITE_API_BASE']].filter(isText);
  const address = given.map((text) => text.trim()).find((text) => text !== '');
  return address === undefined ? null : address.replace(/\/*$/, '/');
}

/** The decisions in the variables of a build; `1`, `true`, `yes` and `on` are on, anything else that is set is off. */
export function parseSwitches(variables: BuildVariables): BuildSwitches {
  return {
    apiBase: addressOf(variables),
    replay: switchOf(variables, 'VITE_ENABLE_REPLAY_V1', 'on'),
    debugTool: switchOf(variables, 'VITE_ENABLE_DEBUG_TOOL', 'on'),
    klineLamp: switchOf(variables, 'VITE_ENABLE_KLINE_HEALTH_LAMP_V2', 'on'),
    drawLamp: switchOf(variables, 'VITE_ENABLE_FACTOR_DRAW_HEALTH_LAMP', 'on'),
    drawTools: switchOf(variables, 'VITE_ENABLE_DRAW_TOOLS', 'on'),
    anchorTopLayer: switchOf(variables, 'VITE_ENABLE_ANCHOR_TOP_LAYER', 'on'),
    penSegmentColor: switchOf(variables, 'VITE_ENABLE_PEN_SEGMENT_COLOR', 'off'),
  };
}

/** The decisions of this build. */
export const BUILD_SWITCHES: BuildSwitches = parseSwitches(
  (import.meta as ImportMeta & { readonly env?: BuildVariables }).env ?? {},
);
