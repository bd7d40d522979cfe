/**
 * What everything was worth, as a curve with its figures: read once for a span, then followed live.
 */
import { lazy, Suspense, useEffect, useMemo, useReducer, useState } from 'react';
import type { EquityAnswer, WireEquityBar } from '../../src/api/contract.ts';
import { Card, Empty, Figure, Figures } from './card.tsx';
import { Choice } from './choice.tsx';
import { useDesk, useReading, useTopic } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { type Curve, type CurveWords, curveOf, followCurve, wordsOf } from './equity-curve.ts';
import type { CurveLabel } from './equity-strings.ts';
import { changeText, moneyText, shareText, signedMoney, toneOf } from './figures.ts';

/** The chart's library is the largest part of the desk, so it comes after the first picture. */
const EquityChart = lazy(() => import('./equity-chart.tsx').then(({ EquityChart: chart }) => ({ default: chart })));

/** Spans that can be looked at, in hours. */
const SPANS = ['24', '168', '720', '87600'] as const;

/** Curve and figures of the engine that `run` names; `null` is none, and nothing is asked. */
export function EquityCard({ run }: { readonly run: string | null }) {
  const { strings } = useDesk();
  const [span, setSpan] = useState<(typeof SPANS)[number]>('24');
  const path = run === null ? null : `hotcoin/api/equity?hours=${span}`;
  const { value, refused, reload } = useReading<EquityAnswer>(path, `${span} ${run}`);
  const curve = useCurve(value, reload);
  const words = useMemo(() => (curve === null ? null : wordsOf(curve)), [curve]);
  const choice = (
    <Choice
      label={strings.equitySpan}
      value={span}
      options={SPANS.map((hours) => ({ value: hours, name: strings.equitySpans[hours] }))}
      onChange={setSpan}
      testId="equity-span"
    />
  );
  return (
    <Card title={strings.equityCurve} aside={choice} testId="equity-card">
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      {value?.last_error ? <Trouble>{strings.equityFailing(value.last_error)}</Trouble> : null}
      {curve === null || words === null ? (
        <Empty>{curve === null ? strings.notHeardYet : strings.equityNone}</Empty>
      ) : (
        <>
          <CurveFigures words={words} />
          <Suspense fallback={<div className="equity-chart" />}>
            <EquityChart
              curve={curve}
              label={strings.equityLabel({ span: strings.equitySpans[span], ...inWords(words) })}
            />
          </Suspense>
        </>
      )}
    </Card>
  );
}

function inWords({ from, to, low, high }: CurveWords): Omit<CurveLabel, 'span'> {
  return { from: moneyText(from), to: moneyText(to), low: moneyText(low), high: moneyText(high) };
}

function CurveFigures({ words: { change, changeShare, high, low, fall } }: { readonly words: CurveWords }) {
  const { strings } = useDesk();
  return (
    <Figures>
      <Figure
        name={strings.equityChange}
        value={signedMoney(change)}
        tone={toneOf(Number(change.toFixed(2)))}
        hint={changeText(changeShare)}
        testId="equity-change"
      />
      <Figure name={strings.equityHigh} value={moneyText(high)} testId="equity-high" />
      <Figure name={strings.equityLow} value={moneyText(low)} testId="equity-low" />
      <Figure name={strings.equityFall} value={shareText(fall)} testId="equity-fall" />
    </Figures>
  );
}

type Followed = { readonly answer: EquityAnswer | null; readonly curve: Curve | null; readonly isLost: boolean };
type Told = { readonly answer: EquityAnswer | null } | { readonly minutes: readonly WireEquityBar[] };

/** A new answer begins the curve anew; minutes go on with it. */
function follow(before: Followed, told: Told): Followed {
  if ('answer' in told) {
    const { answer } = told;
    return answer === before.answer
      ? before
      : { answer, curve: answer === null ? null : curveOf(answer), isLost: false };
  }
  if (before.curve === null) return before;
  const curve = followCurve(before.curve, told.minutes);
  return curve === null ? { ...before, isLost: true } : { ...before, curve };
}

function useCurve(answer: EquityAnswer | null, reload: () => void): Curve | null {
  const topic = useTopic('equity');
  const [{ curve, isLost }, tell] = useReducer(follow, { answer: null, curve: null, isLost: false });
  const minutes = useMemo(() => Object.values(topic ?? {}).toSorted((a, b) => a.time - b.time), [topic]);
  useEffect(() => {
    tell({ answer });
    tell({ minutes });
  }, [answer, minutes]);
  useEffect(() => {
    if (isLost) reload();
  }, [isLost, reload]);
  return curve;
}
