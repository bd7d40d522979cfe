/**
 * The thread that learns, started with its work and ended with its answer: training takes a tenth of a second or more, and
 * the thread of trading has none to give.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { foldExample, type OnlineOutcome } from '../../ml/index.ts';
import type { Learned, LearningWork } from './learning-work.ts';

function learn({ state, examples, settings }: LearningWork): Learned {
  const outcomes: OnlineOutcome[] = [];
  let learned = state;
  for (const example of examples) {
    const folded = foldExample(learned, example, settings);
    learned = folded.state;
    outcomes.push(folded.outcome);
  }
  return { state: learned, outcomes };
}

parentPort?.postMessage(learn(workerData as LearningWork));
