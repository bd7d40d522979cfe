/**
 * Days on which a coin rose far: bars and alarms in, finished days that were moves out. The judge of a scanner is what
 * it found of these, and when.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { RecordedBar } from './recording-spool.ts';

const DAY_MS = 86_400_000;
/** Rise from a UTC day's first price to its highest that makes a move. */
export const MOVE_MIN = 0.35;

/** The first alarm of a lane on a day, and how high the price went after it on that day. */
export type DayAlarm = { readonly time: EpochMs; readonly price: number; highAfter: number };

/** A UTC day of one instrument. */
export type MoverDay = {
  readonly instrument: number;
  readonly dayStart: EpochMs;
  readonly open: number;
  high: number;
  /** End of the bar in which the high was reached. */
  highTime: EpochMs;
  close: number;
  quoteVolume: number;
  readonly alarms: Record<string, DayAlarm>;
};

/** The running day of each instrument, and from when on days count. */
export type MoverDays = {
  readonly stepMs: number;
  readonly judgedFrom: EpochMs;
  readonly quoteVolumeMin: number;
  readonly days: Map<number, MoverDay>;
};

/** No day yet; days that begin before `judgedFrom` are no moves. */
export function createMoverDays(limits: Omit<MoverDays, 'days'>): MoverDays {
  return { ...limits, days: new Map() };
}

/** Folds a bar; answers the day that ended with the one before when it was a move. */
export function foldMoverBar(movers: MoverDays, bar: RecordedBar): MoverDay | null {
  const dayStart = epochMs(bar.openTime - (bar.openTime % DAY_MS));
  const known = movers.days.get(bar.instrument);
  if (known !== undefined && known.dayStart === dayStart) {
    growDay(movers, known, bar);
    return null;
  }
  const { instrument, open, high, close, quoteVolume } = bar;
  const highTime = epochMs(bar.openTime + movers.stepMs);
  movers.days.set(instrument, { instrument, dayStart, open, high, highTime, close, quoteVolume, alarms: {} });
  return known !== undefined && isMove(movers, known) ? known : null;
}

function growDay(movers: MoverDays, day: MoverDay, bar: RecordedBar): void {
  if (bar.high > day.high) {
    day.high = bar.high;
    day.highTime = epochMs(bar.openTime + movers.stepMs);
  }
  day.close = bar.close;
  day.quoteVolume += bar.quoteVolume;
  for (const alarm of Object.values(day.alarms)) alarm.highAfter = Math.max(alarm.highAfter, bar.high);
}

function isMove(movers: MoverDays, day: MoverDay): boolean {
  return (
    day.dayStart >= movers.judgedFrom &&
    day.quoteVolume >= movers.quoteVolumeMin &&
    day.high > day.open * (1 + MOVE_MIN)
  );
}

/** Notes an alarm on the instrument's running day; only the first of each lane counts. */
export function noteDayAlarm(
  movers: MoverDays,
  instrument: number,
  alarm: { readonly lane: string; readonly time: EpochMs; readonly price: number },
): void {
  const day = movers.days.get(instrument);
  if (day === undefined || day.alarms[alarm.lane] !== undefined) return;
  const { time, price } = alarm;
  // What was found before the day has all of it still to come, its first bar included.
  const highAfter = time <= day.dayStart ? Math.max(price, day.high) : price;
  day.alarms[alarm.lane] = { time, price, highAfter };
}

/** The running days that are moves already, for the end of a recording. */
export function unfinishedMoves(movers: MoverDays): readonly MoverDay[] {
  return [...movers.days.values()].filter((day) => isMove(movers, day));
}

/** Share of the day's rise that was still to come after the alarm; 0..1, 0 after the top. */
export function moveLeft(day: MoverDay, alarm: DayAlarm): number {
  return Math.min(1, Math.max(0, (alarm.highAfter - alarm.price) / (day.high - day.open)));
}
