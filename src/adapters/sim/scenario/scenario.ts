/**
 * A scenario: what the simulated market is made of and what happens to it and to the exchange, at given times. Plain
 * data; the same scenario and seed give the same market to the last digit.
 */
import type { Decimal } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { MarketType } from '../../../model/instrument.ts';
import type { FaultOrder } from '../fault-order.ts';
import type { MarketMove, ScriptSymbols } from './market-script.ts';

/** A coin that trades the same every minute. */
export type CoinPlan = {
  readonly base: string;
  readonly quote: string;
  readonly price: Decimal;
  /** Quote volume of a minute. */
  readonly minuteQuoteVolume: number;
  /** Furthest that a close strays from the price, 0.0005 for 0.05 %. */
  readonly noiseRatio: number;
};

/** What can happen. */
export type ScenarioAction =
  | ({ readonly kind: 'move'; readonly forMs: number } & Omit<MarketMove, 'from' | 'to'>)
  | { readonly kind: 'halt'; readonly symbols: ScriptSymbols; readonly forMs: number }
  | { readonly kind: 'delist'; readonly symbols: ScriptSymbols }
  | { readonly kind: 'list'; readonly coin: CoinPlan }
  /** The exchange is gone; `missing` minutes are never published, `kept` ones can be fetched afterwards. */
  | { readonly kind: 'outage'; readonly forMs: number; readonly minutes: 'missing' | 'kept' }
  | { readonly kind: 'fault'; readonly order: FaultOrder }
  | { readonly kind: 'announce'; readonly title: string };

/** Something that happens `atMs` after the market goes live; before it where negative. */
export type ScenarioEvent = { readonly atMs: number } & ScenarioAction;

/** A scenario. */
export type Scenario = {
  readonly name: string;
  readonly about: string;
  /** When the market goes live; whoever plays it decides where `null`. */
  readonly startTime: EpochMs | null;
  readonly historyMs: number;
  readonly markets: readonly MarketType[];
  /** How many coins of the generated cast there are. */
  readonly cast: number;
  /** Whether coins of the cast have pumps and dumps of their own. */
  readonly temper: 'calm' | 'lively';
  readonly coins: readonly CoinPlan[];
  readonly events: readonly ScenarioEvent[];
};
