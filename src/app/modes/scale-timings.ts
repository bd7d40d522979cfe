/**
 * Timings of the exchange's adapter for a market that runs faster than real time.
 */
import { BINANCE_TIMINGS, type BinanceTimings } from '../../adapters/binance/timings.ts';

/** The feed's patience is meant in real time; its clock runs `speed` times as fast. */
export function scaleTimings(speed: number, requestTimeoutMs: number): BinanceTimings {
  const scale = Math.max(1, speed);
  const { silenceMs, backoff, ...plain } = BINANCE_TIMINGS;
  return {
    ...plain,
    firstFrameMs: plain.firstFrameMs * scale,
    thinSilenceMs: plain.thinSilenceMs * scale,
    maxAgeMs: plain.maxAgeMs * scale,
    overlapMs: plain.overlapMs * scale,
    stableMs: plain.stableMs * scale,
    requestTimeoutMs: requestTimeoutMs * scale,
    silenceMs: { futures: silenceMs.futures * scale, spot: silenceMs.spot * scale },
    backoff: { minMs: backoff.minMs * scale, maxMs: backoff.maxMs * scale },
  };
}
