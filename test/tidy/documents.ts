/**
 * What is written for readers: contracts on exports, headers on files, titles and links in documents, and no
 * leftovers.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import type { Project, ProjectFile, Source } from './project.ts';
import { nodeRule, nodesOf, type Offence, type Rule, type Spot } from './rule.ts';

const HEADER_TEXT_MIN = 12;
// Composed, so that this file does not contain what it looks for.
const LEFTOVER = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);

type Declaration = { readonly node: ts.Node; readonly names: readonly string[]; readonly isExported: boolean };

function topDeclarations(source: Source): Declaration[] {
  return source.tree.statements.flatMap((node): Declaration[] => {
    const names = declaredNames(node);
    const isExported = ts.canHaveModifiers(node) && hasExport(node);
    return names.length === 0 ? [] : [{ node, names, isExported }];
  });
}

function hasExport(node: ts.HasModifiers): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function declaredNames(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText());
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return isNamed && node.name !== undefined ? [node.name.text] : [];
}

function hasContract(source: Source, node: ts.Node): boolean {
  const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  return ranges.some(({ pos }) => source.text.startsWith('/**', pos));
}

function findBareExports(source: Source): Offence[] {
  const listed = nodesOf(source, ts.isExportDeclaration)
    .filter((node) => node.moduleSpecifier === undefined)
    .flatMap(({ exportClause }) =>
      exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).getText())
        : [],
    );
  const seen = new Set<string>();
  return topDeclarations(source).flatMap(({ node, names, isExported }) => {
    const isOverload = names.some((name) => seen.has(name));
    const isFace = isExported || names.some((name) => listed.includes(name));
    for (const name of names) seen.add(name);
    const isBare = isFace && !isOverload && !hasContract(source, node);
    return isBare ? [{ node, message: `${names.join(', ')} has no contract` }] : [];
  });
}

/** Every export says what it promises. */
export const exportContractRule: Rule = nodeRule({
  name: 'export-contract',
  replacement: 'write one JSDoc sentence: the contract, then units, order and errors',
  where: (source) => !/\.test\.tsx?$/.test(source.path) && !/\.config\.ts$/.test(source.path),
  find: findBareExports,
  bad: [
    { 'src/core/x.ts': '/** File. */\n\nimport "./y.ts";\nexport const a = 1;' },
    { 'src/core/x.ts': 'import "./y.ts";\nfunction f() {}\nexport { f };' },
    { 'src/core/x.ts': 'import "./y.ts";\n// A remark.\nexport type T = 1;' },
  ],
  good: [
    { 'src/core/x.ts': '/** One. */\nexport const a = 1;\nexport { b } from "./b.ts";' },
    { 'src/core/x.ts': '/** Adds. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;' },
  ],
});

