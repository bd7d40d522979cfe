/**
 * CapitalAllocator: how much one entry may cost. The seed's formula gives a share of what is free by heat and
 * liquidity; beside it stand what may be lost to the stop, the size of the market, and what could be sold again.
 * Every step is kept, so that a person can read which of them made the size.
 */
import { decimal, divide, lesser, multiply, subtract, toDecimalText, truncateToStep, ZERO } from '../core/decimal.ts';
import type { SizeStep } from '../model/decision.ts';
import type { Money } from '../model/money.ts';
import type { SizingConfig } from './decision-config.ts';
import { exact, shareOf } from './exact.ts';

/** What an allocation depends on. `exposure` counts positions at their newest prices and everything reserved. */
export type AllocationFacts = {
  /** The lesser of initial capital and equity. */
  readonly capital: Money;
  readonly equity: Money;
  /** Quote units free to spend. */
  readonly cash: Money;
  readonly exposure: Money;
  /** Positions held and entries under way. */
  readonly used: number;
  readonly heat: number;
  readonly liquidity: number;
  /** Distance of the stop, a fraction. */
  readonly stopDistance: number;
  readonly quoteVolume1h: number | null;
  readonly bidDepth: number | null;
};

/**
 * An amount (0 when nothing should be bought) and how it came about: every cap as `cap:NAME`, and `NAME` where it lowered
 * the amount.
 */
export type Allocation = { readonly amount: Money; readonly steps: readonly SizeStep[] };

const CENT = decimal('0.01');
const NONE = ZERO as Money;

/** The amount for one entry: hotcoin.md 4.8, then the bounds of risk and of the market; rounded down to cents. */
export function allocateCapital(facts: AllocationFacts, config: SizingConfig): Allocation {
  const steps: SizeStep[] = [];
  const note = (name: string, amount: Money): Money => {
    steps.push({ name, amount: toDecimalText(amount) });
    return amount;
  };
  const slots = config.positionsMax - facts.used;
  const remaining = note('remaining', subtract(shareOf(facts.capital, config.totalShareMax), facts.exposure));
  if (slots <= 0 || remaining < config.amountMin) return { amount: note('nothing free', NONE), steps };
  const base = note('perSlot', ((remaining as bigint) / BigInt(slots)) as Money);
  const heated = note('byHeat', shareOf(base, 0.6 + (0.8 * clamp(facts.heat, 0, 100)) / 100));
  const wanted = note('byLiquidity', shareOf(heated, clamp(facts.liquidity / 60, 0.3, 1)));
  const bounds = boundsOf(facts, config);
  for (const { name, most } of bounds) note(`cap:${name}`, most);
  const bounded = bounds.reduce(
    (amount, { name, most }) => (most < amount ? note(name, most) : amount),
    lesser(wanted, remaining),
  );
  const amount = truncateToStep(bounded, CENT) as Money;
  return { amount: amount < config.amountMin ? note('below the least', NONE) : note('amount', amount), steps };
}

function boundsOf(
  facts: AllocationFacts,
  config: SizingConfig,
): readonly { readonly name: string; readonly most: Money }[] {
  const { capital, equity, cash, stopDistance, quoteVolume1h, bidDepth } = facts;
  const atRisk = multiply(equity, exact(config.riskShare));
  const bounds = [
    { name: 'single', most: shareOf(capital, config.singleShareMax) },
    { name: 'cash', most: cash },
    { name: 'risk', most: divide(atRisk, exact(stopDistance)) as Money },
  ];
  if (quoteVolume1h !== null) {
    bounds.push({ name: 'hourVolume', most: shareOf(exact(quoteVolume1h) as Money, config.hourVolumeShare) });
  }
  if (bidDepth !== null) {
    bounds.push({ name: 'exitDepth', most: shareOf(exact(bidDepth) as Money, config.exitDepthShare) });
  }
  return bounds;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
