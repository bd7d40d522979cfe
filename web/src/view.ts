/**
 * What the trader chose about the page itself: theme, panel, tool and layers. Theme and layers are kept in the browser.
 */
import { choicesText, LAYERS_KEY, type LayerChoices, parseChoices } from './layer-choices.ts';
import type { Tool } from './measure.ts';

/** The themes. */
export type Theme = 'dark' | 'light';

/** The choices; `panel` is what stands beside the chart. */
export type View = {
  readonly theme: Theme;
  readonly panel: 'layers' | 'none';
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

/** The choices of the last visit; the theme is the system's until one was chosen. */
export function firstView(keep: Keep, system: Theme): View {
  const stored = keep.read(THEME_KEY);
  const theme = stored === 'dark' || stored === 'light' ? stored : system;
  const choices = parseChoices(keep.read(LAYERS_KEY));
  return { theme, panel: 'none', isHelpOpen: false, tool: 'cursor', choices };
}

/** Keeps what changed from `before` to `after` for the next visit. */
export function keepView(keep: Keep, before: View, after: View): void {
  if (before.theme !== after.theme) keep.write(THEME_KEY, after.theme);
  if (before.choices !== after.choices) keep.write(LAYERS_KEY, choicesText(after.choices));
}

/** The other theme. */
export function otherTheme(theme: Theme): Theme {
  return theme === 'dark' ? 'light' : 'dark';
}
