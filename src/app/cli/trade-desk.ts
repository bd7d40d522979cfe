/**
 * The operator's desk of `hotwick trade`, on this machine only: whoever reaches it may sell everything.
 */
import type { DeskServer } from '../../api/desk/desk-server.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { OperatorDesk } from '../desk/open-desk.ts';
import type { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import { packageVersion } from '../version.ts';
import { sayWarning } from './output.ts';
import type { TradePlan } from './trade-plan.ts';

const MODES = { observe: 'observe', simulated: 'paper', real: 'live' } as const;

/** The desk of a plan; `editor` is `null` where settings are only shown. */
export function openDesk(
  { resolved, trading, dataDir }: TradePlan,
  { clock, editor }: { readonly clock: Clock; readonly editor: HotCoinConfigEditor | null },
): Promise<OperatorDesk> {
  return OperatorDesk.open({
    dir: dataDir,
    clock,
    wallClock: clock,
    mode: MODES[trading],
    resolved,
    version: packageVersion(),
    runId: clock.now().toString(36),
    editor,
    onWarning: sayWarning,
  });
}

/** Serves it, not at all where `port` is `null`; fails with `port_occupied`. */
export async function serveDesk(
  desk: OperatorDesk,
  { clock, port }: { readonly clock: Clock; readonly port: number | null },
): Promise<Result<DeskServer | null, Failure>> {
  if (port === null) return ok(null);
  return desk.serve({
    host: '127.0.0.1',
    port,
    guard: null,
    info: () => ({
      name: 'hotwick',
      version: packageVersion(),
      mode: 'trade',
      series: [],
      speed: 1,
      market_time: Math.floor(clock.now() / 1000),
    }),
  });
}
