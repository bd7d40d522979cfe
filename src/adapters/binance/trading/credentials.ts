/**
 * An API key with what proves it. In: the key and its secret, or its Ed25519 private key. Out: signatures. Nothing of it
 * is ever printed: it has no enumerable part, and every way to make text of it gives the same three words.
 */
import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { err, ok, type Result } from '../../../core/result.ts';
import { type Failure, failure } from '../../../model/failure.ts';

/** Credentials as they are configured; `secret` is an HMAC secret or an Ed25519 private key as PEM. */
export type CredentialText = {
  readonly kind: 'hmac' | 'ed25519';
  readonly apiKey: string;
  readonly secret: string;
};

const MASK = '[API credentials]';

/** A key that can sign; made by `parseCredentials`. */
export class ApiCredentials {
  readonly #apiKey: string;
  readonly #secret: string | KeyObject;

  constructor(apiKey: string, secret: string | KeyObject) {
    this.#apiKey = apiKey;
    this.#secret = secret;
  }

  /** The public half, which goes with every request. */
  get apiKey(): string {
    return this.#apiKey;
  }

  /** Signature of `payload`: hexadecimal for HMAC-SHA256, base64 for Ed25519. */
  sign(payload: string): string {
    if (typeof this.#secret === 'string') return createHmac('sha256', this.#secret).update(payload).digest('hex');
    return sign(null, Buffer.from(payload, 'utf8'), this.#secret).toString('base64');
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Usable credentials; `credentials_malformed` when they can not sign. The failure repeats nothing of them. */
export function parseCredentials({ kind, apiKey, secret }: CredentialText): Result<ApiCredentials, Failure> {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) return malformed('the API key is empty or holds spaces');
  if (kind === 'hmac') {
    return secret === '' ? malformed('the secret is empty') : ok(new ApiCredentials(apiKey, secret));
  }
  try {
    const key = createPrivateKey(secret);
    if (key.asymmetricKeyType !== 'ed25519') return malformed('the private key is not of type Ed25519');
    return ok(new ApiCredentials(apiKey, key));
  } catch {
    // The parser's own message may repeat a part of what it read.
    return malformed('the private key is not readable as PEM');
  }
}

function malformed(reason: string): Result<ApiCredentials, Failure> {
  return err(failure('credentials_malformed', { reason }));
}
