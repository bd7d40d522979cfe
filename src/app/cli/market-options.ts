/**
 * Options of the commands that play a simulated market: which one, where it listens, how fast and how long it runs.
 */
import type { Command } from 'commander';
import type { DurationMs } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import { durationOption, marketOption, seedOption, speedOption } from './options.ts';

/** What `addMarketOptions` makes of a command line. */
export type MarketFlags = {
  readonly host: string;
  readonly seed: number;
  readonly speed: number;
  readonly replay?: string;
  readonly symbol: string;
  readonly market: MarketType;
  readonly for?: DurationMs;
};

/** Adds the options; `speed` is the default one, `symbol` says what the symbol is for. */
export function addMarketOptions(command: Command, own: { readonly speed: number; readonly symbol: string }): void {
  command
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--seed <number>', 'seed of the generated market', seedOption, 1)
    .option('--speed <factor>', 'market seconds per real second', speedOption, own.speed)
    .option('--replay <file>', 'recorded 1m candles (.csv or .csv.gz) as the market')
    .option('--symbol <symbol>', own.symbol, 'BTC/USDT')
    .option('--market <market>', 'its market: spot or futures', marketOption, 'futures')
    .option('--for <duration>', 'stop after this much market time and exit 0, for example 10m', durationOption);
}
