/**
 * A watch put together: the log opened, what it knows of the model read, what is open of former models given up, learning
 * and listening begun. Where any of it fails nothing stays open.
 */
import type { MonitorEvent, MonitorSettings, OnlineSettings } from '../../ml/index.ts';
import { FailureError } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PredictionLog } from '../../ports/prediction-log.ts';
import type { ModelFolder } from './model-folder.ts';
import { unresolvable } from './shadow-coin.ts';
import type { ShadowMarket } from './shadow-judge.ts';
import { ShadowLearning } from './shadow-learning.ts';
import { saveCandidate, type WatchedModel } from './shadow-model.ts';
import { ShadowRecord } from './shadow-record.ts';
import { ShadowWatch } from './shadow-watch.ts';

/** A model under watch, with everything that knows of it. */
export type Watching = {
  readonly model: WatchedModel;
  readonly record: ShadowRecord;
  readonly learning: ShadowLearning;
  readonly watch: ShadowWatch;
  readonly log: PredictionLog;
};

/** What a watch is put together from. */
export type OpeningParts = {
  readonly folder: ModelFolder;
  /** Opens the log of predictions; called with the first model that is watched. */
  readonly openLog: () => PredictionLog;
  readonly market: ShadowMarket;
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  /** The house's unless given. */
  readonly monitor?: MonitorSettings;
  readonly learning?: OnlineSettings;
};

/** Who hears of it. */
export type WatchEars = {
  readonly onAlarm: (event: MonitorEvent) => void;
  readonly onSaved: () => void;
  readonly onError: (error: unknown) => void;
};

/** A watch over `model`; rejects as the log does. */
export async function openWatching(model: WatchedModel, parts: OpeningParts, ears: WatchEars): Promise<Watching> {
  const log = parts.openLog();
  try {
    const { market, clock, wallClock } = parts;
    const { hash, contract } = model;
    const baselineAuc = contract.metrics.test_auc ?? 0.5;
    const record = await ShadowRecord.open(log, { model: hash, baselineAuc }, parts.monitor);
    const learning = await openLearning(model, { ...parts, log, record, onError: ears.onError });
    const open = await log.loadOpen();
    const gone = open
      .filter((each) => each.model !== hash)
      .map((prediction) => ({ prediction, resolution: unresolvable(prediction.number, 'modelGone', clock.now()) }));
    await record.save([], gone);
    const watch = new ShadowWatch({ model, market, record, learning, clock, wallClock, ...ears });
    watch.resume(open.filter((each) => each.model === hash));
    return { model, record, learning, watch, log };
  } catch (error) {
    await log.close();
    throw error;
  }
}

type LearningContext = OpeningParts &
  Pick<WatchEars, 'onError'> & { readonly log: PredictionLog; readonly record: ShadowRecord };

async function openLearning(model: WatchedModel, context: LearningContext): Promise<ShadowLearning> {
  const { folder, clock, log, record, onError, learning: settings } = context;
  const { hash, key, document } = model;
  const { lastRound } = await log.summarize(hash);
  const saveLearned = async (learned: WatchedModel['document']): Promise<string> => {
    const saved = await saveCandidate(folder, key, learned);
    if (!saved.ok) throw new FailureError(saved.error);
    return saved.value;
  };
  const learning = new ShadowLearning(
    {
      ...{ model: hash, document, onError },
      now: () => clock.now(),
      saveCandidate: saveLearned,
      saveRounds: (rounds) => record.saveRounds(rounds),
      ...(settings === undefined ? {} : { settings }),
    },
    lastRound,
  );
  const { fullRows } = learning.view();
  learning.take(await log.loadResolved({ model: hash, after: lastRound?.through ?? 0, limit: fullRows }));
  return learning;
}
