/**
 * The tools that an assistant is offered: what each takes, and how its answer is cut to what somebody can read. All of
 * them only look. Inputs are checked before anything is asked; an answer that is too long is refused and says so.
 */
import { z } from 'zod';
import { ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { AssistantSource, WhyWanted } from './assistant-source.ts';

/** A tool. */
export type AssistantTool = {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly answer: (source: AssistantSource, input: unknown, now: number) => Promise<Result<unknown, Failure>>;
};

const TRADES_READ = 100;
const ROWS_MAX = 50;
const CANDLES_MAX = 500;
const DAY_MS = 86_400_000;
const HOUR_SEC = 3_600;

const symbol = z
  .string()
  .regex(/^[A-Z0-9]{5,20}$/)
  .describe('a pair as the exchange writes it, such as BTCUSDT');

const nothing = z.strictObject({});
const candidates = z.strictObject({
  limit: z.int().min(1).max(ROWS_MAX).default(20).describe('how many, hottest first'),
});
const candles = z.strictObject({
  symbol,
  interval: z.enum(['1m', '5m', '15m', '1h', '4h', '1d']).default('5m'),
  limit: z.int().min(1).max(CANDLES_MAX).default(100).describe('the newest of them'),
});
const why = z.strictObject({
  symbol: symbol.optional().describe('about a coin'),
  time: z.int().min(0).max(4_102_444_800).optional().describe('at this moment, Unix seconds; the newest without'),
  trade: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,80}$/)
    .optional()
    .describe('about a position, by its id'),
  hours: z.int().min(1).max(720).default(24).describe('about everything of so many hours, where nothing else is named'),
});
const report = z.strictObject({ limit: z.int().min(1).max(ROWS_MAX).default(20).describe('how many sales of today') });

/** Every tool. */
export const ASSISTANT_TOOLS: readonly AssistantTool[] = [
  {
    name: 'status',
    description:
      'How trading stands: mode, state with reasons, money, risk latches, freshness of the market, health of tasks.',
    input: nothing,
    answer: async (source) => mapAnswer(await source.status(), (status) => without(status, STATUS_LISTS)),
  },
  {
    name: 'candidates',
    description: 'Coins of the hot-coin pool with heat by dimension and what keeps them out, hottest first.',
    input: candidates,
    answer: async (source, input) => {
      const { limit } = candidates.parse(input);
      return mapAnswer(await source.candidates(), (pool) => cutLists(pool, limit));
    },
  },
  {
    name: 'positions',
    description: 'Open positions with entry, price, result, stop, tiers and whether a stop rests on the exchange.',
    input: nothing,
    answer: async (source) => mapAnswer(await source.positions(), (positions) => cutLists(positions, ROWS_MAX)),
  },
  {
    name: 'why',
    description:
      'Why a coin was bought or not, why a position was sold, or what every rule refused, from the decision ledger.',
    input: why,
    answer: async (source, input, now) =>
      mapAnswer(await source.why(wantedOf(why.parse(input), now)), (said) => cutLists(said, ROWS_MAX)),
  },
  {
    name: 'candles',
    description: 'Closed candles of a coin, oldest first, with our own buys and sales on them where a desk answers.',
    input: candles,
    answer: async (source, input) => {
      const wanted = candles.parse(input);
      return mapAnswer(await source.candles(wanted), (chart) => cutChart(chart, wanted.limit));
    },
  },
  {
    name: 'report',
    description: 'The statistics of today (UTC): results in sum, and the sales themselves, newest first.',
    input: report,
    answer: async (source, input, now) => {
      const { limit } = report.parse(input);
      const [status, trades] = [await source.status(), await source.trades(TRADES_READ)];
      if (!trades.ok) return trades;
      const since = (Math.floor(now / DAY_MS) * DAY_MS) / 1_000;
      return ok({
        today: status.ok
          ? only(status.value, ['day_pnl', 'day_pnl_pct', 'equity', 'pnl_today', 'anomalies_today', 'mode'])
          : null,
        trades: salesSince(trades.value, since).slice(0, limit),
      });
    },
  },
];

/** Long lists of the status that other tools answer. */
const STATUS_LISTS: ReadonlySet<string> = new Set([
  'config',
  'candidates',
  'recent_signals',
  'recent_anomalies',
  'hot_posts',
]);

function mapAnswer(answer: Result<unknown, Failure>, map: (value: unknown) => unknown): Result<unknown, Failure> {
  return answer.ok ? ok(map(answer.value)) : answer;
}

function wantedOf({ symbol: coin, time, trade, hours }: z.infer<typeof why>, now: number): WhyWanted {
  if (trade !== undefined) return { about: 'trade', id: trade };
  if (coin !== undefined) return { about: 'coin', symbol: coin, time: time ?? null };
  return { about: 'everything', from: Math.max(0, Math.floor(now / 1_000) - hours * HOUR_SEC) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value without the named fields, at whatever depth they stand. */
function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, without(each, names)]));
}

/** The named fields, of the value itself or of each part that has them. */
function only(value: unknown, names: readonly string[]): unknown {
  if (!isRecord(value)) return null;
  const own = names.filter((name) => name in value);
  if (own.length > 0) return Object.fromEntries(own.map((name) => [name, value[name]]));
  const parts = Object.entries(value).map(([name, part]) => [name, only(part, names)] as const);
  return Object.fromEntries(parts.filter(([, part]) => part !== null));
}

/** Every list cut to its first `max`. */
function cutLists(value: unknown, max: number): unknown {
  if (Array.isArray(value)) return value.slice(0, max).map((each) => cutLists(each, max));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cutLists(each, max)]));
}

/** The newest candles; events behind a marker are what `why` tells. */
function cutChart(chart: unknown, limit: number): unknown {
  if (!isRecord(chart)) return chart;
  const { klines, trade_points: _points, ...rest } = chart;
  const bars = Array.isArray(klines) ? klines.slice(-limit) : [];
  return { ...(cutLists(rest, ROWS_MAX) as object), klines: bars };
}

/** The sales since a moment, of the answer itself or of each folder. */
function salesSince(value: unknown, since: number): readonly unknown[] {
  if (!isRecord(value)) return [];
  const { trades } = value;
  if (!Array.isArray(trades)) return Object.values(value).flatMap((part) => salesSince(part, since));
  return trades.filter((trade: unknown) => isRecord(trade) && Number(trade['exit_time']) >= since);
}
