/**
 * The hot-coin settings as the desk shows and changes them. What is saved is checked as a whole by the editor; what acts
 * at once is in force when a save is answered.
 */
import type { ConfigAnswer, ConfigField, ConfigSaved } from '../../api/contract.ts';
import type { ConfigDesk, ConfigRefused } from '../../api/desk/desk-ports.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import { type ConfigPreview, defaultHotCoinConfig, type HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { listSettingFacts } from '../hotcoin/setting-facts.ts';

/** Settings of running trading. */
export type SettingsInForce = {
  readonly inForce: () => ResolvedConfig;
  /** Names of saved settings that wait for a restart. */
  readonly waiting: () => readonly string[];
  /** Brings into force what acts at once. */
  readonly look: () => Promise<void>;
};

const READ_ONLY = 'the settings come from the file of --config; change that file';
const PROBLEMS_MAX = 8;

/** The desk's settings; `editor` is `null` where they can not be changed here. */
export function createConfigDesk(editor: HotCoinConfigEditor | null, running: () => SettingsInForce): ConfigDesk {
  const answer = async (
    change: (of: HotCoinConfigEditor) => Promise<Result<ConfigPreview, Failure>>,
    after: (settings: SettingsInForce) => Promise<void>,
  ): Promise<Result<ConfigSaved, ConfigRefused>> => {
    if (editor === null) return err({ problems: [READ_ONLY] });
    const made = await change(editor);
    if (!made.ok) return err({ problems: problemsOf(made.error) });
    const settings = running();
    await after(settings);
    return ok(toSaved(made.value, settings));
  };
  return {
    read: async () => {
      const saved = editor === null ? ok({}) : await editor.loadSaved();
      return saved.ok ? ok(toAnswer(saved.value, running())) : saved;
    },
    preview: (wanted) =>
      answer(
        (of) => of.preview(wanted),
        () => Promise.resolve(),
      ),
    save: (wanted) =>
      answer(
        (of) => of.save(wanted),
        (settings) => settings.look(),
      ),
  };
}

function toAnswer(saved: object, settings: SettingsInForce): ConfigAnswer {
  const { config, provenance, hash } = settings.inForce();
  return {
    success: true,
    config: structuredClone(config),
    default_config: defaultHotCoinConfig(),
    saved: structuredClone(saved) as ConfigAnswer['saved'],
    provenance: { ...provenance },
    pending: [...settings.waiting()],
    fields: listFields(),
    hash,
  };
}

function listFields(): ConfigField[] {
  return listSettingFacts().map(({ name, meaningZh, limitsZh, form, ...facts }) => {
    const [group = '', key = ''] = name.split('.');
    const { kind, min, max, choices } = form;
    const words = { meaning: facts.meaning, meaning_zh: meaningZh, limits: facts.limits, limits_zh: limitsZh };
    const { initial, applies } = facts;
    return { group, name: key, kind, ...words, initial, min, max, choices: [...choices], applies };
  });
}

const MESSAGES: Readonly<Record<ConfigPreview['applies'], string>> = {
  now: 'in force now',
  restart: 'part of it waits for a restart',
  nothing: 'nothing changes',
};

function toSaved({ resolved, differences, applies }: ConfigPreview, settings: SettingsInForce): ConfigSaved {
  return {
    success: true,
    message: MESSAGES[applies],
    config: structuredClone(resolved.config),
    differences: differences.map((difference) => ({ ...difference })),
    applies,
    pending: [...settings.waiting()],
    hash: settings.inForce().hash,
  };
}

/** The problems one by one, as the editor put them together. */
function problemsOf({ message, context }: Failure): readonly string[] {
  const { reason } = context;
  return (typeof reason === 'string' ? reason.split('; ') : [message]).slice(0, PROBLEMS_MAX);
}
