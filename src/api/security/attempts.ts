/**
 * How often somebody may try. Wrong passphrases and tokens count by address and all together, so neither one guesser
 * nor many get far; requests count by address. Rates are bounded maps of a well-kept library.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Points within seconds, and for how long to stay away after the last. */
export type Rate = { readonly points: number; readonly duration: number; readonly blockDuration?: number };

/** Every rate of a server. */
export type Rates = {
  /** Wrong passphrases and tokens of one address. */
  readonly guesses: Rate;
  /** Wrong passphrases and tokens of everybody. */
  readonly allGuesses: Rate;
  /** Requests of one address that change nothing. */
  readonly reads: Rate;
  /** Requests of one address that change something. */
  readonly writes: Rate;
};

/** Five guesses in a quarter of an hour, a hundred from everywhere; twenty reads and two writes a second. */
export const RATES: Rates = {
  guesses: { points: 5, duration: 900, blockDuration: 900 },
  allGuesses: { points: 100, duration: 900 },
  reads: { points: 1_200, duration: 60 },
  writes: { points: 120, duration: 60 },
};

const EVERYBODY = 'everybody';

/** Counts attempts; answers seconds to wait, 0 where one may go on. */
export class Attempts {
  readonly #guesses: RateLimiterMemory;
  readonly #allGuesses: RateLimiterMemory;
  readonly #requests: Readonly<Record<'reads' | 'writes', RateLimiterMemory>>;

  constructor(rates: Rates = RATES) {
    this.#guesses = new RateLimiterMemory(rates.guesses);
    this.#allGuesses = new RateLimiterMemory(rates.allGuesses);
    this.#requests = { reads: new RateLimiterMemory(rates.reads), writes: new RateLimiterMemory(rates.writes) };
  }

  /** One request of `address`. */
  async count(kind: 'reads' | 'writes', address: string): Promise<number> {
    return take(this.#requests[kind], address);
  }

  /** A passphrase or token is about to be tried; counted before it is, so that many at once are many. */
  async countGuess(address: string): Promise<number> {
    const waits = await Promise.all([take(this.#guesses, address), take(this.#allGuesses, EVERYBODY)]);
    return Math.max(...waits);
  }

  /** It was right: what was wrong before was a slip. */
  async forgive(address: string): Promise<void> {
    await Promise.all([this.#guesses.delete(address), this.#allGuesses.reward(EVERYBODY)]);
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return Math.max(1, Math.ceil(thrown.msBeforeNext / 1000));
    throw thrown;
  }
}
