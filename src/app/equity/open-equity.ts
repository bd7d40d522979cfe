/**
 * The recorder of one trading engine: what its portfolio is worth, in a file beside its records.
 */
import { join } from 'node:path';
import { openSqliteEquityLog } from '../../adapters/sqlite/sqlite-equity-log.ts';
import { equityOf } from '../../portfolio/index.ts';
import type { EquityLog } from '../../ports/equity-log.ts';
import type { TaskStatus } from '../trading/supervisor.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { type EquityParts, EquityRecorder } from './equity-recorder.ts';

/** Name of the history's file in a data directory. */
const EQUITY_DATABASE = 'equity.db';

/** The history in the file of a data directory; throws `FailureError` when it can not be opened. */
export function openEquityLog(dir: string): EquityLog {
  return openSqliteEquityLog(join(dir, EQUITY_DATABASE));
}

/** The recorder; it does nothing before it is started. */
export function recordEquity(
  { engine }: Pick<TradingService, 'engine'>,
  parts: Pick<EquityParts, 'clock' | 'openLog' | 'onWarning'>,
): EquityRecorder {
  const { clock } = parts;
  return new EquityRecorder({
    ...parts,
    read: () => {
      const portfolio = engine.state().trading?.portfolio;
      if (portfolio === undefined) return null;
      const { cash, initialCapital: capital } = portfolio;
      return { time: clock.now(), equity: equityOf(portfolio), cash, capital };
    },
  });
}

/** The recorder among what runs beside the engine; that it fails changes nothing for trading. */
export function equityTask(recorder: EquityRecorder): TaskStatus {
  const { state, lastError } = recorder.standing();
  return {
    name: 'history of equity',
    importance: 'other',
    state: state === 'failing' ? 'failed' : 'running',
    restarts: 0,
    lastError,
  };
}
