/**
 * `hotwick ml train`: a model of stored candles, judged on time it has not seen, with what the gate says of it.
 */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ok, type Result } from '../../core/result.ts';
import { type DurationMs, type EpochMs, epochMs } from '../../core/time.ts';
import { contractFileName, decisionFileName, type Release, TRADE_RULES } from '../../ml/index.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import { loadConfig } from '../config.ts';
import { withCandleStore } from '../data/data-store.ts';
import { type ModelFolder, makeRelease, modelFolder, saveTrained, type TrainedModelFiles } from '../ml/model-folder.ts';
import { type TaskTraining, trainTask } from '../ml/train-task.ts';
import type { TrainingRequest } from '../ml/training-plan.ts';
import { type TrainingReport, toTrainingReport } from '../ml/training-report.ts';
import { fromDayOption, toDayOption } from './data-options.ts';
import {
  foldsOption,
  intervalOption,
  type ModelFlags,
  pairsOption,
  percentOption,
  rowsOption,
  taskOption,
  usdtOption,
} from './ml-options.ts';
import { startTrainingProgress } from './ml-progress.ts';
import { sayTrainingReport } from './ml-report.ts';
import { durationOption, seedOption } from './options.ts';
import { sayFailure, sayJson } from './output.ts';

type TrainFlags = ModelFlags & {
  readonly symbols: readonly string[] | null;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly horizon?: DurationMs;
  readonly takeProfit: number;
  readonly stop: number;
  readonly dayVolume: number;
  readonly folds: number;
  readonly rowsMax: number;
  readonly seed: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick ml train --task trade --interval 15m
  hotwick ml train --task trade --symbols BTC/USDT,DOGE/USDT --from 2025-03-01 --horizon 2h --dry-run
  hotwick ml train --task hotness --interval 5m --json

Candles come from the database (hotwick data download, hotwick data import). trade: does a trade begun at the close of a
candle leave something after costs, by take profit, stop or time? hotness: does a coin become one of the top tenth?
Rows are made of every coin that had a candle and enough volume at the time, whatever became of it. Every split trains,
then chooses, then judges, on spans that follow each other; a row whose label reaches into the next span is left out.
The model of the last split is saved with its contract and the gate's decision; nothing is heard before hotwick ml promote.
Exit status 0: trained, also where the gate says research_only; 1: nothing could be trained.`;

/** Adds the command. */
export function addMlTrainCommand(ml: Command): void {
  ml.command('train')
    .description('train a model on stored candles and have the gate judge it')
    .addOption(taskOption())
    .addOption(intervalOption())
    .addOption(
      shown('--symbols <pairs>', 'spot pairs separated by commas', pairsOption).default(
        null,
        'all stored but stablecoins',
      ),
    )
    .option('--from <day>', 'first UTC day (default: the first candle)', fromDayOption)
    .option('--to <day>', 'last UTC day, inclusive (default: the last candle)', toDayOption)
    .option('--horizon <duration>', 'longest trade or rise (default: 4h for trade, 1h for hotness)', durationOption)
    .addOption(shown('--take-profit <percent>', 'above the entry', percentOption).default(TRADE_RULES.takeProfit, '3'))
    .addOption(shown('--stop <percent>', 'below the entry', percentOption).default(TRADE_RULES.stopLoss, '3'))
    .option('--day-volume <usdt>', 'quote volume of 24 hours that a coin needs', usdtOption, 500_000)
    .option('--folds <count>', 'splits, each a test span', foldsOption, 3)
    .option(
      '--rows-max <count>',
      'most rows in memory; beyond it one moment in two makes rows, or in three',
      rowsOption,
      300_000,
    )
    .option('--seed <number>', 'seed of everything that is drawn', seedOption, 1)
    .option('--data-dir <dir>', 'where the database and the models lie (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--dry-run', 'write nothing')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runTrain);
}

function shown<T>(flags: string, meaning: string, parse: (text: string) => T): Option {
  return new Option(flags, meaning).argParser(parse);
}

async function runTrain(flags: TrainFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const dataDir = flags.dataDir ?? config.value.home;
  const progress = startTrainingProgress(flags.task, flags.interval);
  try {
    const trained = await withCandleStore(dataDir, (store) => trainTask(store, requestOf(flags), progress.update));
    progress.stop();
    if (!trained.ok) return sayFailure(trained.error);
    const report = await fileReport(dataDir, flags, trained.value);
    if (!report.ok) return sayFailure(report.error);
    if (flags.json === true) sayJson(report.value);
    else sayTrainingReport(report.value);
  } catch (error) {
    sayFailure(toFailure(error));
  } finally {
    progress.stop();
  }
}

function requestOf(flags: TrainFlags): TrainingRequest {
  const { task, interval, symbols, horizon, takeProfit, stop, dayVolume, folds, rowsMax, seed } = flags;
  return {
    task,
    interval,
    pairs: symbols,
    from: flags.from ?? null,
    to: flags.to ?? null,
    horizonMinutes: horizon === undefined ? null : horizon / 60_000,
    takeProfit,
    stopLoss: stop,
    dayVolumeMin: dayVolume,
    folds,
    rowsMax,
    seed,
  };
}

async function fileReport(
  dataDir: string,
  flags: TrainFlags,
  training: TaskTraining,
): Promise<Result<TrainingReport, Failure>> {
  const folder = modelFolder(dataDir);
  const { document, metrics } = training.final;
  const files: TrainedModelFiles = { document, metrics, recipe: training.recipe, now: epochMs(Date.now()) };
  if (flags.dryRun === true) return ok(toTrainingReport(training, makeRelease(folder, files), []));
  const saved = await saveTrained(folder, files);
  return saved.ok ? ok(toTrainingReport(training, saved.value, savedFiles(folder, saved.value))) : saved;
}

function savedFiles({ path }: ModelFolder, { contract: { task, interval, model_files } }: Release): readonly string[] {
  return [...model_files, contractFileName(task, interval), decisionFileName(task, interval)].map((name) =>
    join(path, name),
  );
}
