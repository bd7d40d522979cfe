import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, toDecimalText } from '../core/decimal.ts';
import { epochMs } from '../core/time.ts';
import type { EntryOpinion } from '../model/decision.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { PositionView } from '../model/position.ts';
import { type AllocationFacts, allocateCapital } from './capital-allocator.ts';
import { DEFAULT_DECISION_CONFIG } from './decision-config.ts';
import { checkEntry, deriveExit, deriveStopDistance, type Guard, stopPriceOf } from './entry-exit-rules.ts';
import { judge, refusalOf } from './verdicts.ts';

const { rules, sizing } = DEFAULT_DECISION_CONFIG;
const NOW = epochMs(1_767_268_800_000);
const PEPE = 'binance:spot:PEPE/USDT' as InstrumentId;
const price = (text: string): Price => decimal(text) as Price;
const money = (text: string): Money => decimal(text) as Money;
const shown = (value: Decimal): string => toDecimalText(value);

const GOOD: EntryOpinion = {
  instrumentId: PEPE,
  action: 'BUY',
  strength: 60,
  confidence: 0.6,
  confirm: { sell: 5, buy: 60 },
  atr: null,
  heat: 60,
  liquidity: 100,
  quoteVolume1h: null,
  price: price('100'),
  priceTime: NOW,
  book: null,
  reason: 'all long',
};

function gateOf(opinion: Partial<EntryOpinion>): string | null {
  return refusalOf(judge(checkEntry({ ...GOOD, ...opinion }, rules, NOW)))?.rule ?? null;
}

describe('an entry', () => {
  it('passes when every rule holds', () => {
    expect(gateOf({})).toBeNull();
  });

  it.each([
    ['action', { action: 'SELL' as const }],
    ['action', { action: 'HOLD' as const }],
    ['strength', { strength: 19 }],
    ['confirmation', { confirm: null }],
    ['confirmation', { confirm: { sell: 30, buy: 30 } }],
    ['heat', { heat: null }],
    ['heat', { heat: 29.9 }],
    ['spread', { book: { spread: 0.006, bidDepth: 1e6, time: NOW } }],
  ])('is refused by %s', (rule, opinion) => {
    expect(gateOf(opinion)).toBe(rule);
  });

  it.each([
    ['missing', { price: null, priceTime: null }],
    ['zero', { price: price('0') }],
    ['too old', { priceTime: epochMs(NOW - rules.priceMaxAgeMs - 1) }],
  ])('R2-3 is refused when its price is %s', (_, opinion) => {
    expect(gateOf(opinion)).toBe('price');
  });

  it('lets strength and heat at their limits pass', () => {
    expect(gateOf({ strength: 20, heat: 30 })).toBeNull();
  });
});

describe('the stop distance', () => {
  it.each([
    [null, 0.05],
    [0, 0.05],
    [1, 0.03],
    [2.5, 0.0375],
    [10, 0.05],
    [Number.NaN, 0.05],
  ])('of an average true range of %s at 100 is %s', (atr, distance) => {
    expect(deriveStopDistance({ atr, price: price('100') }, rules)).toBe(distance);
  });

  it('gives an exact stop price', () => {
    expect(shown(stopPriceOf(price('0.00001234'), 0.05))).toBe('0.000011723');
  });
});

const POSITION: PositionView = {
  positionId: 'p' as PositionId,
  instrumentId: PEPE,
  openedTime: NOW,
  traceId: 't',
  entryPrice: price('100'),
  quantityInitial: decimal('10') as Quantity,
  quantity: decimal('10') as Quantity,
  mark: null,
  markTime: null,
  value: money('1000'),
  unrealized: money('0'),
  realized: money('0'),
  otherFees: {},
};

type Case = {
  readonly at: string;
  readonly peak?: string;
  readonly tiersDone?: readonly number[];
  readonly minutes?: number;
  readonly change5m?: number | null;
  readonly change15m?: number | null;
  readonly isInPool?: boolean | null;
};

function exitOf({
  at,
  peak = '100',
  tiersDone = [],
  minutes = 1,
  change5m = null,
  change15m = null,
  isInPool = true,
}: Case) {
  const guard: Guard = {
    stopPrice: price('95'),
    stopDistance: 0.05,
    peakPrice: price(peak),
    tiersDone: [...tiersDone],
  };
  const now = epochMs(NOW + minutes * 60_000);
  return deriveExit(
    { position: POSITION, guard, price: price(at), now, moved: { change5m, change15m }, isInPool },
    rules,
  );
}

