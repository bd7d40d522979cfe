/**
 * Prices inside the ids of drawings, with the fixed number of decimals that the wire contract gives them.
 */
import { type Decimal, toDecimalText } from '../../core/decimal.ts';

/** `value` with exactly `decimals` decimals, cut rather than rounded: an id only has to be the same for the same price. */
export function fixedText(value: Decimal, decimals: number): string {
  const [whole = '0', fraction = ''] = toDecimalText(value).split('.');
  return `${whole}.${fraction.slice(0, decimals).padEnd(decimals, '0')}`;
}
