/**
 * Verdicts as rows: one that is given again while it is fresh goes on in its row, with its newest numbers; any other
 * begins a row. What only repeats is stored once a minute, everything else at once.
 */
import { toDecimalText, toFloat } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { DecisionRecord, Verdict } from '../model/decision.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { LedgerFacts, LedgerFate, LedgerGlance, LedgerRow } from '../model/ledger.ts';
import type { Price } from '../model/money.ts';
import { type LedgerTurn, OPEN_MAX, type OpenRow, QUIET_MS, ROW_SPAN_MS, SAVE_MS } from './ledger-state.ts';
import { beginMeasurement } from './outcomes.ts';

/** A verdict about buying a candidate, with everything it was made of. */
export type Judgement = LedgerFacts & {
  readonly instrumentId: InstrumentId;
  readonly traceId: string;
  readonly price: Price | null;
  readonly outcome: LedgerRow['outcome'];
  readonly gate: string | null;
  readonly positionId: PositionId | null;
  readonly intentId: string | null;
};

type Given = Pick<LedgerRow, 'kind' | 'instrumentId' | 'outcome' | 'gate' | 'traceId' | 'positionId' | 'intentId'> & {
  readonly key: string;
  readonly facts: LedgerFacts;
  readonly price: Price | null;
  readonly now: EpochMs;
  readonly configHash: string;
};

type At = { readonly now: EpochMs; readonly configHash: string };

/** Keeps a verdict about an entry. */
export function keepJudgement(turn: LedgerTurn, judgement: Judgement, at: At): LedgerRow {
  const { price, heat, candidate, signal, verdicts, size, stopDistance, ...rest } = judgement;
  const facts = { heat, candidate, signal, verdicts, size, stopDistance };
  const key = `${rest.instrumentId}|${rest.outcome}|${rest.gate ?? ''}`;
  return keep(turn, { ...rest, kind: 'entry', key, facts, price, ...at });
}

/** Keeps an exit; one that sold nothing and is tried again goes on in its row. */
export function keepExit(turn: LedgerTurn, record: DecisionRecord, at: At): LedgerRow {
  const { price, instrumentId, positionId, intentId, traceId, gate, verdicts, size } = record;
  const facts = { heat: null, candidate: null, signal: null, verdicts, size, stopDistance: null };
  const key = `${instrumentId}|exit|${positionId}|${gate}`;
  const given = { kind: 'exit', outcome: 'approved', instrumentId, positionId, intentId, traceId, gate } as const;
  return keep(turn, { ...given, key, facts, price, ...at });
}

function keep(turn: LedgerTurn, given: Given): LedgerRow {
  const { open } = turn.state;
  const known = Object.hasOwn(open, given.key) ? open[given.key] : undefined;
  if (known !== undefined && goesOn(known.row, given.now)) return repeat(turn, known, given);
  if (known !== undefined) end(turn, given.key, known);
  return begin(turn, given);
}

/** Whether the same verdict now is the same stretch; of approved ones only where nothing came of the last. */
function goesOn({ firstTime, lastTime, outcome, fate }: LedgerRow, now: EpochMs): boolean {
  if (now - lastTime > QUIET_MS || now - firstTime >= ROW_SPAN_MS) return false;
  return outcome === 'refused' || fate?.kind === 'nothing' || fate?.kind === 'refused';
}

function repeat({ state }: LedgerTurn, known: OpenRow, given: Given): LedgerRow {
  const { now, facts, positionId, intentId, outcome } = given;
  const { row } = known;
  const again = { ...row, lastTime: now, rounds: row.rounds + 1, newest: glanceOf(given), positionId, intentId };
  known.row = outcome === 'approved' ? { ...again, facts, fate: { kind: 'underWay' } } : again;
  known.unsavedSince ??= now;
  // Put at the end: the first one is the one given least recently when there are too many.
  delete state.open[given.key];
  state.open[given.key] = known;
  return known.row;
}

function begin(turn: LedgerTurn, given: Given): LedgerRow {
  const { state } = turn;
  const { key, facts, price, now, ...named } = given;
  state.made++;
  const row: LedgerRow = {
    number: state.made,
    ...named,
    firstTime: now,
    lastTime: now,
    rounds: 1,
    price: textOf(price),
    facts,
    newest: glanceOf(given),
    fate: given.outcome === 'approved' ? { kind: 'underWay' } : null,
  };
  state.open[key] = { row, unsavedSince: null };
  turn.rows.push(row);
  const { number, instrumentId } = row;
  beginMeasurement(turn, { number, instrumentId, time: now, price: price === null ? null : toFloat(price) });
  return row;
}

/** Ends what there are too many of; once after all verdicts of a moment. */
export function endSurplus(turn: LedgerTurn): void {
  const { open } = turn.state;
  const keys = Object.keys(open);
  for (const key of keys.slice(0, Math.max(0, keys.length - OPEN_MAX))) {
    const oldest = open[key];
    if (oldest !== undefined) end(turn, key, oldest);
  }
}

function end(turn: LedgerTurn, key: string, { row, unsavedSince }: OpenRow): void {
  if (unsavedSince !== null) turn.rows.push(row);
  delete turn.state.open[key];
}

/** Ends what is not given any more and stores what has waited; once a round. */
export function tidyRows(turn: LedgerTurn, now: EpochMs): void {
  for (const [key, open] of Object.entries(turn.state.open)) {
    const isUnderWay = open.row.fate?.kind === 'underWay';
    if (now - open.row.lastTime > QUIET_MS && !isUnderWay) end(turn, key, open);
    else if (open.unsavedSince !== null && now - open.unsavedSince >= SAVE_MS) {
      turn.rows.push(open.row);
      open.unsavedSince = null;
    }
  }
}

/** Writes what became of an intent into its row; an intent that no open row is of is left alone. */
export function keepFate(turn: LedgerTurn, intentId: string, fate: LedgerFate): LedgerRow | null {
  const found = Object.values(turn.state.open).find(({ row }) => row.intentId === intentId);
  // The end of an intent that was refused before it left says less than the refusal.
  if (found === undefined || found.row.fate?.kind === 'refused') return null;
  found.row = { ...found.row, fate };
  found.unsavedSince = null;
  turn.rows.push(found.row);
  return found.row;
}

function glanceOf({ price, traceId, facts: { heat, signal, verdicts } }: Given): LedgerGlance {
  const strength = signal?.strength ?? null;
  return { traceId, price: textOf(price), heat, strength, refusal: refusalOf(verdicts) };
}

function refusalOf(verdicts: readonly Verdict[]): Verdict | null {
  const last = verdicts.at(-1);
  return last?.outcome === 'refused' ? last : null;
}

function textOf(price: Price | null): string | null {
  return price === null ? null : toDecimalText(price);
}
