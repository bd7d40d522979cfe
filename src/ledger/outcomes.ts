/**
 * What the price did after a verdict: one look at each horizon, with the furthest up and down of the prices seen until
 * then. A price that is not known within a minute of its time stays unknown, and says so.
 */
import { decimalFromFloat, toDecimalText } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import { LEDGER_HORIZONS, type LedgerHorizon, type LedgerOutcome } from '../model/ledger.ts';
import { type LedgerTurn, type Measurement, PENDING_MAX } from './ledger-state.ts';

const HORIZON_MS: Readonly<Record<LedgerHorizon, number>> = { '15m': 900_000, '1h': 3_600_000, '4h': 14_400_000 };
/** A look that comes later than this is one at another price. */
const LATE_MS = 60_000;

/** Begins to follow the price of a row from `time` on. */
export function beginMeasurement(
  turn: LedgerTurn,
  begun: Pick<Measurement, 'number' | 'instrumentId' | 'time'> & { readonly price: number | null },
): void {
  const { price } = begun;
  if (price === null || !(price > 0)) {
    const horizons = LEDGER_HORIZONS.map((horizon) => unknownAt(begun, horizon, 'no price was known at the verdict'));
    turn.outcomes.push(...horizons);
    return;
  }
  turn.state.pending.push({ ...begun, price, next: 0, highest: price, lowest: price });
  if (turn.state.pending.length <= PENDING_MAX) return;
  const oldest = turn.state.pending.shift() as Measurement;
  turn.outcomes.push(
    ...LEDGER_HORIZONS.slice(oldest.next).map((horizon) =>
      unknownAt({ number: oldest.number, time: begun.time }, horizon, 'too many prices were to be looked at'),
    ),
  );
}

/** Looks at the prices of now; a price that is not known is `null` or missing. */
export function measure(turn: LedgerTurn, prices: Readonly<Record<string, number | null>>, now: EpochMs): void {
  const { state } = turn;
  let isAnyDone = false;
  for (const each of state.pending) {
    const price = prices[each.instrumentId] ?? null;
    if (price !== null) {
      each.highest = Math.max(each.highest, price);
      each.lowest = Math.min(each.lowest, price);
    }
    isAnyDone = lookAt(turn, each, { price, now }) || isAnyDone;
  }
  if (isAnyDone) state.pending = state.pending.filter(({ next }) => next < LEDGER_HORIZONS.length);
}

/** Whether all of its horizons are over. */
function lookAt(
  turn: LedgerTurn,
  each: Measurement,
  { price, now }: { readonly price: number | null; readonly now: EpochMs },
): boolean {
  for (let horizon = LEDGER_HORIZONS[each.next]; horizon !== undefined; horizon = LEDGER_HORIZONS[each.next]) {
    const late = now - (each.time + HORIZON_MS[horizon]);
    if (late < 0 || (price === null && late <= LATE_MS)) return false;
    const isKnown = price !== null && late <= LATE_MS;
    turn.outcomes.push(
      isKnown
        ? knownAt(each, horizon, { price, now })
        : unknownAt({ number: each.number, time: now }, horizon, 'its price was not followed at that time'),
    );
    each.next++;
  }
  return true;
}

function knownAt(
  { number, price: before, highest, lowest }: Measurement,
  horizon: LedgerHorizon,
  { price, now }: { readonly price: number; readonly now: EpochMs },
): LedgerOutcome {
  const exact = decimalFromFloat(price);
  return {
    number,
    horizon,
    time: now,
    price: exact === null ? null : toDecimalText(exact),
    change: changeOf(price, before),
    highest: changeOf(highest, before),
    lowest: changeOf(lowest, before),
    unknown: null,
  };
}

function unknownAt(
  { number, time }: { readonly number: number; readonly time: EpochMs },
  horizon: LedgerHorizon,
  unknown: string,
): LedgerOutcome {
  return { number, horizon, time, price: null, change: null, highest: null, lowest: null, unknown };
}

/** To a hundredth of a basis point. */
function changeOf(price: number, before: number): number {
  // Adding 0 makes a -0 a 0.
  return Math.round((price / before - 1) * 1e6) / 1e6 + 0;
}
