/**
 * The model in shadow: what is watched beside trading, what it said and what became of it. Nothing of it is acted on.
 * Names are those of the program's own models; times are Unix seconds.
 */
import { z } from 'zod';
import { figure, sec, text } from './parts.ts';

/** Figures of a model, measured on the test span of its training. */
const metrics = z.object({
  n_samples: z.int(),
  test_samples: z.int(),
  auc: figure,
  brier: figure,
  calibration_error: figure,
  lift_top_decile: figure,
  n_trades: z.int(),
  net_expectancy: figure.describe('mean net result of the trades it would have taken, a fraction of their cost'),
  net_expectancy_low: figure.describe('lower end of its 95 % interval'),
  net_expectancy_high: figure,
});

/** The model that is watched. */
export const mlModel = z
  .object({
    task: z.string(),
    interval: z.string(),
    kind: z.enum(['logistic', 'gbdt']),
    hash: z.string().describe('SHA-256 of its weights'),
    features_hash: z.string(),
    generated_at: sec,
    tier: z.enum(['production', 'research_only']),
    served: z.boolean(),
    not_served: text.describe('why it is not served; null where it is'),
    threshold: z.number().describe('the least probability that says trade'),
    take_profit: z.number().describe('fraction above the price at which its trades are sold'),
    stop_loss: z.number(),
    horizon_minutes: z.int(),
    contract: metrics.describe('what it was measured to be worth before it was watched'),
  })
  .meta({ id: 'MlModel' });

/** What one feature did to a prediction. */
export const mlReason = z
  .object({
    name: z.string(),
    value: figure.describe('null is not known'),
    contribution: z.number().describe('log odds; above 0 raises the probability'),
  })
  .meta({ id: 'MlReason' });

/** What became of a prediction. */
export const mlOutcome = z
  .object({
    kind: z.enum(['resolved', 'unresolvable']),
    time: sec,
    label: z.int().min(0).max(1).nullable().describe('1 where the trade would have earned something'),
    ending: z.string().describe('what ended it: takeProfit, stop or time; or why it can not be resolved'),
    net: figure.describe('result after costs, a fraction of the price paid'),
  })
  .meta({ id: 'MlOutcome' });

/** One prediction. */
export const mlPrediction = z
  .object({
    number: z.int(),
    symbol: z.string(),
    time: sec.describe('close of the candle it was made of'),
    price: z.number(),
    probability: z.number(),
    reasons: z.array(mlReason).describe('at most 5, the strongest first'),
    outcome: mlOutcome.nullable().describe('null while it is open'),
  })
  .meta({ id: 'MlPrediction' });

/** One try to learn from outcomes. */
export const mlRound = z
  .object({
    time: sec,
    result: z.enum(['replaced', 'discarded', 'failed']),
    incumbent_auc: figure,
    candidate_auc: figure,
    candidate: text.describe('SHA-256 of the candidate that was written for the gate'),
    reason: text,
  })
  .meta({ id: 'MlRound' });

/** Answer of `GET /hotcoin/api/ml`. */
export const mlAnswer = z
  .object({
    state: z
      .enum(['off', 'idle', 'watching', 'failing'])
      .describe('idle without a model; failing since the newest try; trading does not depend on any of it'),
    reason: text.describe('why nothing is watched'),
    model: mlModel.nullable(),
    counts: z.object({
      predictions: z.int().describe('of this model, as far as the log keeps them'),
      open: z.int(),
      resolved: z.int(),
      unresolvable: z.int(),
      late: z.int().describe('candles that came after their moment and were not judged, since the start'),
      dropped: z.int(),
      coins: z.int().describe('coins that are kept'),
      coins_refused: z.int(),
    }),
    live: z
      .object({
        rows: z.int().describe('newest resolved predictions that the figures are of'),
        auc: figure.describe('null while there are too few'),
        brier: figure,
        accuracy: figure,
        calibration_error: figure,
      })
      .nullable(),
    monitor: z
      .object({
        alarm: z.enum(['quiet', 'ringing']),
        baseline_auc: z.number(),
        rows_min: z.int().describe('resolved predictions before anything is said'),
        drop_max: z.number().describe('fall of the AUC that is an alarm'),
        turning: z.int().describe('predictions in a row that speak for the other state'),
        confirm_rows: z.int(),
      })
      .nullable(),
    learning: z
      .object({
        examples: z.int(),
        full_rows: z.int().describe('examples that are learned from at once'),
        learning: z.boolean(),
        last_round: mlRound.nullable(),
      })
      .nullable(),
    errors: z.object({ count: z.int(), last_time: sec.nullable(), last_reason: text }),
    predictions: z.array(mlPrediction).describe('at most 50, the newest first, also of earlier models'),
    ts: sec,
  })
  .meta({ id: 'Ml' });

/** The model that is watched. */
export type MlModel = z.infer<typeof mlModel>;
/** What one feature did to a prediction. */
export type MlReason = z.infer<typeof mlReason>;
/** What became of a prediction. */
export type MlOutcome = z.infer<typeof mlOutcome>;
/** One prediction. */
export type MlPrediction = z.infer<typeof mlPrediction>;
/** One try to learn. */
export type MlRound = z.infer<typeof mlRound>;
/** Answer of `GET /hotcoin/api/ml`. */
export type MlAnswer = z.infer<typeof mlAnswer>;