/** Every file says what it is for. */
export const fileHeaderRule: Rule = nodeRule({
  name: 'file-header',
  replacement: 'begin with a comment of 2-6 lines: what enters, what leaves, the invariant kept',
  where: (source) => !/\.test\.tsx?$/.test(source.path) && !/\.config\.ts$/.test(source.path),
  find: (source) => {
    const start = source.text.replace(/^#!.*\n/, '').replace(/^'use strict';\s*/, '');
    const header = /^(\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)/.exec(start)?.[0] ?? '';
    const words = header.replace(/[\s/*]+/g, ' ').trim();
    return words.length < HEADER_TEXT_MIN ? [{ node: source.tree, message: 'has no header comment' }] : [];
  },
  bad: [{ 'src/core/x.ts': "import './y.ts';\n" }, { 'tools/x.ts': '/** x */\nf();' }],
  good: [
    { 'src/core/x.ts': '/**\n * Turns raw frames into candles, oldest first.\n */\nf();' },
    { 'bin/x.cjs': "#!/usr/bin/env node\n'use strict';\n// Starts the program on a Node that can run it.\nf();" },
  ],
});

/** Nothing is left for later on the main branch. */
export const leftoverRule: Rule = {
  name: 'leftover',
  replacement: 'do it, or open an issue and remove the note',
  check: (project) => [
    ...project.sources.flatMap(({ path, comments }) =>
      comments.filter(({ text }) => LEFTOVER.test(text)).map(({ line }) => ({ path, line, message: 'has a leftover' })),
    ),
    ...documentLines(project)
      .filter(({ text }) => LEFTOVER.test(text))
      .map(({ path, line }) => ({ path, line, message: 'has a leftover' })),
  ],
  bad: [
    { 'src/core/x.ts': '// TODO: the rest' },
    { 'src/core/x.ts': '/** FIXME */ f();' },
    { 'docs/x.md': '# X\n\nTODO\n' },
  ],
  good: [{ 'src/core/x.ts': "const todo = 'TODO'; // All of it." }],
};

type DocumentLine = { readonly path: string; readonly line: number; readonly text: string };

/** Lines of every Markdown document, without those inside code fences. */
function documentLines(project: Project): DocumentLine[] {
  return project.files.flatMap(({ path, text }) => {
    if (text === null || !path.endsWith('.md')) return [];
    let isCode = false;
    return text.split('\n').flatMap((line, index) => {
      const isFence = /^\s*(```|~~~)/.test(line);
      if (isFence) isCode = !isCode;
      return isCode || isFence ? [] : [{ path, line: index + 1, text: line }];
    });
  });
}

/** A document is about one thing. */
export const oneTitleRule: Rule = {
  name: 'one-title',
  replacement: 'keep one `# ` title and make the others `## ` sections',
  check: (project) => {
    const lines = documentLines(project);
    const documents = project.files.filter((file) => file.path.endsWith('.md') && file.text !== null);
    return documents.flatMap(({ path }): Spot[] => {
      const titles = lines.filter((line) => line.path === path && line.text.startsWith('# '));
      if (titles.length === 1) return [];
      return [{ path, line: titles[1]?.line ?? 1, message: `has ${titles.length} titles` }];
    });
  },
  bad: [{ 'docs/x.md': 'Text.\n' }, { 'docs/x.md': '# A\n\n# B\n' }],
  good: [{ 'docs/x.md': '# A\n\n```sh\n# a comment\n```\n\n## B\n' }],
};

function findBrokenLinks(project: Project): Spot[] {
  const paths = new Set(project.files.flatMap(({ path }) => [path, ...parentsOf(path)]));
  return documentLines(project).flatMap(({ path, line, text }) =>
    [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match): Spot[] => {
      const target = (match[1] ?? '').replace(/#.*$/, '');
      if (target === '' || /^[a-z]+:/.test(target)) return [];
      const resolved = posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, '');
      return paths.has(resolved) ? [] : [{ path, line, message: `links to ${resolved}, which does not exist` }];
    }),
  );
}

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Links inside the repository lead somewhere. */
export const brokenLinkRule: Rule = {
  name: 'broken-link',
  replacement: 'correct the path, or write the document',
  check: findBrokenLinks,
  bad: [{ 'docs/x.md': '# X\n\nSee [y](y.md).\n' }],
  good: [{ 'docs/x.md': '# X\n\n[y](../y.md#a), [docs](../docs/), [site](https://a.b), `[a](b)`\n', 'y.md': '# Y\n' }],
};

function citedDocuments(file: Source): Spot[] {
  return file.comments.flatMap(({ text, line }) =>
    [...text.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map((match) => ({ path: file.path, line, message: match[0] })),
  );
}

/** A document that a comment cites exists. */
export const citedDocumentRule: Rule = {
  name: 'cited-document',
  replacement: 'correct the path, or write the document',
  check: (project) => {
    const paths = new Set(project.files.map(({ path }: ProjectFile) => path));
    return project.sources
      .flatMap(citedDocuments)
      .filter(({ message }) => !paths.has(message))
      .map((spot) => ({ ...spot, message: `cites ${spot.message}, which does not exist` }));
  },
  bad: [{ 'src/core/x.ts': '// Measured in docs/adr/0002-x.md.' }],
  good: [{ 'src/core/x.ts': '// Measured in docs/adr/0002-x.md.', 'docs/adr/0002-x.md': '# X\n' }],
};
