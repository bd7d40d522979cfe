/**
 * What an assistant may ask of trading. Every question only looks; there is none that buys, sells, pauses or saves.
 */
import type { Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';

/** About a coin at a moment, about a position, or about everything since a moment. Times are Unix seconds. */
export type WhyWanted =
  | { readonly about: 'coin'; readonly symbol: string; readonly time: number | null }
  | { readonly about: 'trade'; readonly id: string }
  | { readonly about: 'everything'; readonly from: number };

/** The newest closed candles of a coin, oldest first. */
export type CandlesWanted = { readonly symbol: string; readonly interval: string; readonly limit: number };

/** An answer as JSON, or why there is none. */
export type Asked = Promise<Result<unknown, Failure>>;

/** Whoever answers: a running desk, or the files of one that does not run. */
export type AssistantSource = {
  readonly status: () => Asked;
  readonly candidates: () => Asked;
  readonly positions: () => Asked;
  readonly trades: (limit: number) => Asked;
  readonly why: (wanted: WhyWanted) => Asked;
  readonly candles: (wanted: CandlesWanted) => Asked;
};
