/**
 * How code fails: nothing is swallowed, nothing but errors is thrown, every union is handled to its end, and the
 * stages never wait.
 */
import ts from 'typescript';
import { lastLineOf, lineOf, type Source } from './project.ts';
import { dottedName, isFunction, isProduct, nodeRule, nodesOf, type Offence, type Rule } from './rule.ts';

const SYNCHRONOUS = /^src\/(core|model|indicators|market|factors|discovery|signals|decisions|execution|portfolio|ml)\//;

/** Descendants of `root` that run with it, not inside a nested function. */
function runWith(root: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    found.push(node);
    if (!isFunction(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(root, visit);
  return found;
}

function isHandling(node: ts.Node): boolean {
  if (ts.isThrowStatement(node) || ts.isCallExpression(node)) return true;
  if (ts.isReturnStatement(node)) return node.expression !== undefined;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** Whether a comment stands on a line of `node` or on the one after it. */
function isExplained(source: Source, node: ts.Node): boolean {
  const first = lineOf(source.tree, node);
  const last = lastLineOf(source.tree, node);
  return source.comments.some(({ line }) => line >= first && line <= last + 1);
}

function findSilentCatches(source: Source): Offence[] {
  return nodesOf(source, ts.isCatchClause)
    .filter((node) => !runWith(node.block).some(isHandling) && !isExplained(source, node))
    .map((node) => ({ node, message: 'catches and does nothing' }));
}

function findSilentRejections(source: Source): Offence[] {
  return nodesOf(source, ts.isCallExpression).flatMap((node) => {
    const { expression: callee } = node;
    const handler = node.arguments[0];
    if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'catch') return [];
    if (handler === undefined || !ts.isArrowFunction(handler) || !isEmptyBody(handler.body)) return [];
    return isExplained(source, handler) ? [] : [{ node: callee.name, message: 'drops a rejection' }];
  });
}

function isEmptyBody(body: ts.ConciseBody): boolean {
  if (ts.isBlock(body)) return body.statements.length === 0;
  return dottedName(body) === 'undefined' || body.kind === ts.SyntaxKind.NullKeyword || ts.isVoidExpression(body);
}

/** A failure that is dropped says why that is right. */
export const silentCatchRule: Rule = nodeRule({
  name: 'silent-catch',
  replacement: 'rethrow with its cause, return a typed failure, or give the reason in a one-line comment',
  where: () => true,
  find: (source) => [...findSilentCatches(source), ...findSilentRejections(source)],
  bad: [
    { 'src/core/x.ts': 'try { f(); } catch {}' },
    { 'src/core/x.ts': 'function g() { try { f(); } catch (error) { return; } }' },
    { 'src/core/x.ts': 'void f().catch(() => {});' },
    { 'src/core/x.ts': 'const a = await f().catch(() => undefined);' },
  ],
  good: [
    { 'src/core/x.ts': 'try { f(); } catch (cause) { throw new Error("f", { cause }); }' },
    { 'src/core/x.ts': 'function g() { try { f(); } catch (error) { return err(toFailure(error)); } }' },
    { 'src/core/x.ts': 'try {\n  f();\n} catch {\n  // Closing twice is allowed.\n}' },
    { 'src/core/x.ts': 'let seen;\ntry { f(); } catch (error) { seen = error; }' },
    { 'src/core/x.ts': 'f().catch(() => {}); // The caller already has the failure.' },
    { 'src/core/x.ts': 'f().catch((error) => report(error));' },
  ],
});

function isError(expression: ts.Expression): boolean {
  if (ts.isConditionalExpression(expression)) return isError(expression.whenTrue) && isError(expression.whenFalse);
  return (
    ts.isNewExpression(expression) ||
    ts.isCallExpression(expression) ||
    ts.isIdentifier(expression) ||
    ts.isPropertyAccessExpression(expression)
  );
}

/** What is thrown has a stack and a type. */
export const thrownValueRule: Rule = nodeRule({
  name: 'thrown-value',
  replacement: 'throw an Error (FailureError for an expected failure), or return a Result',
  where: () => true,
  find: (source) =>
    nodesOf(source, ts.isThrowStatement)
      .filter((node) => !isError(node.expression))
      .map((node) => ({ node, message: 'throws something that is no error' })),
  bad: [
    { 'src/core/x.ts': "throw 'broken';" },
    { 'src/core/x.ts': 'throw `broken $' + '{a}`;' },
    { 'src/core/x.ts': "throw 'a' + b;" },
    { 'src/core/x.ts': 'throw { code: 1 };' },
    { 'src/core/x.ts': "throw a ? new Error('a') : 'b';" },
  ],
  good: [{ 'src/core/x.ts': "throw new RangeError('broken');" }, { 'src/core/x.ts': 'throw a ? cause : toError(b);' }],
});

function endsInAssertNever(clauses: readonly ts.CaseOrDefaultClause[]): boolean {
  const last = clauses.find(ts.isDefaultClause);
  return last !== undefined && [last, ...runWith(last)].some(isAssertNever);
}

function isAssertNever(node: ts.Node): boolean {
  return ts.isCallExpression(node) && dottedName(node.expression) === 'assertNever';
}

function findOpenSwitches(source: Source): Offence[] {
  return nodesOf(source, ts.isSwitchStatement).flatMap((node) => {
    const { clauses } = node.caseBlock;
    const isUnion = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'kind';
    const isClosed = isUnion ? endsInAssertNever(clauses) : clauses.some(ts.isDefaultClause);
    return isClosed ? [] : [{ node, message: isUnion ? 'a switch over kind is left open' : 'a switch has no default' }];
  });
}

/** A new member of a union is a compile error everywhere it matters. */
export const openSwitchRule: Rule = nodeRule({
  name: 'open-switch',
  replacement: 'end it in `default: return assertNever(value);`',
  where: isProduct,
  find: findOpenSwitches,
  bad: [
    { 'src/core/x.ts': "switch (input.kind) { case 'a': f(); break; default: g(); }" },
    { 'src/core/x.ts': "switch (text) { case 'a': f(); }" },
  ],
  good: [
    { 'src/core/x.ts': "switch (input.kind) { case 'a': f(); break; default: assertNever(input); }" },
    { 'src/core/x.ts': "switch (text) { case 'a': f(); break; default: g(); }" },
  ],
});

/** Inside a stage no two events interleave. */
export const waitingStageRule: Rule = nodeRule({
  name: 'waiting-stage',
  replacement: 'return an effect; its answer comes back as an input',
  where: (source) => isProduct(source) && SYNCHRONOUS.test(source.path),
  find: (source) =>
    source.nodes
      .filter((node) => node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node))
      .map((node) => ({ node, message: 'waits inside a pure folder' })),
  bad: [{ 'src/market/index.ts': 'async function f() {}' }, { 'src/signals/x.ts': 'const a = await f();' }],
  good: [{ 'src/journal/append.ts': 'async function f() { await g(); }' }],
});
