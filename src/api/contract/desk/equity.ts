/**
 * The history of equity: bars of what everything was worth, with every high and low of the samples in them.
 */
import { z } from 'zod';
import { exact, sec, text } from './parts.ts';

/** Most hours that can be asked for: ten years. */
export const EQUITY_HOURS_MAX = 87_600;

/** Query of `GET /hotcoin/api/equity`; a number that is none counts as its default, one out of range as its nearest bound. */
export const equityQuery = z.object({
  hours: z.string().optional().describe(`how far back, 1 to ${EQUITY_HOURS_MAX}, 24 unless given`),
  points: z.string().optional().describe('about how many bars at most, 100 to 2000, 600 unless given'),
});

/** One bar. */
export const equityBar = z
  .object({
    time: sec.describe('when it begins, Unix seconds'),
    open: exact,
    high: exact,
    low: exact,
    close: exact,
    cash: exact.describe('of the close'),
    capital: exact.describe('what was paid in; a bar is told as if its last capital had been there all along'),
  })
  .meta({ id: 'EquityBar' });

/** What became of the equity in a span; `fraction` is of the equity at its begin. */
export const equityChange = z.object({
  amount: exact.describe('without what was added to or taken from the capital'),
  fraction: z.number(),
});

/** Answer of `GET /hotcoin/api/equity`. Times in which nothing ran have no bars. */
export const equityAnswer = z
  .object({
    mode: z.enum(['observe', 'paper', 'live']),
    hours: z.int(),
    step_sec: z.int().describe('length of a bar'),
    since: sec.nullable().describe('when the history begins'),
    bars: z.array(equityBar).describe('ascending; the last one is forming'),
    change: equityChange.nullable(),
    high: exact.nullable(),
    low: exact.nullable(),
    max_drawdown: z.number().nullable().describe('deepest fall from the high of an earlier bar, a fraction'),
    storing: z.enum(['storing', 'failing']),
    last_error: text,
    ts: sec,
  })
  .meta({ id: 'Equity' });

/** One bar. */
export type WireEquityBar = z.infer<typeof equityBar>;
/** Answer of `GET /hotcoin/api/equity`. */
export type EquityAnswer = z.infer<typeof equityAnswer>;
