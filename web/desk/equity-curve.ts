/**
 * The curve of equity for the eye: the bars that were read, followed by the minutes that the socket tells. A minute that
 * comes again changes nothing, and one that was missed is noticed, because then the bars have to be read anew.
 */
import type { EquityAnswer, WireEquityBar } from '../../src/api/contract.ts';

/** One bar, in numbers. */
export type CurveBar = {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly capital: number;
};

/** Bars of one length, ascending by time; times are Unix seconds. */
export type Curve = {
  readonly hours: number;
  readonly stepSec: number;
  /** The newest minute that is in it. */
  readonly minute: number;
  readonly bars: readonly CurveBar[];
  /** Deepest fall that the server saw in finer bars, a fraction. */
  readonly fall: number;
};

/** What the curve says in numbers; `null` without a bar. */
export type CurveWords = {
  readonly from: number;
  readonly to: number;
  readonly high: number;
  readonly low: number;
  /** Without what was added to the capital. */
  readonly change: number;
  readonly changeShare: number;
  readonly fall: number;
};

const MINUTE_SEC = 60;
const HOUR_SEC = 3_600;

/** The curve of an answer. */
export function curveOf({ hours, step_sec: stepSec, bars, max_drawdown, ts }: EquityAnswer): Curve {
  const minute = Math.floor(ts / MINUTE_SEC) * MINUTE_SEC;
  return { hours, stepSec, minute, bars: bars.map(toBar), fall: max_drawdown ?? 0 };
}

/** The curve with newer minutes, ascending; the same where they say nothing new, `null` where one between was missed. */
export function followCurve(curve: Curve, minutes: readonly WireEquityBar[]): Curve | null {
  const [first] = minutes;
  const last = minutes.at(-1);
  if (first === undefined || last === undefined || last.time < curve.minute) return curve;
  if (first.time > curve.minute + MINUTE_SEC) return null;
  const bars = [...curve.bars];
  for (const minute of minutes.map(toBar)) put(bars, { ...minute, time: bucket(minute.time, curve.stepSec) });
  const oldest = last.time - curve.hours * HOUR_SEC;
  return { ...curve, minute: last.time, bars: bars.filter(({ time }) => time + curve.stepSec > oldest) };
}

/** Into the bar it lies in, at the end of the others; what is older than that is known already. */
function put(bars: CurveBar[], minute: CurveBar): void {
  const last = bars.at(-1);
  if (last === undefined || minute.time > last.time) bars.push(minute);
  else if (minute.time === last.time) {
    const { close, capital } = minute;
    // What was paid in or out meanwhile is no rise and no fall, as the server merges bars.
    const paid = capital - last.capital;
    const [high, low] = [Math.max(last.high + paid, minute.high), Math.min(last.low + paid, minute.low)];
    bars[bars.length - 1] = { ...last, open: last.open + paid, high, low, close, capital };
  }
}

function bucket(time: number, stepSec: number): number {
  return Math.floor(time / stepSec) * stepSec;
}

function toBar({ time, open, high, low, close, capital }: WireEquityBar): CurveBar {
  return {
    time,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    capital: Number(capital),
  };
}

/** The curve in numbers. */
export function wordsOf({ bars, fall }: Curve): CurveWords | null {
  const [first] = bars;
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return null;
  const change = last.close - first.open - (last.capital - first.capital);
  return {
    from: first.open,
    to: last.close,
    high: bars.reduce((most, { high }) => Math.max(most, high), first.high),
    low: bars.reduce((least, { low }) => Math.min(least, low), first.low),
    change,
    changeShare: first.open > 0 ? change / first.open : 0,
    fall: Math.max(fall, deepestFall(bars)),
  };
}

/** From the high of an earlier bar, as the server measures it. */
function deepestFall(bars: readonly CurveBar[]): number {
  let deepest = 0;
  let peak: number | null = null;
  let before: CurveBar | null = null;
  for (const bar of bars) {
    if (peak !== null && before !== null) peak = peakAfter(peak, before.close, bar.capital - before.capital);
    before = bar;
    if (peak !== null && peak > 0) deepest = Math.max(deepest, (peak - bar.low) / peak);
    peak = Math.max(peak ?? bar.high, bar.high);
  }
  return deepest;
}

/** A payment leaves the share that is missing as it is. */
function peakAfter(peak: number, equity: number, paid: number): number {
  if (equity <= 0) return peak + paid;
  return Math.max(0, (peak * (equity + paid)) / equity);
}
