/**
 * Untrusted answers of `/api/backtest/*` to typed values.
 */
import { isNumber, isText, parseObject } from '../../src/client/wire.ts';
import type { HttpOutcome } from './ports.ts';

/** What the server could run; its mode is `not_available` where it runs none. */
export type BacktestOffer = { readonly strategies: readonly string[]; readonly tradingMode: string };

/** The offer in the answers about strategies and about a pair; a server without the routes offers nothing. */
export function parseOffer(strategies: HttpOutcome, pairs: HttpOutcome): BacktestOffer {
  const named = fieldsOf(strategies)?.['strategies'];
  const mode = fieldsOf(pairs)?.['trading_mode'];
  return {
    strategies: Array.isArray(named) ? named.filter(isText) : [],
    tradingMode: isText(mode) ? mode : 'not_available',
  };
}

function fieldsOf(answer: HttpOutcome) {
  return answer.kind === 'answered' && answer.status === 200 ? parseObject(answer.body) : null;
}

/** What a finished run printed; `null` when the answer is none. */
export function parseRun(text: string): string | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const { exit_code, stdout, stderr } = fields;
  const parts = [stdout, stderr].filter(isText).filter((part) => part !== '');
  return isNumber(exit_code) && exit_code !== 0 ? [`exit code ${exit_code}`, ...parts].join('\n') : parts.join('\n');
}
