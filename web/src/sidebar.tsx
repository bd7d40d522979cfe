/**
 * Beside the chart: a strip of tabs that is always there, and the panel of the one that is open.
 */
import { BUILD_SWITCHES } from './build-switches.ts';
import { DebugPanel } from './debug-panel.tsx';
import { LayersPanel } from './layers-panel.tsx';
import { MarketPanel } from './market-panel.tsx';
import { usePage } from './page-context.ts';
import { ReplayPanel } from './replay-panel.tsx';
import { SIDEBAR_TABS, type SidebarTab } from './view.ts';

/** Paths of the icons on a 24 px grid. */
const ICONS: Readonly<Record<SidebarTab, string>> = {
  market: 'M4 7h10M4 12h13M4 17h7M18 5v4M20.5 15v4',
  strategy: 'M5 19V9M12 19V5M19 19v-7M3 21h18',
  indicators: 'M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 16.5l9 5 9-5',
  replay: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5M12 8v4.5l3 2',
  debug: 'M4 5h16v14H4zM7.5 9.5L10.5 12l-3 2.5M12.5 15h4',
};

function PanelOf({ tab }: { readonly tab: SidebarTab }) {
  const { strings } = usePage();
  if (tab === 'market') return <MarketPanel />;
  if (tab === 'indicators') return <LayersPanel />;
  if (tab === 'replay') return <ReplayPanel />;
  if (tab === 'debug') return <DebugPanel />;
  return (
    <p className="panel-note" data-testid="strategy-panel">
      {strings.strategyAbout}
    </p>
  );
}

/** The tabs of this build. */
const TABS = SIDEBAR_TABS.filter((tab) => {
  if (tab === 'replay') return BUILD_SWITCHES.replay === 'on';
  return tab !== 'debug' || BUILD_SWITCHES.debugTool === 'on';
});

/** The strip and the open panel. */
export function Sidebar() {
  const { view, strings, setView } = usePage();
  const sidebar = TABS.find((tab) => tab === view.sidebar) ?? 'none';
  return (
    <>
      {sidebar !== 'none' && (
        <aside className={`side-panel ${sidebar}`} data-testid="side-panel" aria-label={strings.sidebar[sidebar]}>
          <div className="panel-head">
            <h2>{strings.sidebar[sidebar]}</h2>
            <button
              type="button"
              className="icon-button"
              aria-label={strings.dismiss}
              data-testid="side-panel-close"
              onClick={() => setView({ sidebar: 'none' })}
            >
              ×
            </button>
          </div>
          <PanelOf tab={sidebar} />
        </aside>
      )}
      <nav className="side-tabs" aria-label={strings.panels}>
        {TABS.map((tab) => (
          <button
            type="button"
            key={tab}
            className="side-tab"
            data-testid={`sidebar-tab-${tab}`}
            aria-pressed={sidebar === tab}
            title={strings.sidebar[tab]}
            onClick={() => setView({ sidebar: tab })}
          >
            <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
              <path d={ICONS[tab]} />
            </svg>
            <span>{strings.sidebar[tab]}</span>
          </button>
        ))}
      </nav>
    </>
  );
}
