/**
 * Things that may stand only in a few places: the environment, clocks and timers, randomness, the console, and the
 * words for a mode of operation. Everything else gets them handed in.
 */
import ts from 'typescript';
import type { Source } from './project.ts';
import { dottedName, isProduct, nodeRule, nodesOf, type Offence, type Rule } from './rule.ts';

const CLOCK_HOMES = ['src/adapters/clock/', 'src/adapters/memory/', 'src/app/'];
const RANDOM_HOMES = /^src\/(app\/|adapters\/(clock|memory)\/[a-z-]*random[a-z-]*\.ts$)/;

const TIMER_NAMES = /^(setTimeout|setInterval|setImmediate|clearTimeout|clearInterval|clearImmediate)$/;
const CLOCK_NAMES =
  /^(Date\.now|performance\.now|performance\.timeOrigin|process\.hrtime(\.bigint)?|AbortSignal\.timeout)$/;
const TIMER_MODULES = /^(node:)?(timers|perf_hooks)(\/promises)?$/;
const RANDOM_NAMES = /^(Math\.random|crypto\.(random\w*|getRandomValues|webcrypto))$/;
const CRYPTO_MODULES = /^(node:)?crypto$/;
const CONSOLE_NAMES = /^(console\.\w+|process\.(stdout|stderr))$/;
const PROCESS_NAMES = /^process\.(exit|exitCode|abort|kill|on|once|off|argv|stdin|chdir)$/;
const MODE_WORDS = ['live', 'paper', 'backtest', 'replay'];

function isOutside(source: Source, homes: readonly string[]): boolean {
  return isProduct(source) && !homes.some((home) => source.path.startsWith(home));
}

/** Uses of a global by its dotted name; names of properties and declarations are no uses. */
function findNames(source: Source, pattern: RegExp): Offence[] {
  return source.nodes.flatMap((node) => {
    const name = ts.isIdentifier(node) && isNameOnly(node) ? null : dottedName(node);
    return name !== null && pattern.test(name) ? [{ node, message: `uses ${name}` }] : [];
  });
}

/** Whether the identifier only names a member or a declaration instead of referring to a global. */
function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) return parent.name === node;
  return ts.isPropertySignature(parent) || ts.isMethodSignature(parent) || ts.isPropertyDeclaration(parent);
}

type NamedImport = { readonly node: ts.Node; readonly module: string; readonly name: string };

function namedImports(source: Source): NamedImport[] {
  return nodesOf(source, ts.isImportSpecifier).flatMap((node) => {
    const { moduleSpecifier } = node.parent.parent.parent;
    const name = (node.propertyName ?? node.name).text;
    return ts.isStringLiteral(moduleSpecifier) ? [{ node, module: moduleSpecifier.text, name }] : [];
  });
}

function findImported(source: Source, modules: RegExp, names: RegExp): Offence[] {
  return namedImports(source)
    .filter(({ module, name }) => modules.test(module) && names.test(name))
    .map(({ node, module, name }) => ({ node, message: `imports ${name} from ${module}` }));
}

function findPresent(source: Source): Offence[] {
  return source.nodes
    .filter(
      (node) =>
        (ts.isNewExpression(node) && (node.arguments?.length ?? 0) === 0 && dottedName(node.expression) === 'Date') ||
        (ts.isCallExpression(node) && dottedName(node.expression) === 'Date'),
    )
    .map((node) => ({ node, message: 'reads the present with Date' }));
}

/** The environment is parsed once, at the start. */
export const environmentRule: Rule = nodeRule({
  name: 'environment',
  replacement: 'add a field to src/app/config.ts and take it as an argument',
  where: (source) => isOutside(source, ['src/app/config.ts']),
  find: (source) => [...findNames(source, /^process\.env$/), ...findImported(source, /^(node:)?process$/, /^env$/)],
  bad: [
    { 'src/api/http.ts': 'const port = process.env.PORT;' },
    { 'src/app/demo.ts': "const { HOME } = globalThis.process['env'];" },
    { 'src/app/demo.ts': "import { env } from 'node:process';" },
  ],
  good: [
    { 'src/app/config.ts': 'const environment = process.env;' },
    { 'tools/verify.ts': "const all = process.env['HOTWICK_REQUIRE_ALL'];" },
    { 'src/api/http.ts': "const text = 'process.env'; // process.env" },
  ],
});

/** Time comes from a Clock. */
export const clockRule: Rule = nodeRule({
  name: 'clock',
  replacement: 'take a Clock (src/ports/clock.ts): now() and schedule()',
  where: (source) => isOutside(source, CLOCK_HOMES),
  find: (source) => [
    ...findNames(source, CLOCK_NAMES),
    ...findNames(source, TIMER_NAMES),
    ...findImported(source, TIMER_MODULES, /./),
    ...findPresent(source),
  ],
  bad: [
    { 'src/engine/run.ts': 'const now = Date.now();' },
    { 'src/engine/run.ts': 'const now = new Date();' },
    { 'src/api/hub.ts': 'const timer = setTimeout(poll, 20);' },
    { 'src/api/hub.ts': 'const start = globalThis.setInterval;' },
    { 'src/api/hub.ts': "import { setTimeout as wait } from 'node:timers/promises';" },
    { 'src/adapters/binance/rest.ts': 'const signal = AbortSignal.timeout(500);' },
    { 'src/core/time.ts': 'const now = performance.now();' },
  ],
  good: [
    { 'src/adapters/clock/wall-clock.ts': 'const now = Date.now(); setTimeout(fire, 3);' },
    { 'src/core/time.ts': 'const day = new Date(time).getUTCDate(); socket.setTimeout(5); const at = Date.UTC(2024);' },
    { 'src/app/cli/import.ts': 'const started = performance.now();' },
    { 'src/engine/run.test.ts': 'setTimeout(done, 1);' },
  ],
});

