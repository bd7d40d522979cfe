/**
 * The settings: as a form with meaning, bounds and origin of each, or as the JSON that is saved. A change is checked by
 * the server as a whole before it is saved, and what it amounts to is shown.
 */
import { Tabs } from 'radix-ui';
import { useState } from 'react';
import type { ConfigAnswer, ConfigSaved } from '../../src/api/contract.ts';
import { Card, Empty, Tag } from './card.tsx';
import { useDesk, useReading, useTopic } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import type { Refused } from './refused.ts';
import { type ConfigChange, changeOf, changeOfText, countChanges, type Draft } from './settings-draft.ts';
import { SettingsForm } from './settings-form.tsx';
import { gateText } from './word-strings.ts';

/** Form and JSON. */
export function SettingsPanel() {
  const { strings } = useDesk();
  const status = useTopic('status');
  const { value, refused, reload } = useReading<ConfigAnswer>('hotcoin/config', status?.config_hash ?? '');
  const trouble = refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>;
  if (value === null) return trouble ?? <Empty>{strings.notHeardYet}</Empty>;
  return (
    <Card title={strings.panel.settings} about={value.hash}>
      {trouble}
      <Tabs.Root defaultValue="form">
        <Tabs.List className="tab-list inner" aria-label={strings.panel.settings}>
          <Tabs.Trigger className="tab" value="form">
            {strings.form}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="raw" data-testid="settings-raw-tab">
            {strings.raw}
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="form" className="flow">
          <FormEditor config={value} reload={reload} />
        </Tabs.Content>
        <Tabs.Content value="raw" className="flow">
          <RawEditor config={value} reload={reload} />
        </Tabs.Content>
      </Tabs.Root>
    </Card>
  );
}

type EditorProps = { readonly config: ConfigAnswer; readonly reload: () => void };

function FormEditor({ config, reload }: EditorProps) {
  const { strings } = useDesk();
  const [draft, setDraft] = useState<Draft>({});
  const change = changeOf(draft, config.fields);
  const set = (name: string, text: string | null | undefined): void =>
    setDraft(({ [name]: _before, ...others }) => (text === undefined ? others : { ...others, [name]: text }));
  return (
    <>
      <SaveBar
        change={change}
        trouble={null}
        onSaved={() => {
          setDraft({});
          reload();
        }}
        onDiscard={() => setDraft({})}
        count={strings.changed(Object.keys(draft).length)}
      />
      <SettingsForm config={config} draft={draft} onChange={set} />
    </>
  );
}

function RawEditor({ config, reload }: EditorProps) {
  const { strings } = useDesk();
  const first = JSON.stringify(config.saved, null, 2);
  const [text, setText] = useState<string | null>(null);
  const change = text === null ? {} : changeOfText(text, config.saved);
  return (
    <>
      <p className="muted">{strings.rawAbout}</p>
      <SaveBar
        change={change}
        trouble={change === null ? strings.notJson : null}
        onSaved={() => {
          setText(null);
          reload();
        }}
        onDiscard={() => setText(null)}
        count={strings.changed(countChanges(change ?? {}))}
      />
      <textarea
        className="raw"
        data-testid="settings-raw"
        aria-label={strings.raw}
        rows={18}
        spellCheck={false}
        value={text ?? first}
        onChange={({ target }) => setText(target.value)}
      />
    </>
  );
}

type BarProps = {
  /** `null` while it can not be sent. */
  readonly change: ConfigChange | null;
  readonly trouble: string | null;
  readonly count: string;
  readonly onSaved: () => void;
  readonly onDiscard: () => void;
};

type Told =
  | { readonly kind: 'preview' | 'saved'; readonly of: string; readonly answer: ConfigSaved }
  | { readonly kind: 'refused'; readonly of: string; readonly refused: Refused };

/** Check, save, discard, and what the server says of it. */
function SaveBar({ change, trouble, count, onSaved, onDiscard }: BarProps) {
  const { strings, api } = useDesk();
  const [told, setTold] = useState<Told | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const of = JSON.stringify(change);
  const isChanged = change !== null && countChanges(change) > 0;
  const ask = async (path: string, kind: 'preview' | 'saved'): Promise<void> => {
    setIsAsking(true);
    const answer = await api.post<ConfigSaved>(path, change);
    setIsAsking(false);
    if (!answer.ok) return setTold({ kind: 'refused', of, refused: answer });
    setTold({ kind, of, answer: answer.value });
    if (kind === 'saved') onSaved();
  };
  // What was said of another change says nothing of this one; that something was saved stays true.
  const shown = told !== null && (told.of === of || told.kind === 'saved') ? told : null;
  return (
    <div className="save-bar flow">
      <p className="row">
        <span>{isChanged ? count : strings.nothingChanged}</span>
        <button
          type="button"
          className="button"
          data-testid="settings-check"
          disabled={!isChanged || isAsking}
          onClick={() => void ask('hotcoin/config/preview', 'preview')}
        >
          {strings.check}
        </button>
        <button
          type="button"
          className="button primary"
          data-testid="settings-save"
          disabled={!isChanged || isAsking}
          onClick={() => void ask('hotcoin/config', 'saved')}
        >
          {strings.save}
        </button>
        <button type="button" className="button" onClick={onDiscard}>
          {strings.discard}
        </button>
      </p>
      {trouble === null ? null : <Trouble>{trouble}</Trouble>}
      {shown?.kind === 'refused' ? <Problems refused={shown.refused} /> : null}
      {shown !== null && shown.kind !== 'refused' ? <Effect kind={shown.kind} answer={shown.answer} /> : null}
    </div>
  );
}

function Problems({ refused }: { readonly refused: Refused }) {
  const { strings } = useDesk();
  return (
    <div role="alert" className="trouble" data-testid="settings-problems">
      <p>{refused.problems.length === 0 ? refusalText(strings, refused) : strings.savedProblems}</p>
      <ul className="plain">
        {refused.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}

type EffectProps = { readonly kind: 'preview' | 'saved'; readonly answer: ConfigSaved };

function Effect({ kind, answer: { differences, applies } }: EffectProps) {
  const { strings } = useDesk();
  return (
    <div role="status" className="note flow" data-testid={`settings-${kind}`}>
      <p>
        {kind === 'saved' ? strings.savedOk : strings.wouldChange} {gateText(strings.applies, applies)}
      </p>
      <ul className="plain">
        {differences.map(({ name, from, to, applies: when }) => (
          <li key={name}>
            <code>{name}</code> {JSON.stringify(from)} → {JSON.stringify(to)}{' '}
            <Tag tone={when === 'now' ? 'ok' : 'warn'}>{gateText(strings.applies, when)}</Tag>
          </li>
        ))}
      </ul>
    </div>
  );
}
