/**
 * How many orders of an instrument the account has open, as far as is known: ours that have not ended, and what others
 * had open when they were last listed. The venue bounds both kinds together.
 */
import type { InstrumentId } from '../model/instrument.ts';
import type { ClientOrderId } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import type { ExecutionConfig } from './execution-config.ts';
import type { ExecutionState } from './execution-state.ts';
import { hasEnded } from './order-life.ts';
import { countsOf, type OrderCounts } from './prechecks.ts';

/** What is open; `except` is on its way out. Which of others' orders wait for a stop price nobody tells. */
export function countOpen(
  state: ExecutionState,
  instrumentId: InstrumentId,
  except: ClientOrderId | null,
): OrderCounts {
  let orders = state.foreignOpen[instrumentId] ?? 0;
  let algo = 0;
  for (const order of Object.values(state.orders)) {
    if (order.instrumentId !== instrumentId || hasEnded(order) || order.clientOrderId === except) continue;
    const counts = countsOf(order.terms);
    orders += counts.orders;
    algo += counts.algo;
  }
  return { orders, algo };
}

/** What an entry needs room for: itself and, where it may rest beside it or after it, the stop that protects it. */
export function countsOfEntry({ entryOrder, protection }: ExecutionConfig, rules: TradingRules): OrderCounts {
  const hasStop = rules.orderTypes.includes('stop') || rules.orderTypes.includes('stopLimit');
  if (!hasStop) return { orders: 1, algo: 0 };
  const stop = protection.order === 'oco' && rules.orderTypes.includes('oco') ? 2 : 1;
  return { orders: entryOrder === 'limit' ? 1 + stop : stop, algo: 1 };
}
