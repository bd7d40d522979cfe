/**
 * The limits that the venue names in its exchangeInfo. In comes the untrusted answer, out goes the request weight per
 * minute, or nothing where it can not be told.
 */
import { z } from 'zod';

const limitShape = z.object({
  rateLimitType: z.string(),
  interval: z.string(),
  intervalNum: z.number(),
  limit: z.int().positive(),
});
const answerShape = z.object({ rateLimits: z.array(z.unknown()) });

/** Request weight per minute in an exchangeInfo `body`; of several the least, `null` when it names none. */
export function parseWeightPerMinute(body: unknown): number | null {
  const answer = answerShape.safeParse(body);
  if (!answer.success) return null;
  const limits = answer.data.rateLimits.flatMap((entry) => {
    const parsed = limitShape.safeParse(entry);
    return parsed.success && isWeightPerMinute(parsed.data) ? [parsed.data.limit] : [];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

function isWeightPerMinute({ rateLimitType, interval, intervalNum }: z.infer<typeof limitShape>): boolean {
  return rateLimitType === 'REQUEST_WEIGHT' && interval === 'MINUTE' && intervalNum === 1;
}
