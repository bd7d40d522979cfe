/**
 * Counts of what trading told since the start, by words that the code has a fixed number of. In come events, out go
 * counts; an order counts once, with its end.
 */
import type { TradingEvent } from '../../engine/index.ts';
import type { Mismatch, OrderRecord } from '../../model/execution.ts';
import type { ExitReason } from '../../model/intent.ts';
import type { SignalAction } from '../../model/signal.ts';

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

/** Every word of a type, each once. */
function wordsOf<Word extends string>(words: Readonly<Record<Word, true>>): ReadonlyMap<string, number> {
  return new Map(Object.keys(words).map((word) => [word, 0]));
}

/**
 * What stands at 0 before it first happens. Prometheus sees no rise in a series that begins with its first event, and would
 * miss just that one. Rules and codes are not among them: they are many, and most never come.
 */
const NOUGHTS: Readonly<Partial<Record<CountedKind, CountsByWord>>> = {
  orders: new Map(
    ['buy|open', 'sell|exit', 'sell|protection'].flatMap((order) => [...ENDS].map((end) => [`${order}|${end}`, 0])),
  ),
  legs: wordsOf<ExitReason>({
    stop: true,
    blackSwan: true,
    takeProfit: true,
    trailing: true,
    time: true,
    heatDecay: true,
    sellSignal: true,
    coinLoss: true,
    drawdown: true,
    emergency: true,
    operator: true,
    shutdown: true,
    dust: true,
  }),
  signals: wordsOf<SignalAction>({ BUY: true, SELL: true, HOLD: true }),
  mismatches: wordsOf<Mismatch['kind']>({
    orderAdopted: true,
    positionAdopted: true,
    orphanOrder: true,
    foreignOrder: true,
    balanceShort: true,
    orderVanished: true,
  }),
  risks: wordsOf<'L2' | 'L5' | 'emergency'>({ L2: true, L5: true, emergency: true }),
};

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
    orders: new Map(NOUGHTS.orders),
    orderRefusals: new Map(),
    entriesRefused: new Map(),
    entriesApproved: new Map(),
    legs: new Map(NOUGHTS.legs),
    signals: new Map(NOUGHTS.signals),
    anomalies: new Map(),
    mismatches: new Map(NOUGHTS.mismatches),
    risks: new Map(NOUGHTS.risks),
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
