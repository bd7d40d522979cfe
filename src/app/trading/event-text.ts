/**
 * One line for people from one event of trading: what happened, to which coin, and the numbers that decided it.
 */
import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import { toIsoText } from '../../core/time.ts';
import type { TradingEvent } from '../../engine/index.ts';
import type { DecisionRecord, Verdict } from '../../model/decision.ts';
import type { OrderRecord } from '../../model/execution.ts';
import type { TradeSignal } from '../../model/signal.ts';

type EventOf<Kind extends TradingEvent['kind']> = Extract<TradingEvent, { readonly kind: Kind }>;

const TEXTS: { readonly [Kind in TradingEvent['kind']]: (event: EventOf<Kind>) => readonly string[] } = {
  anomaly: ({ anomaly: { instrumentId, price, volumeRatio, change5m, change24h } }) => [
    `anomaly    ${coin(instrumentId)} at ${price}: volume ${times(volumeRatio)}, 5 min ${percent(change5m)}, 24 h ${percent(change24h)}`,
  ],
  candidatesChosen: ({ poolSize, chosen }) =>
    chosen.length === 0
      ? []
      : [
          `candidates ${chosen.map(({ instrumentId, heat }) => `${coin(instrumentId)} ${heat.toFixed(1)}`).join(', ')} (pool ${poolSize})`,
        ],
  poolChanged: ({ instrumentId, from, to, reason }) => [
    `pool       ${coin(instrumentId)} ${from === null ? 'came in' : from} -> ${to}${reason === null ? '' : `: ${reason}`}`,
  ],
  filterRejected: ({ instrumentId, gate, reason }) => [`filter     ${coin(instrumentId)} ${gate}: ${reason}`],
  signals: ({ signals }) => signals.map(signalText),
  decision: ({ record }) => [decisionText(record)],
  order: ({ order }) => orderTexts(order),
  intentRefused: ({ instrumentId, code, reason }) => [`refused    ${coin(instrumentId)} ${code}: ${reason}`],
  protection: ({ positionId, protection, stopPrice, nakedMs }) => [
    `stop       position ${positionId}: ${protection}${stopPrice === null ? '' : ` at ${toDecimalText(stopPrice)}`}, ${nakedMs} ms without one so far`,
  ],
  leg: ({ leg }) => [
    `leg        ${coin(leg.instrumentId)} #${leg.leg} sold ${toDecimalText(leg.quantity)} at ${cut(leg.exitPrice)}, bought at ${cut(leg.entryPrice)}: net ${signed(leg.pnlNet)} (${leg.reason})`,
  ],
  positionClosed: ({ closed }) => [
    `closed     ${coin(closed.instrumentId)} after ${closed.legs} leg(s): net ${signed(closed.pnlNet)} (${closed.lastReason})`,
  ],
  risk: ({ layer, text }) => [`RISK       ${layer}: ${text}`],
  health: ({ health: { state, reasons } }) => [
    `health     ${state}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}`,
  ],
  capitalChanged: ({ from, to }) => [`capital    ${toDecimalText(from)} -> ${toDecimalText(to)} USDT`],
  capitalKept: ({ capital, wanted, cash }) => [
    `capital    stays ${toDecimalText(capital)} USDT: for ${toDecimalText(wanted)} more had to be paid out than there is cash (${cut(cash)}); nothing is bought until a start can pay it out`,
  ],
  mismatch: ({ mismatch: { kind, ...rest } }) => [`mismatch   ${kind} ${plain(rest)}`],
};

/** The lines of an event, each beginning with its time (UTC); none for what says nothing. */
export function toEventLines<Kind extends TradingEvent['kind']>(event: EventOf<Kind>): readonly string[] {
  const time = toIsoText(event.time).slice(11, 19);
  return TEXTS[event.kind as Kind](event).map((text) => `${time}  ${text}`);
}

function signalText({ instrumentId, action, strength, confidence, reason }: TradeSignal): string {
  return `signal     ${coin(instrumentId)} ${action}, strength ${strength.toFixed(1)}, confidence ${confidence.toFixed(2)}: ${reason}`;
}

function decisionText({ instrumentId, kind, outcome, gate, reason, price, verdicts, size }: DecisionRecord): string {
  const head = `decision   ${coin(instrumentId)} ${kind} ${outcome}`;
  const at = price === null ? '' : ` at ${toDecimalText(price)}`;
  if (outcome === 'refused') {
    const last = verdicts.at(-1);
    return `${head}${at} by ${gate ?? 'no rule'}${last === undefined ? '' : `: ${verdictText(last)}`}`;
  }
  if (kind === 'exit') return `${head}${at}: ${reason ?? gate ?? ''}`;
  const last = size.at(-1);
  return `${head}${at}${last === undefined ? '' : `, size ${last.amount} by ${last.name}`}`;
}

function verdictText({ text, value, limit }: Verdict): string {
  const numbers = [...(value === null ? [] : [`saw ${value}`]), ...(limit === null ? [] : [`limit ${limit}`])];
  return numbers.length === 0 ? text : `${text} (${numbers.join(', ')})`;
}

/** The order as it stands, and what it was filled with so far. */
function orderTexts({ instrumentId, side, purpose, state, terms, clientOrderId, ...rest }: OrderRecord): string[] {
  const { fills, filledQuantity, failure } = rest;
  const type = terms === null ? '' : ` ${terms.type}`;
  const why = failure === null ? '' : `: ${failure.code}, ${failure.message}`;
  const order = `order      ${coin(instrumentId)} ${side} ${purpose}${type} ${clientOrderId} ${state}${why}`;
  const last = fills.at(-1);
  if (last === undefined) return [order];
  const fill = `fill       ${coin(instrumentId)} ${side} ${toDecimalText(filledQuantity)} in ${fills.length} fill(s), the last at ${toDecimalText(last.price)}, fee ${toDecimalText(last.fee)} ${last.feeAsset}`;
  return [order, fill];
}

function coin(instrumentId: string): string {
  return instrumentId.split(':')[2] ?? instrumentId;
}

function percent(part: number | null): string {
  return part === null ? 'unknown' : `${part < 0 ? '' : '+'}${(part * 100).toFixed(2)} %`;
}

function times(ratio: number | null): string {
  return ratio === null ? 'unknown' : `${ratio.toFixed(1)}x`;
}

/** An averaged price has digits that nobody reads. */
function cut(value: Decimal): string {
  return toDecimalText(value).replace(/(\.\d{8})\d+$/, '$1');
}

function signed(value: Decimal): string {
  return `${value < 0n ? '' : '+'}${cut(value)}`;
}

function plain(value: object): string {
  return Object.entries(value)
    .map(([name, each]) => `${name} ${typeof each === 'bigint' ? toDecimalText(each as Decimal) : String(each)}`)
    .join(', ');
}
