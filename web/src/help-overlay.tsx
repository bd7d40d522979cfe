/**
 * The keys of the page, in the browser's own dialog: it takes the focus, keeps it, and Escape closes it.
 */
import { useEffect, useRef } from 'react';
import { usePage } from './page-context.ts';

/** Opened by `?` or its button. */
export function HelpOverlay() {
  const { strings, view, setView } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open === view.isHelpOpen) return;
    if (view.isHelpOpen) element.showModal();
    else element.close();
  }, [view.isHelpOpen]);
  return (
    <dialog
      ref={dialog}
      className="help"
      data-testid="help-overlay"
      aria-label={strings.helpTitle}
      onClose={() => setView({ isHelpOpen: false })}
    >
      <div className="panel-head">
        <h2>{strings.helpTitle}</h2>
        <button type="button" className="icon-button" onClick={() => setView({ isHelpOpen: false })}>
          {strings.closeHelp}
        </button>
      </div>
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
    </dialog>
  );
}
