/**
 * What the ledger says is owned: the wallet that a venue without one of its own begins with. Resting orders do not come
 * back with it; reconciliation misses them and execution places them again.
 */
import type { Engine } from '../../engine/index.ts';
import { parseInstrumentId } from '../../model/instrument.ts';
import type { Money, Quantity } from '../../model/money.ts';
import { cashWith } from '../../portfolio/index.ts';
import type { Holding } from './paper-venue.ts';

type Portfolio = NonNullable<ReturnType<Engine['state']>['trading']>['portfolio'];

/** Cash with the capital of the settings, positions and dust; the capital alone where nothing has been traded. */
export function holdingsOf(portfolio: Portfolio | null, capital: Money): readonly Holding[] {
  if (portfolio === null) return [{ asset: 'USDT', quantity: capital }];
  const coins = [
    ...Object.values(portfolio.positions).map(({ instrumentId, held }) => [instrumentId, held] as const),
    ...Object.entries(portfolio.dust),
  ];
  const cash = cashWith(portfolio, capital) ?? portfolio.cash;
  return [{ asset: 'USDT', quantity: cash }, ...coins.map(([id, quantity]) => toHolding(id, quantity))];
}

function toHolding(instrumentId: string, quantity: Quantity): Holding {
  const parts = parseInstrumentId(instrumentId);
  return { asset: parts.ok ? parts.value.base : instrumentId, quantity };
}
