/**
 * What must hold at every instant of a run, whatever the market does. Each is looked at as often as the run can afford
 * and keeps its first breach with the time; nothing is repaired and nothing is forgiven.
 */
import { type EpochMs, toIsoText } from '../../core/time.ts';

/** The names, in the order they are reported, and what each says. */
export const INVARIANTS = {
  ledgerAgreesWithWallet:
    'cash, positions and dust of the ledger are what the simulated wallet holds, to the last digit',
  nothingIsLost:
    'each asset of the wallet is deposits plus fills less fees, added up from the reports of the venue alone',
  resultsAddUp: 'capital, closed results and the cost of what is held add up to the cash of the ledger',
  positionsAreProtected: 'no position is without a resting stop for longer than the bound',
  limitsAreKept: 'positions, the cost of one, and everything held are never above their limits',
  ordersAreKnown: 'at the end no order is in doubt and records agree with the venue',
  replayAgrees: 'the journal, stepped through from its first record, gives the same effects and the same state hash',
  memoryIsFlat: 'memory in use does not grow from the second quarter of the run to the last',
} as const;

/** One of them. */
export type InvariantName = keyof typeof INVARIANTS;

/** How one stands. `skipped` was not looked at, and says why in `detail`. */
export type InvariantState = {
  readonly name: InvariantName;
  readonly says: string;
  readonly outcome: 'held' | 'broken' | 'skipped';
  readonly checks: number;
  /** The first breach, or what the check found. */
  readonly detail: string;
};

type Tally = { checks: number; breach: string | null; note: string };

/** The book of invariants of one run. */
export class InvariantBook {
  readonly #tallies = new Map<InvariantName, Tally>();

  /** One look at one invariant; `breach` is `null` where it holds. */
  note(name: InvariantName, time: EpochMs, breach: string | null): void {
    const tally = this.#tally(name);
    tally.checks++;
    if (breach !== null) tally.breach ??= `${toIsoText(time)}: ${breach}`;
  }

  /** What is said where the invariant holds, or why it was not looked at. */
  describe(name: InvariantName, text: string): void {
    this.#tally(name).note = text;
  }

  states(): readonly InvariantState[] {
    return (Object.keys(INVARIANTS) as InvariantName[]).map((name) => {
      const { checks, breach, note } = this.#tallies.get(name) ?? { checks: 0, breach: null, note: 'not looked at' };
      const outcome = breach !== null ? 'broken' : checks === 0 ? 'skipped' : 'held';
      return { name, says: INVARIANTS[name], outcome, checks, detail: breach ?? note };
    });
  }

  #tally(name: InvariantName): Tally {
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    const made: Tally = { checks: 0, breach: null, note: '' };
    this.#tallies.set(name, made);
    return made;
  }
}
