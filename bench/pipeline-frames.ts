/**
 * Recorded minutes as the exchange streams them: two forming frames and a closing one for each, as text. In come
 * candles, out go frames in order with the moment each arrives.
 */
import { type Decimal, toDecimalText } from '../src/core/decimal.ts';
import { addMs, type EpochMs } from '../src/core/time.ts';
import type { ClosedCandle } from '../src/model/candle.ts';

/** One frame of a combined stream. */
export type TimedFrame = { readonly text: string; readonly receivedTime: EpochMs };

const MINUTE_MS = 60_000;
/** When the forming frames of a minute come. */
const FORMING_MS = [20_000, 40_000] as const;

/** Frames of one minute. */
export const FRAMES_PER_MINUTE = FORMING_MS.length + 1;

/** Frames of one symbol's minutes, ascending. */
export function toFrames(symbol: string, minutes: readonly ClosedCandle[]): readonly TimedFrame[] {
  return minutes.flatMap((candle) => [
    ...FORMING_MS.map((ms) => toFrame(symbol, candle, { at: addMs(candle.openTime, ms), isLast: 'no' })),
    toFrame(symbol, candle, { at: addMs(candle.openTime, MINUTE_MS), isLast: 'yes' }),
  ]);
}

function toFrame(
  symbol: string,
  candle: ClosedCandle,
  { at, isLast }: { readonly at: EpochMs; readonly isLast: 'yes' | 'no' },
): TimedFrame {
  const wide = (value: Decimal | null): string => (value === null ? '0' : toDecimalText(value));
  const k = {
    t: candle.openTime,
    T: candle.openTime + MINUTE_MS - 1,
    s: symbol,
    i: '1m',
    f: 100,
    L: 200,
    o: toDecimalText(candle.open),
    c: toDecimalText(candle.close),
    h: toDecimalText(candle.high),
    l: toDecimalText(candle.low),
    v: toDecimalText(candle.volume),
    n: candle.trades ?? 0,
    x: isLast === 'yes',
    q: wide(candle.quoteVolume),
    V: wide(candle.takerBaseVolume),
    Q: wide(candle.takerQuoteVolume),
    B: '0',
  };
  const data = { e: 'kline', E: at, s: symbol, k };
  return { text: JSON.stringify({ stream: `${symbol.toLowerCase()}@kline_1m`, data }), receivedTime: at };
}
