/**
 * The history of equity as the desk shows it: as few stored bars as the wanted picture needs are read, and put together.
 */
import type { EquityAnswer, WireEquityBar } from '../../api/contract.ts';
import type { EquityWanted } from '../../api/desk/desk-ports.ts';
import { divide, greater, lesser, subtract, toDecimalText, toFloat } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import { type EquityBar, regroupBars } from '../../model/equity-bar.ts';
import type { Money } from '../../model/money.ts';
import { bucketOpen, MINUTE_MS } from '../../model/timeframe.ts';
import { peakAfter } from '../../portfolio/index.ts';
import { EQUITY_TIERS } from '../../ports/equity-log.ts';
import type { EquityRecorder } from '../equity/equity-recorder.ts';

const HOUR_MS = 3_600_000;
/** Lengths of bars that people read with ease. */
const STEPS_MS = [1, 5, 15, 60, 240, 1_440, 10_080].map((minutes) => minutes * MINUTE_MS);

/** Answers; rejects with `FailureError` where the history can not be read. */
export async function answerEquity(
  recorder: EquityRecorder,
  { hours, points }: EquityWanted,
  about: { readonly mode: EquityAnswer['mode']; readonly now: EpochMs },
): Promise<EquityAnswer> {
  const { mode, now } = about;
  const since = await recorder.firstTime();
  const from = Math.max(now - hours * HOUR_MS, since ?? now);
  const stepMs = STEPS_MS.find((ms) => (now - from) / ms <= points) ?? (STEPS_MS.at(-1) as number);
  // The longest stored bars that the step is made of: the fewest rows.
  const lengthMs = EQUITY_TIERS.findLast((tier) => stepMs % tier.lengthMs === 0)?.lengthMs ?? MINUTE_MS;
  const stored = await recorder.load({ lengthMs, from: bucketOpen(from as EpochMs, lengthMs) });
  const { state, lastError } = recorder.standing();
  return {
    mode,
    hours,
    step_sec: stepMs / 1_000,
    since: since === null ? null : since / 1_000,
    bars: regroupBars(stored, stepMs).map(toWireBar),
    ...summarize(stored),
    storing: state,
    last_error: lastError,
    ts: now / 1_000,
  };
}

/** A bar on the wire. */
export function toWireBar({ openTime, open, high, low, close, cash, capital }: EquityBar): WireEquityBar {
  return {
    time: openTime / 1_000,
    open: toDecimalText(open),
    high: toDecimalText(high),
    low: toDecimalText(low),
    close: toDecimalText(close),
    cash: toDecimalText(cash),
    capital: toDecimalText(capital),
  };
}

const NO_SUMMARY = { change: null, high: null, low: null, max_drawdown: null };

function summarize(bars: readonly EquityBar[]): Pick<EquityAnswer, 'change' | 'high' | 'low' | 'max_drawdown'> {
  const [first] = bars;
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return NO_SUMMARY;
  // What was paid in is not gained.
  const amount = subtract(subtract(last.close, first.open), subtract(last.capital, first.capital));
  return {
    change: { amount: toDecimalText(amount), fraction: shareOf(amount, first.open) },
    high: toDecimalText(bars.reduce((most, { high }) => greater(most, high), first.high)),
    low: toDecimalText(bars.reduce((least, { low }) => lesser(least, low), first.low)),
    max_drawdown: deepestFall(bars),
  };
}

/** Within a bar nobody knows whether the high or the low came first: a fall is from the high of an earlier bar. */
function deepestFall(bars: readonly EquityBar[]): number {
  let peak: Money | null = null;
  let before: EquityBar | null = null;
  let deepest = 0;
  for (const bar of bars) {
    if (peak !== null && before !== null) {
      // As the halt by drawdown sees it: a payment leaves the share that is missing as it is.
      if (bar.capital !== before.capital) peak = peakAfter(peak, before.close, subtract(bar.capital, before.capital));
      deepest = Math.max(deepest, shareOf(subtract(peak, bar.low), peak));
    }
    peak = greater(peak ?? bar.high, bar.high);
    before = bar;
  }
  return Number(deepest.toFixed(6));
}

function shareOf(amount: Money, whole: Money): number {
  return whole > 0n ? Number(toFloat(divide(amount, whole)).toFixed(6)) : 0;
}
