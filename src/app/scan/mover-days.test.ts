import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import {
  createMoverDays,
  foldMoverBar,
  type MoverDay,
  type MoverDays,
  moveLeft,
  noteDayAlarm,
  unfinishedMoves,
} from './mover-days.ts';
import type { RecordedBar } from './recording-spool.ts';

const DAY = 86_400_000;
const STEP = 3_600_000;
const START = Date.UTC(2026, 2, 1);

function open(): MoverDays {
  return createMoverDays({ stepMs: STEP, judgedFrom: epochMs(START), quoteVolumeMin: 1_000 });
}

function bar(hour: number, high: number, rest: Partial<RecordedBar> = {}): RecordedBar {
  const flat = { open: 1, low: 1, close: 1, quoteVolume: 500, takerQuoteVolume: null };
  return { instrument: 0, openTime: epochMs(START + hour * STEP), high, ...flat, ...rest };
}

/** Plays a day and the first bar of the next one; answers the move that ended. */
function play(movers: MoverDays, bars: readonly RecordedBar[]): MoverDay | null {
  for (const each of bars) expect(foldMoverBar(movers, each)).toBeNull();
  return foldMoverBar(movers, bar(24, 1));
}

describe('a day', () => {
  it('is a move when its high is more than 35 % above its first price, whatever its close', () => {
    expect(play(open(), [bar(0, 1), bar(5, 1.36), bar(6, 1.2)])).toMatchObject({
      dayStart: START,
      open: 1,
      high: 1.36,
      highTime: START + 6 * STEP,
      close: 1,
      quoteVolume: 1_500,
    });
    expect(play(open(), [bar(0, 1), bar(5, 1.35)])).toBeNull();
  });

  it('that hardly traded, or began before the judging, is none', () => {
    expect(play(open(), [bar(0, 1, { quoteVolume: 1 }), bar(5, 2, { quoteVolume: 998 })])).toBeNull();
    const later = createMoverDays({ stepMs: STEP, judgedFrom: epochMs(START + 1), quoteVolumeMin: 0 });
    expect(play(later, [bar(0, 1), bar(5, 2)])).toBeNull();
  });

  it('that is still running counts as far as it came', () => {
    const movers = open();
    foldMoverBar(movers, bar(0, 1));
    foldMoverBar(movers, bar(1, 1.5));
    expect(unfinishedMoves(movers)).toHaveLength(1);
  });
});

describe('what was left of a move', () => {
  function leftAt(hour: number, price: number): number {
    const movers = open();
    const alarm = { lane: 'pool', time: epochMs(START + hour * STEP), price };
    for (let at = 0; at < 24; at++) {
      if (at === hour && hour > 0) noteDayAlarm(movers, 0, alarm);
      foldMoverBar(movers, bar(at, at === 10 ? 2 : at === 15 ? 1.5 : 1.1));
      if (hour <= 0 && at === 0) noteDayAlarm(movers, 0, alarm);
    }
    const day = foldMoverBar(movers, bar(24, 1)) as MoverDay;
    return moveLeft(day, day.alarms['pool'] as never);
  }

  it('is the rise after the alarm over the whole rise of the day', () => {
    expect(leftAt(5, 1.2)).toBeCloseTo(0.8);
    expect(leftAt(12, 1.2)).toBeCloseTo(0.3);
    expect(leftAt(20, 1.2)).toBe(0);
  });

  it('is all of it for who was found before the day', () => {
    expect(leftAt(-3, 0.9)).toBe(1);
    expect(leftAt(0, 1)).toBe(1);
  });

  it('is told of the first alarm only', () => {
    const movers = open();
    foldMoverBar(movers, bar(0, 1));
    noteDayAlarm(movers, 0, { lane: 'rule', time: epochMs(START + STEP), price: 1.1 });
    noteDayAlarm(movers, 0, { lane: 'rule', time: epochMs(START + 2 * STEP), price: 1.4 });
    noteDayAlarm(movers, 7, { lane: 'rule', time: epochMs(START + DAY), price: 1 });
    expect(movers.days.get(0)?.alarms['rule']?.price).toBe(1.1);
    expect(movers.days.size).toBe(1);
  });
});
