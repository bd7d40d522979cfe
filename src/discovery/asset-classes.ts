/**
 * What kind of thing an instrument's base asset is: money, a leveraged token, or on the operator's black list. Told by
 * data and by the other listed assets, because names alone lie: JUP and SYRUP are coins.
 */
import { type InstrumentId, parseInstrumentId } from '../model/instrument.ts';
import type { FilterConfig } from './discovery-config.ts';

/** Why a base asset is not traded here at all. */
export type ExcludedClass = 'stable' | 'blacklist' | 'leveraged';

/** Base asset, without venue, market and quote. */
export function baseOf(instrumentId: InstrumentId): string {
  const parts = parseInstrumentId(instrumentId);
  return parts.ok ? parts.value.base : instrumentId;
}

const LEVERAGED_SUFFIX = /^(.+?)(UP|DOWN|BULL|BEAR|[235][LS])$/;

/**
 * Whether `base` is a leveraged token: the venue says so, or the name is that of another listed asset with a
 * direction behind it.
 */
export function isLeveraged(
  base: string,
  known: { readonly permissions: readonly string[]; readonly isListed: (base: string) => boolean },
): boolean {
  if (known.permissions.includes('LEVERAGED')) return true;
  const stem = LEVERAGED_SUFFIX.exec(base)?.[1];
  return stem !== undefined && known.isListed(stem);
}

/** `stable` or `blacklist` where the configuration says so, whatever the case and spaces of its entries. */
export function excludedByName(
  instrumentId: InstrumentId,
  config: Pick<FilterConfig, 'stableAssets' | 'blacklist'>,
): ExcludedClass | null {
  const parts = parseInstrumentId(instrumentId);
  if (!parts.ok) return 'blacklist';
  const base = parts.value.base.toUpperCase();
  const quote = parts.value.quote.toUpperCase();
  if (config.stableAssets.some((asset) => normalised(asset) === base)) return 'stable';
  const names = [base, `${base}${quote}`, `${base}/${quote}`];
  return config.blacklist.some((entry) => names.includes(normalised(entry))) ? 'blacklist' : null;
}

function normalised(text: string): string {
  return text.trim().toUpperCase();
}
