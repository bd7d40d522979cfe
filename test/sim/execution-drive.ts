/**
 * One seeded life of the execution stage: entries, exits, moved stops and prices, while requests, answers and reports
 * are lost, doubled, swapped and late, the connection breaks, and the process ends between any two steps. Afterwards
 * everything is delivered and the world is held to the venue's own books.
 */
import { createRng } from '../../src/core/rng.ts';
import { DEFAULT_EXECUTION_CONFIG, type PositionView } from '../../src/execution/index.ts';
import { digest } from '../../src/journal/index.ts';
import type { OrderState } from '../../src/model/execution.ts';
import type { ExitReason, PositionId } from '../../src/model/intent.ts';
import type { OrderReport } from '../../src/model/order.ts';
import {
  BASES,
  ExecutionWorld,
  instrumentOf,
  price,
  quantity,
  type RequestFate,
  type Survivor,
} from '../fixtures/execution-world.ts';

const STEPS = 220;
const STATE_OF: Readonly<Record<OrderReport['status'], OrderState>> = {
  open: 'new',
  partiallyFilled: 'partiallyFilled',
  filled: 'filled',
  cancelled: 'cancelled',
  rejected: 'rejected',
  expired: 'expired',
};
/** At the lowest price of a world this is less than the least sale. */
const DUST_MAX = quantity('0.25');
const REASONS: readonly ExitReason[] = ['stop', 'takeProfit', 'trailing', 'time', 'blackSwan'];

/** What became of a world. */
export type DriveReport = {
  readonly seed: number;
  readonly wrong: readonly string[];
  readonly story: readonly string[];
  /** Of everything the stage told. */
  readonly digest: string;
  readonly counts: {
    readonly orders: number;
    readonly entries: number;
    readonly fills: number;
    readonly crashes: number;
    readonly faults: number;
  };
};

class Drive {
  readonly seed: number;
  readonly world: ExecutionWorld;
  readonly story: string[] = [];
  readonly wrong: string[] = [];
  readonly positions: PositionId[] = [];
  readonly #next: () => number;
  readonly #prices = new Map<string, number>(BASES.map((base) => [base, 10_000]));
  readonly #watched = new Set<unknown>();
  entries = 0;
  /** Facts of the run that remembers: after everything was forgotten the venue's history is told again. */
  factsFrom = 0;
  crashes = 0;
  faults = 0;

  constructor(seed: number) {
    this.seed = seed;
    const { protection, rules } = DEFAULT_EXECUTION_CONFIG;
    this.world = new ExecutionWorld({
      seed,
      config: {
        entryOrder: (['limitIoc', 'limit', 'market'] as const)[seed % 3] ?? 'limitIoc',
        protection: { ...protection, order: seed % 5 === 0 ? 'oco' : 'stop' },
        rules: { ...rules, retryMs: 20_000 },
      },
    });
    this.#next = createRng(seed, 'drive').next;
    for (const base of BASES) this.world.move(base, '100');
    this.world.open();
  }

  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  tell(text: string): void {
    this.story.push(`${this.world.now} ${text}`);
  }

  async step(): Promise<void> {
    const roll = this.#next();
    if (roll < 0.3) await this.perform();
    else if (roll < 0.6) this.deliver();
    else if (roll < 0.7) this.passTime();
    else if (roll < 0.8) this.move();
    else if (roll < 0.98) this.intend();
    else this.disturb();
  }

