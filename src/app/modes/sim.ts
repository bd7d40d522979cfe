/**
 * The simulated exchange alone, for any Binance client that lets its base URLs be changed.
 */
import { type SimExchange, startSimExchange } from '../../adapters/sim/sim-exchange.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { createMarketClock } from './market-clock.ts';
import { openSimSource, type SimSource, type SimSourceOptions } from './sim-source.ts';

/** What an operator may choose. */
export type SimOptions = Omit<SimSourceOptions, 'resumeFrom'> & {
  readonly host: string;
  readonly port: number;
  readonly speed: number;
};

/** A running exchange with its clock. */
export type Sim = {
  readonly exchange: SimExchange;
  readonly source: SimSource;
  readonly clock: Clock;
  readonly close: () => Promise<void>;
};

/** Starts the exchange. */
export async function startSim(options: SimOptions): Promise<Result<Sim, Failure>> {
  const source = await openSimSource({ ...options, resumeFrom: null });
  if (!source.ok) return source;
  const clock = createMarketClock(source.value.startTime, options.speed);
  try {
    const { host, port, seed, speed } = options;
    const exchange = await startSimExchange({ host, port, clock, market: source.value.market, seed, speed });
    const close = async (): Promise<void> => {
      await exchange.close();
      clock.close();
    };
    return ok({ exchange, source: source.value, clock, close });
  } catch (error) {
    clock.close();
    return err(toFailure(error));
  }
}
