/**
 * Whether orders go to the exchange. Money is traded with only when four things say so independently: execution is on,
 * paper is off, there are credentials, and the person who starts it has confirmed. Everything else is paper.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { HotCoinConfig } from './hotcoin-schema.ts';

/** What says yes or no. */
export type Consents = {
  readonly config: HotCoinConfig;
  readonly credentials: 'given' | 'missing';
  /** The word that the person typed or passed, `null` without one. */
  readonly confirmation: string | null;
};

/** `observe` records signals, `simulated` trades on paper, `real` sends orders to the exchange. */
export type Trading = 'observe' | 'simulated' | 'real';

/** What must be passed to trade with money. */
export const LIVE_CONFIRMATION = 'I-ACCEPT-THE-RISK';

/**
 * What the consents amount to. When paper is off, everything that is missing is named and nothing is started: a start
 * that was meant for money never becomes one on paper unnoticed.
 */
export function deriveTrading({ config, credentials, confirmation }: Consents): Result<Trading, Failure> {
  const { enable_order_execution: executes, use_paper_trading: onPaper } = config.execution;
  if (onPaper) return ok(executes ? 'simulated' : 'observe');
  const missing = [
    ...(executes ? [] : ['HOTCOIN_EXECUTE=1']),
    ...(credentials === 'given' ? [] : ['BINANCE_API_KEY and BINANCE_SECRET_KEY']),
    ...(confirmation === LIVE_CONFIRMATION ? [] : [`--confirm-live ${LIVE_CONFIRMATION}`]),
  ];
  return missing.length === 0 ? ok('real') : err(failure('live_not_confirmed', { missing: missing.join(', ') }));
}