  /** No entry leaves while an earlier one of the instrument may still be worth something at the venue. */
  async watchEntries(): Promise<void> {
    for (const request of this.world.outbox) {
      if (request.kind !== 'submitOrder' || this.#watched.has(request)) continue;
      this.#watched.add(request);
      if (request.order.terms.side === 'sell') continue;
      const base = /[A-Z]+(?=\/)/.exec(request.order.instrumentId)?.[0] ?? '';
      const owned = await this.world.balance(base);
      if (owned > DUST_MAX) this.wrong.push(`${request.order.clientOrderId} left while ${owned} of ${base} was held`);
      this.entries++;
    }
  }

  async perform(): Promise<void> {
    const { outbox } = this.world;
    if (outbox.length === 0) return;
    const index = this.below(outbox.length);
    const roll = this.#next();
    const fate: RequestFate = roll < 0.75 ? 'served' : this.pick(['lostRequest', 'lostReply', 'notSent']);
    if (fate !== 'served') this.faults++;
    this.tell(`${outbox[index]?.kind} ${fate}`);
    await this.world.perform(index, fate);
  }

  deliver(): void {
    const { inbox } = this.world;
    if (inbox.length === 0) return;
    const chosen = this.below(Math.min(inbox.length, 6));
    // Changes of the connection arrive in their order.
    const isChange = inbox[chosen]?.input.kind === 'venueChanged';
    const index = isChange ? inbox.findIndex(({ input }) => input.kind === 'venueChanged') : chosen;
    const undelivered = inbox[index];
    const isReport = undelivered?.input.kind === 'orderReported';
    const roll = this.#next();
    if (isReport && roll < 0.1) {
      inbox.splice(index, 1);
      this.faults++;
      this.tell('a report is lost');
      return;
    }
    if (isReport && roll < 0.2 && undelivered !== undefined) inbox.push(undelivered);
    this.tell(`deliver ${undelivered?.input.kind}`);
    this.world.deliver(index);
  }

  passTime(): void {
    const next = this.world.nextTimer();
    if (next === null) return;
    this.tell(`timer ${next.timerId}`);
    this.world.fire(next);
  }

  move(): void {
    const base = this.pick(BASES);
    const now = this.#prices.get(base) as number;
    const next = Math.max(2_000, Math.round(now * (0.94 + this.#next() * 0.12)));
    this.#prices.set(base, next);
    const text = `${Math.floor(next / 100)}.${String(next % 100).padStart(2, '0')}`;
    this.tell(`${base} at ${text}`);
    this.world.move(base, text, this.pick(['1000', '1000', '3', '0.5']));
  }

  priceOf(base: string): ReturnType<typeof price> {
    const cents = this.#prices.get(base) as number;
    return price(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
  }

  intend(): void {
    const roll = this.#next();
    if (roll < 0.4 || this.positions.length === 0) {
      const base = this.pick(BASES);
      const positionId = `P${base}x${this.positions.length}` as PositionId;
      this.positions.push(positionId);
      this.tell(`enter ${positionId}`);
      this.world.enter(base, { positionId, referencePrice: this.priceOf(base) });
      return;
    }
    const positionId = this.pick(this.positions.slice(-6));
    const base = positionId.slice(1, 4);
    if (roll < 0.6) {
      const stopPrice = price(String(40 + this.below(70)));
      this.tell(`protect ${positionId}`);
      this.world.approve({ kind: 'protect', positionId, stopPrice, time: this.world.now });
      return;
    }
    const isAll = this.#next() < 0.4;
    this.tell(`leave ${positionId} ${isAll ? 'all' : 'part'}`);
    this.world.leave(positionId, {
      instrumentId: instrumentOf(base),
      quantity: isAll ? 'all' : quantity(String(1 + this.below(5))),
      reason: this.pick(REASONS),
      referencePrice: this.priceOf(base),
      urgency: this.#next() < 0.2 ? 'emergency' : 'normal',
    });
  }

  disturb(): void {
    if (this.#next() < 0.5) {
      const state = this.pick(['up', 'down'] as const);
      this.tell(`connection ${state}`);
      this.world.venue.setConnection(state);
      return;
    }
    const survivor = this.pick<Survivor>(['state', 'state', 'store', 'store', 'nothing']);
    this.tell(`crash, survives: ${survivor}`);
    this.crashes++;
    this.world.crash(survivor);
    if (survivor === 'nothing') this.factsFrom = this.world.facts.length;
    this.world.open();
  }

  /** Everything that was under way arrives, and time passes until nothing is left to do. */
  async calm(): Promise<void> {
    this.world.venue.setConnection('up');
    for (const base of BASES) this.world.move(base, '100', '100000');
    await this.world.settle();
    await this.world.advance(90_000);
  }
}

/** Lives through a seed. */
export async function drive(seed: number): Promise<DriveReport> {
  const life = new Drive(seed);
  const { world } = life;
  for (let step = 0; step < STEPS; step++) {
    await life.step();
    await life.watchEntries();
  }
  await life.calm();
  await judge(life);
  // Whatever stands can be sold, whole.
  for (const { positionId, instrumentId } of world.view().positions) {
    world.leave(positionId, {
      instrumentId,
      reason: 'emergency',
      urgency: 'emergency',
      intentId: `last-${positionId}`,
    });
  }
  await world.advance(30_000);
  // What the venue takes no order for can only be given up.
  for (const { positionId, instrumentId } of world.view().positions) {
    world.leave(positionId, { instrumentId, reason: 'dust', intentId: `dust-${positionId}` });
  }
  await world.advance(30_000);
  await judge(life);
  if (world.view().positions.length > 0) life.wrong.push('a position could not be closed');
  const counts = {
    orders: world.sent.size,
    entries: life.entries,
    fills: world.factsOf('orderFilled').length,
    crashes: life.crashes,
    faults: life.faults,
  };
  return { seed, wrong: [...world.wrong, ...life.wrong], story: life.story, digest: digest(world.facts), counts };
}

/** Holds the quiet world to the venue's own books. */
async function judge({ world, wrong, factsFrom }: Drive): Promise<void> {
  const say = (text: string): void => void wrong.push(text);
  const view = world.view();
  if (view.entriesClosed !== null) say(`entries stay closed: ${view.entriesClosed}`);
  if (view.reserved !== 0n) say(`${view.reserved} stays reserved`);
  const reports: OrderReport[] = [];
  for (const base of BASES) {
    const answer = await world.venue.fetchOrders(instrumentOf(base), 0 as typeof world.now);
    if (answer.ok) reports.push(...answer.value);
  }
  judgeRecords(world, reports, say);
  judgeEntries(reports, say);
  judgeFacts(world.facts.slice(factsFrom), say);
  await judgeBooks(world, reports, say);
}

type Say = (text: string) => void;

/** No order is forgotten: what the venue has of an order is what our record of it says. */
function judgeRecords(world: ExecutionWorld, reports: readonly OrderReport[], say: Say): void {
  const forgotten = new Set<string>();
  for (const report of reports) {
    const record = world.orders.get(report.clientOrderId);
    if (record === undefined) {
      forgotten.add(report.clientOrderId);
      if (report.status === 'open' || report.status === 'partiallyFilled')
        say(`${report.clientOrderId} is open, no record`);
      continue;
    }
    if (record.state !== STATE_OF[report.status])
      say(`${record.clientOrderId} is ${report.status}, we say ${record.state}`);
    const [ours, theirs] = [record.fills, report.fills].map((fills) =>
      fills
        .map((fill) => fill.tradeId)
        .sort()
        .join(),
    );
    if (ours !== theirs) say(`${record.clientOrderId}: fills ${ours} are ${theirs}`);
  }
}

/** One position has one entry. */
function judgeEntries(reports: readonly OrderReport[], say: Say): void {
  const entries = new Map<string, number>();
  for (const { clientOrderId } of reports) {
    const match = /^hw-(\w+)-o\d+$/.exec(clientOrderId);
    if (match !== null) entries.set(match[1] as string, (entries.get(match[1] as string) ?? 0) + 1);
  }
  for (const [positionId, count] of entries) if (count > 1) say(`${positionId} was bought ${count} times`);
}

/** Each fill is told once. */
function judgeFacts(facts: ExecutionWorld['facts'], say: Say): void {
  const told = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'orderFilled') continue;
    const name = `${fact.instrumentId} ${fact.fill.tradeId} ${fact.clientOrderId}`;
    if (told.has(name)) say(`fill ${name} was told twice`);
    told.add(name);
  }
}

/** What is held and protected, to the last digit: held is what the venue's fills of the position left. */
async function judgeBooks(world: ExecutionWorld, reports: readonly OrderReport[], say: Say): Promise<void> {
  const { positions } = world.view();
  for (const base of BASES) {
    const own = positions.filter((position) => position.instrumentId === instrumentOf(base));
    const inBase = reports.filter((report) => report.instrumentId === instrumentOf(base));
    if (own.length > 1) say(`${own.length} positions in ${base}`);
    const left = leftByPosition(inBase, base);
    const sum = [...left.values()].reduce((total, each) => total + each, 0n);
    const owned = await world.balance(base);
    if (owned !== sum) say(`${base}: account ${owned}, fills ${sum}`);
    for (const [positionId, quantity] of left) {
      const position = own.find((each) => each.positionId === positionId);
      if (position === undefined && quantity >= SMALLEST && !hasGivenUp(world, positionId))
        say(`${positionId}: ${quantity} left and not held`);
      if (position !== undefined && position.held !== quantity)
        say(`${positionId}: held ${position.held} of ${quantity}`);
    }
    judgeStops(own, inBase.filter(isOpen), say);
  }
}

const SMALLEST = quantity('0.001');

function isOpen({ status }: OrderReport): boolean {
  return status === 'open' || status === 'partiallyFilled';
}

function hasGivenUp(world: ExecutionWorld, positionId: string): boolean {
  return world.factsOf('dustLeft').some((fact) => fact.positionId === positionId);
}

function leftByPosition(reports: readonly OrderReport[], base: string): ReadonlyMap<string, bigint> {
  const left = new Map<string, bigint>();
  for (const { clientOrderId, side, fills } of reports) {
    const positionId = clientOrderId.split('-')[1] as string;
    for (const fill of fills) {
      const moved = (side === 'buy' ? fill.quantity : -fill.quantity) - (fill.feeAsset === base ? fill.fee : 0n);
      left.set(positionId, (left.get(positionId) ?? 0n) + moved);
    }
  }
  return left;
}

/** Each position has one stop for all that can be sold, and there is no other order. */
function judgeStops(own: readonly PositionView[], open: readonly OrderReport[], say: Say): void {
  const needed = own.filter(isProtectable).length;
  if (open.length < needed || open.length > own.length) say(`${open.length} open orders for ${own.length} positions`);
  for (const { clientOrderId, orderedQuantity, filledQuantity } of open) {
    const position = own.find(({ positionId }) => clientOrderId.startsWith(`hw-${positionId}-p`));
    if (position === undefined) {
      say(`${clientOrderId} is open and protects nothing`);
      continue;
    }
    const covered = (orderedQuantity ?? 0n) - filledQuantity;
    const sellable = position.held - (position.held % SMALLEST);
    if (isProtectable(position) && covered !== sellable) say(`${clientOrderId} covers ${covered} of ${sellable}`);
  }
}

/** Whether the venue takes a stop where this position wants it, at the quiet price of 100. */
function isProtectable({ held, softwareStop }: PositionView): boolean {
  if (softwareStop === null) return false;
  const isBelowMarket = softwareStop * 995n < price('100') * 1000n;
  return isBelowMarket && (held * softwareStop) / 10n ** 18n > price('6');
}
