/**
 * Who may import whom, as data, and the rules that hold it. Folders are those of ARCHITECTURE.md, also the ones that
 * do not exist yet. Tests may import anything.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import type { Project, Source } from './project.ts';
import { isProduct, nodeRule, type Offence, type Rule } from './rule.ts';

/** What a folder of `src` may import: other folders (or `folder/file` beginnings), and packages (`x/*` for a scope). */
export type Allowance = { readonly folders: readonly string[]; readonly packages: readonly string[] };

const STAGES = ['market', 'factors', 'discovery', 'signals', 'decisions', 'execution', 'portfolio', 'ledger'] as const;
const ANY = '*';
const NODE = 'node:*';
const PURE: Allowance = { folders: ['core', 'model'], packages: [] };
const SCORING: Allowance = { folders: ['core', 'model', 'indicators'], packages: [] };

function adapter(...packages: readonly string[]): Allowance {
  return { folders: ['core', 'model', 'ports'], packages: [NODE, ...packages] };
}

/** The import table; a folder may always import itself. */
export const IMPORT_TABLE: Readonly<Record<string, Allowance>> = {
  core: { folders: [], packages: [] },
  model: { folders: ['core'], packages: [] },
  indicators: { folders: ['core'], packages: [] },
  market: PURE,
  factors: SCORING,
  discovery: SCORING,
  signals: SCORING,
  decisions: PURE,
  execution: PURE,
  portfolio: PURE,
  ledger: PURE,
  ml: SCORING,
  reports: PURE,
  ports: PURE,
  journal: { folders: ['core', 'model', 'ports'], packages: ['node:crypto', 'node:zlib'] },
  engine: { folders: ['core', 'model', 'ports', 'journal', ...STAGES], packages: [] },
  research: { folders: ['core', 'model', 'ports', 'journal', 'engine', 'reports', 'ml'], packages: [] },
  'adapters/archive': adapter('fflate', 'hyparquet', 'hyparquet-writer'),
  'adapters/binance': adapter('ws', 'undici', 'zod'),
  'adapters/clock': adapter(),
  'adapters/flight': adapter(),
  'adapters/memory': adapter(),
  'adapters/nats': adapter('@nats-io/*'),
  'adapters/notify': adapter('grammy', 'nodemailer', 'undici'),
  'adapters/postgres': adapter('pg'),
  'adapters/sim': adapter('ws'),
  'adapters/social': adapter('undici', 'vader-sentiment'),
  'adapters/sqlite': adapter('better-sqlite3'),
  api: {
    folders: ['core', 'model', 'ports', 'journal/read-models', 'reports'],
    packages: [
      NODE,
      'fastify',
      '@fastify/*',
      'fastify-type-provider-zod',
      'rate-limiter-flexible',
      'ws',
      'zod',
      'pino',
    ],
  },
  // Published by itself as hotwick/client: the types of the contract and nothing else.
  client: { folders: ['api/contract'], packages: [] },
  app: { folders: [ANY], packages: [ANY] },
};

const WEB_PACKAGES = [
  'react',
  'react-dom',
  'radix-ui',
  '@tanstack/react-table',
  '@tanstack/react-virtual',
  'lightweight-charts',
  'vite',
  '@vitejs/plugin-react',
  NODE,
];
const CONTRACT = 'src/api/contract.ts';
const CLIENT = 'src/client/';

/** Product files that nothing imports because people or tools start them. */
const ENTRY_POINTS: readonly string[] = [
  'src/app/cli/main.ts',
  'src/app/ml/learning-process.ts',
  'src/client/index.ts',
];

type Import = { readonly node: ts.Node; readonly target: string; readonly style: 'type' | 'value' };

/** Everything a file imports: static, re-exported, dynamic with literal text, and in type positions. */
export function importsOf(source: Source): Import[] {
  return source.nodes.flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node)) {
      return literal(node, node.moduleSpecifier, node.importClause?.isTypeOnly === true ? 'type' : 'value');
    }
    if (ts.isExportDeclaration(node)) return literal(node, node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      return literal(node, node.argument.literal, 'type');
    }
    const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    return isDynamic ? literal(node, node.arguments[0], 'value') : [];
  });
}

