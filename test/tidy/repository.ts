/**
 * The repository as a whole: file names and sizes, generated documents, the lock file.
 */
import { basename } from 'node:path';
import { findLockProblems, parseLock } from '../../tools/fix-lock.ts';
import { GENERATORS } from '../../tools/generate-docs.ts';
import type { Project } from './project.ts';
import type { Rule, Spot } from './rule.ts';

const BYTES_MAX = 1 << 20;
const BANNED_NAME = /^(utils?|helpers?|common|misc|types)\./;
const KEBAB_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;

/** A file is named for what it exports. */
export const fileNameRule: Rule = {
  name: 'file-name',
  replacement: 'name the file in kebab-case for what it exports',
  check: (project) =>
    project.sources.flatMap(({ path }): Spot[] => {
      const name = basename(path);
      if (BANNED_NAME.test(name)) return [{ path, line: 1, message: `the name ${name} says nothing` }];
      return KEBAB_NAME.test(name) ? [] : [{ path, line: 1, message: `the name ${name} is not kebab-case` }];
    }),
  bad: [{ 'src/core/utils.ts': '' }, { 'web/types.ts': '' }, { 'web/Chart.tsx': '' }],
  good: [{ 'src/market/derived-timeframe-fanout.ts': '', 'src/core/ring.test.ts': '' }],
};

/** The repository stays quick to clone. */
export const largeFileRule: Rule = {
  name: 'large-file',
  replacement: 'keep large data beside the repository, and a small excerpt in it',
  check: (project) =>
    project.files
      .filter(({ bytes }) => bytes > BYTES_MAX)
      .map(({ path, bytes }) => ({ path, line: 1, message: `has ${bytes} bytes, the limit is ${BYTES_MAX}` })),
  bad: [{ 'docs/x.md': ' '.repeat(BYTES_MAX + 1) }],
  good: [{ 'docs/x.md': ' '.repeat(BYTES_MAX) }],
};

function findStaleDocuments(project: Project): Spot[] {
  const texts = new Map(project.files.map(({ path, text }) => [path, text]));
  return GENERATORS.filter(({ path, render }) => texts.get(path) !== render()).map(({ path }) => ({
    path,
    line: 1,
    message: texts.has(path) ? 'is not what its source says' : 'is missing',
  }));
}

/** Generated documents say what their sources say. */
export const generatedDocumentRule: Rule = {
  name: 'generated-document',
  replacement: 'run `npm run docs` and commit the result',
  check: findStaleDocuments,
  bad: [{}, Object.fromEntries(GENERATORS.map(({ path, render }) => [path, `${render()}More.\n`]))],
  good: [Object.fromEntries(GENERATORS.map(({ path, render }) => [path, render()]))],
};

const LOCK = 'package-lock.json';

function lockSample(entry: Readonly<Record<string, unknown>>): Record<string, string> {
  const packages = {
    'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-linux-x64': '1.0.0' } },
    ...entry,
  };
  return { [LOCK]: JSON.stringify({ lockfileVersion: 3, packages }) };
}

/** A clean install works on every platform and from every registry. */
export const lockFileRule: Rule = {
  name: 'lock-file',
  replacement: 'run `node tools/fix-lock.ts` after each change of the lock',
  check: (project) =>
    project.files
      .filter(({ path }) => path === LOCK)
      .flatMap(({ text }) => findLockProblems(parseLock(text ?? '')))
      .map((message) => ({ path: LOCK, line: 1, message })),
  bad: [
    lockSample({}),
    lockSample({ 'node_modules/a-linux-x64': { version: '1.0.0', resolved: 'https://registry.example/a.tgz' } }),
  ],
  good: [lockSample({ 'node_modules/a-linux-x64': { version: '1.0.0', optional: true } })],
};
