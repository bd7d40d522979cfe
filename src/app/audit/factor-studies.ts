/**
 * Every factor of the chart as a study, and what is drawn of them. Structure begins at the first candle there is, so
 * all of them are anchored: they may say something else of a longer history, never of a longer future.
 */
import { createChart, DEFAULT_FACTOR_SETTINGS, FACTORS, foldCandle, headsOf } from '../../factors/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import type { StudyFamily } from './study.ts';

const DRAWN = 'drawn';

/** The factors over candles of a timeframe. */
export function factorStudies(timeframe: Timeframe): StudyFamily {
  const names = [...FACTORS.map(({ catalog }) => catalog.key), DRAWN];
  return {
    timeframe,
    studies: names.map((name) => ({ name, kind: 'factor', warmUp: 'anchored' })),
    run: (candles) => runFactors(candles, names),
  };
}

function runFactors(candles: readonly ClosedCandle[], names: readonly string[]): ReadonlyMap<string, unknown[]> {
  const answers = new Map<string, unknown[]>(names.map((name) => [name, []]));
  const [first] = candles;
  if (first === undefined) return answers;
  const plan = { factors: FACTORS, settings: DEFAULT_FACTOR_SETTINGS };
  const chart = createChart(first.seriesId, plan);
  for (const candle of candles) {
    const { events, drawn, retired } = foldCandle(chart, plan, candle);
    const heads = headsOf(chart, plan);
    for (const [name, column] of answers) {
      column.push(
        name === DRAWN
          ? { drawn, retired }
          : {
              events: events.filter(({ factor }) => factor === name),
              head: heads.find(({ factor }) => factor === name)?.payload ?? null,
            },
      );
    }
  }
  return answers;
}
