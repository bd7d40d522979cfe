/**
 * The key vault: named secrets sealed by AES-256-GCM with a key that only the passphrase gives. A changed byte, or a
 * secret moved to another file, does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** What can be kept in the vault, by the name of the environment variable that it stands for. */
export const VAULT_NAMES = [
  'BINANCE_API_KEY',
  'BINANCE_SECRET_KEY',
  'TWITTER_BEARER_TOKEN',
  'HOTWICK_TELEGRAM_TOKEN',
  'HOTWICK_FEISHU_WEBHOOK',
  'HOTWICK_FEISHU_SECRET',
  'HOTWICK_WEBHOOK_URL',
  'HOTWICK_WEBHOOK_SECRET',
  'HOTWICK_SMTP_URL',
] as const;

/** See `VAULT_NAMES`. */
export type VaultName = (typeof VAULT_NAMES)[number];

/** The secrets in the open. */
export type Secrets = Readonly<Partial<Record<VaultName, string>>>;

const base64 = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** A sealed vault. */
export const sealedShape = z.strictObject({ cipher: z.literal('aes-256-gcm'), iv: base64, tag: base64, text: base64 });

/** See `sealedShape`. */
export type Sealed = z.infer<typeof sealedShape>;

const secretsShape = z.partialRecord(z.enum(VAULT_NAMES), z.string().min(1));
const CIPHER = 'aes-256-gcm';
/** Bound to what it seals, so that a vault is not taken for something else. */
const ASSOCIATED = Buffer.from('hotwick vault 1');

/** Seals secrets; each time with a new start value. */
export function sealSecrets(secrets: Secrets, key: Buffer): Sealed {
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(ASSOCIATED);
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  const [ivText, tag] = [iv.toString('base64url'), cipher.getAuthTag().toString('base64url')];
  return { cipher: CIPHER, iv: ivText, tag, text: text.toString('base64url') };
}

/** The secrets; `null` where the key is another or a byte was changed. */
export function openSecrets(sealed: Sealed, key: Buffer): Secrets | null {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(sealed.iv, 'base64url'), { authTagLength: 16 })
      .setAAD(ASSOCIATED)
      .setAuthTag(Buffer.from(sealed.tag, 'base64url'));
    const text = Buffer.concat([decipher.update(Buffer.from(sealed.text, 'base64url')), decipher.final()]);
    return secretsShape.parse(JSON.parse(text.toString('utf8')));
  } catch {
    return null; // what does not open is not told apart: wrong key and changed byte look alike to the cipher
  }
}
