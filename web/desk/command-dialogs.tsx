/**
 * Commands other than the emergency, each behind one question: pause and resume, acknowledgements, and the sale of one
 * position, which moves money and wants the same proof as selling everything.
 */
import { type ReactNode, useState } from 'react';
import type { CommandAnswer, DeskPosition } from '../../src/api/contract.ts';
import { useDesk, useTopic } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { isProven, type Proof, ProofField, Question, Trouble } from './dialog.tsx';
import type { Refused } from './refused.ts';

type CommandProps = {
  readonly title: string;
  readonly about: string;
  readonly path: string;
  readonly body: () => object;
  readonly onClose: () => void;
  readonly testId: string;
  /** Whether it moves money. */
  readonly kind: 'steer' | 'money';
  readonly children?: ReactNode;
};

/** A question whose yes sends one command; it closes when that was carried out. */
function CommandQuestion({ title, about, path, body, onClose, testId, kind, children }: CommandProps) {
  const { strings, api, platform } = useDesk();
  const [text, setText] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const [isSending, setIsSending] = useState(false);
  const isPassphrase = api.needsPassphrase(platform.clock.now()) || refused?.code === 'step_up_required';
  const proof: Proof = { kind: isPassphrase ? 'passphrase' : 'word', text };
  const isReady = kind === 'steer' || isProven(proof, strings.emergencyWord);
  const send = async (): Promise<void> => {
    if (isSending || !isReady) return;
    setIsSending(true);
    const problem = kind === 'money' && proof.kind === 'passphrase' ? await api.stepUp(text) : null;
    const answer = problem ?? (await api.post<CommandAnswer>(path, body()));
    setIsSending(false);
    if (answer.ok) return onClose();
    setText('');
    setRefused(answer);
  };
  return (
    <Question title={title} about={about} onClose={onClose} testId={testId}>
      <form
        className="flow"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        {kind === 'money' ? <ProofField proof={proof} onChange={setText} /> : null}
        {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button
            type="submit"
            className={kind === 'money' ? 'button danger' : 'button primary'}
            data-testid={`${testId}-send`}
            disabled={isSending || !isReady}
          >
            {kind === 'money' ? strings.sellPosition : strings.send}
          </button>
        </div>
      </form>
    </Question>
  );
}

/** Pauses entries, or lets them go on when they are paused. */
export function EntriesDialog({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useDesk();
  const pause = useTopic('risk')?.pause ?? null;
  // What was asked stays what is asked, also when the state changes meanwhile.
  const [action] = useState<'pause' | 'resume'>(() => (pause === null ? 'pause' : 'resume'));
  const [reason, setReason] = useState('');
  const because = reason.trim() === '' ? {} : { reason: reason.trim() };
  return (
    <CommandQuestion
      title={action === 'pause' ? strings.pause : strings.resume}
      about={action === 'pause' ? strings.pauseAbout : strings.pausedBecause(pause ?? '')}
      path="hotcoin/api/entries"
      body={() => ({ action, ...(action === 'pause' ? because : {}) })}
      onClose={onClose}
      testId="entries-dialog"
      kind="steer"
    >
      {action === 'pause' ? (
        <p className="field">
          <label htmlFor="pause-reason">{strings.pauseReason}</label>
          <input id="pause-reason" maxLength={200} value={reason} onChange={({ target }) => setReason(target.value)} />
        </p>
      ) : null}
    </CommandQuestion>
  );
}

type AcknowledgeProps = { readonly what: 'halt' | 'emergency'; readonly onClose: () => void };

/** Acknowledges the halt of L5, or ends an emergency. */
export function AcknowledgeDialog({ what, onClose }: AcknowledgeProps) {
  const { strings } = useDesk();
  return (
    <CommandQuestion
      title={strings.acknowledge[what]}
      about={strings.acknowledgeAbout[what]}
      path="hotcoin/api/acknowledge"
      body={() => ({ what })}
      onClose={onClose}
      testId="acknowledge-dialog"
      kind="steer"
    />
  );
}

type SellProps = { readonly position: DeskPosition; readonly onClose: () => void };

/** Sells one position at the market. */
export function SellDialog({ position, onClose }: SellProps) {
  const { strings } = useDesk();
  const { symbol, position_id } = position;
  return (
    <CommandQuestion
      title={strings.sellPosition}
      about={strings.sellAbout(symbol)}
      path="hotcoin/api/close_position"
      body={() => ({ position_id, confirm: 'yes' })}
      onClose={onClose}
      testId="sell-dialog"
      kind="money"
    />
  );
}
