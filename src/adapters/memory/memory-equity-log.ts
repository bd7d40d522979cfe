/**
 * A history of equity in memory, for runs that leave nothing behind.
 */
import { type EquityBar, historyStart, mergeBars } from '../../model/equity-bar.ts';
import { FailureError, failure } from '../../model/failure.ts';
import { bucketOpen } from '../../model/timeframe.ts';
import { EQUITY_TIERS, type EquityLog } from '../../ports/equity-log.ts';

type Bars = Map<number, EquityBar>;

/** A log that holds nothing; what it holds is lost with the process. */
export function createMemoryEquityLog(): EquityLog {
  const tiers = new Map<number, Bars>(EQUITY_TIERS.map(({ lengthMs }) => [lengthMs, new Map()]));
  let isClosed = false;
  const guard = async <T>(action: () => T): Promise<T> => {
    if (isClosed) throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    return action();
  };
  return {
    save: (minutes) =>
      guard(() => {
        for (const { lengthMs, keptMs } of EQUITY_TIERS) put(barsOf(tiers, lengthMs), minutes, { lengthMs, keptMs });
      }),
    load: ({ lengthMs, from }) =>
      guard(() => inOrder(barsOf(tiers, lengthMs)).filter(({ openTime }) => openTime >= from)),
    firstTime: () =>
      guard(() =>
        historyStart(
          [...tiers].flatMap(([lengthMs, bars]) =>
            inOrder(bars)
              .slice(0, 1)
              .map(({ openTime }) => ({ lengthMs, openTime })),
          ),
        ),
      ),
    close: async () => {
      isClosed = true;
    },
  };
}

function barsOf(tiers: ReadonlyMap<number, Bars>, lengthMs: number): Bars {
  return tiers.get(lengthMs) ?? new Map();
}

function inOrder(bars: Bars): readonly EquityBar[] {
  return [...bars.values()].toSorted((a, b) => a.openTime - b.openTime);
}

type Tier = { readonly lengthMs: number; readonly keptMs: number };

function put(bars: Bars, minutes: readonly EquityBar[], { lengthMs, keptMs }: Tier): void {
  for (const minute of minutes) {
    const placed = { ...minute, openTime: bucketOpen(minute.openTime, lengthMs) };
    const before = bars.get(placed.openTime);
    bars.set(placed.openTime, before === undefined ? placed : mergeBars(before, placed));
  }
  const newest = [...bars.keys()].reduce((a, b) => Math.max(a, b), 0);
  for (const time of bars.keys()) if (time <= newest - keptMs) bars.delete(time);
}
