/**
 * The market of a simulated run: a calm cast, and coins that are sold off for hours, burst, and then go one of several
 * ways; one fall of everything, one listing, one outage, one halt. In: seed and length. Out: a scenario, the same for
 * the same seed and length, with whatever of it fits into the length.
 */
import type { CoinPlan, Scenario, ScenarioEvent } from '../../adapters/sim/scenario/scenario.ts';
import { decimal } from '../../core/decimal.ts';
import { createRng, type Rng } from '../../core/rng.ts';

/** What a run is made of. */
export type WeekOptions = { readonly seed: number; readonly lengthMs: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Signals judge 224 candles of an hour. */
const HISTORY_MS = 10 * DAY_MS;
/** Coins beside those that burst. */
const CAST = 20;
/** Coins that burst, their prices, and what they trade in a minute. */
const HOT: readonly (readonly [base: string, price: string, minuteQuoteVolume: number])[] = [
  ['HOTA', '1.25', 50_000],
  ['HOTB', '0.0412', 30_000],
  ['HOTC', '18.4', 80_000],
  ['HOTD', '0.731', 25_000],
  ['HOTE', '4.02', 60_000],
  ['HOTF', '0.00612', 40_000],
  ['HOTG', '112.5', 90_000],
  ['HOTH', '0.214', 35_000],
];
/** Volumes need twenty minutes before a burst counts. */
const FIRST_BURST_MS = 25 * MINUTE_MS;
/** From one burst of a coin to its next: it must have fallen for hours before all timeframes turn to long. */
const BETWEEN_BURSTS_MS = 20 * HOUR_MS;

type Move = {
  readonly at: number;
  readonly price: number;
  readonly forMs: number;
  readonly volume?: number;
  readonly buyers?: number;
};

/** What a coin does after its burst; times count from the end of the burst. */
const ENDINGS: readonly { readonly name: string; readonly moves: readonly Move[] }[] = [
  {
    name: 'runs',
    moves: [
      { at: 0, price: 1.16, forMs: 16 * MINUTE_MS, volume: 6, buyers: 0.6 },
      { at: 18 * MINUTE_MS, price: 0.92, forMs: 6 * MINUTE_MS, volume: 5, buyers: 0.3 },
    ],
  },
  { name: 'fails', moves: [{ at: 2 * MINUTE_MS, price: 0.91, forMs: MINUTE_MS, volume: 5, buyers: 0.25 }] },
  { name: 'gaps', moves: [{ at: 6 * MINUTE_MS, price: 1.12, forMs: 0, volume: 4 }] },
  { name: 'fades', moves: [{ at: 5 * MINUTE_MS, price: 0.985, forMs: 4 * HOUR_MS }] },
  {
    name: 'whipsaws',
    moves: [
      { at: 0, price: 1.07, forMs: 4 * MINUTE_MS, volume: 6, buyers: 0.6 },
      { at: 5 * MINUTE_MS, price: 0.9, forMs: 20_000, volume: 9, buyers: 0.2 },
    ],
  },
  { name: 'collapses', moves: [{ at: 4 * MINUTE_MS, price: 0.77, forMs: 14 * MINUTE_MS, volume: 9, buyers: 0.2 }] },
];

/** The scenario of a run. */
export function weekScenario({ seed, lengthMs }: WeekOptions): Scenario {
  const rng = createRng(seed, 'week');
  const events = [
    ...HOT.flatMap(([base], index) => burstsOf(`${base}USDT`, { index, lengthMs, rng })),
    ...wholeMarket(lengthMs),
  ];
  return {
    name: 'simulated-week',
    about: 'bursts, a fall of everything, a listing, an outage and a halt',
    startTime: null,
    historyMs: HISTORY_MS,
    markets: ['spot'],
    cast: CAST,
    temper: 'calm',
    coins: HOT.map(toCoin),
    events: events.filter(({ atMs }) => atMs < lengthMs).sort((a, b) => a.atMs - b.atMs),
  };
}

function toCoin([base, price, minuteQuoteVolume]: (typeof HOT)[number]): CoinPlan {
  return { base, quote: 'USDT', price: decimal(price), minuteQuoteVolume, noiseRatio: 0.0005 };
}

/** Bursts of one coin, spread so that two coins seldom burst together. */
function burstsOf(
  symbol: string,
  { index, lengthMs, rng }: { readonly index: number; readonly lengthMs: number; readonly rng: Rng },
): readonly ScenarioEvent[] {
  const spread = Math.min(lengthMs, BETWEEN_BURSTS_MS) - FIRST_BURST_MS;
  const first = FIRST_BURST_MS + Math.floor((Math.max(0, spread) * index) / HOT.length / MINUTE_MS) * MINUTE_MS;
  const events: ScenarioEvent[] = [move(symbol, { at: first - 5 * DAY_MS, price: 0.9, forMs: 5 * DAY_MS })];
  for (let at = first, burst = 0; at < lengthMs; burst++) {
    const ending = ENDINGS[(index + burst + rng.integer(2)) % ENDINGS.length] as (typeof ENDINGS)[number];
    events.push(move(symbol, { at, price: 1.04, forMs: 2 * MINUTE_MS, volume: 8, buyers: 0.7 }));
    const over = at + 2 * MINUTE_MS;
    for (const each of ending.moves) events.push(move(symbol, { ...each, at: over + each.at }));
    const next = at + BETWEEN_BURSTS_MS + rng.integer(120) * MINUTE_MS;
    // Back near where it was, and then down again for hours before the next burst.
    events.push(move(symbol, { at: at + 5 * HOUR_MS, price: recovery(ending.moves), forMs: 3 * HOUR_MS }));
    events.push(move(symbol, { at: at + 9 * HOUR_MS, price: 0.93, forMs: next - at - 9 * HOUR_MS }));
    at = next;
  }
  return events;
}

/** What brings a coin back to a little above its price before the burst: over a week it neither vanishes nor explodes. */
function recovery(moves: readonly Move[]): number {
  return 1.07 / moves.reduce((product, { price }) => product * price, 1.04);
}

function move(symbol: string, { at, price, forMs, volume = 1, buyers }: Move): ScenarioEvent {
  return {
    atMs: at,
    kind: 'move',
    symbols: [symbol],
    forMs,
    priceRatio: price,
    volumeRatio: volume,
    volatilityRatio: 1,
    buyersRatio: buyers ?? null,
  };
}

/** What happens to every coin, or to one beside those that burst; places are shares of the length. */
function wholeMarket(lengthMs: number): readonly ScenarioEvent[] {
  const at = (part: number): number => Math.floor((lengthMs * part) / MINUTE_MS) * MINUTE_MS;
  const everything = { kind: 'move', symbols: 'all', buyersRatio: 0.3, volatilityRatio: 2 } as const;
  const newcomer: CoinPlan = {
    base: 'NEWC',
    quote: 'USDT',
    price: decimal('0.4'),
    minuteQuoteVolume: 200_000,
    noiseRatio: 0.004,
  };
  return [
    { atMs: at(0.3), kind: 'announce', title: 'Binance Will List Newcomer (NEWC) with Seed Tag Applied' },
    { atMs: at(0.35), kind: 'list', coin: newcomer },
    { ...move('NEWCUSDT', { at: at(0.35), price: 1.9, forMs: 30 * MINUTE_MS, volume: 5, buyers: 0.65 }) },
    { atMs: at(0.55), ...everything, priceRatio: 0.91, volumeRatio: 4, forMs: 20 * MINUTE_MS },
    { atMs: at(0.55) + 20 * MINUTE_MS, ...everything, priceRatio: 1.045, volumeRatio: 2, forMs: 60 * MINUTE_MS },
    { atMs: at(0.7), kind: 'outage', forMs: 45 * MINUTE_MS, minutes: 'missing' },
    { atMs: at(0.85), kind: 'halt', symbols: ['HOTHUSDT'], forMs: 10 * MINUTE_MS },
  ];
}
