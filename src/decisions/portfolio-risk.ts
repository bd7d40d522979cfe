/**
 * PortfolioRisk: the layers that look at everything held together. L2 closes a coin that costs too much, L3 bounds a
 * sector, L4 ends the day's entries, L5 closes all and halts. Money is compared exactly, exposure counts newest prices
 * and what is reserved, and the capital is the lesser of what there was and what there is.
 */
import { add, type Decimal, divide, lesser, subtract, toFloat, ZERO } from '../core/decimal.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { Money } from '../model/money.ts';
import type { PortfolioView, PositionView } from '../model/position.ts';
import type { DecisionConfig, RiskConfig } from './decision-config.ts';
import { gainOf, shareOf } from './exact.ts';
import { type Check, shown } from './verdicts.ts';

/** Room that an entry under way takes. */
export type Reservation = {
  readonly intentId: string;
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly amount: Money;
};

/** L5 while it lasts: latched once, never pushed further. */
export type Halt = { readonly since: EpochMs; readonly until: EpochMs; isAcknowledged: boolean };

/** What an entry is measured against. */
export type RiskFacts = {
  readonly portfolio: PortfolioView;
  readonly reservations: readonly Reservation[];
  readonly halt: Halt | null;
  readonly config: DecisionConfig;
};

/** What all limits are fractions of: the initial capital, less once that is not there any more. */
export function capitalOf({ initialCapital, equity }: PortfolioView): Money {
  return lesser(initialCapital, equity > 0n ? equity : (ZERO as Money));
}

/** Everything held at its newest price and everything reserved. */
export function exposureOf({ portfolio, reservations }: Pick<RiskFacts, 'portfolio' | 'reservations'>): Money {
  return sum([...portfolio.positions.map(({ value }) => value), ...openReservations(portfolio, reservations)]);
}

/** A reservation whose position exists already is counted by what is held of it. */
function openReservations(portfolio: PortfolioView, reservations: readonly Reservation[]): readonly Money[] {
  return reservations.map(({ positionId, amount }) => {
    const held = portfolio.positions.find((position) => position.positionId === positionId);
    if (held === undefined) return amount;
    const left = subtract(amount, held.value);
    return left > 0n ? left : (ZERO as Money);
  });
}

/** Positions held and entries under way, each once. */
export function countSlots(portfolio: PortfolioView, reservations: readonly Reservation[]): number {
  const ids = new Set<PositionId>(portfolio.positions.map(({ positionId }) => positionId));
  for (const { positionId } of reservations) ids.add(positionId);
  return ids.size;
}

/** The sector of an instrument; one that no list names is a sector of its own. */
export function sectorOf(instrumentId: InstrumentId, sectors: Readonly<Record<string, string>>): string {
  const parts = parseInstrumentId(instrumentId);
  const base = parts.ok ? parts.value.base : instrumentId;
  return Object.hasOwn(sectors, base) ? (sectors[base] as string) : `only ${base}`;
}

/** Checks before any size is known: halt, day's loss, slots, what is held already. */
export function checkRoom(facts: RiskFacts, instrumentId: InstrumentId): readonly Check[] {
  const { portfolio, reservations, halt, config } = facts;
  const loss = dayLossOf(portfolio);
  const most = shareOf(capitalOf(portfolio), config.risk.dayLossMax);
  const slots = countSlots(portfolio, reservations);
  const holds = [...portfolio.positions, ...reservations].some((each) => each.instrumentId === instrumentId);
  return [
    {
      rule: 'L5 drawdown halt',
      isMet: halt === null,
      value: halt === null ? null : halt.since,
      limit: halt === null ? null : halt.until,
      refusal: 'entries are halted after a drawdown',
    },
    {
      rule: 'L4 day loss',
      isMet: loss < most,
      value: shown(loss),
      limit: shown(most),
      refusal: 'the loss since 00:00 UTC has reached its limit',
    },
    {
      rule: 'positions',
      isMet: slots < config.sizing.positionsMax,
      value: slots,
      limit: config.sizing.positionsMax,
      refusal: 'every place is taken',
    },
    { rule: 'one position a coin', isMet: !holds, value: null, limit: null, refusal: 'it is held or being bought' },
  ];
}

