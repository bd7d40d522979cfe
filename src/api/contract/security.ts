/**
 * Logging in, on the wire. The session itself is a cookie that no script can read.
 */
import { z } from 'zod';

/** Whether one is logged in. */
export const sessionAnswer = z.object({
  /** `open` where the desk asks nobody for a passphrase: a demo on loopback. */
  access: z.enum(['open', 'guarded']),
  caller: z.enum(['nobody', 'session', 'token', 'anybody']),
  scope: z.enum(['public', 'read', 'operate', 'money']),
  /** To be sent back as `x-hotwick-csrf` with everything that changes something; `null` without a session. */
  csrf: z.string().nullable(),
  /** When the session ends in any case, in milliseconds. */
  expires_time: z.number().int().nullable(),
  /** Until when money moves without the passphrase, in milliseconds; 0 where it has to be given. */
  stepped_up_until: z.number().int(),
});

/** See `sessionAnswer`. */
export type SessionAnswer = z.infer<typeof sessionAnswer>;

/** Body of login and step-up. */
export const passphraseBody = z.strictObject({ passphrase: z.string().min(1).max(1_000) });
