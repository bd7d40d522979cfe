/**
 * What stands before the desk: the login, or the word that the server is away. The passphrase leaves this form for the
 * login and for nothing else.
 */
import { useState } from 'react';
import type { Access, DeskApi } from './desk-api.ts';
import { refusalText, STRINGS } from './desk-strings.ts';
import type { DeskView } from './desk-view.ts';
import type { Refused } from './refused.ts';

type GateProps = {
  readonly access: Exclude<Access, { readonly kind: 'in' }>;
  readonly api: DeskApi;
  readonly view: DeskView;
  readonly change: (next: Partial<DeskView>) => void;
};

/** The page of who is not logged in. */
export function Gate({ access, api, view, change }: GateProps) {
  const strings = STRINGS[view.language];
  return (
    <main className="gate" data-testid="gate" data-access={access.kind}>
      <div className="card gate-card">
        <p className="brand">{strings.title}</p>
        {access.kind === 'out' ? <Login why={access.why} api={api} view={view} /> : null}
        {access.kind === 'asking' ? <p role="status">{strings.askingServer}</p> : null}
        {access.kind === 'unreachable' ? <p role="alert">{strings.serverAway}</p> : null}
        <p className="gate-foot">
          <button
            type="button"
            className="button quiet"
            lang={view.language === 'en' ? 'zh-CN' : 'en'}
            onClick={() => change({ language: view.language === 'en' ? 'zh' : 'en' })}
          >
            {strings.otherLanguage}
          </button>
        </p>
      </div>
    </main>
  );
}

type LoginProps = Pick<GateProps, 'api' | 'view'> & { readonly why: 'first' | 'ended' };

function Login({ why, api, view }: LoginProps) {
  const strings = STRINGS[view.language];
  const [passphrase, setPassphrase] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const [isChecking, setIsChecking] = useState(false);
  const login = async (): Promise<void> => {
    if (isChecking || passphrase === '') return;
    setIsChecking(true);
    const problem = await api.login(passphrase);
    setIsChecking(false);
    if (problem === null) return;
    setPassphrase('');
    setRefused(problem);
  };
  return (
    <form
      className="flow"
      data-testid="login"
      onSubmit={(event) => {
        event.preventDefault();
        void login();
      }}
    >
      <h1>{strings.loginTitle}</h1>
      <p className="muted">{strings.loginAbout}</p>
      {why === 'ended' && refused === null ? <p role="status">{strings.sessionEnded}</p> : null}
      <p className="field">
        <label htmlFor="passphrase">{strings.passphrase}</label>
        <input
          id="passphrase"
          type="password"
          autoComplete="current-password"
          // biome-ignore lint/a11y/noAutofocus: the page asks for nothing else
          autoFocus
          value={passphrase}
          onChange={({ target }) => setPassphrase(target.value)}
        />
      </p>
      {refused === null ? null : (
        <p className="trouble" role="alert">
          {refusalText(strings, refused)}
        </p>
      )}
      <button type="submit" className="button primary" disabled={isChecking || passphrase === ''}>
        {isChecking ? strings.loggingIn : strings.login}
      </button>
    </form>
  );
}
