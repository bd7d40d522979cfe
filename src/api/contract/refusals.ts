/**
 * Refusals on the wire: a sentence, or a list of what is wrong with which part of the request.
 */
import { z } from 'zod';

/** One problem of a request's query or body. */
export const validationProblem = z.object({
  type: z.string(),
  loc: z.array(z.union([z.string(), z.number()])).describe('begins with `query` or `body`'),
  msg: z.string(),
  input: z.unknown(),
  ctx: z
    .record(z.string(), z.union([z.number(), z.string()]))
    .optional()
    .describe('the rule that was broken'),
});

/** Answer 422. */
export const validationAnswer = z.object({ detail: z.array(validationProblem) }).meta({ id: 'ValidationError' });

/** Answer of any other refusal. */
export const errorAnswer = z.object({ detail: z.string() }).meta({ id: 'Error' });

/** One problem of a request's query or body. */
export type ValidationProblem = z.infer<typeof validationProblem>;
