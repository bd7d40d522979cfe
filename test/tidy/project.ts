/**
 * The repository as data for the tidy rules: every file with its size, and every source file parsed once into a flat
 * list of syntax nodes and comments. Strings are never mistaken for comments. Paths are relative, with `/`.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

/** A file of the repository; `text` is `null` for files that no rule reads. */
export type ProjectFile = { readonly path: string; readonly bytes: number; readonly text: string | null };

/** A comment with its delimiters; lines count from 1. */
export type Comment = { readonly text: string; readonly line: number; readonly lastLine: number };

/** A parsed source file; `nodes` are in source order, parents before children. */
export type Source = {
  readonly path: string;
  readonly text: string;
  /** First folder of the path, such as `src`; empty for files at the root. */
  readonly area: string;
  readonly isTest: boolean;
  readonly tree: ts.SourceFile;
  readonly nodes: readonly ts.Node[];
  readonly comments: readonly Comment[];
};

/** What the rules look at. */
export type Project = { readonly files: readonly ProjectFile[]; readonly sources: readonly Source[] };

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.git', '.hotwick', 'coverage']);
const READ_FILES = /(\.(ts|tsx|cjs|mjs|md)|package-lock\.json)$/;
const SOURCE_FILES = /\.(ts|tsx|cjs|mjs)$/;

/** Every file below `root` that belongs to the repository, sorted by path. */
export function readFiles(root: string): readonly ProjectFile[] {
  const paths = listPaths(root, '');
  return paths.sort().map((path) => {
    const full = join(root, path);
    return { path, bytes: statSync(full).size, text: READ_FILES.test(path) ? readFileSync(full, 'utf8') : null };
  });
}

function listPaths(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listPaths(root, path);
    return entry.isFile() && !entry.name.endsWith('.log') ? [path] : [];
  });
}

/** Parses the source files among `files`. */
export function parseProject(files: readonly ProjectFile[]): Project {
  const sources = files.flatMap(({ path, text }) =>
    text !== null && SOURCE_FILES.test(path) ? [parseSource(path, text)] : [],
  );
  return { files, sources };
}

/** One parsed file. */
export function parseSource(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return {
    path,
    text,
    area: path.includes('/') ? (path.split('/')[0] ?? '') : '',
    isTest: path.startsWith('test/') || /\.test\.tsx?$/.test(basename(path)),
    tree,
    nodes,
    comments: findComments(tree, nodes),
  };
}

/** Line of `node`, from 1; comments before it do not count. The file as a whole is at line 1. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  if (node === tree) return 1;
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Last line of `node`, from 1. */
export function lastLineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
}

function findComments(tree: ts.SourceFile, nodes: readonly ts.Node[]): Comment[] {
  const masked = maskLiterals(tree, nodes);
  return [...masked.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)].map((match) => ({
    text: match[0],
    line: tree.getLineAndCharacterOfPosition(match.index).line + 1,
    lastLine: tree.getLineAndCharacterOfPosition(match.index + match[0].length).line + 1,
  }));
}

/** The text with every literal blanked, so that what looks like a comment is one. */
function maskLiterals(tree: ts.SourceFile, nodes: readonly ts.Node[]): string {
  const pieces: string[] = [];
  let end = 0;
  for (const node of nodes) {
    const isLiteral =
      ts.isStringLiteralLike(node) ||
      ts.isRegularExpressionLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node) ||
      ts.isJsxText(node);
    if (!isLiteral) continue;
    const start = node.getStart(tree);
    if (start < end) continue;
    pieces.push(tree.text.slice(end, start), ' '.repeat(node.getEnd() - start));
    end = node.getEnd();
  }
  return pieces.join('') + tree.text.slice(end);
}
