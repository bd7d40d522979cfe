/**
 * The model in shadow: which one it is, what it is worth against what it promised, and its newest predictions with their
 * grounds. No topic tells of it: it is asked for while it is looked at.
 */
import { useMemo, useState } from 'react';
import type { MlAnswer, MlModel, MlPrediction, MlReason } from '../../src/api/contract.ts';
import { Card, Empty, Figure, Figures, Tag } from './card.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useNow, useReading } from './desk-context.tsx';
import { refusalText, type Strings } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { changeText, NOTHING, priceText, shareText, timeText } from './figures.ts';

const AGAIN_MS = 15_000;
const HASH_SHOWN = 12;

/** Model, figures, predictions. */
export function ModelsPanel() {
  const { strings } = useDesk();
  const turn = Math.floor(useNow() / AGAIN_MS);
  const { value, refused } = useReading<MlAnswer>('hotcoin/api/ml', turn);
  const trouble = refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>;
  if (value === null) return trouble ?? <Empty>{strings.notHeardYet}</Empty>;
  return (
    <div className="grid">
      {trouble === null ? null : <div className="span-all">{trouble}</div>}
      <ModelCard ml={value} />
      <WorthCard ml={value} />
      <CountsCard ml={value} />
      <LearningCard ml={value} />
      <div className="span-all">
        <Predictions rows={value.predictions} />
      </div>
    </div>
  );
}

const TONES = { off: 'off', idle: 'off', watching: 'ok', failing: 'blocked' } as const;

type Ml = { readonly ml: MlAnswer };

function ModelCard({ ml: { state, reason, model, errors } }: Ml) {
  const { strings } = useDesk();
  const aside = <Tag tone={TONES[state]}>{strings.mlStates[state]}</Tag>;
  return (
    <Card title={strings.panel.models} about={strings.mlAbout} aside={aside} testId="ml-model">
      {reason === null ? null : <p className="muted">{strings.mlSay(reason)}</p>}
      {errors.last_reason === null ? null : <Trouble>{strings.mlErrors(errors.count, errors.last_reason)}</Trouble>}
      {model === null ? null : <ModelFigures model={model} />}
    </Card>
  );
}

function ModelFigures({ model }: { readonly model: MlModel }) {
  const { strings } = useDesk();
  const { task, interval, kind, hash, generated_at, tier, served, not_served } = model;
  const trades = strings.mlTrades(shareText(model.take_profit), shareText(model.stop_loss), model.horizon_minutes);
  return (
    <>
      <Figures>
        <Figure name={strings.mlTask} value={`${task} ${interval}`} hint={strings.mlKind[kind]} />
        <Figure name={strings.mlTier} value={strings.mlTiers[tier]} hint={served ? strings.mlServed : undefined} />
        <Figure name={strings.mlTrained} value={timeText(generated_at)} />
        <Figure name={strings.mlHash} value={<code title={hash}>{hash.slice(0, HASH_SHOWN)}</code>} testId="ml-hash" />
      </Figures>
      <p className="muted">
        {trades} {shareText(model.threshold)}
      </p>
      {not_served === null ? null : <p data-testid="ml-not-served">{strings.mlNotServed(strings.mlSay(not_served))}</p>}
    </>
  );
}

function WorthCard({ ml: { model, live, monitor } }: Ml) {
  const { strings } = useDesk();
  if (model === null || live === null || monitor === null) return null;
  const { contract } = model;
  const tooFew = live.auc === null ? strings.mlTooFew(live.rows, monitor.rows_min) : undefined;
  const rows = [
    ['auc', figureText(live.auc), figureText(contract.auc)],
    ['brier', figureText(live.brier), figureText(contract.brier)],
    ['calibration_error', figureText(live.calibration_error), figureText(contract.calibration_error)],
    ['rows', String(live.rows), String(contract.test_samples)],
  ] as const;
  const isRinging = monitor.alarm === 'ringing';
  return (
    <Card title={strings.mlWorth} about={strings.mlWorthAbout} testId="ml-worth">
      <Figures>
        {rows.map(([name, now, promised]) => (
          <Figure
            key={name}
            name={strings.mlFigures[name]}
            value={now}
            hint={`${strings.mlPromised} ${promised}`}
            testId={`ml-${name}`}
          />
        ))}
        <Figure
          name={strings.mlNetExpectancy}
          value={changeText(contract.net_expectancy)}
          hint={`${changeText(contract.net_expectancy_low)} … ${changeText(contract.net_expectancy_high)}`}
        />
      </Figures>
      <p className="row">
        {strings.mlMonitor} <Tag tone={isRinging ? 'blocked' : 'ok'}>{strings.mlAlarm[monitor.alarm]}</Tag>
        <span className="muted">
          {tooFew ?? strings.mlAlarmRule(monitor.drop_max.toFixed(2), monitor.confirm_rows)}
        </span>
      </p>
    </Card>
  );
}

