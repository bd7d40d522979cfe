/**
 * Dialogs: what sells or steers asks in one that takes the focus, keeps it, and is closed by Escape. The field that
 * confirms money is either the passphrase or, where it was given a moment ago or nobody has one, a word.
 */
import { AlertDialog, Dialog } from 'radix-ui';
import { type ReactNode, useId, useState } from 'react';
import { useDesk } from './desk-context.tsx';

type ModalProps = {
  readonly title: string;
  readonly about: string;
  readonly onClose: () => void;
  readonly testId: string;
  readonly children: ReactNode;
};

/** A question that has to be answered or cancelled; a click beside it does not close it. */
export function Question({ title, about, onClose, testId, children }: ModalProps) {
  const giveBack = useOpener();
  return (
    <AlertDialog.Root open onOpenChange={(open) => open || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="veil" />
        <AlertDialog.Content
          className="dialog flow"
          data-testid={testId}
          onOpenAutoFocus={takeFocus}
          onCloseAutoFocus={giveBack}
        >
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{about}</AlertDialog.Description>
          {children}
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** Into the question, or the keyboard stays behind it: by itself it would only look for a part that none of ours has. */
function takeFocus(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLElement>('input, textarea, button:not(:disabled)')?.focus();
}

/** Back to what opened a dialog: by itself the focus would only look for a part that none of ours has. */
function useOpener(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  };
}

/** Something to read. */
export function Sheet({ title, about, onClose, testId, children }: ModalProps) {
  const { strings } = useDesk();
  const giveBack = useOpener();
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog flow" data-testid={testId} onCloseAutoFocus={giveBack}>
          <Dialog.Title>{title}</Dialog.Title>
          <Dialog.Description className={about === '' ? 'sr-only' : undefined}>{about || title}</Dialog.Description>
          {children}
          <div className="dialog-foot">
            <Dialog.Close className="button">{strings.close}</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What confirms a movement of money. */
export type Proof = { readonly kind: 'passphrase' | 'word'; readonly text: string };

type ProofProps = { readonly proof: Proof; readonly onChange: (text: string) => void };

/** The field of the second confirmation. */
export function ProofField({ proof, onChange }: ProofProps) {
  const { strings } = useDesk();
  const id = useId();
  const isWord = proof.kind === 'word';
  return (
    <p className="field">
      <label htmlFor={id}>{isWord ? strings.typeWord(strings.emergencyWord) : strings.typePassphrase}</label>
      <input
        id={id}
        data-testid="proof"
        type={isWord ? 'text' : 'password'}
        autoComplete={isWord ? 'off' : 'current-password'}
        autoCapitalize="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the dialog asks for nothing else
        autoFocus
        value={proof.text}
        onChange={({ target }) => onChange(target.value)}
      />
    </p>
  );
}

/** Whether what was typed is enough to send. */
export function isProven({ kind, text }: Proof, word: string): boolean {
  return kind === 'word' ? text.trim().toUpperCase() === word : text !== '';
}

/** A failure in a dialog or panel, read out at once. */
export function Trouble({ children }: { readonly children: ReactNode }) {
  return (
    <p className="trouble" role="alert">
      {children}
    </p>
  );
}
