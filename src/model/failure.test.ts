import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { FailureError, failure, toFailure, toReason } from './failure.ts';

/** A `failure('code', { ... })` in the product's source; `open` when it spreads facts that are not seen here. */
type Usage = {
  readonly place: string;
  readonly code: string;
  readonly facts: readonly string[];
  readonly open: boolean;
};

const SOURCE = resolve(import.meta.dirname, '..');

function findUsages(): readonly Usage[] {
  const paths = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(SOURCE, path), 'utf8');
      return findCalls(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
    });
}

function findCalls(tree: ts.SourceFile): Usage[] {
  const found: Usage[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || node.expression.getText() !== 'failure') return;
    const [code, facts] = node.arguments;
    if (code === undefined || !ts.isStringLiteral(code)) return;
    const properties = facts !== undefined && ts.isObjectLiteralExpression(facts) ? [...facts.properties] : [];
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    found.push({
      place: `${tree.fileName}:${line + 1}`,
      code: code.text,
      facts: properties.flatMap((property) => property.name?.getText() ?? []),
      open: facts !== undefined && (!ts.isObjectLiteralExpression(facts) || properties.some(ts.isSpreadAssignment)),
    });
  };
  visit(tree);
  return found;
}

const placeholders = (code: ErrorCode): string[] => {
  const { message, hint } = ERROR_CODES[code];
  return [...`${message} ${hint}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
};

describe('the registry of failures', () => {
  const usages = findUsages();

  it('is used', () => {
    expect(usages.length).toBeGreaterThan(30);
  });

  it('has every placeholder filled wherever a failure is made', () => {
    const unfilled = usages
      .filter(({ open }) => !open)
      .flatMap(({ place, code, facts }) =>
        placeholders(code as ErrorCode)
          .filter((name) => !facts.includes(name))
          .map((name) => `${place} ${code} lacks ${name}`),
      );
    expect(unfilled).toEqual([]);
  });

  it('says of every code what happened and what to do, as sentences', () => {
    for (const [code, { message, hint }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(message, code).not.toBe('');
      expect(hint, code).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('failure', () => {
  it('fills its sentences from its facts and keeps them', () => {
    expect(failure('port_occupied', { port: 18080, host: '127.0.0.1' })).toEqual({
      kind: 'failure',
      code: 'port_occupied',
      message: 'port 18080 on 127.0.0.1 is already in use',
      hint: 'Stop the other program or choose another port with --port.',
      context: { port: 18080, host: '127.0.0.1' },
    });
  });

  it('does not read facts as templates', () => {
    expect(failure('usage_wrong', { reason: 'write {reason} and $& here' }).message).toBe('write {reason} and $& here');
  });

  it('survives being thrown, and anything else thrown becomes unexpected', () => {
    const lost = failure('store_corrupt', { path: 'a.db', reason: 'a page is torn' });
    const thrown = new FailureError(lost, { cause: 'x' });
    expect(thrown.message).toBe('store_corrupt: the database a.db is damaged: a page is torn');
    expect(thrown.cause).toBe('x');
    expect(toFailure(thrown)).toBe(lost);
    expect(toFailure(new Error('boom'))).toMatchObject({ code: 'unexpected', context: { reason: 'boom' } });
    expect(toFailure('boom').message).toBe('something unexpected went wrong: boom');
    expect(toReason(undefined)).toBe('undefined');
  });
});
