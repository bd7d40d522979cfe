/**
 * What is held of one position and what is under way for it. In come fills, kept is the exact quantity that can be
 * sold: what was bought less what was sold less every fee that was taken in the base asset.
 */
import { add, type Decimal, divide, lesser, multiply, subtract, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { ProtectionStatus } from '../model/execution.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ExitIntent, PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { ClientOrderId, Fill, Side } from '../model/order.ts';

/** One position under execution; plain data. */
export type Desk = {
  readonly positionId: PositionId;
  readonly instrumentId: InstrumentId;
  readonly baseAsset: string;
  readonly traceId: string;
  readonly stopDistance: number;
  /** What the fills say we hold. */
  held: Quantity;
  boughtQuantity: Quantity;
  boughtValue: Money;
  /** Of `held`, what the account does not have. */
  shortfall: Quantity;
  /** Whether the rest was given up: it is not to be sold or protected any more. */
  isGivenUp: boolean;
  /** Newest price known here: of an intent or a fill. */
  lastPrice: Price | null;
  orderCount: number;
  /** The order a cancel is under way for, alone or before another order. */
  cancelId: ClientOrderId | null;
  /** Exits that wait for their turn, the first to go first. */
  exits: ExitIntent[];
  /** Exits by intent id, those that waited, are under way or were filled; in the order they came. */
  exitKeys: Record<string, 'open' | 'done'>;
  /** Where the software stop is; the resting one waits below it. */
  softwareStop: Price | null;
  /** The resting stop goes no higher than this for a while, because the market was below where it should be. */
  lowered: { readonly stopPrice: Price; readonly until: EpochMs } | null;
  /** Actions that failed in a row, and until when nothing but exits is tried. */
  failuresInRow: number;
  pausedUntil: EpochMs | null;
  nakedSince: EpochMs | null;
  /** Naked time of stretches that ended. */
  nakedMs: number;
  nakedAlarms: number;
  /** What was last told of the protection. */
  told: { readonly protection: ProtectionStatus; readonly stopPrice: Price | null };
  /** Whether people heard that no stop can be placed. */
  isUnprotectableTold: boolean;
};

/** What a desk begins with. */
export type DeskOpening = Pick<Desk, 'positionId' | 'instrumentId' | 'baseAsset' | 'traceId' | 'stopDistance'>;

/** A desk that holds nothing. */
export function createDesk(opening: DeskOpening): Desk {
  return {
    ...opening,
    held: ZERO as Quantity,
    boughtQuantity: ZERO as Quantity,
    boughtValue: ZERO as Money,
    shortfall: ZERO as Quantity,
    isGivenUp: false,
    lastPrice: null,
    orderCount: 0,
    cancelId: null,
    exits: [],
    exitKeys: {},
    softwareStop: null,
    lowered: null,
    failuresInRow: 0,
    pausedUntil: null,
    nakedSince: null,
    nakedMs: 0,
    nakedAlarms: 0,
    told: { protection: 'none', stopPrice: null },
    isUnprotectableTold: false,
  };
}

/** What a fill does to the holding of its base asset, exactly. */
export function baseChange(fill: Fill, side: Side, baseAsset: string): Quantity {
  const moved = side === 'buy' ? fill.quantity : (-fill.quantity as Quantity);
  return fill.feeAsset === baseAsset ? subtract(moved, fill.fee as Decimal as Quantity) : moved;
}

/** Books a fill of the position. */
export function bookFill(desk: Desk, fill: Fill, side: Side): void {
  desk.held = add(desk.held, baseChange(fill, side, desk.baseAsset));
  desk.lastPrice = fill.price;
  if (side === 'sell') return;
  desk.boughtQuantity = add(desk.boughtQuantity, fill.quantity);
  desk.boughtValue = add(desk.boughtValue, multiply(fill.quantity, fill.price) as Decimal as Money);
}

/** Average price of the entry, `null` before it is filled. */
export function entryPriceOf(desk: Desk): Price | null {
  return desk.boughtQuantity > 0n ? (divide(desk.boughtValue, desk.boughtQuantity) as Decimal as Price) : null;
}

/** What may be sold: no more than is held, and no more than the account has. */
export function sellableOf(desk: Desk): Quantity {
  const own = subtract(desk.held, lesser(desk.shortfall, desk.held));
  return own > 0n ? own : (ZERO as Quantity);
}

/** Puts the stop back to where one rested before, until the market had time to come back. */
export function lowerStop(desk: Desk, stopPrice: Price, until: EpochMs): void {
  desk.lowered = { stopPrice, until };
}

/** Time without a stop on the venue, up to `now`. */
export function nakedMsOf(desk: Desk, now: EpochMs): number {
  return desk.nakedMs + (desk.nakedSince === null ? 0 : Math.max(0, now - desk.nakedSince));
}
