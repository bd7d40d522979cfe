/**
 * The end of trading, in order and in bounded time: what the setting `on_shutdown` says becomes of positions, the state
 * says stopped, and then everything is closed. What does not end in time is left behind; whatever matters was stored
 * before, and positions keep the stops that rest on the exchange.
 */
import { addMs } from '../../core/time.ts';
import type { EngineState } from '../../engine/index.ts';
import { readExecution } from '../../execution/index.ts';
import { toReason } from '../../model/failure.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TradingService } from './trading-service.ts';

/** What winding down needs. */
export type WindDownParts = {
  readonly service: Pick<TradingService, 'engine'>;
  /** Time of the market. */
  readonly clock: Clock;
  readonly positions: 'keep' | 'close';
  /** How long selling may take. */
  readonly limitMs: number;
  readonly onWarning: (reason: string) => void;
};

/** Why the state says stopped. */
const REASON = 'shutdown';
const LOOK_MS = 100;

/** Sells everything where that is wanted, and ends decisions; never rejects. */
export async function windDown(parts: WindDownParts): Promise<void> {
  const { service, clock, positions, onWarning } = parts;
  try {
    if (positions === 'close') await sellAll(parts);
    await service.engine.submit({ kind: 'tradingClosed', receivedTime: clock.now(), reason: REASON });
  } catch (error) {
    onWarning(`positions are left to their resting stops: ${toReason(error)}`);
  }
}

async function sellAll({ service, clock, limitMs, onWarning }: WindDownParts): Promise<void> {
  const command = { kind: 'closeAll', reason: REASON } as const;
  await service.engine.submit({ kind: 'operatorCommanded', receivedTime: clock.now(), command });
  const until = addMs(clock.now(), limitMs);
  while (countOpen(service.engine.state(), clock) > 0) {
    if (clock.now() >= until) {
      const left = countOpen(service.engine.state(), clock);
      onWarning(`${left} position(s) were not sold within ${limitMs / 1000} s and are left to their resting stops`);
      return;
    }
    await new Promise<void>((resolve) => clock.schedule(addMs(clock.now(), LOOK_MS), resolve));
  }
}

/** Positions, and entries that may still become one. */
function countOpen({ trading }: Readonly<EngineState>, clock: Clock): number {
  if (trading === null) return 0;
  const entries = readExecution(trading.execution, clock.now())
    .positions.flatMap(({ orders }) => orders)
    .filter(({ purpose }) => purpose === 'open');
  return viewPortfolio(trading.portfolio).positions.length + entries.length;
}

/** Waits for `close` until `limitMs` have passed; `onLate` is then called once, and what `close` does is not waited for. */
export async function endInTime(
  close: () => Promise<void>,
  { clock, limitMs, onLate }: { readonly clock: Clock; readonly limitMs: number; readonly onLate: () => void },
): Promise<void> {
  const late = Promise.withResolvers<'late'>();
  const cancel = clock.schedule(addMs(clock.now(), limitMs), () => late.resolve('late'));
  try {
    if ((await Promise.race([close(), late.promise])) === 'late') onLate();
  } finally {
    cancel();
  }
}
