/**
 * Progress of training: a live line on a terminal, elsewhere a line for each stage. Training holds the event loop for
 * seconds at a time, so the line draws itself when it is told something.
 */
import ora from 'ora';
import type { TrainingProgress } from '../ml/train-task.ts';
import { grouped } from './output.ts';

/** Shows how far training is. */
export type TrainingProgressLine = { readonly update: (progress: TrainingProgress) => void; readonly stop: () => void };

const DRAW_EVERY_MS = 100;

/** Starts showing progress. */
export function startTrainingProgress(task: string, interval: string): TrainingProgressLine {
  const title = `${task} ${interval}`;
  const spinner = ora({ text: `${title}: looking at what is stored`, stream: process.stderr }).start();
  let stage = '';
  let drawn = performance.now();
  return {
    update: (progress) => {
      spinner.text = `${title}: ${describe(progress)}`;
      if (process.stderr.isTTY) {
        if (performance.now() - drawn < DRAW_EVERY_MS) return;
        drawn = performance.now();
        spinner.render();
        return;
      }
      const next = stageOf(progress);
      if (next !== stage) process.stderr.write(`${title}: ${next}\n`);
      stage = next;
    },
    stop: () => spinner.stop(),
  };
}

function stageOf(progress: TrainingProgress): string {
  if (progress.stage === 'reading') return `reading about ${grouped(progress.of)} candles`;
  const { fold, folds, kind } = progress;
  return `training split ${fold} of ${folds}${kind === '' ? '' : `, ${kind}`}`;
}

function describe(progress: TrainingProgress): string {
  if (progress.stage === 'reading') {
    const share = Math.min(100, Math.floor((100 * progress.candles) / Math.max(1, progress.of)));
    return `reading, ${grouped(progress.candles)} of about ${grouped(progress.of)} candles (${share} %)`;
  }
  return `${stageOf(progress)}${progress.kind === '' ? '' : `, round ${grouped(progress.round)}`}`;
}
