/**
 * The ledger's records in the shape of the contract, with their words.
 */
import type { WhyAfterwards, WhyTradeAnswer, WhyVerdict } from '../../api/contract.ts';
import { add, type Decimal, divide, multiply, toDecimalText, ZERO } from '../../core/decimal.ts';
import type { OrderRecord } from '../../model/execution.ts';
import {
  LEDGER_HORIZONS,
  type LedgerHorizon,
  type LedgerLeg,
  type LedgerRow,
  type LedgerSignal,
} from '../../model/ledger.ts';
import type { LedgerEntry } from '../../ports/decision-ledger.ts';
import type { WhyPhrases } from './why-phrases.ts';
import { afterwardsText, verdictWords } from './why-words.ts';

/** The venue's name of a pair. */
export function symbolOf(instrumentId: string): string {
  return (instrumentId.split(':')[2] ?? instrumentId).replace('/', '');
}

/** A verdict with what is known at `now` of the price after it. */
export function toVerdict({ row, outcomes }: LedgerEntry, now: number, phrases: WhyPhrases): WhyVerdict {
  const { facts, newest, fate } = row;
  const answer = {
    number: row.number,
    kind: row.kind,
    symbol: symbolOf(row.instrumentId),
    instrument_id: row.instrumentId,
    outcome: row.outcome,
    rule: row.gate,
    first_time: row.firstTime / 1000,
    last_time: row.lastTime / 1000,
    rounds: row.rounds,
    price: row.price,
    heat: newest.heat ?? facts.heat,
    components: facts.candidate === null ? null : { ...facts.candidate.components },
    source: facts.candidate?.source ?? null,
    signal: facts.signal === null ? null : toSignal(facts.signal),
    verdicts: facts.verdicts.map((verdict) => ({ ...verdict })),
    size: facts.size.map((step) => ({ ...step })),
    stop_pct: facts.stopDistance,
    newest: {
      price: newest.price,
      heat: newest.heat,
      strength: newest.strength,
      refusal: newest.refusal === null ? null : { ...newest.refusal },
    },
    fate: fate === null ? null : toFate(fate),
    position_id: row.positionId,
    intent_id: row.intentId,
    trace_id: row.traceId,
    config_hash: row.configHash,
    afterwards: LEDGER_HORIZONS.map((horizon) => toAfterwards({ row, outcomes }, horizon, { now, phrases })),
  };
  return { ...answer, words: verdictWords(answer, phrases) };
}

function toSignal({ action, strength, confidence, reason, sell, buy, net, coverage, timeframes }: LedgerSignal) {
  return {
    ...{ action, strength, confidence, reason, net, coverage },
    sell_score: sell,
    buy_score: buy,
    timeframes: timeframes.map(({ closeTime, reasons, ...rest }) => ({
      ...rest,
      close_time: closeTime === null ? null : closeTime / 1000,
      reasons: reasons.map((each) => ({ ...each })),
    })),
  };
}

function toFate(fate: NonNullable<LedgerRow['fate']>): NonNullable<WhyVerdict['fate']> {
  if (fate.kind === 'underWay') return { kind: fate.kind, time: null, code: null, reason: null };
  const { code = null, reason = null } = fate.kind === 'refused' ? fate : {};
  return { kind: fate.kind, time: fate.time / 1000, code, reason };
}

const HORIZON_MS: Readonly<Record<LedgerHorizon, number>> = { '15m': 900_000, '1h': 3_600_000, '4h': 14_400_000 };
/** The ledger looks once a round; what is later than this will not come while trading does not run. */
const LOOKED_MS = 120_000;

function toAfterwards(
  { row, outcomes }: LedgerEntry,
  horizon: LedgerHorizon,
  { now, phrases }: { readonly now: number; readonly phrases: WhyPhrases },
): WhyAfterwards {
  const known = outcomes.find((outcome) => outcome.horizon === horizon);
  const isPending = known === undefined && now < row.firstTime + HORIZON_MS[horizon] + LOOKED_MS;
  const answer = {
    horizon,
    state: known?.change != null ? ('known' as const) : isPending ? ('pending' as const) : ('unknown' as const),
    time: known === undefined ? null : known.time / 1000,
    price: known?.price ?? null,
    change: known?.change ?? null,
    highest: known?.highest ?? null,
    lowest: known?.lowest ?? null,
  };
  const unknown = known === undefined ? 'trading did not run to look at it' : known.unknown;
  return { ...answer, text: afterwardsText(answer, unknown, phrases) };
}

/** An order as the answer about a position shows it. */
export function toOrder(order: OrderRecord): WhyTradeAnswer['orders'][number] {
  const { clientOrderId, side, purpose, reason, state, createdTime, filledQuantity, failure } = order;
  return {
    client_order_id: clientOrderId,
    ...{ side, purpose, reason, state },
    created_time: createdTime / 1000,
    filled_quantity: toDecimalText(filledQuantity),
    mean_price: meanPrice(order),
    error: failure === null ? null : `${failure.code}: ${failure.message}`,
  };
}

function meanPrice({ fills, filledQuantity }: OrderRecord): string | null {
  if (filledQuantity <= 0n) return null;
  const paid = fills.reduce<Decimal>((sum, { price, quantity }) => add(sum, multiply(price, quantity)), ZERO);
  return toDecimalText(divide(paid, filledQuantity));
}

/** A leg as the answer about a position shows it. */
export function toLeg(leg: LedgerLeg): WhyTradeAnswer['legs'][number] {
  return {
    leg: leg.leg,
    client_order_id: leg.clientOrderId,
    reason: leg.reason,
    quantity: leg.quantity,
    entry_price: leg.entryPrice,
    exit_price: leg.exitPrice,
    entry_decided_price: leg.entryDecidedPrice,
    exit_decided_price: leg.exitDecidedPrice,
    pnl: leg.pnl,
    fee_entry: leg.feeEntry,
    fee_exit: leg.feeExit,
    pnl_net: leg.pnlNet,
    entry_time: leg.entryTime / 1000,
    exit_time: leg.exitTime / 1000,
  };
}
