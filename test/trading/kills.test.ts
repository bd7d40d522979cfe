/**
 * Trading as a process of its own, with orders at the simulated exchange, killed by SIGKILL again and again while the
 * exchange lives on (hotcoin.md 5.7, 10.1): at every place between two durable steps of an order, and at any moment.
 *
 * HOTWICK_SIM_SEED chooses where (1); the seed is printed.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteOrderStore } from '../../src/adapters/sqlite/sqlite-order-store.ts';
import type { ExecutionBatch } from '../../src/model/execution.ts';
import { BUSY_FROM_S, BUSY_SETTINGS, busyMarket } from '../fixtures/busy-market.ts';
import { KillWorld, type Told } from '../fixtures/kill-trading.ts';
import { type ChildView, EARLY_ENTRY, STEP_KINDS } from '../fixtures/kill-trading-child.ts';
import { KillTruth } from '../fixtures/kill-truth.ts';

const KILLS_AT_STEPS = 50;
const KILLS_AT_ANY_MOMENT = 50;
/** Within so much time records and exchange agree again, and every position has its stop. */
const RECOVERY_MS = 5_000;
/** A start costs some hundreds of the minute's 6,000 request weight: from here on the next one waits for another minute. */
const WEIGHT_SHARE_MAX = 0.75;
const MINUTE_MS = 60_000;
const SLICE_MS = 250;
const SECOND_MS = 1_000;
/** Longest time that a life waits for the step it is to end at. */
const LIFE_S = 600;

const seed = Number(process.env['HOTWICK_SIM_SEED'] ?? 1);
const random = createSeededRandom(seed, 'kills');
const below = (limit: number): number => Math.floor(random.next() * limit);

type Kill = { readonly where: string; readonly planned: 'step' | 'moment' };
type Story = {
  readonly kills: Kill[];
  /** How long each life that was let live took to recover. */
  readonly recoveries: number[];
  readonly wrong: string[];
};

let world: KillWorld;
let truth: KillTruth;
let weightShare = 0;
let first: { readonly stored: ExecutionBatch; readonly ownedAtDeath: bigint; readonly after: ChildView };
const story: Story = { kills: [], recoveries: [], wrong: [] };

async function pass(ms: number): Promise<Told> {
  const told = await world.pass(ms);
  truth.passed(ms, told.kind === 'view' ? 'alive' : 'dead');
  if (told.kind === 'view') hear(told.view);
  return told;
}

function hear({ warnings, weightShare: spent }: ChildView): void {
  weightShare = spent;
  for (const warning of warnings) {
    if (/^fatal|^mismatch (balanceShort|orderVanished|orphanOrder)/.test(warning) || warning.startsWith(EARLY_ENTRY)) {
      story.wrong.push(`life ${story.kills.length}: ${warning}`);
    }
  }
}

function isWhole({ entriesClosed, positions }: ChildView): boolean {
  return entriesClosed === null && positions.every(({ protection }) => protection === 'resting');
}

/** Lets time pass until trading agrees with the exchange and protects everything. */
async function recover(begun: Told): Promise<Told> {
  let told = begun;
  let ms = 0;
  for (; told.kind === 'view' && !isWhole(told.view) && ms < 4 * RECOVERY_MS; ms += SLICE_MS)
    told = await pass(SLICE_MS);
  if (told.kind === 'dead') return told;
  story.recoveries.push(ms);
  const where = `life ${story.kills.length}, ${ms} ms after its start at ${world.driven.clock.now()}`;
  story.wrong.push(...truth.findWrong(told.view).map((each) => `${where}: ${each}`));
  return told;
}

async function begin(diesAt: Parameters<KillWorld['begin']>[0]): Promise<Told> {
  truth.restarted();
  const told = await world.begin(diesAt);
  if (told.kind === 'view') hear(told.view);
  return told;
}

async function passSeconds(told: Told, seconds: number): Promise<Told> {
  let last = told;
  for (let passed = 0; passed < seconds && last.kind === 'view'; passed++) last = await pass(SECOND_MS);
  return last;
}

/** Ends at a place between two durable steps, in the start itself or later. */
async function dieAtStep(index: number): Promise<void> {
  const kind = STEP_KINDS[index % STEP_KINDS.length] ?? 'before the commit';
  const told = await passSeconds(await recover(await begin({ kind, occurrence: 1 + below(3) })), LIFE_S);
  if (told.kind === 'view') {
    story.wrong.push(`life ${story.kills.length}: no step ${kind} within ${LIFE_S} s`);
    await world.killWithin(SLICE_MS, 0);
  }
  story.kills.push({ where: told.kind === 'dead' ? told.step : '', planned: 'step' });
}

