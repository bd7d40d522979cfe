/**
 * What leaves the decisions stage.
 */
import type { EpochMs } from '../core/time.ts';
import type { DecisionRecord } from '../model/decision.ts';
import type { TradeIntent } from '../model/intent.ts';
import type { TradingHealth } from './trading-health.ts';

/** What leaves. */
export type DecisionEffect =
  | { readonly kind: 'intentApproved'; readonly intent: TradeIntent }
  | { readonly kind: 'decided'; readonly record: DecisionRecord }
  | { readonly kind: 'peakReset' }
  | {
      readonly kind: 'riskActed';
      readonly layer: 'L2' | 'L5' | 'emergency';
      readonly text: string;
      readonly time: EpochMs;
    }
  | { readonly kind: 'healthChanged'; readonly health: TradingHealth; readonly time: EpochMs };
