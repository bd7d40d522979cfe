/**
 * The depth answer of the venue: levels in, the top and what lies within 1 % of it out. A book without both sides, or
 * with levels that can not be read, is refused: a part of a book would look thinner than it is.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import type { BookFacts } from '../../model/book.ts';
import { describeIssue } from './schema-issue.ts';

const NEAR = 0.01;

const number = z
  .string()
  .transform(Number)
  .refine((value) => Number.isFinite(value) && value > 0, 'is no number above 0');
const levels = z.array(z.tuple([number, number])).min(1);
const answerShape = z.object({ bids: levels, asks: levels });

/** The facts of a depth answer. */
export function parseBook(body: unknown): Result<BookFacts, string> {
  const answer = answerShape.safeParse(body);
  if (!answer.success) return err(describeIssue(answer.error));
  const { bids, asks } = answer.data;
  const bid = Math.max(...bids.map(([price]) => price));
  const ask = Math.min(...asks.map(([price]) => price));
  if (bid >= ask) return err('the best bid is not below the best ask');
  const sum = (side: typeof bids, isNear: (price: number) => boolean): number =>
    side.reduce((total, [price, quantity]) => (isNear(price) ? total + price * quantity : total), 0);
  return ok({
    bid,
    ask,
    askDepthQuote: sum(asks, (price) => price <= ask * (1 + NEAR)),
    bidDepthQuote: sum(bids, (price) => price >= bid * (1 - NEAR)),
  });
}
