/**
 * The emergency close (R9-1): two confirmations, and the second has to be typed. Nothing is sent before it. The request
 * has one name for as long as the dialog is open, so that asking again after a lost answer sells nothing twice. What is
 * shown at the end is what the engine says is really sold.
 */
import { useState } from 'react';
import type { EmergencyAnswer } from '../../src/api/contract.ts';
import { useDesk, useTopic } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { isProven, type Proof, ProofField, Question, Trouble } from './dialog.tsx';
import { moneyText, NOTHING, priceText } from './figures.ts';
import type { Refused } from './refused.ts';
import { useStale } from './stale.tsx';

type Step =
  | { readonly kind: 'first' }
  | { readonly kind: 'second'; readonly refused: Refused | null }
  | { readonly kind: 'sending' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'answered'; readonly answer: EmergencyAnswer };

/** Asks, and sells everything. */
export function EmergencyDialog({ onClose }: { readonly onClose: () => void }) {
  const { strings, api, platform } = useDesk();
  const [step, setStep] = useState<Step>({ kind: 'first' });
  const [reason, setReason] = useState('');
  const [requestId] = useState(() => `desk-${platform.newId()}`);
  const send = async (): Promise<void> => {
    setStep({ kind: 'sending' });
    const body = { confirm: 'yes', request_id: requestId, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) };
    const answer = await api.post<EmergencyAnswer>('hotcoin/api/emergency_close', body);
    if (answer.ok) setStep({ kind: 'answered', answer: answer.value });
    else if (answer.status === 0) setStep({ kind: 'unknown' });
    else setStep({ kind: 'second', refused: answer });
  };
  // While it is being sent nothing is to be cancelled any more.
  const close = (): void => (step.kind === 'sending' ? undefined : onClose());
  const title = step.kind === 'first' ? strings.emergencyAsk : strings.emergencySecond;
  return (
    <Question title={title} about={strings.emergencyAbout} onClose={close} testId="emergency-dialog">
      {step.kind === 'first' ? (
        <FirstStep
          reason={reason}
          setReason={setReason}
          onClose={onClose}
          goOn={() => setStep({ kind: 'second', refused: null })}
        />
      ) : null}
      {step.kind === 'second' ? <SecondStep refused={step.refused} onClose={onClose} send={send} /> : null}
      {step.kind === 'sending' ? <p role="status">{strings.emergencySending}</p> : null}
      {step.kind === 'unknown' ? <NoAnswer again={send} onClose={onClose} /> : null}
      {step.kind === 'answered' ? <Outcome answer={step.answer} again={send} onClose={onClose} /> : null}
    </Question>
  );
}

type FirstProps = {
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  readonly onClose: () => void;
  readonly goOn: () => void;
};

function FirstStep({ reason, setReason, onClose, goOn }: FirstProps) {
  const { strings } = useDesk();
  const held = useTopic('positions');
  const positions = Object.values(held ?? {});
  const stale = useStale();
  const value = positions.reduce((sum, { value_usd }) => sum + Number(value_usd), 0);
  return (
    <>
      <p data-testid="emergency-held">
        {held === null ? strings.emergencyUnheard : strings.emergencyHeld(positions.length, moneyText(value))}
      </p>
      {stale === null ? null : <Trouble>{strings.emergencyStaleWarning}</Trouble>}
      <ul className="plain">
        {positions.map(({ position_id, symbol, value_usd }) => (
          <li key={position_id}>
            {symbol} · {moneyText(value_usd)} USDT
          </li>
        ))}
      </ul>
      <p className="field">
        <label htmlFor="emergency-reason">{strings.emergencyReason}</label>
        <input
          id="emergency-reason"
          maxLength={200}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </p>
      <p className="muted">{strings.commandLine}</p>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          {strings.cancel}
        </button>
        <button type="button" className="button danger" data-testid="emergency-first" onClick={goOn}>
          {strings.emergencyGoOn}
        </button>
      </div>
    </>
  );
}

type SecondProps = {
  readonly refused: Refused | null;
  readonly onClose: () => void;
  readonly send: () => Promise<void>;
};

function SecondStep({ refused: before, onClose, send }: SecondProps) {
  const { strings, api, platform } = useDesk();
  const [kind] = useState<Proof['kind']>(() =>
    kindOfProof({ isDue: api.needsPassphrase(platform.clock.now()), refused: before }),
  );
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(before);
  const [isChecking, setIsChecking] = useState(false);
  const proof: Proof = { kind, text };
  const confirm = async (): Promise<void> => {
    if (isChecking || !isProven(proof, strings.emergencyWord)) return;
    setIsChecking(true);
    const problem = kind === 'passphrase' ? await api.stepUp(text) : null;
    setIsChecking(false);
    if (problem === null) return send();
    setText('');
    setRefused(problem);
  };
  return (
    <form
      className="flow"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <ProofField proof={proof} onChange={setText} />
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          {strings.cancel}
        </button>
        <button
          type="submit"
          className="button danger"
          data-testid="emergency-second"
          disabled={isChecking || !isProven(proof, strings.emergencyWord)}
        >
          {isChecking ? strings.loggingIn : strings.emergencySend}
        </button>
      </div>
    </form>
  );
}

type Due = { readonly isDue: boolean; readonly refused: Refused | null };

/** A server that wanted the passphrase gets it, whatever the page thought of its session. */
function kindOfProof({ isDue, refused }: Due): Proof['kind'] {
  return isDue || refused?.code === 'step_up_required' ? 'passphrase' : 'word';
}

type AfterProps = { readonly again: () => Promise<void>; readonly onClose: () => void };

function NoAnswer({ again, onClose }: AfterProps) {
  const { strings } = useDesk();
  return (
    <>
      <Trouble>{strings.emergencyUnknown}</Trouble>
      <p className="muted">{strings.commandLine}</p>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          {strings.close}
        </button>
        <button type="button" className="button danger" onClick={() => void again()}>
          {strings.emergencyAgain}
        </button>
      </div>
    </>
  );
}

function Outcome({ answer, again, onClose }: AfterProps & { readonly answer: EmergencyAnswer }) {
  const { strings } = useDesk();
  const { ok, closed, failed, details } = answer;
  return (
    <>
      <div role="status" data-testid="emergency-outcome" className={ok ? 'good' : 'trouble'}>
        {ok ? strings.emergencyDone(closed) : strings.emergencyPart(closed, failed)}
      </div>
      <ul className="plain">
        {details.map(({ position_id, symbol, status, price, qty, error }) => (
          <li key={position_id}>
            <b>{symbol}</b> {strings.detailStatus[status]} · {qty ?? NOTHING} @ {priceText(price)}
            {error === null ? '' : ` · ${error}`}
          </li>
        ))}
      </ul>
      <p>{strings.emergencyLatched}</p>
      <div className="dialog-foot">
        {ok ? null : (
          <button type="button" className="button danger" onClick={() => void again()}>
            {strings.emergencyAgain}
          </button>
        )}
        <button type="button" className="button" data-testid="emergency-close" onClick={onClose}>
          {strings.close}
        </button>
      </div>
    </>
  );
}
