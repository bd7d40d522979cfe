/**
 * No setting of the hot-coin system is dead: product code reads each, and a test shows that another value changes what is
 * done. Most are played in one table; the others name their test here.
 */
import ts from 'typescript';
import { listSettingFacts } from '../../src/app/hotcoin/setting-facts.ts';
import type { Project, Source } from './project.ts';
import type { Rule, Spot } from './rule.ts';

const TABLE = 'test/trading/setting-effects.test.ts';
const SCHEMA = 'src/app/hotcoin/hotcoin-schema.ts';

/** Settings that act outside the folds, with a test that fails when they do not: its file, and words of its title. */
const PROOFS: Readonly<Record<string, readonly [path: string, title: string]>> = {
  'execution.enable_order_execution': ['src/app/hotcoin/hotcoin-config.test.ts', 'is on paper while paper is on'],
  'execution.use_paper_trading': ['src/app/hotcoin/hotcoin-config.test.ts', 'needs every consent'],
  'execution.paper_slippage_bps': ['src/adapters/sim/matcher.test.ts', 'is filled worse by the slippage'],
  'execution.on_shutdown': ['test/trading/endings.test.ts', 'on_shutdown'],
  'discovery.heat_history_retention_days': [
    'test/contract/candidate-store.contract.ts',
    'forgets heat that is older than its retention',
  ],
  'discovery.square_poll_sec': ['src/adapters/social/social-sources.test.ts', 'speaks two languages'],
  'ml.shadow': ['test/trading/shadow.test.ts', 'ml.shadow turns it off and on'],
  'trading.universe': ['src/engine/trading/fold-trading.test.ts', 'judges every pair that trades, some between two'],
};

const NAMES = listSettingFacts().map(({ name }) => name);

function findFaults(project: Project): Spot[] {
  const sources = new Map(project.sources.map((source) => [source.path, source] as const));
  const table = textsOf(sources.get(TABLE));
  const read = new Set(project.sources.filter(isReader).flatMap(membersOf));
  const spot = (message: string): Spot => ({ path: SCHEMA, line: 1, message });
  return [
    ...NAMES.filter((name) => !read.has(name.split('.')[1] ?? '')).map((name) => spot(`nothing reads ${name}`)),
    ...NAMES.filter((name) => !table.has(name) && !isProven(name, sources)).map((name) =>
      spot(`no test shows what ${name} changes`),
    ),
    ...Object.keys(PROOFS)
      .filter((name) => !NAMES.includes(name))
      .map((name) => spot(`there is no setting ${name}`)),
  ];
}

function isReader({ path, isTest }: Source): boolean {
  return path.startsWith('src/app/') && !isTest && path !== SCHEMA;
}

/** Names of members that are read, also by taking an object apart. */
function membersOf(source: Source): readonly string[] {
  return source.nodes.flatMap((node) => {
    if (ts.isPropertyAccessExpression(node)) return [node.name.text];
    return ts.isBindingElement(node) ? [(node.propertyName ?? node.name).getText()] : [];
  });
}

function textsOf(source: Source | undefined): ReadonlySet<string> {
  return new Set(source?.nodes.filter(ts.isStringLiteralLike).map(({ text }) => text));
}

function isProven(name: string, sources: ReadonlyMap<string, Source>): boolean {
  const [path = '', title = ''] = PROOFS[name] ?? [];
  return title !== '' && [...textsOf(sources.get(path))].some((text) => text.includes(title));
}

function sample({ without = '' }: { readonly without?: string } = {}): Readonly<Record<string, string>> {
  const proofs = Object.entries(PROOFS).filter(([name]) => name !== without);
  const names = NAMES.filter((name) => PROOFS[name] === undefined && name !== without);
  const reads = NAMES.map((name) => name.split('.')[1]).map((key) => `use(config.${key});`);
  const tests = Map.groupBy(proofs, ([, [path]]) => path);
  return {
    [TABLE]: names.map((name) => `play('${name}');`).join('\n'),
    'src/app/x.ts': reads.join('\n'),
    ...Object.fromEntries(
      [...tests].map(([path, each]) => [path, each.map(([, [, title]]) => `it('${title}');`).join('\n')]),
    ),
  };
}

/** Every setting acts. */
export const settingProofRule: Rule = {
  name: 'setting-proof',
  replacement: `play the setting in ${TABLE}, or name the test that fails when it does nothing in test/tidy/setting-proofs.ts`,
  check: findFaults,
  bad: [
    sample({ without: NAMES.find((name) => PROOFS[name] === undefined) ?? '' }),
    sample({ without: Object.keys(PROOFS)[0] ?? '' }),
    { ...sample(), 'src/app/x.ts': 'use(config.nothing);' },
  ],
  good: [sample()],
};
