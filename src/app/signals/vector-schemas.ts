/**
 * The files of reference values, checked before anything is compared: series with every book's scores, and cases for
 * the candlesticks, the fusion and the consensus.
 */
import { z } from 'zod';

const numbers = z.array(z.number());
const pair = z.tuple([z.number(), z.number()]);
const pattern = z.tuple([z.number(), z.string(), z.number(), z.number(), z.number(), z.number(), z.string()]);
const failure = z.tuple([z.number(), z.string(), z.number()]);
const candles = z.object({ o: numbers, h: numbers, l: numbers, c: numbers, v: numbers });

const consensus = z.object({
  weightedSell: z.number(),
  weightedBuy: z.number(),
  coverage: z.number(),
  dirs: z.record(z.string(), z.string()),
  net: z.number(),
  chainLen: z.number(),
  chainDir: z.string().nullable(),
  chain: z.array(z.string()),
  large: z.string(),
  case: z.string(),
  direction: z.string(),
  strength: z.number(),
  actionable: z.boolean(),
});
const byProfile = z.record(z.string(), consensus);

const row = z.object({
  end: z.number(),
  div: pair,
  ma: pair,
  cs: pair,
  bb: pair,
  vp: pair,
  kdj: pair,
  fusion: pair,
});

const record = z.record(z.string(), z.union([z.number(), z.boolean()]));

const seed = z.object({
  lastDivergence: record.nullable(),
  div: pair,
  fusion: pair,
  divDual: pair,
  fusionDual: pair,
  kdj5Final: pair,
  fusionKdj5: pair,
  kdj5SellTail: numbers,
  kdj5BuyTail: numbers,
});

const timeframe = candles.extend({
  n: z.number(),
  cut: z.number(),
  indTail: z.record(z.string(), z.union([z.number(), z.array(z.number().nullable())])),
  divergence: z.array(record),
  books: z.record(z.string(), numbers),
  fusion: z.object({ sell: numbers, buy: numbers }),
  maFlags: numbers,
  patterns: z.array(pattern),
  patternFailures: z.array(failure),
  final: row,
  live: z.array(row),
  seed,
});

/** One coin in several timeframes. */
export const seriesFileSchema = z.object({
  format: z.literal('six-books-vectors/1'),
  tf: z.record(z.string(), timeframe),
  scores: z.record(z.string(), pair),
  consensus: byProfile,
  consensusAllFour: byProfile,
  consensusSeedScores: byProfile,
  worker: z.object({
    action: z.string(),
    strength: z.number(),
    confidence: z.number(),
    sellScore: z.number(),
    buyScore: z.number(),
  }),
});

/** Short pieces of charts with rare candlestick patterns. */
export const candleCasesSchema = z.object({
  format: z.literal('six-books-candle-cases/1'),
  cases: z.array(
    candles.extend({ sell: numbers, buy: numbers, patterns: z.array(pattern), patternFailures: z.array(failure) }),
  ),
});

/** Scores of books and what each fusion makes of them. */
export const fusionCasesSchema = z.object({
  format: z.literal('six-books-fusion-cases/1'),
  cases: z.array(z.object({ i: z.record(z.string(), pair), o: z.record(z.string(), pair) })),
});

/** Scores of timeframes and what each profile makes of them. */
export const consensusCasesSchema = z.object({
  format: z.literal('six-books-consensus-cases/1'),
  cases: z.array(z.object({ scores: z.record(z.string(), pair), decisionTfs: z.array(z.string()), o: byProfile })),
});

/** Any of the files. */
export const vectorFileSchema = z.discriminatedUnion('format', [
  seriesFileSchema,
  candleCasesSchema,
  fusionCasesSchema,
  consensusCasesSchema,
]);

/** A checked file. */
export type VectorFile = z.infer<typeof vectorFileSchema>;
/** A checked series file. */
export type SeriesFile = z.infer<typeof seriesFileSchema>;
/** One timeframe of it. */
export type SeriesVectors = z.infer<typeof timeframe>;
/** The result of a consensus. */
export type ConsensusVector = z.infer<typeof consensus>;
/** Prices and volumes, oldest first. */
export type CandleVectors = z.infer<typeof candles>;
/** A row of scores at one candle. */
export type ScoreRow = z.infer<typeof row>;
