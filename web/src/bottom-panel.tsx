/**
 * Under the chart: tabs that are always there, and the panel of the one that is open. What this page does not do itself
 * says where it is done.
 */
import { BacktestPanel } from './backtest-panel.tsx';
import { LedgerPanel } from './ledger-panel.tsx';
import { usePage } from './page-context.ts';
import { BOTTOM_TABS, type BottomTab } from './view.ts';

function PanelOf({ tab }: { readonly tab: BottomTab }) {
  const { strings } = usePage();
  if (tab === 'backtest') return <BacktestPanel />;
  if (tab === 'ledger') return <LedgerPanel />;
  return (
    <p className="muted" data-testid={`${tab}-panel`}>
      {strings.bottomAbout[tab]}
    </p>
  );
}

/** The tabs and the open panel. */
export function BottomPanel() {
  const { view, strings, setView } = usePage();
  const { bottom } = view;
  return (
    <section className="bottom" data-testid="bottom-tabs" aria-label={strings.bottomPanels}>
      <nav className="bottom-strip">
        {BOTTOM_TABS.map((tab) => (
          <button
            type="button"
            key={tab}
            data-testid={`bottom-tab-${tab}`}
            aria-pressed={bottom === tab}
            onClick={() => setView({ bottom: tab })}
          >
            {strings.bottom[tab]}
          </button>
        ))}
        {bottom !== 'none' && (
          <button
            type="button"
            className="bottom-close"
            aria-label={strings.dismiss}
            data-testid="bottom-close"
            onClick={() => setView({ bottom: 'none' })}
          >
            ×
          </button>
        )}
      </nav>
      {bottom !== 'none' && (
        <div className="bottom-panel">
          <PanelOf tab={bottom} />
        </div>
      )}
    </section>
  );
}
