/**
 * How long the engine's step and its commits take: the step and the commit themselves, with a watch beside them that
 * changes nothing about what they do.
 */
import type { Step } from '../../engine/index.ts';
import type { CommitBurst } from '../../ports/commit-burst.ts';

/** Takes durations in milliseconds. `now` is a clock of milliseconds that only goes forward. */
export type EngineStopwatch = {
  readonly now: () => number;
  readonly step: (ms: number) => void;
  readonly commit: (ms: number) => void;
};

/** The step, timed. A step that throws is not. */
export function timeStep(step: Step, watch: EngineStopwatch): Step {
  return (state, input) => {
    const begun = watch.now();
    const stepped = step(state, input);
    watch.step(watch.now() - begun);
    return stepped;
  };
}

/** The commit, timed. One that fails is not. */
export function timeCommit(commit: CommitBurst, watch: EngineStopwatch): CommitBurst {
  return async (batch, execution) => {
    const begun = watch.now();
    const counts = await commit(batch, execution);
    watch.commit(watch.now() - begun);
    return counts;
  };
}