/** Checks of an entry of `amount`: the single cap, the total cap, L3. */
export function checkAmount(
  facts: RiskFacts,
  entry: { readonly instrumentId: InstrumentId; readonly amount: Money },
): readonly Check[] {
  const { portfolio, config } = facts;
  const capital = capitalOf(portfolio);
  const single = shareOf(capital, config.sizing.singleShareMax);
  const total = shareOf(capital, config.sizing.totalShareMax);
  const exposure = add(exposureOf(facts), entry.amount);
  const sector = sectorOf(entry.instrumentId, config.sectors);
  const sectorMost = shareOf(capital, config.risk.sectorShareMax);
  const sectorExposure = add(sectorExposureOf(facts, sector), entry.amount);
  return [
    {
      rule: 'single share',
      isMet: entry.amount > 0n && entry.amount <= single,
      value: shown(entry.amount),
      limit: shown(single),
      refusal: 'the amount is not within what one coin may have',
    },
    {
      rule: 'total share',
      isMet: exposure <= total,
      value: shown(exposure),
      limit: shown(total),
      refusal: 'everything held together would exceed its limit',
    },
    {
      rule: 'L3 sector',
      isMet: sectorExposure <= sectorMost,
      value: shown(sectorExposure),
      limit: shown(sectorMost),
      refusal: `the sector (${sector}) would exceed its limit`,
    },
  ];
}

function sectorExposureOf({ portfolio, reservations, config }: RiskFacts, sector: string): Money {
  const isInSector = ({ instrumentId }: { readonly instrumentId: InstrumentId }): boolean =>
    sectorOf(instrumentId, config.sectors) === sector;
  return exposureOf({
    portfolio: { ...portfolio, positions: portfolio.positions.filter(isInSector) },
    reservations: reservations.filter(isInSector),
  });
}

/** Loss since 00:00 UTC, unrealised results included; 0 on a day with a gain. */
export function dayLossOf({ dayStartEquity, equity }: PortfolioView): Money {
  const loss = subtract(dayStartEquity, equity);
  return loss > 0n ? loss : (ZERO as Money);
}

/** How far equity is below its highest, as a fraction. */
export function drawdownOf({ peak, equity }: PortfolioView): number {
  return peak <= 0n ? 0 : toFloat(divide(subtract(peak, equity), peak));
}

/** The halt that begins now, or `null`; asked only while there is none. */
export function haltOf(portfolio: PortfolioView, config: RiskConfig, now: EpochMs): Halt | null {
  const { peak, equity } = portfolio;
  if (peak <= 0n || subtract(peak, equity) < shareOf(peak, config.drawdownMax)) return null;
  return { since: now, until: addMs(now, config.haltMs), isAcknowledged: false };
}

/** Whether a halt is over. */
export function isHaltOver({ until, isAcknowledged }: Halt, config: RiskConfig, now: EpochMs): boolean {
  return now >= until && (config.resume === 'automatic' || isAcknowledged);
}

/** L2: positions whose unrealised loss has reached the limit for one coin. */
export function findCoinLosses(portfolio: PortfolioView, config: RiskConfig): readonly PositionView[] {
  const most = shareOf(capitalOf(portfolio), config.coinLossMax);
  return portfolio.positions.filter(({ unrealized }) => (-unrealized as unknown as bigint) >= most);
}

/** Gain of a position at `price`, as an exact fraction of its entry. */
export function positionGain(position: PositionView, price: Decimal): Decimal {
  return position.entryPrice > 0n ? gainOf(price, position.entryPrice) : ZERO;
}

function sum(amounts: readonly Money[]): Money {
  return amounts.reduce((total, amount) => add(total, amount), ZERO as Money);
}
