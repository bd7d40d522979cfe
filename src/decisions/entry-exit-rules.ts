/**
 * EntryExitRules: when to enter and when to leave, as pure functions of what is known. Prices are compared exactly; the
 * first exit rule that holds wins, in the seed's order.
 */
import { add, type Decimal, greater, multiply, subtract, toFloat, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { EntryOpinion, PriceFact } from '../model/decision.ts';
import type { ExitReason } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { PositionView } from '../model/position.ts';
import type { RuleConfig } from './decision-config.ts';
import { exact, gainOf, movedBy } from './exact.ts';
import type { Check } from './verdicts.ts';

/** What is watched of an open position beside what the portfolio knows. */
export type Guard = {
  /** Where it is sold; rises, never falls. */
  stopPrice: Price;
  readonly stopDistance: number;
  /** Highest price since the entry. */
  peakPrice: Price;
  /** Indices of tiers that are sold. */
  tiersDone: number[];
};

/** The checks of an entry, in the seed's order, then those of price and book. */
export function checkEntry(opinion: EntryOpinion, config: RuleConfig, now: EpochMs): readonly Check[] {
  const { action, strength, confirm, heat, price, priceTime } = opinion;
  const age = priceTime === null ? null : now - priceTime;
  return [
    { rule: 'action', isMet: action === 'BUY', value: action, limit: 'BUY', refusal: opinion.reason },
    {
      rule: 'strength',
      isMet: strength >= config.strengthMin,
      value: strength,
      limit: config.strengthMin,
      refusal: 'the signal is too weak',
    },
    {
      rule: 'confirmation',
      isMet: confirm !== null && confirm.buy > confirm.sell,
      value: confirm === null ? null : confirm.buy,
      limit: confirm === null ? null : confirm.sell,
      refusal: confirm === null ? 'the confirming timeframe has no score' : 'it does not confirm the direction',
    },
    {
      rule: 'heat',
      isMet: heat !== null && heat >= config.heatMin,
      value: heat,
      limit: config.heatMin,
      refusal: heat === null ? 'it is not in the pool' : 'it is not hot enough',
    },
    {
      rule: 'price',
      isMet: price !== null && price > 0n && age !== null && age <= config.priceMaxAgeMs,
      value: age,
      limit: config.priceMaxAgeMs,
      refusal: price === null ? 'there is no price' : 'the price is not above 0 or too old (milliseconds)',
    },
    ...checkSpread(opinion, config),
  ];
}

function checkSpread({ book }: EntryOpinion, config: RuleConfig): readonly Check[] {
  if (book === null && config.book === 'whenKnown') return [];
  return [
    {
      rule: 'spread',
      isMet: book !== null && book.spread <= config.spreadMax,
      value: book?.spread ?? null,
      limit: config.spreadMax,
      refusal: book === null ? 'there is no book' : 'the spread is too wide',
    },
  ];
}

/** Whether buyers near the price are worth enough times the order. */
export function checkDepth({ book }: EntryOpinion, config: RuleConfig, amount: Money): readonly Check[] {
  if (book === null) return [];
  const least = toFloat(amount) * config.depthMultiple;
  return [
    {
      rule: 'depth',
      isMet: book.bidDepth >= least,
      value: book.bidDepth,
      limit: least,
      refusal: 'too few buyers stand within 1 % of the price',
    },
  ];
}

/** L1: distance of the stop below the entry, from the average true range within the seed's 3 % to 5 % (3.4). */
export function deriveStopDistance({ atr, price }: Pick<EntryOpinion, 'atr' | 'price'>, config: RuleConfig): number {
  if (atr === null || price === null || !(atr > 0) || price <= 0n) return config.stopDistance;
  const distance = (config.atrMultiple * atr) / toFloat(price);
  return Math.min(config.stopDistanceMax, Math.max(config.stopDistanceMin, distance));
}

/** The stop price that belongs to an entry price. */
export function stopPriceOf(entryPrice: Price, stopDistance: number): Price {
  return movedBy(entryPrice, -stopDistance);
}

/** What the exit rules look at. */
export type ExitFacts = {
  readonly position: PositionView;
  readonly guard: Guard;
  readonly price: Price;
  readonly now: EpochMs;
  /** Changes of the newest price, `null` at a timer without one. */
  readonly moved: Pick<PriceFact, 'change5m' | 'change15m'> | null;
  /** Whether the pool still has it and it does not cool; `null` before the first cycle. */
  readonly isInPool: boolean | null;
};

/** An exit that a rule asks for. */
export type Exit = {
  readonly reason: ExitReason;
  readonly quantity: Quantity | 'all';
  readonly urgency: 'normal' | 'emergency';
  /** Tiers that this sells. */
  readonly tiers: readonly number[];
  readonly value: number | string;
  readonly limit: number | string;
};

/** The first exit rule that holds (hotcoin.md 3.5), `null` when the position stays. */
export function deriveExit(facts: ExitFacts, config: RuleConfig): Exit | null {
  return (
    deriveStop(facts) ??
    deriveSuddenFall(facts, config) ??
    deriveTiers(facts, config) ??
    deriveTrailing(facts, config) ??
    deriveTimeStop(facts, config) ??
    deriveHeatDecay(facts)
  );
}

function sellAll(exit: Pick<Exit, 'reason' | 'value' | 'limit'>, urgency: Exit['urgency'] = 'normal'): Exit {
  return { quantity: 'all', tiers: [], urgency, ...exit };
}

function deriveStop({ guard, price, position }: ExitFacts): Exit | null {
  if (price > guard.stopPrice) return null;
  return sellAll({ reason: 'stop', value: rounded(gainOf(price, position.entryPrice)), limit: -guard.stopDistance });
}

function deriveSuddenFall({ moved }: ExitFacts, config: RuleConfig): Exit | null {
  if (moved === null) return null;
  for (const { window, change } of config.suddenFalls) {
    const seen = window === '5m' ? moved.change5m : moved.change15m;
    if (seen !== null && seen <= change)
      return sellAll({ reason: 'blackSwan', value: seen, limit: change }, 'emergency');
  }
  return null;
}

/** Every tier reached and not yet sold goes in one order, so that a gap loses none and repeats none. */
function deriveTiers({ position, guard, price }: ExitFacts, config: RuleConfig): Exit | null {
  const gain = gainOf(price, position.entryPrice);
  const reached = config.tiers.flatMap((tier, index) =>
    gain >= exact(tier.gain) && !guard.tiersDone.includes(index) ? [index] : [],
  );
  if (reached.length === 0) return null;
  const share = reached.reduce<Decimal>((sum, index) => add(sum, exact(config.tiers[index]?.share ?? 0)), ZERO);
  const quantity = multiply(position.quantityInitial, share) as Quantity;
  const limit = config.tiers[reached.at(-1) ?? 0]?.gain ?? 0;
  return {
    reason: 'takeProfit',
    quantity: quantity >= position.quantity ? 'all' : quantity,
    urgency: 'normal',
    tiers: reached,
    value: rounded(gain),
    limit,
  };
}

function deriveTrailing({ position, guard, price }: ExitFacts, config: RuleConfig): Exit | null {
  if (guard.tiersDone.length < config.tiers.length) return null;
  const highest = gainOf(greater(guard.peakPrice, price), position.entryPrice);
  const gain = gainOf(price, position.entryPrice);
  const floor = subtract(highest, exact(config.trailingDistance));
  return gain >= floor ? null : sellAll({ reason: 'trailing', value: rounded(gain), limit: rounded(floor) });
}

function deriveTimeStop({ position, now }: ExitFacts, config: RuleConfig): Exit | null {
  const held = now - position.openedTime;
  return held <= config.holdMaxMs ? null : sellAll({ reason: 'time', value: held, limit: config.holdMaxMs });
}

function deriveHeatDecay({ isInPool }: ExitFacts): Exit | null {
  return isInPool === false ? sellAll({ reason: 'heatDecay', value: 'left the pool', limit: 'in the pool' }) : null;
}

/** Keeps what a price changes about a position's guard: its highest price. */
export function followPrice(guard: Guard, price: Price): void {
  guard.peakPrice = greater(guard.peakPrice, price);
}

/** The stop after tiers were sold: at the entry with both commissions once the first is, where that is wanted. */
export function stopAfterTiers(guard: Guard, position: PositionView, config: RuleConfig): Price {
  if (config.breakEven === 'never' || guard.tiersDone.length === 0) return guard.stopPrice;
  return greater(guard.stopPrice, movedBy(position.entryPrice, 2 * config.takerFee));
}

/** A fraction as a verdict shows it. */
function rounded(fraction: Decimal): number {
  return Number(toFloat(fraction).toFixed(6));
}
