/**
 * The face of machine learning: rows of named features in, probabilities with their reasons out, and what decides whether
 * a model may be heard. Pure: files, clocks and hashes are handed in.
 */
export { type CandleFeatures, createCandleFeatures, type FeatureCandle } from './candle-features.ts';
export { describePeers, type Peer } from './cross-section.ts';
export {
  createDatasetBuilder,
  type DatasetBuilder,
  type DatasetCounts,
  type DatasetPlan,
  finishDataset,
  foldDataset,
} from './dataset/dataset-builder.ts';
export {
  type CoinCandle,
  createMarket,
  describeMarket,
  foldMarket,
  type Market,
  type MarketMoment,
  type UniversePlan,
} from './dataset/market-features.ts';
export { createRowTable, type Dataset, putRow, type RowTable, settleRow, toDataset } from './dataset/row-table.ts';
export { toTaskSpan } from './dataset/task-span.ts';
export {
  type EvaluationPlan,
  entryThreshold,
  evaluate,
  evaluateScores,
  scoreSpan,
  type TradeSpan,
} from './evaluation.ts';
export { assembleRow, checkSchema, type FeatureVector, type NamedNumbers, nameRow } from './feature-row.ts';
export { createFeatureSchema, type FeatureDefinition, type FeatureSchema, HOT_FEATURES } from './feature-schema.ts';
export { HOT_WARM_UP, type NamedValues, pushCandleFeatures } from './features-hot.ts';
export {
  type ContractFacts,
  contractFileName,
  type FileHashes,
  type ModelMetrics,
  makeContract,
  parseContract,
  type RuntimeContract,
} from './governance/contract.ts';
export {
  type DeploymentTier,
  decidePromotion,
  decisionFileName,
  demote,
  findShortcomings,
  PROMOTION_THRESHOLDS,
  type PromotionDecision,
  type PromotionThresholds,
  parseDecision,
} from './governance/decision.ts';
export {
  findLabelRulesFault,
  type LabelRules,
  ML_TASKS,
  type MlTask,
  parseRecipeText,
  RECIPE_FORMAT,
  type Recipe,
  recipeText,
  type SpanFacts,
} from './governance/recipe.ts';
export {
  findPaperFaults,
  mayServe,
  NOTHING_SERVED,
  type Release,
  rollBackRelease,
  type ServingFacts,
  type ServingState,
  serveRelease,
  withdrawRelease,
} from './governance/serving.ts';
export { parseServing, servingFileName, servingText } from './governance/serving-file.ts';
export { type Judgement, judgeVector, spaceOfSchema } from './judge-vector.ts';
export {
  createHotnessLabeler,
  finishHotness,
  foldHotness,
  HOTNESS_RULES,
  type HotnessLabel,
  type HotnessLabeler,
  type HotnessOutcome,
  type HotnessRules,
  type Moment,
} from './labels/hotness-label.ts';
export {
  foldTrade,
  type LabelCandle,
  type OpenTrade,
  openTrade,
  TRADE_RULES,
  type TradeLabel,
  type TradeOutcome,
  type TradeRules,
} from './labels/trade-label.ts';
export { beginLabel, createTradeLabeler, finishLabels, foldLabels, type TradeLabeler } from './labels/trade-labeler.ts';
export { deriveAccuracy, deriveAuc, deriveLift, type Scored } from './metrics/auc.ts';
export {
  type Calibration,
  type CalibrationBin,
  deriveBrier,
  deriveCalibration,
  deriveFixedCalibration,
  deriveLogLoss,
} from './metrics/calibration.ts';
export { fitIsotonic, fitPlatt } from './metrics/calibrator-fit.ts';
export { type Drift, deriveDrift, describeRows, type FeatureShares, stabilityIndex } from './metrics/drift.ts';
export {
  createMonitor,
  deriveMonitorFigures,
  foldResolved,
  MONITOR_DEFAULTS,
  type MonitorEvent,
  type MonitorFigures,
  type MonitorSettings,
  type MonitorState,
  monitorText,
  type ResolvedPrediction,
} from './model-monitor.ts';
export { GBDT_DEFAULTS, type GbdtSettings, type TrainingSpans } from './models/gbdt-training.ts';
export { LOGISTIC_DEFAULTS, type LogisticSettings } from './models/logistic-training.ts';
export { type Explanation, type Model, openModel } from './models/model.ts';
export {
  type Calibrator,
  type FeatureSpace,
  type GbdtDocument,
  type LogisticDocument,
  type ModelDocument,
  modelText,
  type Tree,
} from './models/model-document.ts';
export { parseModel, parseModelText } from './models/parse-model.ts';
export { deriveReasons, type Reason, reasonText } from './models/reasons.ts';
export {
  countPositives,
  type LabelledRow,
  rowOf,
  type Samples,
  sliceSamples,
  toSamples,
} from './models/samples.ts';
export type { FeatureRow } from './models/scorer.ts';
export {
  continueModel,
  type TrainedModel,
  type TrainingPlan,
  type TrainingSettings,
  trainModel,
} from './models/training.ts';
export {
  type Comparison,
  createOnlineLearning,
  type Example,
  foldExample,
  ONLINE_DEFAULTS,
  type OnlineOutcome,
  type OnlineSettings,
  type OnlineState,
  rollBackOnline,
  toExampleRow,
} from './online-learning.ts';
export { judgePool, type PooledRows } from './splits/pooled-figures.ts';
export {
  type LabelTimes,
  type Split,
  type SplitPlan,
  type SplitSpan,
  splitWalkForward,
} from './splits/walk-forward.ts';
export { type Contender, type TaskPlan, type TaskSpans, type TrainedTask, trainHotcoin } from './train-hotcoin.ts';