function literal(node: ts.Node, specifier: ts.Node | undefined, style: Import['style']): Import[] {
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? [{ node, target: specifier.text, style }] : [];
}

/** Where a relative import leads, from the root of the repository. */
export function resolveTarget(source: Source, target: string): string {
  return posix.normalize(posix.join(posix.dirname(source.path), target));
}

function folderOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'adapters' ? `adapters/${second}` : first;
}

function matches(pattern: string, name: string): boolean {
  if (pattern === ANY || pattern === name) return true;
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name.startsWith(`${pattern}/`);
}

function findFolderOffences(source: Source): Offence[] {
  const folder = folderOf(source.path);
  const allowance = IMPORT_TABLE[folder];
  if (allowance === undefined) return [{ node: source.tree, message: `folder ${folder} is not in the import table` }];
  return importsOf(source).flatMap(({ node, target }) => {
    const message = target.startsWith('.')
      ? findPathFault(resolveTarget(source, target), { folder, allowance })
      : findPackageFault(source, { target, allowance });
    return message === null ? [] : [{ node, message: `${folder} imports ${message}` }];
  });
}

function findPathFault(
  path: string,
  importer: { readonly folder: string; readonly allowance: Allowance },
): string | null {
  if (!path.startsWith('src/')) return importer.folder === 'app' ? null : path;
  const target = folderOf(path);
  if (target === importer.folder) return null;
  const inside = path.slice('src/'.length).replace(/\.tsx?$/, '');
  const isAllowed = importer.allowance.folders.some(
    (allowed) => matches(allowed, target) || (allowed.includes('/') && inside.startsWith(allowed)),
  );
  return isAllowed ? null : path;
}

function findPackageFault(
  source: Source,
  { target, allowance }: { readonly target: string; readonly allowance: Allowance },
): string | null {
  if (source.path === CONTRACT) return target === 'zod' ? null : `package ${target} in the wire contract`;
  return allowance.packages.some((pattern) => matches(pattern, target)) ? null : `package ${target}`;
}

/** Product code imports only what the table allows. */
export const importTableRule: Rule = nodeRule({
  name: 'import-table',
  replacement: 'import only what ARCHITECTURE.md allows the folder, or hand the value in from app',
  where: isProduct,
  find: findFolderOffences,
  bad: [
    { 'src/core/time.ts': "import { readFileSync } from 'node:fs';" },
    { 'src/market/series.ts': "import type { Clock } from '../ports/clock.ts';" },
    { 'src/adapters/sim/server.ts': "import { pair } from '../binance/frames.ts';" },
    { 'src/adapters/sim/server.ts': "export * from '../../engine/step.ts';" },
    { 'src/adapters/sqlite/store.ts': "const x = await import('undici');" },
    { 'src/api/http.ts': "import { step } from '../journal/append.ts';" },
    { 'src/api/contract.ts': "import { failure } from 'fastify';" },
    { 'src/model/candle.ts': "type Step = import('../engine/step.ts').Step;" },
    { 'src/engine/step.ts': "import { createHash } from 'node:crypto';" },
    { 'src/ports/feed.ts': "import { x } from '../../tools/verify.ts';" },
    { 'src/client/client.ts': "import { assert } from '../core/assert.ts';" },
    { 'src/client/client.ts': "import { z } from 'zod';" },
    { 'src/sundries/x.ts': 'export {};' },
  ],
  good: [
    { 'src/core/time.ts': "import type { Brand } from './brand.ts';" },
    { 'src/factors/pivot.ts': "import { ema } from '../indicators/ema.ts';" },
    {
      'src/adapters/binance/feed.ts':
        "import { WebSocket } from 'ws'; import type { Feed } from '../../ports/feed.ts';",
    },
    { 'src/api/http.ts': "import { lastRun } from '../journal/read-models.ts'; import s from '@fastify/static';" },
    { 'src/app/cli/main.ts': "import { x } from '../../adapters/sim/server.ts'; import y from 'anything';" },
    { 'src/core/time.test.ts': "import fc from 'fast-check';" },
  ],
});

