import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import { repeatUntil, Supervisor, type Task, untilStopped } from './supervisor.ts';

const MINUTE_MS = 60_000;
let clock: ManualClock;
let fatal: Failure[];
let warnings: string[];
let supervisor: Supervisor;

beforeEach(() => {
  clock = createManualClock(epochMs(1_780_000_000_000));
  fatal = [];
  warnings = [];
  supervisor = new Supervisor({
    clock,
    onFatal: (told) => fatal.push(told),
    onWarning: (reason) => warnings.push(reason),
  });
});
afterEach(() => clock.close());

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  await settle();
}

const steady: Task = { name: 'steady', importance: 'other', run: untilStopped };

/** A part whose runs end as told, in order; the ones after that go on. */
function ending(name: string, importance: Task['importance'], ends: readonly (() => void)[]) {
  const runs: number[] = [];
  const run = async (stop: AbortSignal): Promise<void> => {
    runs.push(clock.now());
    const end = ends[runs.length - 1];
    if (end === undefined) await untilStopped(stop);
    else end();
  };
  return { runs, task: { name, importance, run } satisfies Task };
}

const crash = (): void => {
  throw new Error('it broke');
};

describe('P0-5: the parts beside the engine', () => {
  it.each([
    ['throws', crash, 'task_failed', 'it broke'],
    ['returns', () => {}, 'task_failed', 'without being told'],
    [
      'fails as was to be expected',
      () => {
        throw new FailureError(failure('engine_stopped'));
      },
      'engine_stopped',
      '',
    ],
  ])('end everything when a critical one %s, once', async (_, end, code, reason) => {
    supervisor.add(steady);
    supervisor.add(ending('engine', 'critical', [end]).task);
    supervisor.add(ending('market', 'critical', [end]).task);
    await pass(MINUTE_MS);
    expect(fatal.map((told) => told.code)).toEqual([code]);
    expect(fatal[0]?.message).toContain(reason);
    expect(supervisor.status()).toMatchObject([
      { name: 'steady', state: 'running', restarts: 0 },
      { name: 'engine', state: 'failed' },
      { name: 'market', state: 'failed' },
    ]);
  });

  it('start again when another one throws or returns, after pauses that double', async () => {
    const { runs, task } = ending('posts', 'other', [crash, () => {}, crash]);
    supervisor.add(task);
    await pass(20_000);
    const [first = 0] = runs;
    expect(runs.map((time) => time - first)).toEqual([0, 1_000, 3_000, 7_000]);
    expect(supervisor.status()).toMatchObject([{ state: 'running', restarts: 3, lastError: 'it broke' }]);
    expect(warnings[0]).toBe('posts failed and is started again in 1 s: it broke');
    expect(warnings[1]).toContain('without being told');
    expect(fatal).toEqual([]);
  });

  it('are left as failed after five starts within an hour, and the others go on', async () => {
    const { runs, task } = ending(
      'posts',
      'other',
      Array.from({ length: 99 }, () => crash),
    );
    const other = ending('pages', 'other', [crash]);
    supervisor.add(task);
    supervisor.add(other.task);
    await pass(2 * 60 * MINUTE_MS);
    expect(runs).toHaveLength(6);
    expect(other.runs).toHaveLength(2);
    expect(supervisor.status()).toMatchObject([
      { name: 'posts', state: 'failed', restarts: 5 },
      { name: 'pages', state: 'running', restarts: 1 },
    ]);
    expect(warnings.at(-1)).toBe('posts failed again and is not started any more: it broke');
    expect(fatal).toEqual([]);
  });

  it('may fail once in a while for ever: only the restarts of the last hour count', async () => {
    const slow = async (): Promise<void> => {
      await new Promise<void>((resolve) => clock.schedule(epochMs(clock.now() + 15 * MINUTE_MS), resolve));
      crash();
    };
    supervisor.add({ name: 'posts', importance: 'other', run: slow });
    for (let quarter = 0; quarter < 40; quarter++) await pass(15 * MINUTE_MS + 10_000);
    expect(supervisor.status()[0]?.state).not.toBe('failed');
    expect(supervisor.status()[0]?.restarts).toBeGreaterThan(30);
  });
});

describe('stopping the parts', () => {
  it('ends those that listen at once, and none is started again', async () => {
    const { runs, task } = ending('posts', 'other', [crash]);
    supervisor.add(steady);
    supervisor.add(task);
    await pass(500);
    await supervisor.stop(2_000);
    await pass(MINUTE_MS);
    expect(runs).toHaveLength(1);
    expect(supervisor.status()[0]?.state).toBe('stopped');
    expect(warnings).toHaveLength(1);
  });

  it('R9-2: is over in time when one does not listen, which is named and left behind', async () => {
    supervisor.add(steady);
    supervisor.add({ name: 'deaf', importance: 'other', run: () => new Promise(() => {}) });
    let isOver = false;
    void supervisor.stop(2_000).then(() => {
      isOver = true;
    });
    await pass(1_999);
    expect(isOver).toBe(false);
    await pass(1);
    expect(isOver).toBe(true);
    expect(warnings).toEqual(['deaf did not stop within 2 s and is left behind']);
  });
});

it('an action is repeated one after the other until it is told to stop', async () => {
  const stop = new AbortController();
  const times: number[] = [];
  const started = clock.now();
  const repeated = repeatUntil(stop.signal, {
    clock,
    everyMs: 500,
    action: async () => {
      times.push(clock.now() - started);
    },
  });
  for (let step = 0; step < 4; step++) await pass(500);
  stop.abort();
  await repeated;
  expect(times).toEqual([500, 1_000, 1_500, 2_000]);
});
