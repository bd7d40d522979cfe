/**
 * The shape of code: sizes, parameters, nesting, and language features that the house does without.
 */
import ts from 'typescript';
import { lastLineOf, lineOf, type Source } from './project.ts';
import { isFunction, isProduct, nodeRule, nodesOf, type Offence, type Rule } from './rule.ts';

const SOURCE_LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;
const PARAMETERS_MAX = 3;
const NESTING_MAX = 3;

function anySource(): boolean {
  return true;
}

/** Files stay small enough to read in one sitting. */
export const fileSizeRule: Rule = nodeRule({
  name: 'file-size',
  replacement: 'split the file by what its parts are about',
  where: anySource,
  find: (source) => {
    const lines = source.text.split('\n').length - 1;
    const limit = source.isTest ? TEST_LINES_MAX : SOURCE_LINES_MAX;
    return lines > limit ? [{ node: source.tree, message: `${lines} lines, the limit is ${limit}` }] : [];
  },
  bad: [{ 'src/core/x.ts': 'f();\n'.repeat(401) }, { 'src/core/x.test.ts': 'f();\n'.repeat(601) }],
  good: [{ 'src/core/x.ts': 'f();\n'.repeat(400) }, { 'test/contract/x.ts': 'f();\n'.repeat(600) }],
});

function findLongFunctions(source: Source): Offence[] {
  return source.nodes.filter(isFunction).flatMap((node) => {
    const lines = lastLineOf(source.tree, node) - lineOf(source.tree, node) + 1;
    const isLong = lines > FUNCTION_LINES_MAX && !(source.isTest && holdsTests(node));
    return isLong ? [{ node, message: `function of ${lines} lines, the limit is ${FUNCTION_LINES_MAX}` }] : [];
  });
}

/** Whether the function is the callback of a `describe`, or a suite: its body calls a `describe` directly. */
function holdsTests(node: ts.SignatureDeclaration): boolean {
  if (ts.isCallExpression(node.parent) && isDescribe(node.parent)) return true;
  if (!('body' in node) || node.body === undefined || !ts.isBlock(node.body)) return false;
  return node.body.statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      isDescribe(statement.expression),
  );
}

function isDescribe(call: ts.CallExpression): boolean {
  let callee: ts.Expression = call.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  return ts.isIdentifier(callee) && callee.text.startsWith('describe');
}

/** Functions do one thing. */
export const functionSizeRule: Rule = nodeRule({
  name: 'function-size',
  replacement: 'keep the branching here and move the leaves into pure functions',
  where: anySource,
  find: findLongFunctions,
  bad: [
    { 'src/core/x.ts': `function f() {\n${'g();\n'.repeat(69)}}` },
    { 'src/core/x.test.ts': `it('holds', () => {\n${'g();\n'.repeat(69)}});` },
  ],
  good: [
    { 'src/core/x.ts': `function f() {\n${'g();\n'.repeat(68)}}` },
    { 'src/core/x.test.ts': `describeWithData('a', () => {\n${'g();\n'.repeat(99)}});` },
    { 'test/contract/x.ts': `export function suite() {\ndescribe('a', () => {\n${'g();\n'.repeat(99)}});\n}` },
  ],
});

function ownParameters(node: ts.SignatureDeclaration): ts.ParameterDeclaration[] {
  return node.parameters.filter((parameter) => parameter.name.getText() !== 'this');
}

/** Whether the columns of a test table decide the parameters: `it.each(rows)('name', (a, b, c, d) => ...)`. */
function isTableCallback(node: ts.SignatureDeclaration): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && /^(it|test|describe)\.each\b/.test(parent.expression.getText());
}

/** Long parameter lists become an options object. */
export const parameterCountRule: Rule = nodeRule({
  name: 'parameter-count',
  replacement: 'take an options object with named fields',
  where: anySource,
  find: (source) =>
    source.nodes
      .filter(isFunction)
      .filter((node) => ownParameters(node).length > PARAMETERS_MAX && !(source.isTest && isTableCallback(node)))
      .map((node) => ({ node, message: `takes ${node.parameters.length} parameters, the limit is ${PARAMETERS_MAX}` })),
  bad: [
    { 'src/core/x.ts': 'function f(a: A, b: B, c: C, d: D) {}' },
    { 'src/ports/x.ts': 'type P = { readonly f: (a: A, b: B, c: C, d: D) => void };' },
  ],
  good: [
    { 'src/core/x.ts': 'function f(this: T, a: A, b: B, c: C) {}' },
    { 'src/core/x.test.ts': "it.each(rows)('adds', (a, b, c, d) => {});" },
  ],
});