/** A stage is entered through its index.ts; only app, which may import everything, reaches further. */
export const stageFaceRule: Rule = nodeRule({
  name: 'stage-face',
  replacement: "import from the stage's index.ts and export it there",
  where: (source) => isProduct(source) && folderOf(source.path) !== 'app',
  find: (source) =>
    importsOf(source).flatMap(({ node, target }) => {
      const path = target.startsWith('.') ? resolveTarget(source, target) : '';
      const stage = STAGES.find((name) => path.startsWith(`src/${name}/`));
      const isInside = stage === undefined || folderOf(source.path) === stage || path === `src/${stage}/index.ts`;
      return isInside ? [] : [{ node, message: `reaches into ${path}` }];
    }),
  bad: [{ 'src/engine/step.ts': "import { fold } from '../market/buckets.ts';" }],
  good: [
    { 'src/engine/step.ts': "import { fold } from '../market/index.ts';" },
    { 'src/market/index.ts': "export { fold } from './buckets.ts';" },
  ],
});

/** The client is published without the schemas: it takes the contract's types only. */
export const clientImportRule: Rule = nodeRule({
  name: 'client-imports',
  replacement: 'import type from src/api/contract.ts',
  where: (source) => source.path.startsWith(CLIENT) && !source.isTest,
  find: (source) =>
    importsOf(source).flatMap(({ node, target, style }) =>
      style === 'value' && target.startsWith('.') && resolveTarget(source, target) === CONTRACT
        ? [{ node, message: 'client imports a value of the contract' }]
        : [],
    ),
  bad: [{ 'src/client/wire.ts': "import { wireCandle } from '../api/contract.ts';" }],
  good: [{ 'src/client/wire.ts': "import type { WireCandle } from '../api/contract.ts'; import { a } from './a.ts';" }],
});

/** The web page knows the server only by the types of its contract and by the client. */
export const webImportRule: Rule = nodeRule({
  name: 'web-imports',
  replacement: 'import type from src/api/contract.ts, import from src/client, or keep the code in web',
  where: (source) => source.area === 'web' && !source.isTest,
  find: (source) =>
    importsOf(source).flatMap(({ node, target, style }) => {
      const path = target.startsWith('.') ? resolveTarget(source, target) : null;
      const isAllowed =
        path === null
          ? WEB_PACKAGES.some((pattern) => matches(pattern, target))
          : path.startsWith('web/') || path.startsWith(CLIENT) || (path === CONTRACT && style === 'type');
      return isAllowed ? [] : [{ node, message: `web imports ${path ?? `package ${target}`}` }];
    }),
  bad: [
    { 'web/main.tsx': "import { parseSeriesId } from '../src/model/series.ts';" },
    { 'web/main.tsx': "import { wireCandle } from '../src/api/contract.ts';" },
    { 'web/main.tsx': "import _ from 'lodash';" },
  ],
  good: [
    { 'web/main.tsx': "import type { WireCandle } from '../src/api/contract.ts'; import './style.css';" },
    { 'web/wire.ts': "import { parseServerMessage } from '../src/client/wire.ts';" },
  ],
});

function findUnimported(project: Project): ReturnType<Rule['check']> {
  const imported = new Set(
    project.sources.flatMap((source) => {
      const tested = source.path.replace(/\.test(\.tsx?)$/, '$1');
      return importsOf(source)
        .map(({ target }) => resolveTarget(source, target))
        .filter((path) => path !== tested);
    }),
  );
  return project.sources
    .filter((source) => isProduct(source) && !imported.has(source.path) && !ENTRY_POINTS.includes(source.path))
    .map(({ path }) => ({ path, line: 1, message: 'nothing but its own test imports this file' }));
}

/** Every product file has a user. */
export const unusedFileRule: Rule = {
  name: 'unused-file',
  replacement: 'remove the file, use it, or list it as an entry point',
  check: findUnimported,
  bad: [{ 'src/core/ring.ts': 'export {};', 'src/core/ring.test.ts': "import './ring.ts';" }],
  good: [
    { 'src/core/ring.ts': 'export {};', 'src/app/cli/main.ts': "import '../../core/ring.ts';" },
    {
      'src/adapters/memory/store.ts': '',
      'test/contract/store.test.ts': "import '../../src/adapters/memory/store.ts';",
    },
  ],
};
