/**
 * Which tests say that they prove a requirement: the ids in the titles of suites and tests, read from their source.
 */
import ts from 'typescript';
import { REQUIREMENTS } from './requirement-list.ts';

/** A test, or a suite whose every test counts, with the ids that its own title names. */
export type NamedTest = { readonly path: string; readonly title: string; readonly ids: readonly string[] };

const IDS: ReadonlySet<string> = new Set(REQUIREMENTS.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
const ID = /(?<![\w-])(?:P[01]-\d+b?|R\d-\d+|[ABC]-\d+)(?!\d)/g;
const SCENARIOS = /\bscenarios? (\d+(?:(?:, | and )\d+)*)/g;
const SUITE = /^(it|test|describe\w*)$/;

/** Whether a file holds tests that may name ids. */
export function isTestPath(path: string): boolean {
  return /\.(test|contract)\.tsx?$/.test(path);
}

/** Whether a text names an id at all; quicker than parsing it. */
export function mayNameIds(text: string): boolean {
  return text.search(ID) >= 0 || text.search(SCENARIOS) >= 0;
}

/** Ids that a text names, known or not, each once. */
export function idsIn(text: string): readonly string[] {
  const plain = [...text.matchAll(ID)].map(([id]) => id);
  const scenarios = [...text.matchAll(SCENARIOS)].flatMap(([, numbers = '']) =>
    numbers.split(/\D+/).map((number) => `scenario ${number}`),
  );
  return [...new Set([...plain, ...scenarios])];
}

/** Whether an id is in the list. */
export function isKnownId(id: string): boolean {
  return IDS.has(id);
}

/** The tests of a file that name ids, in their order. */
export function findNamedTests(tree: ts.SourceFile, path: string): readonly NamedTest[] {
  const found: NamedTest[] = [];
  const visit = (node: ts.Node, titles: readonly string[]): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : null;
    const inner = title === null ? titles : [...titles, title];
    const ids = title === null ? [] : idsIn(title);
    if (ids.length > 0) found.push({ path, title: inner.join(' › '), ids });
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(tree, []);
  return found;
}

/** The title of a call such as `it('…')`, `it.each([…])('…')` or `describeWhere(…)('…')`; `null` for other calls. */
function titleOf(call: ts.CallExpression): string | null {
  const [title] = call.arguments;
  if (title === undefined || call.arguments.length < 2 || !SUITE.test(rootOf(call.expression))) return null;
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return null;
  return title.head.text + title.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

function rootOf(node: ts.Expression): string {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) return rootOf(node.expression);
  return ts.isIdentifier(node) ? node.text : '';
}
