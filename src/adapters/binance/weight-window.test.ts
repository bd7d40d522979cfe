import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { WeightWindow } from './weight-window.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;
const at = (ms: number): EpochMs => epochMs(T + ms);

/** A window in the minute of `T` that an answer at `answeredMs`, stamped `stampMs`, told of `usedWeight`. */
function told(answeredMs: number, stampMs: number, usedWeight = 40): WeightWindow {
  const window = new WeightWindow(at(answeredMs));
  const sent = window.send(1);
  window.settle(sent, { usedWeight, stamp: at(stampMs) }, at(answeredMs));
  return window;
}

describe('a minute of weight', () => {
  it('begins at full minutes of our clock until an answer is stamped', () => {
    const window = new WeightWindow(at(59_999));
    expect([window.minute, window.nextOpening]).toEqual([T, T + MINUTE]);
    window.roll(at(MINUTE));
    expect([window.minute, window.nextOpening]).toEqual([T + MINUTE, T + 2 * MINUTE]);
  });

  it('begins late when our clock is ahead of the venue', () => {
    const window = told(30_000, 25_000);
    expect([window.used, window.nextOpening]).toEqual([40, T + 65_000]);
    window.roll(at(64_999));
    expect(window.used).toBe(40);
    window.roll(at(65_000));
    expect([window.minute, window.used]).toEqual([T + MINUTE, 0]);
  });

  it('begins early when the venue is ahead of our clock', () => {
    const window = told(57_000, 59_000);
    window.roll(at(58_000));
    expect([window.minute, window.used]).toEqual([T + MINUTE, 0]);
  });

  it('begins with the first answer that is stamped in it', () => {
    expect(told(59_300, MINUTE, 3)).toMatchObject({ minute: T + MINUTE, used: 3 });
  });

  it('is taken back when the venue has not reached it', () => {
    const window = told(500, -4_000);
    expect(window).toMatchObject({ minute: T - MINUTE, used: 40, nextOpening: T + 4_500 });
    window.roll(at(4_500));
    expect(window).toMatchObject({ minute: T, used: 0 });
  });

  it('takes the sharpest stamp of this minute and the one before, and follows a clock that is set', () => {
    const window = told(10_000, 9_000);
    const answer = (ms: number, stampMs: number) =>
      window.settle(window.send(1), { usedWeight: 1, stamp: at(stampMs) }, at(ms));
    answer(20_500, 20_000);
    answer(30_900, 30_000);
    expect(window.nextOpening).toBe(T + MINUTE + 500);
    answer(70_000, 67_000);
    expect(window.nextOpening).toBe(T + 2 * MINUTE + 500);
    answer(130_000, 127_000);
    expect(window.nextOpening).toBe(T + 3 * MINUTE + 3_000);
  });

  it('does not believe a stamp more than half a minute away', () => {
    expect(told(10_000, 40_001)).toMatchObject({ minute: T, nextOpening: T + MINUTE, used: 40 });
    expect(told(40_001, 10_000)).toMatchObject({ minute: T, nextOpening: T + MINUTE, used: 40 });
  });
});

describe('the weight of a minute', () => {
  it('holds what is under way across its beginning', () => {
    const window = new WeightWindow(at(59_000));
    const sent = window.send(5);
    window.roll(at(MINUTE));
    expect(window).toMatchObject({ used: 0, committed: 5 });
    window.settle(sent, { usedWeight: 99, stamp: at(59_000) }, at(MINUTE + 900));
    expect(window).toMatchObject({ minute: T, used: 99, committed: 99 });
  });

  it('leaves out what the venue counted in the minute before', () => {
    const window = new WeightWindow(at(59_000));
    const early = window.send(5);
    window.settle(window.send(1), { usedWeight: 2, stamp: at(MINUTE) }, at(MINUTE));
    window.settle(early, { usedWeight: 99, stamp: at(59_000) }, at(MINUTE + 100));
    expect(window).toMatchObject({ minute: T + MINUTE, used: 2, committed: 2 });
  });

  it('takes in what was sent in the minute before and answered nobody knows when', () => {
    const window = new WeightWindow(at(59_000));
    const early = window.send(5);
    window.settle(early, { usedWeight: 99, stamp: null }, at(MINUTE + 100));
    expect(window).toMatchObject({ minute: T + MINUTE, used: 5 });
  });

  it('is recalled for its own minute, and for the next one when our clock is a little behind', () => {
    const recalled = (minuteMs: number, nowMs: number): WeightWindow => {
      const window = new WeightWindow(at(0));
      window.recall({ minute: at(minuteMs), usedWeight: 30 }, at(nowMs));
      return window;
    };
    expect(recalled(0, 59_999)).toMatchObject({ minute: T, used: 30 });
    expect(recalled(0, MINUTE)).toMatchObject({ minute: T + MINUTE, used: 0 });
    expect(recalled(MINUTE, 58_000)).toMatchObject({ minute: T + MINUTE, used: 30 });
    expect(recalled(MINUTE, 10_000)).toMatchObject({ minute: T, used: 0 });
  });
});
