/**
 * The six books, their fusion and the consensus as studies. Books and fusion look at one timeframe and claim to be
 * settled after the history that a profile loads; the consensus has no memory beyond theirs.
 */

import { addMs } from '../../core/time.ts';
import { acceptClosed, createFanout, emptyOutput, skipMinutes } from '../../market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { BOOK_NAMES } from '../../model/signal.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import {
  createSignalWorker,
  deriveSignal,
  foldClosedCandle,
  type SignalProfile,
  type TimeframeParams,
} from '../../signals/index.ts';
import { acceptClosedCandle, createTimeframeState, opinionAt } from '../../signals/timeframe-state.ts';
import type { Study, StudyFamily } from './study.ts';

const FUSION = 'fusion';
const CONSENSUS = 'consensus';

/** The books and their fusion over candles of one of the profile's timeframes. */
export function bookStudies(profile: SignalProfile, params: TimeframeParams): StudyFamily {
  const warmUp = params.historyCandles;
  const studies: readonly Study[] = [
    ...BOOK_NAMES.map((name): Study => ({ name, kind: 'book', warmUp })),
    { name: FUSION, kind: 'fusion', warmUp },
  ];
  return { timeframe: params.timeframe, studies, run: (candles) => runBooks(candles, profile, params) };
}

function runBooks(
  candles: readonly ClosedCandle[],
  profile: SignalProfile,
  params: TimeframeParams,
): ReadonlyMap<string, unknown[]> {
  const state = createTimeframeState(profile, params);
  const answers = new Map<string, unknown[]>([...BOOK_NAMES, FUSION].map((name) => [name, []]));
  for (const candle of candles) {
    acceptClosedCandle(state, candle);
    const opinion = opinionAt(state, addMs(candle.openTime, state.lengthMs));
    const score = opinion.kind === 'scored' ? opinion.score : null;
    for (const name of BOOK_NAMES) answers.get(name)?.push(score?.books[name] ?? null);
    answers.get(FUSION)?.push(score?.fused ?? null);
  }
  return answers;
}

/** The whole signal at every candle of the profile's smallest timeframe; the others are derived from it. */
export function consensusStudy(profile: SignalProfile): StudyFamily {
  const base = profile.timeframes[0] as TimeframeParams;
  return {
    timeframe: base.timeframe,
    studies: [{ name: CONSENSUS, kind: 'consensus', warmUp: 'none' }],
    run: (candles) => new Map([[CONSENSUS, runConsensus(candles, profile, timeframeMs(base.timeframe))]]),
  };
}

function runConsensus(candles: readonly ClosedCandle[], profile: SignalProfile, lengthMs: number): unknown[] {
  const [first] = candles;
  if (first === undefined) return [];
  const worker = createSignalWorker('audit', profile);
  const fanout = createFanout(
    first.seriesId,
    profile.timeframes.map(({ timeframe }) => timeframe),
  );
  return candles.map((candle) => {
    const output = emptyOutput();
    const from = fanout.nextOpen ?? candle.openTime;
    if (from < candle.openTime) skipMinutes(fanout, { from, to: candle.openTime, reason: 'unknown' }, output);
    acceptClosed(fanout, candle, output);
    for (const each of [candle, ...output.closed]) foldClosedCandle(worker, each);
    return deriveSignal(worker, { at: addMs(candle.openTime, lengthMs), traceId: '' });
  });
}
