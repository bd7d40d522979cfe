/**
 * Scenarios as YAML text. In: the text and what to call it. Out: the scenario, or every mistake with its line.
 */
import { isMap, isNode, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import type { Scenario } from '../../adapters/sim/scenario/scenario.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** Longest text that is read. */
const TEXT_MAX = 256 * 1024;
/** Mistakes told at once. */
const MISTAKES_MAX = 10;

type Mistake = { readonly line: number; readonly reason: string };
type Path = readonly PropertyKey[];

/** Reads a scenario; fails with `scenario_wrong`, each mistake as `source:line: reason`. */
export function parseScenario(text: string, source: string): Result<Scenario, Failure> {
  if (text.length > TEXT_MAX) return refuse(source, [{ line: 1, reason: `longer than ${TEXT_MAX} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const mistakes = document.errors.map(({ message, linePos }) => ({
      line: linePos?.[0].line ?? 1,
      reason: (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, ''),
    }));
    return refuse(source, mistakes);
  }
  const parsed = scenarioSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return ok(parsed.data);
  const mistakes = parsed.error.issues.map((issue) => ({
    line: lineOf(nodeAt(document.contents, pathOf(issue)), lines),
    reason: toReason(issue),
  }));
  return refuse(source, mistakes);
}

function refuse(source: string, mistakes: readonly Mistake[]): Result<Scenario, Failure> {
  const shown = [...mistakes].sort((a, b) => a.line - b.line).slice(0, MISTAKES_MAX);
  const reason = shown.map((mistake) => `${source}:${mistake.line}: ${mistake.reason}`).join('\n  ');
  return err(failure('scenario_wrong', { reason }));
}

/** Where an issue is: at the first key that has no business there, where that is what is wrong. */
function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}

function toReason(issue: z.core.$ZodIssue): string {
  const where = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const place = where.replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') return `${place === '' ? '' : `${place}: `}unknown ${issue.keys.join(', ')}`;
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const reason = isMissing ? 'is missing' : issue.message;
  return place === '' ? reason : `${place}: ${reason}`;
}

/** The deepest node on the path; of something that is missing that is what it is missing from. */
function nodeAt(root: Node | null, path: Path): Node | null {
  let node = root;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    const next = isMap(node) ? inMap(node, step, isLast ? 'key' : 'value') : inList(node, step);
    if (next === null) return node;
    node = next;
  }
  return node;
}

function inMap(map: YAMLMap, step: PropertyKey, part: 'key' | 'value'): Node | null {
  const pair = map.items.find(({ key }) => String(key) === String(step));
  const found = pair?.[part];
  return isNode(found) ? found : null;
}

function inList(node: Node | null, step: PropertyKey): Node | null {
  const items: readonly unknown[] = node !== null && 'items' in node && Array.isArray(node.items) ? node.items : [];
  const found = items[Number(step)];
  return isNode(found) ? found : null;
}

function lineOf(node: Node | null, lines: LineCounter): number {
  return Math.max(1, lines.linePos(node?.range?.[0] ?? 0).line);
}
