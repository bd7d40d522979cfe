/**
 * Types of events that the log holds, for whoever filters (hotcoin.md 5.5).
 */

/** The types, in the order of a trade's life. */
export const EVENT_TYPES = [
  'anomaly',
  'pool_change',
  'filter_rejected',
  'candidate_snapshot',
  'signal_snapshot',
  'entry_approved',
  'entry_rejected',
  'order_attempt',
  'order_update',
  'order_result',
  'stop_change',
  'exit_decision',
  'sell_signal_close',
  'leg_closed',
  'position_closed',
  'risk_action',
  'emergency_close',
  'state_change',
  'settings',
  'capital',
  'mismatch',
  'model_alarm',
] as const;