/** Randomness comes from a seeded stream. */
export const randomRule: Rule = nodeRule({
  name: 'random',
  replacement: 'take a Random (src/ports/random.ts), whose seed is recorded',
  where: (source) => isProduct(source) && !RANDOM_HOMES.test(source.path),
  find: (source) => [
    ...findNames(source, RANDOM_NAMES),
    ...findImported(source, CRYPTO_MODULES, /^(random\w*|getRandomValues|webcrypto)$/),
  ],
  bad: [
    { 'src/core/backoff.ts': 'const jitter = Math.random();' },
    { 'src/adapters/memory/bus.ts': 'const id = crypto.randomUUID();' },
    { 'src/journal/append.ts': "import { randomBytes } from 'node:crypto';" },
  ],
  good: [
    { 'src/adapters/memory/seeded-random.ts': 'const seed = Math.random();' },
    { 'src/journal/append.ts': "import { createHash } from 'node:crypto'; const x = Math.floor(2.5);" },
  ],
});

/** Only the command line speaks to the terminal. */
export const consoleRule: Rule = nodeRule({
  name: 'console',
  replacement: 'return the value, use the Notifier port, or take a log function from app',
  where: (source) => isOutside(source, ['src/app/']),
  find: (source) => findNames(source, CONSOLE_NAMES),
  bad: [{ 'src/market/index.ts': "console.log('here');" }, { 'src/api/http.ts': "process.stdout.write('here');" }],
  good: [{ 'src/app/cli/main.ts': "console.log('ready'); process.stderr.write('x');" }],
});

/** Only a composition root controls the process. */
export const processRule: Rule = nodeRule({
  name: 'process',
  replacement: 'let app own the process: return a failure, assert, or close() when told',
  where: (source) => isOutside(source, ['src/app/']),
  find: (source) => findNames(source, PROCESS_NAMES),
  bad: [{ 'src/api/http.ts': 'process.exit(1);' }, { 'src/engine/run.ts': "process.on('SIGTERM', stop);" }],
  good: [{ 'src/app/cli/main.ts': 'process.exitCode = 1;' }],
});

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);

function findModeConditions(source: Source): Offence[] {
  return source.nodes.flatMap((node) => {
    const word = modeLiteral(node) ?? modeFlag(node);
    return word === null ? [] : [{ node, message: `branches on the mode word ${word}` }];
  });
}

/** The mode word that the string literal compares or selects with. */
function modeLiteral(node: ts.Node): string | null {
  if (!ts.isStringLiteralLike(node) || !MODE_WORDS.includes(node.text)) return null;
  const { parent } = node;
  const isCompared = ts.isBinaryExpression(parent) && EQUALITY.has(parent.operatorToken.kind);
  return isCompared || ts.isCaseClause(parent) ? node.text : null;
}

/** The mode word that a condition reads as a flag: `if (live)`, `run.isPaper ? a : b`. */
function modeFlag(node: ts.Node): string | null {
  if (!ts.isIdentifier(node)) return null;
  const word = MODE_WORDS.find((mode) => new RegExp(`^(is)?${mode}(mode)?$`, 'i').test(node.text));
  if (word === undefined) return null;
  let child: ts.Node = node;
  while (ts.isPropertyAccessExpression(child.parent) || ts.isPrefixUnaryExpression(child.parent)) child = child.parent;
  const { parent } = child;
  const isCondition =
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === child) ||
    (ts.isConditionalExpression(parent) && parent.condition === child);
  return isCondition ? word : null;
}

/** A mode is a row of adapters chosen in app, never a condition. */
export const modeWordRule: Rule = nodeRule({
  name: 'mode-word',
  replacement: 'choose another adapter in src/app; the same code runs in every mode',
  where: (source) => isOutside(source, ['src/app/']),
  find: findModeConditions,
  bad: [
    { 'src/engine/step.ts': "if (mode === 'live') send();" },
    { 'src/engine/step.ts': "switch (mode) { case 'backtest': skip(); }" },
    { 'src/execution/index.ts': 'const venue = state.isPaper ? sim : real;' },
  ],
  good: [
    { 'src/app/compose.ts': "if (mode === 'live') connect();" },
    { 'src/model/events.ts': "type Mode = 'live' | 'paper'; const note = 'live';" },
  ],
});

/** Words of the venue's protocol stay in the adapters that speak it; the K-line service is a name of the product. */
export const vocabularyRule: Rule = nodeRule({
  name: 'vocabulary',
  replacement: 'say candle; the protocol word belongs to the adapters that speak it',
  where: (source) => isProduct(source) && !/^src\/(app|adapters\/(binance|sim|archive))\//.test(source.path),
  find: (source) =>
    nodesOf(source, ts.isIdentifier)
      .filter((node) => /kline/i.test(node.text))
      .map((node) => ({ node, message: `names something ${node.text}` })),
  bad: [{ 'src/market/index.ts': 'const lastKline = 1;' }],
  good: [{ 'src/adapters/binance/frames.ts': 'const kline = 1;' }, { 'src/market/index.ts': 'const candle = 1;' }],
});
