/**
 * Who is logged in. A session is born at a login and never before, so nobody can plant one (fixation); its name is 256
 * random bits of which only the digest is kept. All of it is in memory: a restart logs everybody out.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Somebody who is logged in. */
export type Session = {
  /** Digest of the name; tells sessions apart without being able to open one. */
  readonly key: string;
  /** Must come back in a header with everything that changes something. */
  readonly csrf: string;
  readonly expiresTime: EpochMs;
  /** Until when the passphrase counts as just given. */
  steppedUpUntil: EpochMs;
  lastSeenTime: EpochMs;
};

/** How long what lasts, in milliseconds, and how many there can be. */
export type SessionLimits = {
  readonly idleMs: number;
  readonly lifeMs: number;
  readonly stepUpMs: number;
  readonly sessionsMax: number;
};

/** A working day without a sign of life, a week at most; five minutes for money; the longest unseen goes first. */
export const SESSION_LIMITS: SessionLimits = {
  idleMs: 12 * 3_600_000,
  lifeMs: 7 * 86_400_000,
  stepUpMs: 5 * 60_000,
  sessionsMax: 32,
};

/** Unguessable text made of that many random bytes; never from a seed. */
export type MakeSecret = (bytes: number) => string;

const NAME_BYTES = 32;
const CSRF_BYTES = 24;
const NAME_LENGTH_MAX = 100;

/** All sessions of one server. */
export class Sessions {
  readonly #byKey = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #limits: SessionLimits;

  readonly #secret: MakeSecret;

  constructor(parts: { readonly clock: Clock; readonly secret: MakeSecret }, limits: SessionLimits = SESSION_LIMITS) {
    this.#clock = parts.clock;
    this.#secret = parts.secret;
    this.#limits = limits;
  }

  /** A new session, stepped up because the passphrase was just given; answers its name, which is told once. */
  open(): { readonly name: string; readonly session: Session } {
    this.#sweep();
    const name = this.#secret(NAME_BYTES);
    const now = this.#clock.now();
    const session: Session = {
      key: keyOf(name),
      csrf: this.#secret(CSRF_BYTES),
      expiresTime: addMs(now, this.#limits.lifeMs),
      steppedUpUntil: addMs(now, this.#limits.stepUpMs),
      lastSeenTime: now,
    };
    this.#byKey.set(session.key, session);
    return { name, session };
  }

  /** The session of that name that still lives; looking is a sign of life. */
  find(name: string | undefined): Session | null {
    if (name === undefined || name.length > NAME_LENGTH_MAX) return null;
    const session = this.#byKey.get(keyOf(name));
    if (session === undefined) return null;
    if (!this.isAlive(session)) {
      this.#byKey.delete(session.key);
      return null;
    }
    session.lastSeenTime = this.#clock.now();
    return session;
  }

  /** Whether it was neither closed nor forgotten nor left alone for too long. */
  isAlive(session: Session): boolean {
    const now = this.#clock.now();
    const isKept = this.#byKey.get(session.key) === session;
    return isKept && now < session.expiresTime && now < session.lastSeenTime + this.#limits.idleMs;
  }

  /** The passphrase was given again. */
  stepUp(session: Session): void {
    session.steppedUpUntil = addMs(this.#clock.now(), this.#limits.stepUpMs);
  }

  /** Whether the passphrase was given a moment ago. */
  isSteppedUp(session: Session): boolean {
    return this.#clock.now() < session.steppedUpUntil;
  }

  /** Ends one. */
  close(session: Session): void {
    this.#byKey.delete(session.key);
  }

  /** Those that are over go, and of too many the longest unseen. */
  #sweep(): void {
    for (const session of this.#byKey.values()) if (!this.isAlive(session)) this.#byKey.delete(session.key);
    while (this.#byKey.size >= this.#limits.sessionsMax) {
      const [oldest] = [...this.#byKey.values()].sort((a, b) => a.lastSeenTime - b.lastSeenTime);
      if (oldest === undefined) return;
      this.#byKey.delete(oldest.key);
    }
  }
}

function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
