/**
 * Scores with their reasons: what a rule gave, by side. The points of a side's reasons add up to its score, so that a
 * person can follow how it came about; caps and multipliers are reasons of their own.
 */
import type { Reason, Score, ScoreSide } from '../model/signal.ts';

/** Nothing said. */
export const NO_SCORE: Score = { sell: 0, buy: 0, reasons: [] };

/** Adds up points. */
export class Tally {
  sell = 0;
  buy = 0;
  readonly reasons: Reason[] = [];

  /** Gives `points` to the side. */
  give(side: ScoreSide, rule: string, points: number): void {
    if (points === 0) return;
    this[side] += points;
    this.reasons.push({ rule, side, points });
  }

  /** Sets the side to `value` and names the difference as a reason. */
  set(side: ScoreSide, rule: string, value: number): void {
    const points = value - this[side];
    if (points === 0) return;
    this[side] = value;
    this.reasons.push({ rule, side, points });
  }

  /** The score as it stands, with the reasons so far. */
  toScore(): Score {
    return { sell: this.sell, buy: this.buy, reasons: this.reasons };
  }

  /** Cuts both sides at `limit`. */
  cap(limit: number): void {
    this.set('sell', 'cap', Math.min(this.sell, limit));
    this.set('buy', 'cap', Math.min(this.buy, limit));
  }
}

/** The other side. */
export function opposite(side: ScoreSide): ScoreSide {
  return side === 'sell' ? 'buy' : 'sell';
}
