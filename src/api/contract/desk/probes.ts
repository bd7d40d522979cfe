/**
 * What programs that watch over a process ask of it. Anybody may ask, so the answers hold names of what is not well and
 * nothing of money.
 */
import { z } from 'zod';

/** Answer of `GET /health` and `GET /ready`: 200 with `ok`, 503 with the reasons. */
export const probeAnswer = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    reasons: z.array(z.string()).describe('what is not well, by name; of `/ready` also what does not hinder'),
  })
  .meta({ id: 'Probe' });

/** Answer of `GET /health` and `GET /ready`. */
export type ProbeAnswer = z.infer<typeof probeAnswer>;
