/**
 * Counts of what trading told since the start, by words that the code has a fixed number of. In come events, out go
 * counts; an order counts once, with its end.
 */
import type { TradingEvent } from '../../engine/index.ts';
import type { OrderRecord } from '../../model/execution.ts';

/** Counts by their labels' values, joined by `|`. */
export type CountsByWord = ReadonlyMap<string, number>;

/** What is counted. */
export type CountedKind =
  | 'orders'
  | 'orderRefusals'
  | 'entriesRefused'
  | 'entriesApproved'
  | 'legs'
  | 'signals'
  | 'anomalies'
  | 'mismatches'
  | 'risks';

/** The counts, by what is counted. */
export type TradingCounts = Readonly<Record<CountedKind, CountsByWord>>;

/** Orders whose end is remembered, because their end may be told again; beyond it the oldest is forgotten. */
const ENDED_MAX = 1_000;
const ENDS: ReadonlySet<OrderRecord['state']> = new Set(['filled', 'cancelled', 'expired', 'rejected']);

type EventOf<Kind extends TradingEvent['kind']> = Extract<TradingEvent, { readonly kind: Kind }>;
type Counted = readonly [CountedKind, string];

/** What an event adds; what is not here is read from the engine's state, or says nothing that adds up. */
const ADDS: { readonly [Kind in TradingEvent['kind']]?: (event: EventOf<Kind>) => readonly Counted[] } = {
  intentRefused: ({ code }) => [['orderRefusals', code]],
  decision: ({ record: { kind, outcome, gate } }) => {
    if (kind !== 'entry') return [];
    return [outcome === 'approved' ? ['entriesApproved', ''] : ['entriesRefused', gate ?? 'no rule']];
  },
  leg: ({ leg }) => [['legs', leg.reason]],
  signals: ({ signals }) => signals.map(({ action }) => ['signals', action]),
  anomaly: () => [['anomalies', '']],
  mismatch: ({ mismatch }) => [['mismatches', mismatch.kind]],
  risk: ({ layer }) => [['risks', layer]],
};

/** Counts. */
export class TradingCounter {
  readonly counts: Readonly<Record<CountedKind, Map<string, number>>> = {
    orders: new Map(),
    orderRefusals: new Map(),
    entriesRefused: new Map(),
    entriesApproved: new Map(),
    legs: new Map(),
    signals: new Map(),
    anomalies: new Map(),
    mismatches: new Map(),
    risks: new Map(),
  };
  readonly #ended = new Set<string>();

  /** Takes what trading tells. */
  take(events: readonly TradingEvent[]): void {
    for (const event of events) {
      if (event.kind === 'order') this.#takeOrder(event.order);
      else for (const [kind, words] of addsOf(event)) this.#count(kind, words);
    }
  }

  #takeOrder({ clientOrderId, state, side, purpose, failure }: OrderRecord): void {
    if (!ENDS.has(state) || this.#ended.has(clientOrderId)) return;
    this.#ended.add(clientOrderId);
    const [oldest] = this.#ended;
    if (this.#ended.size > ENDED_MAX && oldest !== undefined) this.#ended.delete(oldest);
    this.#count('orders', [side, purpose, state].join('|'));
    if (state === 'rejected') this.#count('orderRefusals', failure?.code ?? 'unknown');
  }

  #count(kind: CountedKind, words: string): void {
    const counts = this.counts[kind];
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
}

function addsOf<Kind extends TradingEvent['kind']>(event: EventOf<Kind>): readonly Counted[] {
  return ADDS[event.kind as Kind]?.(event) ?? [];
}
