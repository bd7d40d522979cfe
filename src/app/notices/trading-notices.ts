/**
 * Which events of trading people are told of, and in which words: opens, closes, risk, halts, orders in doubt, records that
 * differ from the exchange, positions without a stop. Everything else is in the event log.
 */
import { assertNever } from '../../core/assert.ts';
import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import type { TradingEvent } from '../../engine/index.ts';
import type { Notice } from '../../ports/notifier.ts';
import { fillWords, NOTICE_WORDS, type NoticeKind, type NoticeLanguage } from './notice-words.ts';

/** How notices are written. */
export type NoticeStyle = { readonly language: NoticeLanguage; readonly mode: string };

type EventOf<Kind extends TradingEvent['kind']> = Extract<TradingEvent, { readonly kind: Kind }>;

/** A position is told of once it has been without a stop for this long. */
const NAKED_TOLD_MS = 10_000;

/** Turns events into notices; remembers what it told, so that nothing is told again and again. */
export class TradingNotices {
  readonly #style: NoticeStyle;
  /** The state that was told last; the first is told only where it is a bad one. */
  #health = 'tradeable';
  readonly #inDoubt = new Set<string>();
  readonly #opened = new Set<string>();
  readonly #naked = new Set<string>();

  constructor(style: NoticeStyle) {
    this.#style = style;
  }

  /** The notice of an event; `null` for what people need not be told. */
  noticeOf(event: TradingEvent): Notice | null {
    switch (event.kind) {
      case 'order':
        return this.#ofOrder(event);
      case 'positionClosed':
        return this.#ofClosed(event);
      case 'risk':
        return this.#ofRisk(event);
      case 'health':
        return this.#ofHealth(event);
      case 'protection':
        return this.#ofProtection(event);
      case 'mismatch': {
        const { kind, ...facts } = event.mismatch;
        return this.#say(event, { level: 'warn', kind: 'mismatch', facts: { what: `${kind}: ${describe(facts)}` } });
      }
      case 'capitalChanged': {
        const facts = { from: toDecimalText(event.from), to: toDecimalText(event.to) };
        return this.#say(event, { level: 'info', kind: 'capital', facts });
      }
      case 'capitalKept': {
        const [capital, wanted, cash] = [event.capital, event.wanted, event.cash].map(cut) as [string, string, string];
        return this.#say(event, { level: 'warn', kind: 'capitalKept', facts: { capital, wanted, cash } });
      }
      case 'anomaly':
      case 'poolChanged':
      case 'filterRejected':
      case 'candidatesChosen':
      case 'signals':
      case 'decision':
      case 'intentRefused':
      case 'leg':
        return null;
      default:
        return assertNever(event);
    }
  }

  #ofOrder(event: EventOf<'order'>): Notice | null {
    const { clientOrderId, positionId, instrumentId, side, purpose, state, fills, filledQuantity, failure } =
      event.order;
    const coin = coinOf(instrumentId);
    if (state === 'unknown') {
      // A start asks of every order it knows; one that the exchange has named, and nothing failed of, is not in doubt.
      const isAskedOnly = failure === null && event.order.venueOrderId !== null;
      if (isAskedOnly || this.#inDoubt.has(clientOrderId)) return null;
      remember(this.#inDoubt, clientOrderId);
      const what = failure === null ? '' : `${failure.code}: ${failure.message}`;
      const facts = { coin, side, order: clientOrderId, what };
      return this.#say(event, { level: 'error', kind: 'unknownOrder', facts });
    }
    const last = fills.at(-1);
    // A buy is told when it is over, with all that it got.
    const isBought = purpose === 'open' && last !== undefined && ENDS.has(state) && !this.#opened.has(positionId);
    if (!isBought) return null;
    remember(this.#opened, positionId);
    const facts = { coin, quantity: toDecimalText(filledQuantity), price: toDecimalText(last.price) };
    return this.#say(event, { level: 'info', kind: 'opened', facts });
  }

  #ofClosed(event: EventOf<'positionClosed'>): Notice {
    const { instrumentId, pnlNet, legs, lastReason, entryPrice, entryTime, exitTime, positionId } = event.closed;
    this.#naked.delete(positionId);
    const facts = {
      coin: coinOf(instrumentId),
      net: signed(pnlNet),
      legs: String(legs),
      reason: lastReason,
      price: cut(entryPrice),
      minutes: ((exitTime - entryTime) / 60_000).toFixed(0),
    };
    return this.#say(event, { level: pnlNet < 0n ? 'warn' : 'info', kind: 'closed', facts });
  }

  #ofRisk(event: EventOf<'risk'>): Notice {
    const isHalt = event.layer === 'L5' || event.layer === 'emergency';
    const facts = { layer: event.layer, what: event.text };
    return this.#say(event, { level: isHalt ? 'error' : 'warn', kind: isHalt ? 'halt' : 'risk', facts });
  }

