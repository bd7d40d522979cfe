/**
 * What named chats are answered: the state of trading and what it holds, as plain text.
 */
import { toDecimalText } from '../../core/decimal.ts';
import type { EngineState } from '../../engine/index.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import { signed } from './trading-notices.ts';

/** The state, what is latched, and the day's result; `mode` as notices say it. */
export function describeStatus(trading: EngineState['trading'], mode: string): string {
  if (trading === null) return 'Trading has not begun.';
  const { health, halt, emergency } = trading.decisions;
  const { equity, dayStartEquity, positions } = viewPortfolio(trading.portfolio);
  const lines = [
    `${mode}: ${health.state}${health.reasons.length === 0 ? '' : ` (${health.reasons.join(', ')})`}`,
    ...(halt === null ? [] : ['halted by L5']),
    ...(emergency === null ? [] : [`emergency: ${emergency.reason}`]),
    `equity ${toDecimalText(equity)}, today ${signed((equity - dayStartEquity) as typeof equity)}`,
    `positions ${positions.length}`,
  ];
  return lines.join('\n');
}

/** What is held, one line each. */
export function describePositions(trading: EngineState['trading']): string {
  const positions = trading === null ? [] : viewPortfolio(trading.portfolio).positions;
  if (positions.length === 0) return 'No position is open.';
  return positions
    .map(({ instrumentId, quantity, entryPrice, mark, unrealized }) => {
      const price = mark === null ? 'no price' : `now ${toDecimalText(mark)}`;
      return `${instrumentId.split(':')[2]}: ${toDecimalText(quantity)} at ${toDecimalText(entryPrice).slice(0, 14)}, ${price}, ${signed(unrealized)}`;
    })
    .join('\n');
}
