/**
 * A recording played through discovery. Frames of bars come in, in the order of time; the stage is told minutes,
 * tickers and cycles as it is live, and what it says is written down. Bars are told to what came of earlier alarms
 * before the stage sees them, so an alarm is judged by later bars only.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import {
  createDiscovery,
  type DiscoveryConfig,
  type DiscoveryEffect,
  type DiscoveryState,
  findSlot,
  foldDiscovery,
  listCandidates,
  listRefusals,
} from '../../discovery/index.ts';
import type { Candidate } from '../../model/candidate.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Ticker } from '../../model/ticker.ts';
import { type Alarm, type AlarmLedger, createAlarmLedger, foldAlarmBar, HOLD_MS, raiseAlarm } from './alarm-ledger.ts';
import {
  type CandidateLog,
  createCandidateLog,
  noteAdmitted,
  noteChosen,
  noteRemoved,
  noteScored,
} from './candidate-log.ts';
import { createDayWindow, type DayWindow, hasWholeDay, lowOf, pushDayBar, toTicker } from './day-window.ts';
import {
  createMoverDays,
  foldMoverBar,
  type MoverDay,
  type MoverDays,
  noteDayAlarm,
  unfinishedMoves,
} from './mover-days.ts';
import type { BarFrame, RecordedBar } from './recording-spool.ts';
import {
  createScoreLanes,
  foldScore,
  passesGates,
  SCORE_THRESHOLDS,
  type ScoreLanes,
  scoreLaneName,
} from './score-lanes.ts';

const DAY_MS = 86_400_000;

/** Entries into the pool, and alarms of the seed's rule. */
export const POOL_LANE = 'pool';
/** Anomalies of the rule, whether or not they heat a coin enough. */
export const RULE_LANE = 'rule';
/** Every coin that passes the gates, each time a holding time is over: what chance is worth. */
export const CHANCE_LANE = 'chance';
/** Lanes that judge coins, in the order of reports; chance comes behind them. */
export const LANES: readonly string[] = [POOL_LANE, RULE_LANE, ...SCORE_THRESHOLDS.map(scoreLaneName)];

/** An instrument of the recording: when its first bar opens. */
export type PlayedInstrument = { readonly instrumentId: InstrumentId; readonly firstOpen: EpochMs };

/** A day that was a move, with what the stage said of the coin on it when it did not take it. */
export type FoundMove = { readonly day: MoverDay; readonly refusedBy: readonly string[] };

/** The player; `moves` and the logs grow with what is found, not with what is played. */
export type ScanPlayer = {
  readonly instruments: readonly PlayedInstrument[];
  readonly indexOf: ReadonlyMap<InstrumentId, number>;
  readonly judgedFrom: EpochMs;
  readonly state: DiscoveryState;
  readonly windows: readonly DayWindow[];
  readonly alarms: AlarmLedger;
  readonly movers: MoverDays;
  readonly scores: ScoreLanes;
  readonly log: CandidateLog;
  readonly moves: FoundMove[];
  /** Instruments that the exchange lists by now. */
  readonly listed: Set<InstrumentId>;
};

/** A player at the start of a recording whose first bar opens at `from`. */
export function createScanPlayer(options: {
  readonly config: DiscoveryConfig;
  readonly instruments: readonly PlayedInstrument[];
  readonly from: EpochMs;
}): ScanPlayer {
  const { config, instruments, from } = options;
  const stepMs = config.ticker.barMs;
  const judgedFrom = epochMs(from + DAY_MS);
  const quoteVolumeMin = config.anomaly.quoteVolume24hMin;
  return {
    instruments,
    indexOf: new Map(instruments.map(({ instrumentId }, index) => [instrumentId, index])),
    judgedFrom,
    state: createDiscovery(config),
    windows: instruments.map(() => createDayWindow(stepMs)),
    alarms: createAlarmLedger([...LANES, CHANCE_LANE]),
    movers: createMoverDays({ stepMs, judgedFrom, quoteVolumeMin }),
    scores: createScoreLanes(),
    log: createCandidateLog(),
    moves: [],
    listed: new Set(),
  };
}

/** Plays the bars that end together. */
export function playFrame(player: ScanPlayer, frame: BarFrame): void {
  const now = frame.closeTime;
  for (const bar of frame.bars) lookBack(player, bar);
  tellListings(player, frame);
  const tickers = frame.bars.flatMap((bar) => tellMinute(player, bar, now));
  if (tickers.length > 0) tell(player, { kind: 'tickersReceived', receivedTime: now, tickers });
  for (const ticker of tickers) tellScores(player, ticker, now);
  if (now >= player.judgedFrom) runCycle(player, now);
}

function tellScores(player: ScanPlayer, ticker: Ticker, now: EpochMs): void {
  const { instrumentId } = ticker;
  for (const lane of foldScore(player.scores, player.state, { ticker, now })) {
    alarm(player, { lane, instrumentId, time: now });
  }
  const slot = findSlot(player.state.stream, instrumentId);
  if (now % HOLD_MS !== 0 || slot === undefined || !passesGates(player.state, slot, ticker)) return;
  alarm(player, { lane: CHANCE_LANE, instrumentId, time: now });
}

/** Ends the recording: the running days count as far as they came. */
export function endPlay(player: ScanPlayer): void {
  for (const day of unfinishedMoves(player.movers)) noteMove(player, day);
}

