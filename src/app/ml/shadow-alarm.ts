/**
 * The alarm over a model in shadow, as it is told.
 */
import type { EpochMs } from '../../core/time.ts';
import { deriveMonitorFigures, type MonitorEvent } from '../../ml/index.ts';
import type { Watching } from './shadow-opening.ts';

/** A model lost its order; `approval` says whether it had one, which is taken back now. */
export type ModelAlarm = {
  readonly time: EpochMs;
  readonly task: string;
  readonly interval: string;
  readonly model: string;
  readonly approval: 'taken back' | 'none';
  readonly auc: number;
  readonly baselineAuc: number;
  readonly rows: number;
  readonly reason: string;
};

/** The alarm over a model that has an approval while the monitor rings; `null` where either is not so. */
export function ringingOver({ model, record }: Pick<Watching, 'model' | 'record'>): MonitorEvent | null {
  const { state, settings } = record.monitor();
  const isApproved = model.notServed === null || model.decision?.approved === true;
  if (state.alarm === 'quiet' || !isApproved) return null;
  const { auc, rows } = deriveMonitorFigures(state, settings);
  return { kind: 'driftAlarmed', auc: auc ?? 0, baselineAuc: state.baselineAuc, rows };
}
