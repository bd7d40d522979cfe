/**
 * The operator's passphrase: what is good enough, and what scrypt makes of it. One derivation gives two keys: one whose
 * digest is stored to know the passphrase again, one that seals the vault and is never stored.
 */
import { createHash, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** How a passphrase was stretched, stored beside what came of it so that it can be made stronger later. */
export const stretchShape = z.strictObject({
  function: z.literal('scrypt'),
  cost: z
    .number()
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  blockSize: z.number().int().min(8).max(32),
  parallel: z.number().int().min(1).max(16),
  salt: z.string().regex(/^[A-Za-z0-9_-]{22,}$/),
});

/** See `stretchShape`. */
export type Stretch = z.infer<typeof stretchShape>;

/** What a passphrase opens. */
export type OperatorKeys = { readonly verifier: string; readonly vaultKey: Buffer };

/** Least length; a generated one is far longer. */
export const PASSPHRASE_LENGTH_MIN = 12;

/** 64 MiB and a quarter of a second on a small machine (OWASP password storage: scrypt N=2^16, r=8, p=2). */
const COST = 2 ** 16;
const BLOCK_SIZE = 8;
const PARALLEL = 2;
const KEY_BYTES = 32;

/** A new salt with today's strength. */
export function newStretch(): Stretch {
  const salt = randomBytes(16).toString('base64url');
  return { function: 'scrypt', cost: COST, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt };
}

/** Stretches a passphrase off the event loop; other spellings of the same characters are the same passphrase. */
export function stretchPassphrase(passphrase: string, stretch: Stretch): Promise<OperatorKeys> {
  const options = { N: stretch.cost, r: stretch.blockSize, p: stretch.parallel, maxmem: 512 * 1024 * 1024 };
  const salt = Buffer.from(stretch.salt, 'base64url');
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 2 * KEY_BYTES, options, (error, keys) => {
      if (error !== null) return reject(error);
      const verifier = createHash('sha256').update(keys.subarray(0, KEY_BYTES)).digest('base64url');
      resolve({ verifier, vaultKey: keys.subarray(KEY_BYTES) });
    });
  });
}

/** Whether a verifier is the stored one, in a time that does not tell where they differ. */
export function isVerifier(given: string, stored: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(stored)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Characters that are not taken for one another when they are copied by hand. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LENGTH = 5;

/** A new passphrase: 123 bits in five groups, for whoever does not bring one. */
export function generatePassphrase(): string {
  const character = (): string => ALPHABET.charAt(randomInt(ALPHABET.length));
  const group = (): string => Array.from({ length: GROUP_LENGTH }, character).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** What is wrong with a passphrase somebody chose, `null` when nothing is. */
export function findWeakness(passphrase: string): string | null {
  const normal = passphrase.normalize('NFKC');
  if (normal.trim().length < PASSPHRASE_LENGTH_MIN) return `it is shorter than ${PASSPHRASE_LENGTH_MIN} characters`;
  if (normal.length > 1_000) return 'it is longer than 1,000 characters';
  if (new Set(normal).size < 6) return 'it repeats fewer than six different characters';
  if (/^(.{1,4})\1+$/.test(normal)) return 'it repeats itself';
  return null;
}
