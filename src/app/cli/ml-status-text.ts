/**
 * What stands in the folder of models, for people and for programs.
 */
import type { ModelMetrics, PromotionDecision } from '../../ml/index.ts';
import type { ModelStatus } from '../ml/model-status.ts';
import type { ServedModel } from '../ml/serve-model.ts';
import { grouped } from './output.ts';

/** A served model in lines of two columns. */
export function describeServed({ model, recipe, release }: ServedModel): readonly (readonly [string, string])[] {
  const { contract } = release;
  return [
    ['model', `${model.kind}, trained ${contract.generated_at}, ${contract.model_files.join(', ')}`],
    ['says trade', `from a probability of ${recipe.threshold.toFixed(3)}`],
    ['figures', metricsText(contract.metrics)],
  ];
}

/** A status in lines of two columns. */
export function describeStatus({
  served,
  whyNot,
  newest,
  previous,
}: ModelStatus): readonly (readonly [string, string])[] {
  return [
    ['served', served === null ? `nothing: ${whyNot?.message ?? 'not known'}` : 'yes'],
    ...(served === null ? [] : describeServed(served)),
    ['newest trained', newestText(newest)],
    ...(newest?.decision?.reasons ?? []).map((reason): readonly [string, string] => ['', reason]),
    ['to go back to', previous === null ? 'not known' : `${grouped(previous)} model(s)`],
  ];
}

function newestText(newest: ModelStatus['newest']): string {
  if (newest === null) return 'its papers can not be read';
  const { contract, decision } = newest;
  if (contract === null || decision === null) return contract === null ? 'none' : 'its decision is not there';
  return `${contract.generated_at}, ${verdictText(decision)}; ${metricsText(contract.metrics)}`;
}

function verdictText({ approved }: PromotionDecision): string {
  return approved ? 'approved for production' : 'research_only';
}

function metricsText({
  n_samples,
  test_auc,
  net_expectancy,
  net_expectancy_low,
  net_expectancy_high,
}: ModelMetrics): string {
  const net = net_expectancy === null ? 'no trades' : `${percent(net_expectancy)} a trade`;
  const interval =
    net_expectancy_low === null || net_expectancy_high === null
      ? ''
      : ` (${percent(net_expectancy_low)} to ${percent(net_expectancy_high)})`;
  return `${grouped(n_samples)} rows, AUC ${test_auc === null ? 'not known' : test_auc.toFixed(3)}, ${net}${interval}`;
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(3)} %`;
}

/** A status for programs: names in snake case. */
export function toJsonStatus({ task, interval, served, whyNot, newest, previous }: ModelStatus): object {
  return {
    task,
    interval,
    served:
      served === null
        ? null
        : {
            kind: served.model.kind,
            threshold: served.recipe.threshold,
            contract: served.release.contract,
            recipe: served.recipe,
          },
    why_not: whyNot === null ? null : { code: whyNot.code, message: whyNot.message },
    newest,
    previous,
  };
}
