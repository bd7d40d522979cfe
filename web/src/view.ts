/**
 * What the trader chose about the page itself: theme, panels, tool and layers. All but the tool are kept in the browser.
 */
import { isText, parseObject } from '../../src/client/wire.ts';
import { choicesText, LAYERS_KEY, type LayerChoices, parseChoices } from './layer-choices.ts';
import type { Tool } from './measure.ts';

/** The themes. */
export type Theme = 'dark' | 'light';

/** The panels beside the chart, in the order of their tabs. */
export const SIDEBAR_TABS = ['market', 'strategy', 'indicators', 'replay', 'debug'] as const;
/** The panels under the chart, in the order of their tabs. */
export const BOTTOM_TABS = ['ledger', 'signals', 'logs', 'orders', 'backtest'] as const;

/** A panel beside the chart. */
export type SidebarTab = (typeof SIDEBAR_TABS)[number];
/** A panel under the chart. */
export type BottomTab = (typeof BOTTOM_TABS)[number];

/** The choices; `sidebar` and `bottom` are what stands beside and under the chart. */
export type View = {
  readonly theme: Theme;
  readonly sidebar: SidebarTab | 'none';
  readonly bottom: BottomTab | 'none';
  readonly isHelpOpen: boolean;
  readonly tool: Tool;
  readonly choices: LayerChoices;
};

/** As much of a browser's storage as is used. */
export type Keep = {
  readonly read: (key: string) => string | null;
  readonly write: (key: string, text: string) => void;
};

const THEME_KEY = 'hotwick-theme';
/** The key and version of the panels in the browser's storage, as the contract has them. */
const PANELS_KEY = 'trade-canvas-ui';
const PANELS_VERSION = 6;

type Panels = Pick<View, 'sidebar' | 'bottom'>;

/** The panels out of the browser's storage; anything unreadable is a closed one. */
export function parsePanels(text: string | null): Panels {
  const fields = text === null ? null : parseObject(text);
  const isKnown = fields?.['version'] === PANELS_VERSION;
  const of = <T extends string>(value: unknown, tabs: readonly T[]): T | 'none' =>
    isKnown && isText(value) ? (tabs.find((tab) => tab === value) ?? 'none') : 'none';
  return { sidebar: of(fields?.['sidebar'], SIDEBAR_TABS), bottom: of(fields?.['bottom'], BOTTOM_TABS) };
}

/** What is stored of the panels. */
export function panelsText({ sidebar, bottom }: Panels): string {
  return JSON.stringify({ version: PANELS_VERSION, sidebar, bottom });
}

/** The choices of the last visit; the theme is the system's until one was chosen. */
export function firstView(keep: Keep, system: Theme): View {
  const stored = keep.read(THEME_KEY);
  const theme = stored === 'dark' || stored === 'light' ? stored : system;
  const choices = parseChoices(keep.read(LAYERS_KEY));
  const panels = parsePanels(keep.read(PANELS_KEY));
  return { theme, ...panels, isHelpOpen: false, tool: 'cursor', choices };
}

/** Keeps what changed from `before` to `after` for the next visit. */
export function keepView(keep: Keep, before: View, after: View): void {
  if (before.theme !== after.theme) keep.write(THEME_KEY, after.theme);
  if (before.choices !== after.choices) keep.write(LAYERS_KEY, choicesText(after.choices));
  if (panelsText(before) !== panelsText(after)) keep.write(PANELS_KEY, panelsText(after));
}

/** The other theme. */
export function otherTheme(theme: Theme): Theme {
  return theme === 'dark' ? 'light' : 'dark';
}
