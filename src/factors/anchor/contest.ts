/**
 * Which pen is the anchor: the strongest one seen, or the one a zone was entered by. Strength is the distance between
 * the prices of its ends. (wire contract 7.5)
 */
import { subtract } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Price } from '../../model/money.ts';
import type { Leg } from '../pen/leg.ts';

/** A pen that is or was the anchor; the same anchor as another when it starts at the same time. */
export type Anchor = Leg & { readonly kind: 'confirmed' | 'candidate' };

/** Why the anchor changed. */
export type SwitchReason = 'zhongshu_entry' | 'strong_pen';

/** A change of the anchor. */
export type AnchorSwitch = {
  readonly switchTime: EpochMs;
  readonly reason: SwitchReason;
  readonly previous: Anchor | null;
  readonly next: Anchor;
};

/** What competes at one candle. */
export type Contest = {
  readonly time: EpochMs;
  readonly current: Anchor | null;
  readonly confirmed: readonly Leg[];
  /** Entry pens of the zones that formed. */
  readonly entries: readonly Leg[];
  /** The pen that runs since the last confirmed one. */
  readonly running: Leg | null;
};

/** Distance between the ends of a pen. */
export function strengthOf({ startPrice, endPrice }: Leg): Price {
  return endPrice > startPrice ? subtract(endPrice, startPrice) : subtract(startPrice, endPrice);
}

/**
 * The anchor after the candle, and its changes in order. Everything is measured against the anchor as the candle found
 * it, so a strong pen can overrule the zone entry of the same candle.
 */
export function holdContest(contest: Contest): { readonly current: Anchor | null; readonly switches: AnchorSwitch[] } {
  const switches: AnchorSwitch[] = [];
  let { current } = contest;
  const adopt = (next: Anchor, reason: SwitchReason): void => {
    if (next.startTime !== current?.startTime) {
      switches.push({ switchTime: contest.time, reason, previous: current, next });
    }
    current = next;
  };
  const best = findStrongest(contest);
  for (const entry of contest.entries) adopt({ ...bare(entry), kind: 'confirmed' }, 'zhongshu_entry');
  if (best !== null) adopt(best, 'strong_pen');
  return { current, switches };
}

/** The strongest pen that beats the anchor the candle found; the first of equals, confirmed before running. */
function findStrongest({ current, confirmed, running }: Contest): Anchor | null {
  let best: Anchor | null = null;
  const compete = (leg: Leg, kind: Anchor['kind']): void => {
    const rival = best ?? current;
    if (rival === null || strengthOf(leg) > strengthOf(rival)) best = { ...bare(leg), kind };
  };
  for (const leg of confirmed) compete(leg, 'confirmed');
  if (running !== null) compete(running, 'candidate');
  return best;
}

function bare({ startTime, endTime, startPrice, endPrice, direction }: Leg): Leg {
  return { startTime, endTime, startPrice, endPrice, direction };
}