  #ofHealth(event: EventOf<'health'>): Notice | null {
    const { state, reasons } = event.health;
    if (state === this.#health || state === 'unknown') return null;
    this.#health = state;
    const facts = { state, reasons: reasons.join(', ') };
    if (state === 'tradeable') return this.#say(event, { level: 'info', kind: 'tradeable', facts });
    // Whoever ends sells nothing any more: what goes on in every other state does not then.
    if (state === 'stopped') return this.#say(event, { level: 'warn', kind: 'ended', facts });
    return this.#say(event, { level: state === 'blocked' ? 'error' : 'warn', kind: 'blocked', facts });
  }

  #ofProtection(event: EventOf<'protection'>): Notice | null {
    const { positionId, instrumentId, protection, nakedMs } = event;
    if (protection === 'resting') this.#naked.delete(positionId);
    if (protection === 'resting' || nakedMs < NAKED_TOLD_MS || this.#naked.has(positionId)) return null;
    remember(this.#naked, positionId);
    const coin = instrumentId === null ? '' : coinOf(instrumentId);
    const facts = { coin, position: positionId, seconds: (nakedMs / 1000).toFixed(0) };
    return this.#say(event, { level: 'error', kind: 'naked', facts });
  }

  #say(
    { time, traceId }: Pick<TradingEvent, 'time' | 'traceId'>,
    notice: {
      readonly level: Notice['level'];
      readonly kind: NoticeKind;
      readonly facts: Readonly<Record<string, string>>;
    },
  ): Notice {
    const facts = { mode: this.#style.mode, trace: traceId ?? '-', ...notice.facts };
    return writeNotice({ ...notice, facts, time, language: this.#style.language });
  }
}

/** What a notice is written from. */
export type NoticeDraft = {
  readonly level: Notice['level'];
  readonly kind: NoticeKind;
  readonly facts: Readonly<Record<string, string>>;
  readonly time: Notice['time'];
  readonly language: NoticeLanguage;
};

/** A notice in its language. */
export function writeNotice({ level, kind, facts, time, language }: NoticeDraft): Notice {
  const { title, text } = NOTICE_WORDS[language][kind];
  return { level, time, title: fillWords(title, facts), text: fillWords(text, facts) };
}

const ENDS: ReadonlySet<string> = new Set(['filled', 'cancelled', 'expired']);
/** Ids that are remembered, so that nothing is told twice; the oldest are forgotten beyond. */
const REMEMBERED_MAX = 1_000;

function remember(set: Set<string>, id: string): void {
  set.add(id);
  const [oldest] = set;
  if (set.size > REMEMBERED_MAX && oldest !== undefined) set.delete(oldest);
}

function coinOf(instrumentId: string): string {
  return instrumentId.split(':')[2] ?? instrumentId;
}

/** Eight digits behind the point are all that anybody reads. */
function cut(value: Decimal): string {
  return toDecimalText(value).replace(/(\.\d{8})\d+$/, '$1');
}

/** Money with its sign, to the cent. */
export function signed(value: Decimal): string {
  return `${value < 0n ? '' : '+'}${toDecimalText(value).replace(/(\.\d{2})\d+$/, '$1')}`;
}

function describe(facts: object): string {
  return Object.entries(facts)
    .map(([name, each]) => `${name} ${typeof each === 'bigint' ? cut(each as Decimal) : String(each)}`)
    .join(', ');
}