/** Ends at any moment: one life of five while it recovers, the others within twelve seconds. */
async function dieAtAnyMoment(): Promise<void> {
  const begun = await begin(null);
  const seconds = below(5) === 0 ? null : below(12);
  if (seconds !== null) await passSeconds(await recover(begun), seconds);
  const ms = seconds === null ? SLICE_MS : SECOND_MS;
  await world.killWithin(ms, random.next() * 8);
  truth.passed(ms, 'alive');
  story.kills.push({ where: seconds === null ? 'in the start' : `after ${seconds} s`, planned: 'moment' });
}

async function rest(ms: number): Promise<void> {
  await world.passDead(ms);
  truth.passed(ms, 'dead');
}

/** A process that is started more often than the exchange answers would measure the exchange's patience. */
async function restBetweenLives(): Promise<void> {
  const left = MINUTE_MS - (world.driven.clock.now() % MINUTE_MS);
  await rest(weightShare > WEIGHT_SHARE_MAX ? left : below(3) * SECOND_MS);
  if (weightShare > WEIGHT_SHARE_MAX) weightShare = 0;
}

/** The first entry has left and is filled, and nothing of that is stored when the process ends. */
async function dieBetweenOrderAndPosition(): Promise<void> {
  const told = await passSeconds(await begin({ kind: 'after the order left', occurrence: 1 }), 20 * 60);
  expect(told).toEqual({ kind: 'dead', step: 'after the order left: order.place BUY LIMIT' });
  await rest(SECOND_MS);
  const ownedAtDeath = truth.owned('AAA');
  const orders = createSqliteOrderStore(openSqliteDatabase({ path: join(world.dataDir, 'trading.db') }));
  const stored = await orders.loadOpen();
  await orders.close();
  const after = await recover(await begin(null));
  if (after.kind === 'dead') throw new Error('trading ended');
  first = { stored, ownedAtDeath, after: after.view };
  const { clock, market } = world.driven;
  await passSeconds(after, BUSY_FROM_S - (clock.now() - market.startTime) / SECOND_MS);
  await world.killWithin(SECOND_MS, 0);
}

beforeAll(async () => {
  world = await KillWorld.start({ scenario: busyMarket(), settings: BUSY_SETTINGS });
  truth = new KillTruth(world.driven.exchange);
  await dieBetweenOrderAndPosition();
  for (let index = 0; index < Math.max(KILLS_AT_STEPS, KILLS_AT_ANY_MOMENT); index++) {
    await restBetweenLives();
    await dieAtStep(index);
    await restBetweenLives();
    await dieAtAnyMoment();
  }
  await recover(await passSeconds(await recover(await begin(null)), 60));
  const sorted = [...story.recoveries].sort((a, b) => a - b);
  const recoveryMs = { half: sorted[sorted.length >> 1], most: sorted.at(-1) };
  const summary = { entries: truth.entries, sales: truth.sales, recoveryMs, nakedMaxMs: truth.nakedMax };
  process.stdout.write(`  kills of seed ${seed}: ${JSON.stringify(summary)}\n`);
}, 1_200_000);

afterAll(() => world.close());

it('scenario 8: killed by SIGKILL between order and position, trading adopts the position with its stop', () => {
  expect(first.stored.orders).toMatchObject([{ purpose: 'open', state: 'sent', fills: [] }]);
  expect(first.ownedAtDeath > 0n, 'the exchange had filled it').toBe(true);
  const [position] = first.after.positions;
  expect(first.after.positions).toHaveLength(1);
  expect(position).toMatchObject({ held: first.ownedAtDeath, protection: 'resting' });
  expect(first.after.entriesClosed).toBeNull();
});

it(`B-11 killed ${KILLS_AT_STEPS} times between two durable steps of an order, trading agrees with the exchange within 5 s`, () => {
  const atSteps = story.kills.filter(({ planned }) => planned === 'step').map(({ where }) => where);
  expect(atSteps).toHaveLength(KILLS_AT_STEPS);
  for (const kind of STEP_KINDS)
    expect(
      atSteps.filter((where) => where.startsWith(kind)),
      kind,
    ).toHaveLength(10);
  expect(Math.max(...story.recoveries)).toBeLessThan(RECOVERY_MS);
  expect(story.recoveries.length).toBeGreaterThan(KILLS_AT_ANY_MOMENT / 2);
});

it('no position is forgotten and none doubled, and the books agree to the last digit after each of 100 kills', () => {
  expect(story.kills).toHaveLength(KILLS_AT_STEPS + KILLS_AT_ANY_MOMENT);
  expect(story.wrong).toEqual([]);
  expect(truth.entries).toBeGreaterThan(10);
  expect(truth.sales).toBeGreaterThan(10);
});

it('stops are active again within 5 s of a start, and what nothing protects while trading runs is within that bound', () => {
  expect(truth.nakedMax.living).toBeLessThan(RECOVERY_MS);
});
