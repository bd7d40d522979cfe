/**
 * Several markets as one: a generated cast beside steady coins, or beside a recording. In: markets that start together
 * and share no instrument. Out: a market of all their instruments.
 */
import { assert } from '../../../core/assert.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { SimMarket } from '../sim-market.ts';

/** The markets together, seed and start being the first one's; stops on none and on an instrument that two have. */
export function joinMarkets(markets: readonly SimMarket[]): SimMarket {
  const [first] = markets;
  assert(first !== undefined, 'there is no market to join');
  const owners = new Map<InstrumentId, SimMarket>();
  for (const market of markets) {
    for (const { instrumentId } of market.instruments) {
      assert(!owners.has(instrumentId), `two markets have ${instrumentId}`);
      owners.set(instrumentId, market);
    }
  }
  return {
    seed: first.seed,
    startTime: first.startTime,
    instruments: markets.flatMap((market) => market.instruments),
    status: (id, at) => owners.get(id)?.status(id, at) ?? 'unlisted',
    minutes: (id, period) => owners.get(id)?.minutes(id, period) ?? [],
    candles: (id, interval, period) => owners.get(id)?.candles(id, interval, period) ?? [],
  };
}
