/**
 * Numbers and times as the page writes them. All times are UTC, as the candles are.
 */
import type { WireCandle } from '../../src/api/contract.ts';

const DECIMALS_MAX = 10;

function decimalsOf(value: number): number {
  const text = value.toFixed(DECIMALS_MAX).replace(/0+$/, '');
  return text.length - 1 - text.indexOf('.');
}

/** Decimals that show every price of the newest candles exactly, at least one and at most ten. */
export function priceDecimals(candles: readonly WireCandle[]): number {
  const prices = candles.slice(-200).flatMap(({ open, high, low, close }) => [open, high, low, close]);
  return Math.max(1, ...prices.map(decimalsOf));
}

/** `68,000.10` */
export function priceText(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** `1.234K`, `56.7`, `0.01` */
export function volumeText(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 4 });
}

/** `+1.25%` of the change from `from` to `to`; empty when there is no base. */
export function changeText(from: number, to: number): string {
  if (from === 0) return '';
  const percent = ((to - from) / from) * 100;
  const digits = Math.abs(percent).toFixed(2);
  if (Number(digits) === 0) return '0.00%';
  return `${percent > 0 ? '+' : '−'}${digits}%`;
}

/** `2026-11-21 10:31` from Unix seconds, UTC. */
export function minuteText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

/** `10:31:07` from milliseconds, UTC. */
export function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** Units of an age, from the smallest. */
export type AgeUnit = 'second' | 'minute' | 'hour' | 'day';

/** An age in whole units, rounded down, of the largest unit that it fills at least twice. */
export function ageIn(ms: number): { readonly count: number; readonly unit: AgeUnit } {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return { count: seconds, unit: 'second' };
  if (seconds < 7200) return { count: Math.floor(seconds / 60), unit: 'minute' };
  if (seconds < 172_800) return { count: Math.floor(seconds / 3600), unit: 'hour' };
  return { count: Math.floor(seconds / 86_400), unit: 'day' };
}