describe('an exit', () => {
  it.each([
    ['stays', { at: '100' }, null],
    ['stays just above the stop', { at: '95.00000001' }, null],
    ['stops at the stop', { at: '95' }, 'stop'],
    ['leaves on a fall of 20 % in 15 minutes', { at: '97', change15m: -0.2 }, 'blackSwan'],
    ['leaves on a fall of 10 % in 5 minutes', { at: '97', change5m: -0.1 }, 'blackSwan'],
    ['stays on a fall of 9.9 % in 5 minutes', { at: '97', change5m: -0.099 }, null],
    ['takes the first tier', { at: '105' }, 'takeProfit'],
    ['does not take a tier twice', { at: '107', tiersDone: [0] }, null],
    ['does not trail before every tier is sold', { at: '101', peak: '109', tiersDone: [0] }, null],
    ['trails when every tier is sold', { at: '111', peak: '115', tiersDone: [0, 1] }, 'trailing'],
    ['stays within the trailing distance', { at: '112', peak: '115', tiersDone: [0, 1] }, null],
    ['stays at four hours', { at: '100', minutes: 240 }, null],
    ['leaves after four hours', { at: '100', minutes: 240.1 }, 'time'],
    ['leaves with the pool', { at: '100', isInPool: false }, 'heatDecay'],
    ['stays while no pool is known', { at: '100', isInPool: null }, null],
  ])('%s', (_, facts, reason) => {
    expect(exitOf(facts as Case)?.reason ?? null).toBe(reason);
  });

  it('puts the stop before everything else', () => {
    expect(exitOf({ at: '90', change15m: -0.3, isInPool: false, minutes: 999 })?.reason).toBe('stop');
  });

  it('P1-2 sells the sum of all tiers that a gap jumps over, of the initial quantity, once', () => {
    const exit = exitOf({ at: '112' });
    expect(exit).toMatchObject({ reason: 'takeProfit', tiers: [0, 1] });
    expect(shown(exit?.quantity as Quantity)).toBe('6');
    expect(exitOf({ at: '112', peak: '112', tiersDone: [0, 1] })).toBeNull();
  });
});

const FREE: AllocationFacts = {
  capital: money('1000'),
  equity: money('1000'),
  cash: money('1000'),
  exposure: money('0'),
  used: 0,
  heat: 60,
  liquidity: 100,
  stopDistance: 0.05,
  quoteVolume1h: null,
  bidDepth: null,
};
const amountOf = (facts: Partial<AllocationFacts>): string =>
  shown(allocateCapital({ ...FREE, ...facts }, sizing).amount);

describe('the capital allocator', () => {
  it.each([
    [40, 100, '73.6'],
    [60, 100, '86.4'],
    [80, 100, '99.2'],
    [100, 100, '100'],
    [60, 30, '43.2'],
  ])('gives heat %s with liquidity %s an amount of %s', (heat, liquidity, amount) => {
    expect(amountOf({ heat, liquidity })).toBe(amount);
  });

  it('R2-1 gives nothing when no slot is free', () => {
    expect(amountOf({ used: 5 })).toBe('0');
    expect(amountOf({ used: 6 })).toBe('0');
  });

  it('R4-9 subtracts what is held: with 35 % of 40 % used at most 5 % is left', () => {
    expect(amountOf({ exposure: money('350'), used: 4 })).toBe('50');
    expect(amountOf({ exposure: money('389'), used: 1 })).toBe('0');
  });

  it.each([
    ['what the stop may cost', { stopDistance: 0.1 }, '50'],
    ['the last hour of the coin', { quoteVolume1h: 3_000 }, '30'],
    ['what could be sold again', { bidDepth: 100 }, '25'],
    ['cash', { cash: money('20.009') }, '20'],
  ])('is bounded by %s', (_, facts, amount) => {
    expect(amountOf(facts)).toBe(amount);
  });

  it('names each step that made the size, and each cap', () => {
    const { steps } = allocateCapital({ ...FREE, quoteVolume1h: 3_000 }, sizing);
    expect(steps.map(({ name, amount }) => `${name} ${amount}`)).toEqual([
      'remaining 400',
      'perSlot 80',
      'byHeat 86.4',
      'byLiquidity 86.4',
      'cap:single 100',
      'cap:cash 1000',
      'cap:risk 100',
      'cap:hourVolume 30',
      'hourVolume 30',
      'amount 30',
    ]);
  });

  it('never exceeds a cap and never gives less than the least amount', () => {
    const facts = fc.record({
      heat: fc.double({ min: -10, max: 200, noNaN: true }),
      liquidity: fc.double({ min: -10, max: 200, noNaN: true }),
      cents: fc.integer({ min: 0, max: 60_000 }),
      used: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(facts, ({ heat, liquidity, cents, used }) => {
        const exposure = money(String(cents / 100));
        const { amount } = allocateCapital({ ...FREE, heat, liquidity, used, exposure }, sizing);
        expect(amount === 0n || amount >= sizing.amountMin).toBe(true);
        expect(amount <= money('100')).toBe(true);
        expect(amount === 0n || (amount as bigint) + exposure <= money('400')).toBe(true);
      }),
    );
  });
});
