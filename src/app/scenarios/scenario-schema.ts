/**
 * What a scenario file may say. In: the file as plain values. Out: a scenario, or issues with the path of each.
 */
import { z } from 'zod';
import { type FaultOrder, parseFaultOrder } from '../../adapters/sim/fault-order.ts';
import type { CoinPlan, Scenario, ScenarioAction, ScenarioEvent } from '../../adapters/sim/scenario/scenario.ts';
import { epochMs } from '../../core/time.ts';
import {
  readChange,
  readFactor,
  readPrice,
  readShare,
  readSpan,
  readSymbol,
  readSymbols,
  readTime,
  readVolume,
} from './scenario-words.ts';

const EVENTS_MAX = 1_000;
const COINS_MAX = 200;
const CAST_MAX = 4_000;
const DAY_MS = 86_400_000;
const HISTORY_DEFAULT_MS = 10 * DAY_MS;

/** A value that `read` understands. */
function word<T>(read: (value: unknown) => T | null, expected: string) {
  return z.unknown().transform((value, context): T => {
    const meant = read(value);
    if (meant !== null) return meant;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** The same, or `fallback` where nothing is said. */
function wordOr<T>(read: (value: unknown) => T | null, expected: string, fallback: T) {
  return word(read, expected)
    .optional()
    .transform((meant) => (meant === undefined ? fallback : meant));
}

const span = word(readSpan, 'write a length of time like 15s, 10m, 2h or 5d, at most 60d');
const symbols = word(readSymbols, 'write a symbol like BTCUSDT, a list of them, or all');

const coin = z
  .strictObject({
    symbol: word(readSymbol, 'write a symbol against USDT, like HOTUSDT'),
    price: word(readPrice, 'write a price above 0'),
    volume: word(readVolume, 'write the quote volume of a minute, a number above 0'),
    noise: wordOr(readShare, 'write a share like 0.05%', 0.0005),
  })
  .transform(
    ({ symbol, price, volume, noise }): CoinPlan => ({
      ...symbol,
      price,
      minuteQuoteVolume: volume,
      noiseRatio: noise,
    }),
  );

const actions = {
  move: z.strictObject({
    symbols,
    price: wordOr(readChange, 'write a change like +4% or -22%', 1),
    volume: wordOr(readFactor, 'write a factor like 8x', 1),
    volatility: wordOr(readFactor, 'write a factor like 3x', 1),
    buyers: wordOr<number | null>(readShare, 'write a share like 70%', null),
    for: wordOr(readSpan, 'write a length of time like 5m; without one the price jumps', 0),
  }),
  halt: z.strictObject({ symbols, for: span }),
  delist: z.strictObject({ symbols }),
  list: coin,
  outage: z.strictObject({ for: span, minutes: z.enum(['missing', 'kept']).default('kept') }),
  fault: z.unknown().transform((value, context): FaultOrder => {
    const order = parseFaultOrder(value);
    if (order.ok) return order.value;
    context.addIssue({ code: 'custom', message: order.error });
    return z.NEVER;
  }),
  announce: z.strictObject({ title: z.string().min(1).max(400) }),
} as const;

const event = z
  .strictObject({
    at: word(readTime, 'write a time from where the market goes live, like 10m, or -24h for before'),
    move: actions.move.optional(),
    halt: actions.halt.optional(),
    delist: actions.delist.optional(),
    list: actions.list.optional(),
    outage: actions.outage.optional(),
    fault: actions.fault.optional(),
    announce: actions.announce.optional(),
  })
  .transform((fields, context): ScenarioEvent => {
    const { at: atMs, ...given } = fields;
    const found = Object.keys(actions).filter((name) => given[name as keyof typeof given] !== undefined);
    const action = found.length === 1 ? toAction(given) : null;
    if (action !== null && (atMs >= 0 || action.kind === 'move' || action.kind === 'halt')) return { atMs, ...action };
    const several = `an event is at a time and one of ${Object.keys(actions).join(', ')}`;
    const early = 'before the market goes live there are moves and halts only';
    context.addIssue({ code: 'custom', message: action === null ? several : early });
    return z.NEVER;
  });

type Given = { readonly [K in keyof typeof actions]?: z.output<(typeof actions)[K]> | undefined };

function toAction({ move, halt, delist, list, outage, fault, announce }: Given): ScenarioAction | null {
  if (move !== undefined) {
    const { price, volume, volatility, buyers, for: forMs } = move;
    const ratios = { priceRatio: price, volumeRatio: volume, volatilityRatio: volatility, buyersRatio: buyers };
    return { kind: 'move', symbols: move.symbols, ...ratios, forMs };
  }
  if (halt !== undefined) return { kind: 'halt', symbols: halt.symbols, forMs: halt.for };
  if (delist !== undefined) return { kind: 'delist', symbols: delist.symbols };
  if (list !== undefined) return { kind: 'list', coin: list };
  if (outage !== undefined) return { kind: 'outage', minutes: outage.minutes, forMs: outage.for };
  if (fault !== undefined) return { kind: 'fault', order: fault };
  return announce === undefined ? null : { kind: 'announce', title: announce.title };
}

/** A scenario file. */
export const scenarioSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a name is lower-case words joined by -'),
    about: z.string().min(1).max(200),
    start: z.iso.datetime({ error: 'write an instant like 2026-06-15T09:20:00Z' }).optional(),
    history: wordOr(readSpan, 'write a length of time like 10d, at most 60d', HISTORY_DEFAULT_MS),
    markets: z
      .array(z.enum(['spot', 'futures']))
      .min(1)
      .max(2)
      .default(['spot', 'futures']),
    cast: z.int().min(0).max(CAST_MAX).default(40),
    temper: z.enum(['calm', 'lively']).default('calm'),
    coins: z.array(coin).max(COINS_MAX).default([]),
    events: z.array(event).max(EVENTS_MAX).default([]),
  })
  .transform(({ start, history: historyMs, ...rest }): Scenario => {
    const startTime = start === undefined ? null : epochMs(Date.parse(start));
    return { ...rest, startTime, historyMs };
  });