function lookBack(player: ScanPlayer, bar: RecordedBar): void {
  foldAlarmBar(player.alarms, bar);
  const before = player.movers.days.get(bar.instrument);
  const move = foldMoverBar(player.movers, bar);
  if (move !== null) noteMove(player, move);
  if (player.movers.days.get(bar.instrument) === before) return;
  // Who is in the pool when the day begins was found before it.
  const entry = player.log.open.get(instrumentOf(player, bar.instrument))?.entry;
  if (entry !== undefined && entry !== null) noteDayAlarm(player.movers, bar.instrument, entry.alarm);
}

function noteMove(player: ScanPlayer, day: MoverDay): void {
  const subject = instrumentOf(player, day.instrument);
  const refusals = listRefusals(player.state.pool.refusals).filter(
    (refusal) => refusal.subject === subject && refusal.lastTime > day.dayStart,
  );
  player.moves.push({ day, refusedBy: [...new Set(refusals.map(({ gate }) => gate))].sort() });
}

function instrumentOf(player: ScanPlayer, index: number): InstrumentId {
  return (player.instruments[index] as PlayedInstrument).instrumentId;
}

/** The exchange's list as of the frame: what began within the first day was there before, the rest comes with its first bar. */
function tellListings(player: ScanPlayer, { closeTime, bars }: BarFrame): void {
  const before = player.listed.size;
  if (before === 0) {
    for (const { instrumentId, firstOpen } of player.instruments) {
      if (firstOpen < player.judgedFrom) player.listed.add(instrumentId);
    }
  }
  for (const { instrument } of bars) player.listed.add(instrumentOf(player, instrument));
  if (player.listed.size === before) return;
  const instruments = [...player.listed].map(
    (instrumentId) => ({ instrumentId, status: 'trading', isMarketByQuote: true, permissions: ['SPOT'] }) as const,
  );
  tell(player, { kind: 'instrumentsReceived', receivedTime: closeTime, instruments });
}

/** Tells a bar; answers the ticker of its end where the exchange would send one: only what traded has changed. */
function tellMinute(player: ScanPlayer, bar: RecordedBar, now: EpochMs): readonly Ticker[] {
  const { instrumentId, firstOpen } = player.instruments[bar.instrument] as PlayedInstrument;
  const window = player.windows[bar.instrument] as DayWindow;
  pushDayBar(window, bar);
  const { openTime, close, quoteVolume, takerQuoteVolume } = bar;
  const minute = { instrumentId, openTime, state: 'closed', close, quoteVolume, takerQuoteVolume } as const;
  tell(player, { kind: 'minuteReceived', receivedTime: now, minute });
  const isKnown = hasWholeDay(window) || firstOpen >= player.judgedFrom;
  return isKnown && quoteVolume > 0 ? [toTicker(window, instrumentId)] : [];
}

function runCycle(player: ScanPlayer, now: EpochMs): void {
  const count = player.state.config.pool.activeMax;
  tell(player, { kind: 'cycleDue', receivedTime: now, count, books: {} });
}

function tell(player: ScanPlayer, input: Parameters<typeof foldDiscovery>[1]): void {
  const now = input.receivedTime;
  for (const effect of foldDiscovery(player.state, input)) note(player, effect, now);
}

function note(player: ScanPlayer, effect: DiscoveryEffect, now: EpochMs): void {
  if (effect.kind === 'anomalyDetected') {
    alarm(player, { lane: RULE_LANE, instrumentId: effect.instrumentId, time: now });
  } else if (effect.kind === 'candidateAdmitted') noteAdmitted(player.log, effect.instrumentId, now);
  else if (effect.kind === 'candidatesChosen') {
    for (const { instrumentId } of effect.candidates) noteChosen(player.log, instrumentId, now);
  } else if (effect.kind === 'saveCandidates') noteCycle(player, effect.batch.removed, now);
}

function noteCycle(player: ScanPlayer, removed: readonly InstrumentId[], now: EpochMs): void {
  const { pool } = player.state;
  for (const candidate of listCandidates(pool)) {
    noteScored(player.log, candidate, () => enterPool(player, candidate, now));
  }
  for (const instrumentId of removed) {
    noteRemoved(player.log, instrumentId, { time: now, reason: pool.candidates[instrumentId]?.leaving ?? 'it left' });
  }
  if (removed.length > 0) tell(player, { kind: 'candidatesStored', receivedTime: now, removed });
}

function enterPool(player: ScanPlayer, { instrumentId }: Candidate, now: EpochMs): Alarm | null {
  return alarm(player, { lane: POOL_LANE, instrumentId, time: now });
}

/** Opens an alarm at the newest price; `null` for an instrument without one. */
function alarm(
  player: ScanPlayer,
  { lane, instrumentId, time }: { readonly lane: string; readonly instrumentId: InstrumentId; readonly time: EpochMs },
): Alarm | null {
  const index = player.indexOf.get(instrumentId);
  const window = index === undefined ? undefined : player.windows[index];
  if (index === undefined || window === undefined || Number.isNaN(window.close)) return null;
  const raised = raiseAlarm(player.alarms, index, { lane, time, price: window.close, lowBefore: lowOf(window) });
  if (lane !== CHANCE_LANE) noteDayAlarm(player.movers, index, raised);
  return raised;
}
