/**
 * The settings one by one: what each means, what it may be, what runs, where that comes from, and when a change acts.
 */
import { Switch } from 'radix-ui';
import { memo, useId, useState } from 'react';
import type { ConfigAnswer, ConfigField } from '../../src/api/contract.ts';
import { Tag } from './card.tsx';
import { Choice } from './choice.tsx';
import { useDesk } from './desk-context.tsx';
import { type Draft, parseSetting, settingName, shownValue, valueText } from './settings-draft.ts';
import { gateText } from './word-strings.ts';

type FormProps = {
  readonly config: ConfigAnswer;
  readonly draft: Draft;
  /** `null` is back to the default, `undefined` takes the change back. */
  readonly onChange: (name: string, text: string | null | undefined) => void;
};

/** The form. */
export function SettingsForm({ config, draft, onChange }: FormProps) {
  const { strings } = useDesk();
  const [wanted, setWanted] = useState('');
  const text = wanted.trim().toLowerCase();
  const isWanted = (field: ConfigField): boolean =>
    `${settingName(field)} ${field.meaning} ${field.meaning_zh}`.toLowerCase().includes(text);
  const groups = [...new Set(config.fields.map(({ group }) => group))];
  return (
    <>
      <input
        type="search"
        data-testid="settings-search"
        aria-label={strings.searchSettings}
        placeholder={strings.searchSettings}
        value={wanted}
        onChange={({ target }) => setWanted(target.value)}
      />
      {groups.map((group) => {
        const fields = config.fields.filter((field) => field.group === group && isWanted(field));
        if (fields.length === 0) return null;
        return (
          <fieldset key={group}>
            <legend>{gateText(strings.groups, group)}</legend>
            {fields.map((field) => (
              <Setting
                key={field.name}
                field={field}
                config={config}
                typed={draft[settingName(field)]}
                onChange={onChange}
              />
            ))}
          </fieldset>
        );
      })}
    </>
  );
}

type SettingProps = Pick<FormProps, 'config'> & {
  readonly field: ConfigField;
  readonly typed: string | null | undefined;
  readonly onChange: FormProps['onChange'];
};

const Setting = memo(
  function Setting({ field, config, typed, onChange }: SettingProps) {
    const { strings, language } = useDesk();
    const id = useId();
    const [meaning, limits] = language === 'zh' ? [field.meaning_zh, field.limits_zh] : [field.meaning, field.limits];
    const name = settingName(field);
    const shown = typed === null ? field.initial : shownValue(config, field);
    const text = typed ?? valueText(shown, field.kind);
    const isWrong = typeof typed === 'string' && !parseSetting(typed, field).ok;
    const isSaved = field.name in (config.saved[field.group] ?? {});
    const change = (next: string): void => {
      onChange(name, next === valueText(shownValue(config, field), field.kind) ? undefined : next);
    };
    return (
      <div className={typed === undefined ? 'setting' : 'setting is-changed'} data-setting={name}>
        <div>
          <label htmlFor={id}>
            <code>{field.name}</code>
          </label>
          <p className="muted">
            {meaning} <span>({limits})</span>
          </p>
        </div>
        <div className="setting-value">
          <Control id={id} field={field} text={text} onChange={change} />
          {isWrong ? (
            <p className="trouble" role="alert">
              {strings.outOfBounds(limits)}
            </p>
          ) : null}
          <p className="row muted">
            <Tag tone="origin">{gateText(strings.provenance, config.provenance[name] ?? 'default')}</Tag>
            <Tag tone={field.applies === 'now' ? 'ok' : 'warn'}>{gateText(strings.applies, field.applies)}</Tag>
            {config.pending.includes(name) ? <Tag tone="warn">{strings.waiting}</Tag> : null}
            <span>
              {strings.inForce(valueText(config.config[field.group]?.[field.name], field.kind))} ·{' '}
              {strings.defaultIs(valueText(field.initial, field.kind))}
            </span>
            {isSaved && typed !== null ? (
              <button type="button" className="button quiet" onClick={() => onChange(name, null)}>
                {strings.reset}
              </button>
            ) : null}
          </p>
        </div>
      </div>
    );
  },
  // The callback is new with each drawing and does the same.
  (before, after) => before.field === after.field && before.config === after.config && before.typed === after.typed,
);

type ControlProps = {
  readonly id: string;
  readonly field: ConfigField;
  readonly text: string;
  readonly onChange: (text: string) => void;
};

function Control({ id, field, text, onChange }: ControlProps) {
  const { strings } = useDesk();
  switch (field.kind) {
    case 'switch':
      return (
        <span className="row">
          <Switch.Root
            id={id}
            className="switch"
            checked={text === 'true'}
            onCheckedChange={(isOn) => onChange(String(isOn))}
          >
            <Switch.Thumb className="switch-thumb" />
          </Switch.Root>
          {text === 'true' ? strings.on : strings.off}
        </span>
      );
    case 'choice':
      return (
        <Choice
          label={field.name}
          value={text}
          options={field.choices.map((value) => ({ value, name: value }))}
          onChange={onChange}
          testId={`setting-${field.name}`}
        />
      );
    case 'list':
    case 'json':
      return (
        <textarea id={id} rows={3} spellCheck={false} value={text} onChange={({ target }) => onChange(target.value)} />
      );
    default:
      return <input id={id} inputMode="decimal" value={text} onChange={({ target }) => onChange(target.value)} />;
  }
}
