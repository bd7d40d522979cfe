/**
 * What became of alarms. An alarm opens at the end of a bar; the bars after it say how high the price went and whether
 * the first take-profit or the stop of the seed would have been reached first. Bars up to the alarm are never looked at.
 */
import type { EpochMs } from '../../core/time.ts';
import type { RecordedBar } from './recording-spool.ts';

/** The seed's first take-profit, its stop and its longest holding time: what an alarm must be good for. */
export const TARGET_RISE = 0.05;
/** Loss at which a position is stopped. */
export const STOP_FALL = 0.05;
/** How long a position is held at most. */
export const HOLD_MS = 4 * 3_600_000;
/** For how long the later high is looked for. */
export const LATER_MS = 86_400_000;

/**
 * `target`: the target came before the stop within the holding time; `stop`: the stop came first, or both in one bar;
 * `neither`: none of them came; `unfinished`: the recording ended before.
 */
export type AlarmOutcome = 'target' | 'stop' | 'neither' | 'unfinished';

/** An alarm and what is known of it by now. */
export type Alarm = {
  readonly lane: string;
  readonly time: EpochMs;
  readonly price: number;
  /** Lowest price of the 24 hours up to the alarm: where the move began. */
  readonly lowBefore: number;
  /** Highest price of the 24 hours after it so far; `price` when there was none higher. */
  laterHigh: number;
  outcome: AlarmOutcome;
};

/** Outcomes of one lane. */
export type AlarmCounts = { alarms: number } & Record<AlarmOutcome, number>;

/** Open alarms by instrument and the counts of all by lane. Open ones are as many as fit into 24 hours of cooldowns. */
export type AlarmLedger = { readonly open: Map<number, Alarm[]>; readonly counts: Record<string, AlarmCounts> };

/** No alarm yet in any of `lanes`. */
export function createAlarmLedger(lanes: readonly string[]): AlarmLedger {
  const none = (): AlarmCounts => ({ alarms: 0, target: 0, stop: 0, neither: 0, unfinished: 0 });
  return { open: new Map(), counts: Object.fromEntries(lanes.map((lane) => [lane, none()])) };
}

/** Opens an alarm; the one answered changes with the bars to come. */
export function raiseAlarm(
  ledger: AlarmLedger,
  instrument: number,
  told: Pick<Alarm, 'lane' | 'time' | 'price' | 'lowBefore'>,
): Alarm {
  const alarm: Alarm = { ...told, laterHigh: told.price, outcome: 'unfinished' };
  const counts = ledger.counts[told.lane];
  if (counts === undefined) throw new RangeError(`no lane named ${told.lane}`);
  counts.alarms++;
  counts.unfinished++;
  const open = ledger.open.get(instrument);
  if (open === undefined) ledger.open.set(instrument, [alarm]);
  else open.push(alarm);
  return alarm;
}

/** Tells the open alarms of an instrument its next bar. */
export function foldAlarmBar(ledger: AlarmLedger, bar: RecordedBar): void {
  const open = ledger.open.get(bar.instrument);
  if (open === undefined) return;
  for (const alarm of open) foldBar(ledger, alarm, bar);
  const staying = open.filter(({ time }) => bar.openTime - time < LATER_MS);
  if (staying.length === 0) ledger.open.delete(bar.instrument);
  else if (staying.length < open.length) ledger.open.set(bar.instrument, staying);
}

function foldBar(ledger: AlarmLedger, alarm: Alarm, bar: RecordedBar): void {
  const age = bar.openTime - alarm.time;
  if (age < 0) throw new RangeError('a bar from before the alarm says nothing of it');
  if (age < LATER_MS) alarm.laterHigh = Math.max(alarm.laterHigh, bar.high);
  if (alarm.outcome !== 'unfinished') return;
  const outcome = age >= HOLD_MS ? 'neither' : judgeBar(alarm, bar);
  if (outcome === null) return;
  const counts = ledger.counts[alarm.lane] as AlarmCounts;
  counts.unfinished--;
  counts[outcome]++;
  alarm.outcome = outcome;
}

/** In which order a bar's extremes came is not known: where both are reached, the worse is taken. */
function judgeBar({ price }: Alarm, bar: RecordedBar): 'target' | 'stop' | null {
  if (bar.low <= price * (1 - STOP_FALL)) return 'stop';
  return bar.high >= price * (1 + TARGET_RISE) ? 'target' : null;
}

/** Share of the whole move, from the low before to the high after, that was still to come; 0..1. */
export function shareLeft({ price, lowBefore, laterHigh }: Pick<Alarm, 'price' | 'lowBefore' | 'laterHigh'>): number {
  const whole = laterHigh - Math.min(lowBefore, price);
  return whole > 0 ? (laterHigh - price) / whole : 0;
}
