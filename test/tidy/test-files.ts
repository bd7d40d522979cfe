/**
 * What tests may do: all of them run, each file asserts something, names state facts, parts are real.
 */
import ts from 'typescript';
import type { Source } from './project.ts';
import { dottedName, nodeRule, nodesOf, type Offence, type Rule } from './rule.ts';

/** The one place that decides whether a test can run on this machine. */
const SKIP_HOME = 'test/fixtures/shared-data.ts';
const LEFT_OUT = /^(it|test|describe|suite)(\.\w+)*\.(only|skip|skipIf|runIf|todo)$|^(xit|fit|xdescribe|fdescribe)$/;
const ASSERTIONS = /^(expect|expectTypeOf|assert|assertType|fc\.assert)(\.|$)/;
const MOCKS = /^vi\.(mock|doMock|hoisted)$/;

function isTestFile(source: Source): boolean {
  return /\.test\.tsx?$/.test(source.path);
}

function calledNames(source: Source): { readonly node: ts.Node; readonly name: string }[] {
  return nodesOf(source, ts.isCallExpression).map((node) => ({ node, name: dottedName(node.expression) ?? '' }));
}

/** Every test runs, and runs every time. */
export const leftOutTestRule: Rule = nodeRule({
  name: 'left-out-test',
  replacement:
    'run the test or remove it; for what a machine may lack use describeWhere (test/fixtures/shared-data.ts)',
  where: (source) => source.isTest && source.path !== SKIP_HOME,
  find: (source) =>
    source.nodes.flatMap((node): Offence[] => {
      const name = ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent) ? null : dottedName(node);
      return name !== null && LEFT_OUT.test(name) ? [{ node, message: `uses ${name}` }] : [];
    }),
  bad: [
    { 'src/core/x.test.ts': "it.only('a', () => {});" },
    { 'src/core/x.test.ts': "describe.skip('a', () => {});" },
    { 'test/sim/x.test.ts': "it.skipIf(process.env['CI'])('a', () => {});" },
    { 'src/core/x.test.ts': "xit('a', () => {});" },
  ],
  good: [
    { 'src/core/x.test.ts': "it('a', () => {}); it.each([1])('b', () => {}); list.skip(1);" },
    { [SKIP_HOME]: 'export const a = describe.skip;' },
  ],
});

/** Whether the file hands its subject to a suite that other files share, `x.contract.ts`. */
function runsSuite(source: Source): boolean {
  const called = new Set(calledNames(source).map(({ name }) => name));
  return nodesOf(source, ts.isImportSpecifier).some(({ name, parent }) => {
    const { moduleSpecifier } = parent.parent.parent;
    return ts.isStringLiteral(moduleSpecifier) && /\.contract\.ts$/.test(moduleSpecifier.text) && called.has(name.text);
  });
}

/** A test that asserts nothing proves nothing. */
export const assertionRule: Rule = nodeRule({
  name: 'assertion',
  replacement: 'assert the fact that the test name states',
  where: isTestFile,
  find: (source) => {
    const isChecked = calledNames(source).some(({ name }) => ASSERTIONS.test(name));
    return isChecked || runsSuite(source) ? [] : [{ node: source.tree, message: 'asserts nothing' }];
  },
  bad: [
    { 'src/core/x.test.ts': "it('runs', () => { f(); });" },
    { 'test/contract/x.test.ts': "import { describeStore } from './store.contract.ts';" },
  ],
  good: [
    { 'src/core/x.test.ts': "it('adds', () => { expect(1 + 1).toBe(2); });" },
    { 'test/contract/x.test.ts': "import { describeStore } from './store.contract.ts'; describeStore(open);" },
  ],
});

/** Test names state facts. */
export const testNameRule: Rule = nodeRule({
  name: 'test-name',
  replacement: 'state the fact: "closes the 5m candle on its fifth minute"',
  where: isTestFile,
  find: (source) =>
    nodesOf(source, ts.isCallExpression).flatMap((node): Offence[] => {
      const title = node.arguments[0];
      const isTitled =
        title !== undefined && ts.isStringLiteralLike(title) && /^(it|test)\b/.test(node.expression.getText());
      return isTitled && /\bshould\b/i.test(title.text) ? [{ node, message: `is named "${title.text}"` }] : [];
    }),
  bad: [{ 'src/core/x.test.ts': "it('should add', () => {});" }],
  good: [{ 'src/core/x.test.ts': "it('adds', () => {});" }],
});

/** Tests use the real parts. */
export const mockRule: Rule = nodeRule({
  name: 'mock',
  replacement: 'use the real part, or the memory, manual and sim adapters',
  where: (source) => source.isTest,
  find: (source) =>
    calledNames(source)
      .filter(({ name }) => MOCKS.test(name))
      .map(({ node, name }) => ({ node, message: `uses ${name}` })),
  bad: [{ 'src/core/x.test.ts': "vi.mock('./store.ts');" }],
  good: [{ 'src/core/x.test.ts': 'const store = createMemoryStore();' }],
});
