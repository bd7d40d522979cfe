/**
 * A seeded generator of pseudo-random numbers. The same seed gives the same numbers on every machine; the state is
 * four integers, so it fits a snapshot.
 */

/** A reproducible source of numbers. */
export type Rng = {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform integer in [0, `bound`). */
  readonly integer: (bound: number) => number;
  /** Standard normal deviate (Box-Muller). */
  readonly normal: () => number;
};

/**
 * A generator seeded by `seed` (any safe integer), optionally split by `stream` so that consumers do not disturb each
 * other. Algorithm: sfc32 seeded through splitmix32 (PractRand, public domain).
 */
export function createRng(seed: number, stream = ''): Rng {
  const mix = splitMix((seed ^ hashText(stream)) >>> 0);
  let a = mix();
  let b = mix();
  let c = mix();
  let d = 1;
  const next32 = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next32();
  const next = (): number => (next32() * 2 ** 21 + (next32() >>> 11)) / 2 ** 53;
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

function splitMix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
}

/** 32-bit FNV-1a of `text`: a stable, non-cryptographic hash. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
