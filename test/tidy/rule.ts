/**
 * What a tidy rule is: a name, what to do instead, a check over the project, and samples that prove the check can
 * fail (`bad`) and does not fail on correct code (`good`). A rule without a bad sample does not pass its own test.
 */
import ts from 'typescript';
import { lineOf, type Project, type ProjectFile, parseProject, type Source } from './project.ts';

/** One place that breaks a rule; `line` counts from 1. */
export type Spot = { readonly path: string; readonly line: number; readonly message: string };

/** A small project for a rule's own test: text by path. */
export type Sample = Readonly<Record<string, string>>;

/** A rule; `replacement` ends every finding and says what to do instead. */
export type Rule = {
  readonly name: string;
  readonly replacement: string;
  readonly check: (project: Project) => readonly Spot[];
  readonly bad: readonly Sample[];
  readonly good: readonly Sample[];
};

/** A syntax node that breaks a rule, and what it does wrong. */
export type Offence = { readonly node: ts.Node; readonly message: string };

/** A rule over the nodes of each source file that `where` selects. */
export type NodeRule = Omit<Rule, 'check'> & {
  readonly where: (source: Source) => boolean;
  readonly find: (source: Source) => readonly Offence[];
};

/** The rule that reports each offence at its line. */
export function nodeRule({ where, find, ...rule }: NodeRule): Rule {
  const checkSource = (source: Source): Spot[] =>
    find(source).map(({ node, message }) => ({ path: source.path, line: lineOf(source.tree, node), message }));
  return { ...rule, check: (project) => project.sources.filter(where).flatMap(checkSource) };
}

/** A finding as people read it. */
export function describeSpot(rule: Rule, spot: Spot): string {
  return `${spot.path}:${spot.line} ${rule.name} ${spot.message} -> ${rule.replacement}`;
}

/** A sample as the project that a rule checks. */
export function sampleProject(sample: Sample): Project {
  const files: ProjectFile[] = Object.entries(sample).map(([path, text]) => ({ path, text, bytes: text.length }));
  return parseProject(files);
}

/** Whether the file is product code: in `src` and no test. */
export function isProduct(source: Source): boolean {
  return source.area === 'src' && !source.isTest;
}

/** Nodes of one kind, in source order. */
export function nodesOf<N extends ts.Node>(source: Source, guard: (node: ts.Node) => node is N): N[] {
  return source.nodes.filter(guard);
}

/** `a.b.c` of a chain of property accesses (also `a['b']`), without `globalThis.`; `null` for anything else. */
export function dottedName(node: ts.Node): string | null {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return joinNames(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return joinNames(node.expression, node.argumentExpression.text);
  }
  return null;
}

function joinNames(owner: ts.Node, name: string): string | null {
  const ownerName = dottedName(owner);
  if (ownerName === null) return null;
  return ownerName === 'globalThis' ? name : `${ownerName}.${name}`;
}

/** Whether the node is a function with its own parameters, body or signature. */
export function isFunction(node: ts.Node): node is ts.SignatureDeclaration {
  return ts.isFunctionLike(node);
}