function isBooleanParameter(parameter: ts.ParameterDeclaration): boolean {
  const kind = parameter.initializer?.kind;
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return true;
  const { type } = parameter;
  if (type === undefined) return false;
  const options = ts.isUnionTypeNode(type) ? type.types : [type];
  return options.some((option) => option.kind === ts.SyntaxKind.BooleanKeyword);
}

/** A call with a bare true or false says nothing. */
export const booleanParameterRule: Rule = nodeRule({
  name: 'boolean-parameter',
  replacement: 'write two functions, or take a union of strings that name the cases',
  where: anySource,
  find: (source) =>
    nodesOf(source, ts.isParameter)
      .filter(isBooleanParameter)
      .map((node) => ({ node, message: `parameter ${node.name.getText()} is a boolean` })),
  bad: [
    { 'src/core/x.ts': 'function f(wait: boolean) {}' },
    { 'src/core/x.ts': 'const f = (wait = false) => wait;' },
    { 'src/ports/x.ts': 'type P = { readonly f: (wait?: boolean | undefined) => void };' },
  ],
  good: [
    { 'src/core/x.ts': "function f(when: 'now' | 'later', o: { readonly isOpen: boolean }): boolean { return true; }" },
  ],
});

function isControl(node: ts.Node): boolean {
  if (ts.isIfStatement(node)) return !(ts.isIfStatement(node.parent) && node.parent.elseStatement === node);
  return ts.isIterationStatement(node, false) || ts.isSwitchStatement(node) || ts.isTryStatement(node);
}

function nestingOf(node: ts.Node): number {
  let depth = 0;
  for (let at = node; !isFunction(at) && !ts.isSourceFile(at); at = at.parent) if (isControl(at)) depth++;
  return depth;
}

/** Deep nesting hides the path through a function. */
export const nestingRule: Rule = nodeRule({
  name: 'nesting',
  replacement: 'return early, or move the inner part into a function',
  where: anySource,
  find: (source) =>
    source.nodes
      .filter((node) => isControl(node) && nestingOf(node) === NESTING_MAX + 1)
      .map((node) => ({ node, message: `nested deeper than ${NESTING_MAX}` })),
  bad: [{ 'src/core/x.ts': 'function f() { for (;;) { if (a) { try { if (b) g(); } finally { h(); } } } }' }],
  good: [
    { 'src/core/x.ts': 'function f() { for (;;) { if (a) { while (b) g(); } else if (c) { while (d) h(); } } }' },
    { 'src/core/x.ts': 'for (const a of b) { if (a) { try { a(() => { if (b) g(); }); } finally { h(); } } }' },
  ],
});

/** An import names what it takes. */
export const defaultExportRule: Rule = nodeRule({
  name: 'default-export',
  replacement: 'export by name',
  where: (source) => !/\.config\.ts$/.test(source.path),
  find: (source) =>
    source.nodes
      .filter((node) => ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword)
      .filter((node) => !ts.isDefaultClause(node.parent))
      .map((node) => ({ node, message: 'exports a default' })),
  bad: [{ 'src/core/x.ts': 'export default 1;' }, { 'web/app.tsx': 'export default function App() {}' }],
  good: [{ 'vitest.config.ts': 'export default {};' }, { 'src/core/x.ts': 'switch (a) { default: f(); }' }],
});

/** State lives in objects with an owner. */
export const moduleStateRule: Rule = nodeRule({
  name: 'module-state',
  replacement: 'keep it in the object or closure that owns it, or make it const',
  where: (source) => isProduct(source) || source.area === 'web',
  find: (source) =>
    nodesOf(source, ts.isVariableStatement)
      .filter((node) => ts.isSourceFile(node.parent) && (node.declarationList.flags & ts.NodeFlags.Const) === 0)
      .map((node) => ({ node, message: 'holds a mutable variable at module level' })),
  bad: [{ 'src/core/x.ts': 'let count = 0;' }, { 'src/core/x.ts': 'export var count = 0;' }],
  good: [{ 'src/core/x.ts': 'const limit = 3; function f() { let n = 0; n++; }' }],
});

/** Only syntax that disappears when types are stripped. */
export const erasableRule: Rule = nodeRule({
  name: 'erasable',
  replacement: 'use a union of strings, a const object or a module',
  where: anySource,
  find: (source) =>
    source.nodes
      .filter((node) => ts.isEnumDeclaration(node) || (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name)))
      .filter((node) => !(ts.isModuleDeclaration(node) && node.name.getText() === 'global'))
      .map((node) => ({ node, message: 'declares an enum or a namespace' })),
  bad: [{ 'src/core/x.ts': 'enum Side { Buy }' }, { 'src/core/x.ts': 'namespace Side { export const a = 1; }' }],
  good: [{ 'web/style.d.ts': "declare module '*.css';" }, { 'src/core/x.ts': "type Side = 'buy' | 'sell';" }],
});
