/**
 * `hotwick config --hotcoin`: the settings of the hot-coin system, shown with where each comes from, and changed.
 */
import { resolve } from 'node:path';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { loadConfig, readHotCoinEnvironment } from '../config.ts';
import { type ConfigPreview, type HotCoinConfigEditor, listConfigEntries } from '../hotcoin/config-editor.ts';
import { openHotCoinEditor } from '../hotcoin/open-editor.ts';
import { say, sayFailure, sayJson } from './output.ts';

/** Options of `hotwick config` that concern the hot-coin system. */
export type HotCoinFlags = {
  readonly json?: true;
  readonly dataDir?: string;
  readonly set?: readonly string[];
  readonly reset?: readonly string[];
};

/** Shows the settings, after changing those that the flags name. */
export async function runHotCoinConfig(flags: HotCoinFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const change = readChange(flags);
  if (!change.ok) return sayFailure(change.error);
  const clock = createWallClock();
  const opened = openHotCoinEditor({
    dir: resolve(flags.dataDir ?? config.value.home),
    purpose: change.value === null ? 'look' : 'change',
    environment: readHotCoinEnvironment().variables,
    clock,
  });
  try {
    if (!opened.ok) sayFailure(opened.error);
    else if (change.value === null) await show(opened.value.editor, flags);
    else await save(opened.value.editor, change.value, flags);
  } finally {
    if (opened.ok) await opened.value.close();
    clock.close();
  }
}

async function show(editor: HotCoinConfigEditor, { json }: HotCoinFlags): Promise<void> {
  const resolved = await editor.resolve();
  if (!resolved.ok) return sayFailure(resolved.error);
  const entries = listConfigEntries(resolved.value);
  if (json === true) return sayJson({ hash: resolved.value.hash, settings: entries });
  for (const { name, value, source, applies, meaning, limits } of entries) {
    say(`${name}=${JSON.stringify(value)}`);
    say(`    ${source}, acts ${applies === 'now' ? 'at once' : 'with the next start'}: ${meaning} (${limits})`);
  }
  say(`\nhash ${resolved.value.hash}`);
}

async function save(editor: HotCoinConfigEditor, change: unknown, { json }: HotCoinFlags): Promise<void> {
  const saved = await editor.save(change);
  if (!saved.ok) return sayFailure(saved.error);
  const { differences, applies } = saved.value;
  if (json === true) return sayJson({ applies, differences });
  for (const { name, from, to, applies: when } of differences) {
    say(`${name}: ${JSON.stringify(from)} -> ${JSON.stringify(to)} (${WHEN[when]})`);
  }
  say(differences.length === 0 ? 'nothing changes' : 'saved');
}

const WHEN: Readonly<Record<ConfigPreview['differences'][number]['applies'], string>> = {
  now: 'running trading takes it within seconds',
  restart: 'with the next start',
  overridden: 'saved, but the environment or a preset has the last word',
};

type Change = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function readChange({ set = [], reset = [] }: HotCoinFlags): Result<Change | null, Failure> {
  const values = [
    ...set.map((text) => readAssignment(text)),
    ...reset.map((name) => ({ name: name.trim(), value: null })),
  ];
  if (values.length === 0) return ok(null);
  const change: Record<string, Record<string, unknown>> = {};
  for (const { name, value } of values) {
    const [group = '', key, ...rest] = name.split('.');
    if (key === undefined || rest.length > 0) {
      return err(failure('usage_wrong', { reason: `"${name.slice(0, 80)}" is no setting: write group.name=value` }));
    }
    change[group] = { ...change[group], [key]: value };
  }
  return ok(change);
}

/** A value is JSON; what is none is a text. A switch is `true` or `false` and nothing else. */
function readAssignment(text: string): { readonly name: string; readonly value: unknown } {
  const end = text.indexOf('=');
  if (end < 0) return { name: '', value: null };
  const [name, written] = [text.slice(0, end).trim(), text.slice(end + 1)];
  try {
    return { name, value: JSON.parse(written) as unknown };
  } catch {
    // Not JSON: the schema says whether a text is allowed.
    return { name, value: written };
  }
}
