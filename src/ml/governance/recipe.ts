/**
 * What a model was made by and must be used by: its task, the rules of its labels, the universe, and the probability from
 * which on it says trade. It is a file of the model like its weights, under the same hashes, so that what settles a live
 * prediction is what labelled its training rows. JSON, read strictly.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { parseTimeframe, timeframeMs } from '../../model/timeframe.ts';
import { type Fields, fieldsOf, integerOf, numberOf, readShape, refuse, textOf } from '../json-shape.ts';
import type { HotnessRules } from '../labels/hotness-label.ts';
import { findHorizonFault, findTradeRulesFault, type TradeRules } from '../labels/trade-label.ts';

/** What a model predicts: that a trade begun now earns something, or that a coin becomes one of the hottest. */
export type MlTask = 'trade' | 'hotness';

/** The tasks, as a person names them. */
export const ML_TASKS: readonly MlTask[] = ['trade', 'hotness'];

/** Rules of labels; the trade's also tell what a prediction of hotness would have earned. */
export type LabelRules = { readonly trade: TradeRules; readonly hotness: HotnessRules };

/** Rows of a span, by the close times of their first and last candle. */
export type SpanFacts = { readonly from: EpochMs; readonly to: EpochMs; readonly rows: number };

/** A recipe. */
export type Recipe = {
  readonly format: typeof RECIPE_FORMAT;
  readonly task: MlTask;
  /** The timeframe of the candles. */
  readonly interval: string;
  readonly labels: LabelRules;
  /** Quote volume of the day before that a coin needs to be in the universe of a moment. */
  readonly dayVolumeMin: number;
  /** The least probability that says trade; above 1 for never. */
  readonly threshold: number;
  readonly seed: number;
  readonly spans: Readonly<Record<'train' | 'validation' | 'test', SpanFacts>>;
};

/** The version of the form. */
export const RECIPE_FORMAT = 1;

/** The text of a recipe, byte for byte the same for the same recipe. */
export function recipeText(recipe: Recipe): string {
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

/** A recipe from a file's text; `governance_unusable` when anything of it is wrong, missing or unknown. */
export function parseRecipeText(text: string): Result<Recipe, Failure> {
  const read = readShape(() => readRecipe(fieldsOf(jsonOf(text), 'recipe', KEYS)));
  return read.ok ? ok(read.value) : err(failure('governance_unusable', { reason: read.error }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('the recipe is no JSON');
  }
}

const KEYS = ['format', 'task', 'interval', 'labels', 'dayVolumeMin', 'threshold', 'seed', 'spans'];
const TRADE_KEYS = ['takeProfit', 'stopLoss', 'horizonMinutes', 'feeBps', 'slippageBps'] as const;
const HOTNESS_KEYS = ['horizonMinutes', 'share', 'coinsMin'] as const;
const WHOLE = { min: 0, max: Number.MAX_SAFE_INTEGER };

function readRecipe(fields: Fields): Recipe {
  if (fields['format'] !== RECIPE_FORMAT) refuse(`the format ${JSON.stringify(fields['format'])} is not known`);
  const { task } = fields;
  if (task !== 'trade' && task !== 'hotness') return refuse(`the task ${JSON.stringify(task)} is not known`);
  const interval = parseTimeframe(textOf(fields['interval'], 'interval'));
  if (!interval.ok) return refuse(interval.error.message);
  const dayVolumeMin = numberOf(fields['dayVolumeMin'], 'dayVolumeMin');
  if (dayVolumeMin < 0) refuse('dayVolumeMin is below zero');
  return {
    format: RECIPE_FORMAT,
    task,
    interval: interval.value,
    labels: readLabels(fieldsOf(fields['labels'], 'labels', ['trade', 'hotness']), timeframeMs(interval.value)),
    dayVolumeMin,
    threshold: numberOf(fields['threshold'], 'threshold'),
    seed: integerOf(fields['seed'], 'seed', WHOLE),
    spans: readSpans(fieldsOf(fields['spans'], 'spans', ['train', 'validation', 'test'])),
  };
}

function readLabels(fields: Fields, candleMs: number): LabelRules {
  const trade = readNumbers(fields['trade'], 'labels.trade', TRADE_KEYS);
  const hotness = readNumbers(fields['hotness'], 'labels.hotness', HOTNESS_KEYS);
  const fault = findLabelRulesFault({ trade, hotness }, candleMs);
  return fault === null ? { trade, hotness } : refuse(fault);
}

function readNumbers<Key extends string>(
  value: unknown,
  path: string,
  keys: readonly Key[],
): Readonly<Record<Key, number>> {
  const fields = fieldsOf(value, path, keys);
  return Object.fromEntries(keys.map((key) => [key, numberOf(fields[key], `${path}.${key}`)])) as Record<Key, number>;
}

function readSpans(fields: Fields): Recipe['spans'] {
  const read = (name: string): SpanFacts => {
    const span = fieldsOf(fields[name], `spans.${name}`, ['from', 'to', 'rows']);
    const whole = (key: string): number => integerOf(span[key], `spans.${name}.${key}`, WHOLE);
    return { from: whole('from') as EpochMs, to: whole('to') as EpochMs, rows: whole('rows') };
  };
  return { train: read('train'), validation: read('validation'), test: read('test') };
}

/** What is wrong with rules of labels for candles of this length, as a sentence; `null` for nothing. */
export function findLabelRulesFault({ trade, hotness }: LabelRules, candleMs: number): string | null {
  const { share, coinsMin, horizonMinutes } = hotness;
  if (!(share > 0 && share < 1)) return `the hot share is ${share}, above 0 and below 1 is allowed`;
  if (!(Number.isInteger(coinsMin) && coinsMin >= 2)) return `${coinsMin} coins can not be compared, at least 2 can`;
  return findTradeRulesFault(trade, candleMs) ?? findHorizonFault(horizonMinutes, candleMs);
}
