/**
 * What a scenario does to a market, as plain data: moves of price and volume, halts, delistings and outages at given
 * times. Times are market time; everything else follows from them, so a script has no state.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { SimInstrument, SimPeriod } from '../sim-market.ts';

/** Symbols as the exchange spells them, on every market that has them; or every symbol. */
export type ScriptSymbols = readonly string[] | 'all';

/**
 * A stretch in which some symbols trade otherwise than they would, [`from`, `to`) in whole minutes. A move without
 * length is a gap: its minute opens at the new price.
 */
export type MarketMove = SimPeriod & {
  readonly symbols: ScriptSymbols;
  /** By how much the price is higher from the end on, 1.04 for 4 %; it gets there evenly in logarithms. */
  readonly priceRatio: number;
  /** Base volumes of the stretch are this many times what they would be; above 1 so is the number of trades. */
  readonly volumeRatio: number;
  /** Log returns of the stretch are this many times what they would be; what that adds up to stays in the price. */
  readonly volatilityRatio: number;
  /** Share of the volume that buyers took, 0 to 1; `null` leaves it. */
  readonly buyersRatio: number | null;
};

/** Some symbols do not trade, [`from`, `to`). */
export type MarketHalt = SimPeriod & { readonly symbols: ScriptSymbols };

/** Some symbols are gone for good. */
export type MarketDelisting = { readonly symbols: ScriptSymbols; readonly at: EpochMs };

/** Everything that happens to a market. */
export type MarketScript = {
  readonly moves: readonly MarketMove[];
  readonly halts: readonly MarketHalt[];
  readonly delistings: readonly MarketDelisting[];
  /** Stretches of which nothing was ever published, for any symbol. */
  readonly outages: readonly SimPeriod[];
};

/** Whether `symbols` name the instrument. */
export function namesInstrument(symbols: ScriptSymbols, instrument: SimInstrument): boolean {
  return symbols === 'all' || symbols.includes(instrument.symbol);
}

/** Whether a minute that opens at `time` lies in the period. */
export function covers(period: SimPeriod, time: number): boolean {
  return time >= period.from && time < period.to;
}