function figureText(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(3);
}

const COUNTED = ['predictions', 'open', 'resolved', 'unresolvable', 'late', 'coins'] as const;

function CountsCard({ ml: { model, counts } }: Ml) {
  const { strings } = useDesk();
  if (model === null) return null;
  return (
    <Card title={strings.mlCounts} testId="ml-counts">
      <Figures>
        {COUNTED.map((name) => (
          <Figure key={name} name={strings.mlCountNames[name]} value={counts[name]} testId={`ml-count-${name}`} />
        ))}
      </Figures>
    </Card>
  );
}

function LearningCard({ ml: { learning } }: Ml) {
  const { strings } = useDesk();
  if (learning === null) return null;
  const { examples, full_rows, learning: isLearning, last_round: round } = learning;
  return (
    <Card title={strings.mlLearning} testId="ml-learning">
      <p>
        {strings.mlExamples(examples, full_rows)}
        {isLearning ? ` · ${strings.mlIsLearning}` : ''}
      </p>
      {round === null ? (
        <Empty>{strings.mlNoRound}</Empty>
      ) : (
        <p>
          {timeText(round.time)} {strings.mlRoundNames[round.result]}{' '}
          <span className="muted">
            {round.candidate_auc === null
              ? (round.reason ?? '')
              : `AUC ${figureText(round.incumbent_auc)} → ${figureText(round.candidate_auc)}`}
            {round.candidate === null ? '' : ` · ${strings.mlCandidate(round.candidate.slice(0, HASH_SHOWN))}`}
          </span>
        </p>
      )}
    </Card>
  );
}

function Predictions({ rows }: { readonly rows: readonly MlPrediction[] }) {
  const { strings } = useDesk();
  const [chosen, setChosen] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(strings), [strings]);
  const prediction = rows.find(({ number }) => String(number) === chosen);
  return (
    <Card title={strings.mlNewest} testId="ml-newest">
      <DataTable
        label={strings.mlNewest}
        testId="ml-predictions"
        rows={rows}
        columns={columns}
        keyOf={({ number }) => String(number)}
        first={{ id: 'time', desc: true }}
        onChoose={({ number }) => setChosen((before) => (before === String(number) ? null : String(number)))}
        chosen={chosen}
        empty={strings.noRows}
      />
      {prediction === undefined ? null : <Grounds prediction={prediction} />}
    </Card>
  );
}

function Grounds({ prediction: { symbol, time, reasons } }: { readonly prediction: MlPrediction }) {
  const { strings } = useDesk();
  return (
    <section className="detail flow" data-testid="ml-grounds" aria-label={strings.mlWhy}>
      <h3>
        {symbol} {timeText(time)} · {strings.mlWhy}
      </h3>
      <ul className="plain">
        {reasons.map((reason) => (
          <li key={reason.name}>{reasonLine(reason, strings)}</li>
        ))}
      </ul>
    </section>
  );
}

function reasonLine({ name, value, contribution }: MlReason, strings: Strings): string {
  const known = value === null ? strings.unknownValue : String(Number(value.toPrecision(4)));
  const size = Math.abs(contribution).toFixed(2);
  return contribution > 0 ? strings.mlRaises(name, known, size) : strings.mlLowers(name, known, size);
}

function columnsOf(strings: Strings): readonly Column<MlPrediction>[] {
  return [
    { id: 'symbol', name: strings.symbol, cell: ({ symbol }) => symbol, sort: ({ symbol }) => symbol },
    {
      id: 'probability',
      name: strings.mlProbability,
      kind: 'number',
      cell: ({ probability }) => shareText(Math.round(probability * 1_000) / 1_000),
      sort: ({ probability }) => probability,
    },
    { id: 'price', name: strings.mlPrice, kind: 'number', cell: ({ price }) => priceText(price) },
    {
      id: 'outcome',
      name: strings.mlOutcome,
      cell: (row) => <Outcome of={row} strings={strings} />,
      sort: ({ outcome }) => outcome?.net ?? null,
    },
    {
      id: 'time',
      name: strings.computed,
      kind: 'number',
      cell: ({ time }) => timeText(time),
      sort: ({ time, number }) => time + number / 1e9,
    },
  ];
}

function Outcome({ of: { outcome }, strings }: { readonly of: MlPrediction; readonly strings: Strings }) {
  if (outcome === null) return <span className="muted">{strings.mlOpen}</span>;
  const ending = strings.mlEndings[outcome.ending] ?? outcome.ending;
  if (outcome.kind === 'unresolvable') return <span className="muted">{ending}</span>;
  return (
    <span className={`tone-${outcome.label === 1 ? 'up' : 'down'}`}>
      {changeText(outcome.net)} · {ending}
    </span>
  );
}
