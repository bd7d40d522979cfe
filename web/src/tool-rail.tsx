/**
 * The strip of tools beside the chart: cursor, measure, fib, long, short; layers, replay, theme and help.
 */
import { BUILD_SWITCHES } from './build-switches.ts';
import type { Tool } from './measure.ts';
import { usePage, useReplay } from './page-context.ts';
import { toggleReplay } from './page-keys.ts';
import { otherTheme } from './view.ts';

/** Paths of the icons on a 24 px grid. */
const ICONS = {
  cursor: 'M5 4l6.5 16 2.3-6.9L20.5 11z',
  measure: 'M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2',
  fib: 'M3 5h18M3 10h18M3 14h18M3 19h18M6 19L18 5',
  long: 'M4 4h16v9H4zM4 13h16v6H4M12 10.5V6M9.8 8.2L12 6l2.2 2.2',
  short: 'M4 5h16v6H4zM4 11h16v9H4M12 13.5V18M9.8 15.8L12 18l2.2-2.2',
  layers: 'M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 16.5l9 5 9-5',
  replay: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5M12 8v4.5l3 2',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  help: 'M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 1.9v.6M12 18v.4',
} as const;

type RailButtonProps = {
  readonly icon: keyof typeof ICONS;
  readonly label: string;
  readonly testId: string;
  readonly isOn?: boolean;
  readonly onClick: () => void;
};

function RailButton({ icon, label, testId, isOn, onClick }: RailButtonProps) {
  return (
    <button
      type="button"
      className="rail-button"
      aria-pressed={isOn}
      aria-label={label}
      title={label}
      data-testid={testId}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d={ICONS[icon]} />
      </svg>
    </button>
  );
}

/** The tools of this build. */
const TOOLS: readonly Tool[] =
  BUILD_SWITCHES.drawTools === 'on' ? ['cursor', 'measure', 'fib', 'long', 'short'] : ['cursor'];

/** The whole strip. */
export function ToolRail() {
  const page = usePage();
  const replay = useReplay();
  const { strings, view, setView } = page;
  return (
    <nav className="rail" aria-label={strings.tools}>
      {TOOLS.map((tool) => (
        <RailButton
          key={tool}
          icon={tool}
          label={strings[tool]}
          testId={`tool-${tool}`}
          isOn={view.tool === tool}
          onClick={() => setView({ tool })}
        />
      ))}
      <span className="rail-line" />
      <RailButton
        icon="layers"
        label={strings.layersHint}
        testId="layers-toggle"
        isOn={view.sidebar === 'indicators'}
        onClick={() => setView({ sidebar: view.sidebar === 'indicators' ? 'none' : 'indicators' })}
      />
      {BUILD_SWITCHES.replay === 'on' && (
        <RailButton
          icon="replay"
          label={replay === null ? strings.replayHint : strings.backToLive}
          testId="mode-toggle"
          isOn={replay !== null}
          onClick={() => toggleReplay(page)}
        />
      )}
      <span className="rail-space" />
      <RailButton
        icon="theme"
        label={strings.theme}
        testId="theme-toggle"
        onClick={() => setView({ theme: otherTheme(view.theme) })}
      />
      <RailButton icon="help" label={strings.help} testId="help-open" onClick={() => setView({ isHelpOpen: true })} />
    </nav>
  );
}
