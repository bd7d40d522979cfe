/**
 * The market of a scenario. In: the scenario, a seed and when it goes live; a market to play on where it brings none of
 * its own. Out: generated cast, steady coins and listings under the scenario's script.
 */
import { addMs, type EpochMs } from '../../../core/time.ts';
import { createGeneratedMarket } from '../generated-market.ts';
import { defaultSymbols, type GeneratedSymbol } from '../generated-symbols.ts';
import type { SimMarket } from '../sim-market.ts';
import { joinMarkets } from './join-markets.ts';
import type { MarketScript } from './market-script.ts';
import type { Scenario, ScenarioAction, ScenarioEvent } from './scenario.ts';
import { createScriptedMarket } from './scripted-market.ts';
import { createSteadyMarket, type SteadyCoin, steadyCoin } from './steady-market.ts';

/** What a scenario is played on. */
export type ScenarioStage = {
  readonly seed: number;
  readonly startTime: EpochMs;
  /** A market in place of the generated cast, a recording for example; it must go live at `startTime`. */
  readonly base?: SimMarket;
};

/** The scenario's market. */
export function createScenarioMarket(scenario: Scenario, stage: ScenarioStage): SimMarket {
  const { seed, startTime } = stage;
  const { historyMs, markets } = scenario;
  const coins = coinsOf(scenario, startTime);
  const parts: SimMarket[] = [];
  const cast = castOf(scenario, coins);
  if (stage.base !== undefined) parts.push(stage.base);
  else if (cast.length > 0) parts.push(createGeneratedMarket({ seed, startTime, historyMs, markets, symbols: cast }));
  if (coins.length > 0) parts.push(createSteadyMarket({ seed, startTime, historyMs, markets, coins }));
  return createScriptedMarket(joinMarkets(parts), scriptOf(scenario.events, startTime));
}

function coinsOf(scenario: Scenario, startTime: EpochMs): readonly SteadyCoin[] {
  const listed = pick(scenario.events, 'list').map(({ atMs, coin }) =>
    steadyCoin({ ...coin, listedTime: addMs(startTime, atMs) }),
  );
  return [...scenario.coins.map((coin) => steadyCoin({ ...coin, listedTime: null })), ...listed];
}

/** The cast without coins that the scenario brings itself. */
function castOf({ cast, temper }: Scenario, coins: readonly SteadyCoin[]): readonly GeneratedSymbol[] {
  const own = new Set(coins.map(({ base, quote }) => `${base}${quote}`));
  const symbols = defaultSymbols(cast).filter(({ base, quote }) => !own.has(`${base}${quote}`));
  return temper === 'lively' ? symbols : symbols.map((symbol) => ({ ...symbol, eventChance: 0 }));
}

function scriptOf(events: readonly ScenarioEvent[], startTime: EpochMs): MarketScript {
  const period = (event: { readonly atMs: number; readonly forMs: number }) => ({
    from: addMs(startTime, event.atMs),
    to: addMs(startTime, event.atMs + event.forMs),
  });
  return {
    moves: pick(events, 'move').map(({ kind, atMs, forMs, ...move }) => ({ ...move, ...period({ atMs, forMs }) })),
    halts: pick(events, 'halt').map(({ symbols, ...event }) => ({ symbols, ...period(event) })),
    delistings: pick(events, 'delist').map(({ symbols, atMs }) => ({ symbols, at: addMs(startTime, atMs) })),
    outages: pick(events, 'outage')
      .filter(({ minutes }) => minutes === 'missing')
      .map(period),
  };
}

/** The events of one kind. */
export function pick<K extends ScenarioAction['kind']>(
  events: readonly ScenarioEvent[],
  kind: K,
): readonly Extract<ScenarioEvent, { readonly kind: K }>[] {
  return events.filter((event): event is Extract<ScenarioEvent, { readonly kind: K }> => event.kind === kind);
}
