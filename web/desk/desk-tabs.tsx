/**
 * The panels behind their tabs. Only the one in view is drawn, so that what nobody looks at costs nothing.
 */
import { Tabs } from 'radix-ui';
import { type ReactNode, Suspense } from 'react';
import { assertNever } from '../src/assert-never.ts';
import { CandidatesPanel } from './candidates-panel.tsx';
import { Empty } from './card.tsx';
import { PANELS, type PanelName, useDesk } from './desk-context.tsx';
import { EventsPanel } from './events-panel.tsx';
import { FeedPanel } from './feed-panel.tsx';
import { ModelsPanel } from './models-panel.tsx';
import { OrdersPanel } from './orders-panel.tsx';
import { OverviewPanel } from './overview-panel.tsx';
import { PositionsPanel } from './positions-panel.tsx';
import { RiskPanel } from './risk-panel.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { SignalsPanel } from './signals-panel.tsx';
import { TradesPanel } from './trades-panel.tsx';

type TabsProps = { readonly panel: PanelName; readonly trace: string | null };

/** Tabs and the panel in view. */
export function DeskTabs({ panel, trace }: TabsProps) {
  const { strings, show } = useDesk();
  return (
    <Tabs.Root className="tabs" value={panel} onValueChange={(name) => show(name as PanelName)}>
      <nav aria-label={strings.panels}>
        <Tabs.List className="tab-list" aria-label={strings.panels}>
          {PANELS.map((name) => (
            <Tabs.Trigger key={name} value={name} className="tab" data-testid={`tab-${name}`}>
              {strings.panel[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </nav>
      <main className="panel-frame">
        <Tabs.Content key={panel} value={panel} className="panel" data-testid={`panel-${panel}`}>
          <Suspense fallback={<Empty>{strings.notHeardYet}</Empty>}>{panelOf(panel, trace)}</Suspense>
        </Tabs.Content>
      </main>
    </Tabs.Root>
  );
}

function panelOf(panel: PanelName, trace: string | null): ReactNode {
  switch (panel) {
    case 'overview':
      return <OverviewPanel />;
    case 'candidates':
      return <CandidatesPanel />;
    case 'positions':
      return <PositionsPanel />;
    case 'signals':
      return <SignalsPanel />;
    case 'trades':
      return <TradesPanel />;
    case 'risk':
      return <RiskPanel />;
    case 'orders':
      return <OrdersPanel />;
    case 'feed':
      return <FeedPanel />;
    case 'events':
      return <EventsPanel trace={trace} />;
    case 'settings':
      return <SettingsPanel />;
    case 'models':
      return <ModelsPanel />;
    default:
      return assertNever(panel);
  }
}
