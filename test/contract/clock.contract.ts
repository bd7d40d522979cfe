/**
 * What every clock promises, whichever way its time moves.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { addMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock under test and how to let at least `ms` of its time pass. */
export type ClockUnderTest = { readonly clock: Clock; readonly pass: (ms: number) => Promise<void> };

/** Runs the suite; `stepMs` is a length of the clock's time that is short to wait for yet well above its grain. */
export function describeClockContract(
  name: string,
  options: { readonly create: () => ClockUnderTest; readonly stepMs: number },
): void {
  const { stepMs } = options;
  const opened: Clock[] = [];
  const open = (): ClockUnderTest => {
    const made = options.create();
    opened.push(made.clock);
    return made;
  };
  afterEach(() => {
    for (const clock of opened.splice(0)) clock.close();
  });

  describe(`${name} keeps the clock contract`, () => {
    it('never answers an earlier time than before', async () => {
      const { clock, pass } = open();
      const first = clock.now();
      let last = first;
      for (let i = 0; i < 5; i++) {
        await pass(stepMs);
        const present = clock.now();
        expect(present).toBeGreaterThanOrEqual(last);
        last = present;
      }
      expect(last).toBeGreaterThanOrEqual(first + 5 * stepMs);
      expect(Number.isInteger(last)).toBe(true);
    });

    it('fires a timer once, not before its time', async () => {
      const { clock, pass } = open();
      const at = addMs(clock.now(), stepMs);
      const firedAt: number[] = [];
      clock.schedule(at, () => firedAt.push(clock.now()));
      await pass(3 * stepMs);
      expect(firedAt).toHaveLength(1);
      expect(firedAt[0]).toBeGreaterThanOrEqual(at);
    });

    it('fires timers by time, and those of one time in the order they were set', async () => {
      const { clock, pass } = open();
      const start = clock.now();
      const fired: string[] = [];
      const plan: readonly [string, number][] = [
        ['c1', 3],
        ['a1', 1],
        ['b1', 2],
        ['a2', 1],
        ['c2', 3],
        ['a3', 1],
      ];
      for (const [label, steps] of plan) clock.schedule(addMs(start, steps * stepMs), () => fired.push(label));
      await pass(5 * stepMs);
      expect(fired).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'c2']);
    });

    it('fires a timer of the past soon, never inside the call that sets it', async () => {
      const { clock, pass } = open();
      await pass(stepMs);
      let fired = 0;
      clock.schedule(addMs(clock.now(), -stepMs), () => {
        fired++;
        clock.schedule(clock.now(), () => fired++);
        expect(fired).toBe(1);
      });
      expect(fired).toBe(0);
      await pass(stepMs);
      expect(fired).toBe(2);
    });

    it('does not fire a cancelled timer, and cancelling again or afterwards does nothing', async () => {
      const { clock, pass } = open();
      const fired: string[] = [];
      const at = addMs(clock.now(), stepMs);
      const cancelDropped = clock.schedule(at, () => fired.push('dropped'));
      const cancelKept = clock.schedule(at, () => fired.push('kept'));
      cancelDropped();
      cancelDropped();
      await pass(2 * stepMs);
      cancelKept();
      await pass(stepMs);
      expect(fired).toEqual(['kept']);
    });

    it('lets a timer cancel another one of the same time', async () => {
      const { clock, pass } = open();
      const fired: string[] = [];
      const at = addMs(clock.now(), stepMs);
      clock.schedule(at, () => {
        fired.push('first');
        cancelSecond();
      });
      const cancelSecond = clock.schedule(at, () => fired.push('second'));
      await pass(3 * stepMs);
      expect(fired).toEqual(['first']);
    });

    it('fires nothing after close, neither what was pending nor what is set later', async () => {
      const { clock, pass } = open();
      const fired: string[] = [];
      const at = addMs(clock.now(), stepMs);
      clock.schedule(at, () => fired.push('pending'));
      clock.close();
      clock.schedule(at, () => fired.push('late'))();
      clock.close();
      await pass(2 * stepMs);
      expect(fired).toEqual([]);
    });
  });
}
