import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import { endInTime } from './wind-down.ts';

let clock: ManualClock;
const PROGRAM = join(resolve(import.meta.dirname, '../../..'), 'test/fixtures/stubborn-program.ts');

beforeEach(() => {
  clock = createManualClock(epochMs(1_780_000_000_000));
});
afterEach(() => clock.close());

describe('R9-2: ending', () => {
  it('waits for what closes in time, and after 15 s for nothing any more', async () => {
    const late: number[] = [];
    const onLate = (): void => void late.push(clock.now());
    await endInTime(async () => {}, { clock, limitMs: 15_000, onLate });
    const started = clock.now();
    const ending = endInTime(() => new Promise(() => {}), { clock, limitMs: 15_000, onLate });
    await clock.advance(60_000);
    await ending;
    expect(late).toEqual([started + 15_000]);
  });

  it('passes on what closing failed with', async () => {
    const closing = endInTime(() => Promise.reject(new Error('a part did not close')), {
      clock,
      limitMs: 15_000,
      onLate: () => {},
    });
    await expect(closing).rejects.toThrow('a part did not close');
  });
});

describe('R9-2: a program whose work ignores the stop', () => {
  async function start(limitMs: number) {
    const child = spawn(process.execPath, [PROGRAM, String(limitMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    let text = '';
    const says = async (word: string): Promise<void> => {
      while (!text.includes(word)) text += String((await once(child.stdout, 'data'))[0]);
    };
    await says('running');
    child.kill('SIGINT');
    await says('stopping');
    return { child, exited };
  }

  it('ends by its limit, with a status that says so', async () => {
    const { exited } = await start(50);
    expect(await exited).toEqual([1, null]);
  });

  it('ends at once by a second signal', async () => {
    const { child, exited } = await start(600_000);
    child.kill('SIGINT');
    expect(await exited).toEqual([null, 'SIGINT']);
  });
});
