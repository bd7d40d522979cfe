/**
 * The two lamps of a series: whether its candles are complete and whether what is drawn has caught up with them. Asked
 * every five seconds, every two while something is wrong, and after a candle closed, at most once in 600 ms.
 */
import { type HealthAnswer, parseHealth } from './draw-wire.ts';
import type { Cancel, Platform } from './ports.ts';

const CALM_MS = 5000;
const TROUBLED_MS = 2000;
const PULSE_MS = 600;

/** The last answers; `unknown` before any, `gray` where the server does not offer the route. */
export type Health = { readonly kline: HealthAnswer; readonly draw: HealthAnswer };

/** Nothing asked yet. */
export const NO_HEALTH: Health = {
  kline: { status: 'unknown', reason: '' },
  draw: { status: 'unknown', reason: '' },
};

const NOT_OFFERED: HealthAnswer = { status: 'gray', reason: 'not_offered' };

/** A running watch. */
export type HealthWatch = {
  readonly health: () => Health;
  readonly subscribe: (listener: () => void) => Cancel;
  readonly show: (seriesId: string) => void;
  /** Something arrived over the socket. */
  readonly pulse: () => void;
};

/** Watches no series yet. */
export function watchHealth(platform: Platform): HealthWatch {
  const listeners = new Set<() => void>();
  let health = NO_HEALTH;
  let seriesId = '';
  let timer: Cancel = () => {};
  let askedAt = Number.NEGATIVE_INFINITY;
  let abort = new AbortController();
  /** Routes this server does not have: asked again with the next series, not every few seconds. */
  const absent = new Set<string>();

  const change = (next: Health): void => {
    if (isSame(next.kline, health.kline) && isSame(next.draw, health.draw)) return;
    health = next;
    for (const listener of listeners) listener();
  };
  const read = async (route: string, signal: AbortSignal): Promise<HealthAnswer> => {
    if (absent.has(route)) return NOT_OFFERED;
    const answer = await platform.readHttp(`${route}?series_id=${encodeURIComponent(seriesId)}`, signal);
    if (answer.kind === 'unreachable') return { status: 'unknown', reason: 'unreachable' };
    if (answer.status === 404) absent.add(route);
    return (answer.status === 200 ? parseHealth(answer.body) : null) ?? NOT_OFFERED;
  };
  const ask = async (): Promise<void> => {
    timer();
    abort.abort();
    const mine = new AbortController();
    abort = mine;
    askedAt = platform.clock.now();
    timer = platform.clock.after(CALM_MS, () => void ask());
    const [kline, draw] = await Promise.all([
      read('api/market/health', mine.signal),
      read('api/factor/health', mine.signal),
    ]);
    if (mine.signal.aborted) return;
    change({ kline, draw });
    if (!isTroubled(kline) && !isTroubled(draw)) return;
    timer();
    timer = platform.clock.after(TROUBLED_MS, () => void ask());
  };
  return {
    health: () => health,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: (next) => {
      seriesId = next;
      absent.clear();
      change(NO_HEALTH);
      void ask();
    },
    pulse: () => {
      if (seriesId !== '' && platform.clock.now() - askedAt >= PULSE_MS) void ask();
    },
  };
}

function isSame(a: HealthAnswer, b: HealthAnswer): boolean {
  const [before, after] = [a.heads, b.heads];
  const isSameHeads =
    before?.store === after?.store && before?.factor === after?.factor && before?.overlay === after?.overlay;
  return a.status === b.status && a.reason === b.reason && isSameHeads;
}

function isTroubled({ status }: HealthAnswer): boolean {
  return status === 'red' || status === 'yellow';
}
