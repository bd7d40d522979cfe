/**
 * The market's present. A live market runs on the wall's time; a demo market has a present of its own that passes
 * faster, and the server says which. All ages and countdowns are in market time.
 */
import type { ServerInfo } from './wire.ts';

/** A straight line from the page's time to the market's, both ms. */
export type MarketTime = { readonly wallAt: number; readonly marketAt: number; readonly speed: number };

/** The market of the wall's own time. */
export const WALL_TIME: MarketTime = { wallAt: 0, marketAt: 0, speed: 1 };

/** The market's time from what the server said when the page's clock stood at `at`, ms. */
export function marketTimeOf(info: ServerInfo, at: number): MarketTime {
  const speed = info.speed ?? 1;
  if (info.marketTime === undefined) return speed === 1 ? WALL_TIME : { wallAt: at, marketAt: at, speed };
  return { wallAt: at, marketAt: info.marketTime * 1000, speed };
}

/** The market's instant at the page's instant `at`, ms. */
export function marketNow(time: MarketTime, at: number): number {
  return time.marketAt + (at - time.wallAt) * time.speed;
}

/** Milliseconds of market time until the candle that is open at `now` closes; `openSec` is its open time if known. */
export function msToClose(now: number, stepSec: number, openSec: number | null): number {
  const step = stepSec * 1000;
  const open = openSec === null ? Math.floor(now / step) * step : openSec * 1000;
  return Math.min(step, Math.max(0, open + step - now));
}

/** `1:05`, `59:59`, `3:59:59`, `23:59:59` from milliseconds, rounded up to whole seconds. */
export function countdownText(ms: number): string {
  const total = Math.ceil(ms / 1000);
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}
