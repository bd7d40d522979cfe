/**
 * Computing derived candles again from stored base candles: after a hole was filled, after a correction, and to
 * continue running buckets after a restart. The result does not depend on how the base candles arrived.
 */
import type { EpochMs } from '../core/time.ts';
import { type CandleGap, type ClosedCandle, sameColumns } from '../model/candle.ts';
import type { CandlesLoaded, Effect } from '../model/events.ts';
import {
  acceptClosed,
  createFanout,
  emptyOutput,
  type Fanout,
  type FanoutOutput,
  skipMinutes,
} from './derived-timeframe-fanout.ts';
import { publishDerived } from './progress.ts';
import { loadDirty } from './repair.ts';
import type { SeriesState } from './series-state.ts';

/** A fold over stored candles and gaps of [`from`, `to`): whatever is neither is unknown. */
export function foldStored(
  fanout: Fanout,
  stored: {
    readonly from: EpochMs;
    readonly to: EpochMs;
    readonly candles: readonly ClosedCandle[];
    readonly gaps: readonly CandleGap[];
  },
): FanoutOutput {
  const output = emptyOutput();
  let cursor = stored.from;
  const missing = (to: EpochMs): void => {
    for (const gap of stored.gaps) {
      if (gap.reason !== 'exchange_gap' || gap.to <= cursor || gap.from >= to) continue;
      skipMinutes(fanout, { from: cursor, to: Math.max(cursor, gap.from) as EpochMs, reason: 'unknown' }, output);
      cursor = Math.max(cursor, gap.from) as EpochMs;
      const end = Math.min(gap.to, to) as EpochMs;
      skipMinutes(fanout, { from: cursor, to: end, reason: 'exchange_gap' }, output);
      cursor = end;
    }
    skipMinutes(fanout, { from: cursor, to, reason: 'unknown' }, output);
    cursor = to;
  };
  for (const candle of stored.candles) {
    if (candle.openTime < cursor || candle.openTime >= stored.to || candle.openTime % fanout.baseMs !== 0) continue;
    if (candle.openTime > cursor) missing(candle.openTime);
    acceptClosed(fanout, candle, output);
    cursor = (candle.openTime + fanout.baseMs) as EpochMs;
  }
  if (cursor < stored.to) missing(stored.to);
  return output;
}

/** Folds the answer to `loadCandles`: stores and announces derived candles that differ from what is stored. */
export function foldLoaded(state: SeriesState, input: CandlesLoaded): readonly Effect[] {
  if (state.loading === null || state.loading.from !== input.from) return [];
  const { to } = state.loading;
  state.loading = null;
  const fanout = createFanout(state.seriesId, state.timeframes);
  const output = foldStored(fanout, { from: input.from, to, candles: input.candles, gaps: input.gaps });
  if (to === state.nextOpen) state.fanout = fanout;
  else if (to < input.from + fanout.spanMs) state.dirty.unshift(input.from); // the series went on while this was read
  const changed = findChanged(output.closed, input.derived);
  const gaps = output.gaps.filter((gap) => gap.reason === 'exchange_gap');
  if (changed.length === 0 && gaps.length === 0) return loadDirty(state);
  const known = new Map(input.derived.map((candle) => [candleKey(candle), candle]));
  const candles = changed.map((candle) => repaired(candle, known.get(candleKey(candle))));
  return [{ kind: 'saveCandles', candles, gaps }, ...publishDerived(candles), ...loadDirty(state)];
}

/** Those of `made` that are not among `stored` with the same numbers and as many minutes behind them. */
export function findChanged(made: readonly ClosedCandle[], stored: readonly ClosedCandle[]): readonly ClosedCandle[] {
  const known = new Map(stored.map((candle) => [candleKey(candle), candle]));
  return made.filter((candle) => {
    const other = known.get(candleKey(candle));
    const { baseCount } = candle.certificate;
    return other === undefined || !sameColumns(other, candle) || other.certificate.baseCount !== baseCount;
  });
}

function candleKey(candle: ClosedCandle): string {
  return `${candle.seriesId} ${candle.openTime}`;
}

/** A derived candle that closed late or closed again: its revision is the one the store will give it. */
function repaired(candle: ClosedCandle, stored: ClosedCandle | undefined): ClosedCandle {
  const { certificate } = candle;
  const status = certificate.status === 'final' ? 'repaired' : certificate.status;
  return { ...candle, certificate: { ...certificate, status, revision: (stored?.certificate.revision ?? 0) + 1 } };
}
