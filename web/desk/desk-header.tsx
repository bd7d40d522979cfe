/**
 * The head of the desk: what kind of money this is, whether entries are allowed and why not, how old what is shown is,
 * and the way out. A real account colours the whole edge of the page.
 */
import { useEffect, useState } from 'react';
import type { DeskStatus } from '../../src/api/contract.ts';
import { EntriesDialog } from './command-dialogs.tsx';
import { PANELS, useDesk, useMarketNow, useTopic } from './desk-context.tsx';
import type { DeskView } from './desk-view.ts';
import { Sheet } from './dialog.tsx';
import { EmergencyDialog } from './emergency-dialog.tsx';
import { ageText } from './figures.ts';
import { LinkLamp } from './stale.tsx';

type Open = 'none' | 'emergency' | 'entries' | 'keys';
type HeaderProps = { readonly view: DeskView; readonly change: (next: Partial<DeskView>) => void };

/** The head. */
export function DeskHeader({ view, change }: HeaderProps) {
  const { strings, api } = useDesk();
  const status = useTopic('status');
  const [open, setOpen] = useState<Open>('none');
  // What the server says without an engine are defaults: they say nothing of whose money this is.
  const mode = status === null || status.source === 'none' ? null : status.mode;
  const switchTheme = (): void => change({ theme: view.theme === 'dark' ? 'light' : 'dark' });
  const switchLanguage = (): void => change({ language: view.language === 'en' ? 'zh' : 'en' });
  useKeys({ switchTheme, switchLanguage, setOpen });
  const access = api.access();
  return (
    <header className={`head mode-${mode ?? 'unknown'}`} data-testid="head" data-mode={mode ?? ''}>
      <h1 className="brand">
        Hotwick <span className="sr-only">{strings.title}</span>
      </h1>
      {mode === null ? null : (
        <span className="mode" data-testid="mode" title={strings.modeHint[mode]}>
          {strings.mode[mode]}
        </span>
      )}
      <EngineWord status={status} />
      <span className="head-rest">
        <LinkLamp />
        <DataAge status={status} />
      </span>
      <span className="head-tools">
        <button type="button" className="button quiet" title={strings.otherLanguageHint} onClick={switchLanguage}>
          <span lang={view.language === 'en' ? 'zh-CN' : 'en'}>{strings.otherLanguage}</span>
        </button>
        <button type="button" className="button quiet" title={strings.theme[view.theme]} onClick={switchTheme}>
          <span aria-hidden="true">{view.theme === 'dark' ? '☀' : '☾'}</span>
          <span className="sr-only">{strings.theme[view.theme]}</span>
        </button>
        <button type="button" className="button quiet" title={strings.help} onClick={() => setOpen('keys')}>
          <span aria-hidden="true">?</span>
          <span className="sr-only">{strings.help}</span>
        </button>
        {access.kind === 'in' && access.session.caller === 'session' ? (
          <button type="button" className="button quiet" data-testid="logout" onClick={() => void api.logout()}>
            {strings.logout}
          </button>
        ) : null}
      </span>
      <button
        type="button"
        className="button danger alarm"
        data-testid="emergency"
        onClick={() => setOpen('emergency')}
      >
        {strings.emergency}
      </button>
      {open === 'emergency' ? <EmergencyDialog onClose={() => setOpen('none')} /> : null}
      {open === 'entries' ? <EntriesDialog onClose={() => setOpen('none')} /> : null}
      {open === 'keys' ? <Keys onClose={() => setOpen('none')} /> : null}
    </header>
  );
}

function EngineWord({ status }: { readonly status: DeskStatus | null }) {
  const { strings, show } = useDesk();
  if (status === null) return <span className="engine muted">{strings.notHeardYet}</span>;
  const { engine_state: state, can_open_new_positions: mayOpen } = status;
  const tone = state === 'tradeable' && !mayOpen ? 'degraded' : state;
  return (
    <button
      type="button"
      className={`engine engine-${tone}`}
      data-testid="engine"
      data-state={state}
      title={strings.engine}
      onClick={() => show('overview')}
    >
      <i aria-hidden="true" />
      {strings.engineState[state]}
    </button>
  );
}

/** Age of the newest price: what was told, and what passed since. */
function DataAge({ status }: { readonly status: DeskStatus | null }) {
  const { strings } = useDesk();
  const now = useMarketNow();
  const age = status?.freshness.latest_ticker_age_sec ?? null;
  const shown = age === null || status === null ? null : age + Math.max(0, now - status.ts);
  const tone = shown === null || shown >= 90 ? 'down' : shown >= 15 ? 'warn' : 'even';
  return (
    <span className={`age tone-${tone}`} data-testid="data-age">
      {strings.dataAge}: {shown === null ? strings.noPrices : ageText(shown)}
    </span>
  );
}

function Keys({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useDesk();
  return (
    <Sheet title={strings.keysTitle} about="" onClose={onClose} testId="keys">
      <dl className="keys">
        {strings.keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}

type KeyActions = {
  readonly switchTheme: () => void;
  readonly switchLanguage: () => void;
  readonly setOpen: (open: Open) => void;
};

/** Single keys, unless something is being typed or a dialog is open: no key confirms anything. */
function useKeys(actions: KeyActions): void {
  const { show } = useDesk();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      const panel = /^\d$/.test(event.key) ? PANELS[(Number(event.key) + 9) % 10] : undefined;
      if (panel !== undefined) show(panel);
      else if (event.key === 'm') show('models');
      else if (event.key === 'x') actions.setOpen('emergency');
      else if (event.key === 'p') actions.setOpen('entries');
      else if (event.key === '?') actions.setOpen('keys');
      else if (event.key === 't') actions.switchTheme();
      else if (event.key === 'l') actions.switchLanguage();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}

function isBusy(target: EventTarget | null): boolean {
  const isTyping = target instanceof HTMLElement && target.closest('input, textarea, select, [role=listbox]') !== null;
  return isTyping || document.querySelector('[role=dialog], [role=alertdialog]') !== null;
}
