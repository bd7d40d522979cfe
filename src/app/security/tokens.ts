/**
 * Tokens for programs: `hw_ID_SECRET`, of which only the digest of the secret is kept. Two hundred and fifty-six random
 * bits need no stretching; a look-up takes the same time whatever is wrong.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { GrantedScope } from '../../api/security/scopes.ts';

/** A token as it is kept. */
export const tokenShape = z.strictObject({
  id: z.string().regex(/^[a-z0-9]{8}$/),
  name: z.string().min(1).max(60),
  scope: z.enum(['read', 'operate', 'money']),
  digest: z.string(),
  createdTime: z.number().int(),
  /** `null`: until it is revoked. */
  expiresTime: z.number().int().nullable(),
});

/** See `tokenShape`. */
export type Token = z.infer<typeof tokenShape>;

/** What a new token is to be. */
export type TokenWanted = {
  readonly name: string;
  readonly scope: GrantedScope;
  readonly createdTime: number;
  readonly expiresTime: number | null;
};

const SECRET_BYTES = 32;
const TEXT = /^hw_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$/;
/** Compared with where no token has the id, so that this takes as long as a wrong secret. */
const NOBODY = createHash('sha256').update(randomBytes(SECRET_BYTES)).digest();

/** A new token and its text, which is shown once. */
export function createToken(wanted: TokenWanted): { readonly token: Token; readonly text: string } {
  const id = randomBytes(4).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const digest = digestOf(secret).toString('base64url');
  return { token: { id, ...wanted, digest }, text: `hw_${id}_${secret}` };
}

/** The token that `text` is, `null` where it is none, wrong, or over at `now`. */
export function findToken(tokens: readonly Token[], text: string, now: number): Token | null {
  const [, id = '', secret = ''] = TEXT.exec(text) ?? [];
  const token = tokens.find((each) => each.id === id);
  const stored = token === undefined ? NOBODY : Buffer.from(token.digest, 'base64url');
  const isSame = stored.length === NOBODY.length && timingSafeEqual(digestOf(secret), stored);
  if (token === undefined || !isSame) return null;
  return token.expiresTime !== null && token.expiresTime <= now ? null : token;
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
