/**
 * The process that learns, started for one piece of work and gone with its answer: training takes a tenth of a second or
 * more, which trading has not to give, and what kills this process leaves trading alone.
 */
import { constants, setPriority } from 'node:os';
import { foldExample, type OnlineOutcome } from '../../ml/index.ts';
import type { Learned, LearningAnswer, LearningWork } from './learning-work.ts';

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

function answer(work: LearningWork): LearningAnswer {
  try {
    return { learned: learn(work) };
  } catch (error) {
    return { error };
  }
}

function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where a unit forbids the call, the processor is shared as between any two.
  }
}

stepBack();
// A terminal and a service manager send their signals to every process; when learning ends is the program's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('message', (work: LearningWork) => {
  process.send?.(answer(work), () => process.exit());
});
