/**
 * The venue's rules as the stage knows them. In come answers to its own questions, out come the rules of an instrument
 * and whether they are fresh enough to open a position by. Looking something up never asks: one plan does, every hour,
 * and five minutes after a failure.
 */
import { addMs, type EpochMs } from '../core/time.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import type { RulesConfig } from './execution-config.ts';

/** Rules by instrument with their age; plain data. */
export type ExchangeInfoCache = {
  byInstrument: Record<string, TradingRules>;
  /** When the newest answer came, `null` before the first. */
  fetchedTime: EpochMs | null;
  request: 'idle' | 'asked';
  failuresInRow: number;
};

/** Nothing known. */
export function createExchangeInfoCache(): ExchangeInfoCache {
  return { byInstrument: {}, fetchedTime: null, request: 'idle', failuresInRow: 0 };
}

/** The rules of an instrument, however old; `null` where the venue named none. */
export function rulesOf(cache: ExchangeInfoCache, instrumentId: InstrumentId): TradingRules | null {
  return Object.hasOwn(cache.byInstrument, instrumentId) ? (cache.byInstrument[instrumentId] ?? null) : null;
}

/** Whether the rules may admit entries at `now`. */
export function isFresh(cache: ExchangeInfoCache, { staleMs }: RulesConfig, now: EpochMs): boolean {
  return cache.fetchedTime !== null && now - cache.fetchedTime <= staleMs;
}

/** Takes an answer: a list replaces what was known, but an instrument that left it is kept as `unlisted`, to be sold. */
export function foldRules(cache: ExchangeInfoCache, rules: readonly TradingRules[], now: EpochMs): void {
  const listed = Object.fromEntries(rules.map((rule) => [rule.instrumentId, rule]));
  for (const [name, known] of Object.entries(cache.byInstrument)) {
    if (!Object.hasOwn(listed, name)) listed[name] = { ...known, status: 'unlisted' };
  }
  Object.assign(cache, { byInstrument: listed, fetchedTime: now, request: 'idle', failuresInRow: 0 });
}

/** Takes a failure: what was known stays. */
export function foldRulesFailure(cache: ExchangeInfoCache): void {
  cache.request = 'idle';
  cache.failuresInRow++;
}

/** When to ask next after an answer or a failure at `now`; later where the venue says so. */
export function nextRefresh(failed: Failure | null, config: RulesConfig, now: EpochMs): EpochMs {
  if (failed === null) return addMs(now, config.refreshMs);
  const asked = failed.context['retryAfterMs'];
  return addMs(now, Math.max(config.retryMs, typeof asked === 'number' ? asked : 0));
}
