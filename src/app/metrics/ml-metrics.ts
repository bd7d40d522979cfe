/**
 * Figures of the model in shadow. Trading depends on none of them; there is no sample of what is not known or not watched.
 */
import type { MlAnswer } from '../../api/contract.ts';
import type { Metric } from './metric.ts';

type Read = (ml: MlAnswer) => number | null | undefined;

function gauge(name: string, meaning: string, read: Read): Metric {
  return {
    name,
    kind: 'gauge',
    meaning,
    labels: [],
    read: ({ ml }) => {
      const value = read(ml) ?? null;
      return value === null ? [] : [{ value }];
    },
  };
}

function counter(name: string, meaning: string, read: Read): Metric {
  return { ...gauge(name, meaning, read), kind: 'counter' };
}

const STATES = ['off', 'idle', 'watching', 'failing'] as const;

/** The figures. */
export const ML_METRICS: readonly Metric[] = [
  {
    name: 'ml_shadow_state',
    kind: 'gauge',
    meaning: '1 for how the model in shadow stands; `idle` has no model, `failing` failed at the newest try',
    labels: ['state'],
    read: ({ ml }) => STATES.map((state) => ({ value: Number(ml.state === state), labels: { state } })),
  },
  {
    name: 'ml_model_info',
    kind: 'gauge',
    meaning: 'always 1; which model is watched, with the first digits of its hash',
    labels: ['task', 'interval', 'model', 'tier', 'served'],
    read: ({ ml: { model } }) => {
      if (model === null) return [];
      const { task, interval, hash, tier, served } = model;
      return [{ value: 1, labels: { task, interval, model: hash.slice(0, 16), tier, served: served ? 'yes' : 'no' } }];
    },
  },
  {
    name: 'ml_predictions',
    kind: 'gauge',
    meaning: 'predictions of the watched model that the log keeps, by what became of them',
    labels: ['outcome'],
    read: ({ ml: { model, counts } }) =>
      model === null
        ? []
        : (['open', 'resolved', 'unresolvable'] as const).map((outcome) => {
            return { value: counts[outcome], labels: { outcome } };
          }),
  },
  gauge('ml_live_auc', 'AUC over the newest resolved predictions', ({ live }) => live?.auc),
  gauge('ml_contract_auc', 'AUC that the contract of the watched model promises', ({ model }) => model?.contract.auc),
  gauge('ml_live_brier', 'Brier score over the newest resolved predictions', ({ live }) => live?.brier),
  gauge(
    'ml_contract_brier',
    'Brier score that the contract of the watched model promises',
    ({ model }) => model?.contract.brier,
  ),
  gauge('ml_live_rows', 'resolved predictions that the live figures are of', ({ live }) => live?.rows),
  gauge('ml_drift_alarm', '1 while the watched model orders coins much worse than promised', ({ monitor }) =>
    monitor === null ? null : Number(monitor.alarm === 'ringing'),
  ),
  gauge('ml_learning_examples', 'examples that wait to be learned from', ({ learning }) => learning?.examples),
  gauge('ml_coins', 'coins whose candles are kept for the watched model', ({ counts }) => counts.coins),
  counter(
    'ml_candles_late_total',
    'candles that came after their moment and were not judged',
    ({ counts }) => counts.late,
  ),
  counter('ml_errors_total', 'times that something of the model in shadow failed', ({ errors }) => errors.count),
];
