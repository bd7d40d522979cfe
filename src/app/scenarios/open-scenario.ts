/**
 * A scenario by what an operator calls it: the name of a built-in one, or the path of a file.
 */
import { readFile } from 'node:fs/promises';
import { defaultSymbols } from '../../adapters/sim/generated-symbols.ts';
import type { Scenario, ScenarioEvent } from '../../adapters/sim/scenario/scenario.ts';
import type { SimMarket } from '../../adapters/sim/sim-market.ts';
import { err, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';
import { parseScenario } from './scenario-text.ts';

/** The scenario; fails with `scenario_wrong`, `file_unreadable`, or `usage_wrong` where nothing is called so. */
export async function openScenario(nameOrPath: string): Promise<Result<Scenario, Failure>> {
  const builtIn = BUILT_IN_SCENARIOS.get(nameOrPath);
  if (builtIn !== undefined) return parseScenario(builtIn, nameOrPath);
  if (!/[./\\]/.test(nameOrPath)) {
    const names = [...BUILT_IN_SCENARIOS.keys()].join(', ');
    const reason = `there is no scenario ${nameOrPath}; there are ${names}, and files such as ./mine.yaml`;
    return err(failure('usage_wrong', { reason }));
  }
  try {
    return parseScenario(await readFile(nameOrPath, 'utf8'), nameOrPath);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return err(failure('file_unreadable', { path: nameOrPath, reason }));
  }
}

/** What makes a scenario unplayable beside `base` (`null` where it brings its own market): a failure `scenario_wrong`. */
export function findMisfit(scenario: Scenario, base: SimMarket | null): Failure | null {
  const { cast, coins, events, name } = scenario;
  const listed = events.flatMap((event) => (event.kind === 'list' ? [event.coin] : []));
  const own = [...coins, ...listed].map((coin) => `${coin.base}${coin.quote}`);
  const others =
    base === null
      ? defaultSymbols(cast).map((coin) => `${coin.base}${coin.quote}`)
      : base.instruments.map(({ symbol }) => symbol);
  const wrong = (reason: string): Failure => failure('scenario_wrong', { reason: `${name}: ${reason}` });
  if (own.length + others.length === 0) return wrong('there is no coin; say how large the cast is, or bring coins');
  const twice = own.find(
    (symbol, index) => own.indexOf(symbol) !== index || (base !== null && others.includes(symbol)),
  );
  if (twice !== undefined) return wrong(`there are two coins ${twice}`);
  const known = new Set([...own, ...others]);
  const unknown = events.flatMap(symbolsOf).find((symbol) => !known.has(symbol));
  return unknown === undefined
    ? null
    : wrong(`the market has no ${unknown}; coins of the scenario's own stand under coins`);
}

function symbolsOf(event: ScenarioEvent): readonly string[] {
  if (event.kind === 'fault') return event.order.symbol === undefined ? [] : [event.order.symbol];
  return 'symbols' in event && event.symbols !== 'all' ? event.symbols : [];
}

/** Name and gist of every built-in scenario. */
export function listScenarios(): readonly Pick<Scenario, 'name' | 'about'>[] {
  return [...BUILT_IN_SCENARIOS].flatMap(([name, text]) => {
    const parsed = parseScenario(text, name);
    return parsed.ok ? [parsed.value] : [];
  });
}
