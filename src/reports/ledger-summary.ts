/**
 * What each rule refused and what became of it, counted: verdicts of the ledger in, one line for each rule out. Counts and
 * medians only; verdicts overlap in time and coins, so they are no independent samples and prove nothing.
 */
import { LEDGER_HORIZONS, type LedgerHorizon, type LedgerOutcome, type LedgerRow } from '../model/ledger.ts';

/** Changes at one horizon, as fractions; `known` verdicts have one. */
export type ChangeSummary = {
  readonly known: number;
  readonly median: number | null;
  /** By `MOVE` or more. */
  readonly rose: number;
  readonly fell: number;
  readonly best: number | null;
  readonly worst: number | null;
};

/** One rule; `bought` and `not ordered` are what was approved. */
export type GateSummary = {
  readonly rule: string;
  readonly verdicts: number;
  readonly coins: number;
  readonly rounds: number;
  readonly after: Readonly<Record<LedgerHorizon, ChangeSummary>>;
};

/** A change that counts as a move. */
export const MOVE = 0.03;

/** The rules in the order they are asked; any other stands between them and what was approved, by name. */
const ORDER: readonly string[] = [
  ...['pool:cooling', 'pool:heat', 'pool:capacity', 'pool:rank'],
  ...[
    'stable',
    'blacklist',
    'leveraged',
    'notTradable',
    'delisting',
    'liquidity',
    'fomo',
    'cooling',
    'socialAlone',
  ].map((gate) => `filter:${gate}`),
  ...['filter:spread', 'filter:depth', 'filter:bookUnknown'],
  ...['action', 'strength', 'confirmation', 'heat', 'price', 'spread', 'engine state', 'L5 drawdown halt'],
  ...['L4 day loss', 'positions', 'one position a coin', 'size', 'depth', 'single share', 'total share', 'L3 sector'],
];
const LAST = ['not ordered', 'bought'];

type Tally = {
  verdicts: number;
  rounds: number;
  readonly coins: Set<string>;
  readonly changes: Record<LedgerHorizon, number[]>;
};

/** Counts verdicts about entries, one by one. */
export class LedgerSummary {
  readonly #tallies = new Map<string, Tally>();

  /** Counts a row; exits are not about refusals and are left out. */
  add(row: LedgerRow, outcomes: readonly LedgerOutcome[]): void {
    if (row.kind !== 'entry') return;
    const tally = this.#tallyOf(nameOf(row));
    tally.verdicts++;
    tally.rounds += row.rounds;
    tally.coins.add(row.instrumentId);
    for (const { horizon, change } of outcomes) if (change !== null) tally.changes[horizon].push(change);
  }

  /** The rules so far, in the order they are asked, what was approved last. */
  list(): readonly GateSummary[] {
    return [...this.#tallies.entries()]
      .sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
      .map(([rule, { verdicts, rounds, coins, changes }]) => ({
        rule,
        verdicts,
        coins: coins.size,
        rounds,
        after: { '15m': summarize(changes['15m']), '1h': summarize(changes['1h']), '4h': summarize(changes['4h']) },
      }));
  }

  #tallyOf(rule: string): Tally {
    const known = this.#tallies.get(rule);
    if (known !== undefined) return known;
    const changes = Object.fromEntries(LEDGER_HORIZONS.map((horizon) => [horizon, []])) as unknown as Tally['changes'];
    const made: Tally = { verdicts: 0, rounds: 0, coins: new Set(), changes };
    this.#tallies.set(rule, made);
    return made;
  }
}

function nameOf({ outcome, gate, fate }: LedgerRow): string {
  if (outcome === 'refused') return gate ?? 'no rule';
  return fate?.kind === 'filled' || fate?.kind === 'partial' ? 'bought' : 'not ordered';
}

function placeOf(rule: string): number {
  const last = LAST.indexOf(rule);
  if (last !== -1) return ORDER.length + 1 + last;
  const place = ORDER.indexOf(rule);
  return place === -1 ? ORDER.length : place;
}

function summarize(changes: readonly number[]): ChangeSummary {
  const sorted = [...changes].sort((a, b) => a - b);
  return {
    known: sorted.length,
    median: medianOf(sorted),
    rose: sorted.filter((change) => change >= MOVE).length,
    fell: sorted.filter((change) => change <= -MOVE).length,
    best: sorted.at(-1) ?? null,
    worst: sorted[0] ?? null,
  };
}

function medianOf(sorted: readonly number[]): number | null {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
