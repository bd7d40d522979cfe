/**
 * The operator's desk of `hotwick trade`: on this machine only unless told otherwise, and behind its guard, because whoever
 * may use it may sell everything.
 */
import type { DeskServer } from '../../api/desk/desk-server.ts';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { OperatorDesk } from '../desk/open-desk.ts';
import type { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import { type DeskDoor, type FirstPassphrase, openGuard, openOperator, readDoor } from '../security/open-guard.ts';
import { packageVersion } from '../version.ts';
import { type PassphraseFlags, readGivenPassphrase } from './passphrase-source.ts';
import type { TradeLog } from './trade-log.ts';
import type { TradePlan } from './trade-plan.ts';

const MODES = { observe: 'observe', simulated: 'paper', real: 'live' } as const;

/** The desk of a plan; `editor` is `null` where settings are only shown. */
export function openDesk(
  { resolved, trading, dataDir, logLevel }: TradePlan,
  {
    log,
    clock,
    editor,
  }: { readonly log: TradeLog; readonly clock: Clock; readonly editor: HotCoinConfigEditor | null },
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
    ...(logLevel === 'info' ? { onLine: log.tellLine } : {}),
    onWarning: log.warn,
  });
}

/** A desk that is served. */
export type ServedDesk = DeskServer & { readonly url: string; readonly first: FirstPassphrase | null };

/** Serves it, not at all where `door` is `null`; fails with `port_occupied`, `public_without_tls` or what is wrong with the operator. */
export async function serveDesk(
  desk: OperatorDesk,
  {
    log,
    clock,
    door,
    dir,
    audit,
    passphrase,
  }: {
    readonly log: TradeLog;
    readonly clock: Clock;
    readonly door: DeskDoor | null;
    readonly dir: string;
    readonly audit: (entry: AuditEntry) => void;
    readonly passphrase: PassphraseFlags;
  },
): Promise<Result<ServedDesk | null, Failure>> {
  if (door === null) return ok(null);
  const tls = readDoor(door);
  if (!tls.ok) return tls;
  const operator = await openOperator(dir, isShown(log) ? 'person' : 'nobody', () => readGivenPassphrase(passphrase));
  if (!operator.ok) return operator;
  const { record, first } = operator.value;
  const guard = openGuard(record, { dir, door, tls: tls.value, clock, audit, onWarning: log.warn });
  const served = await desk.serve({
    host: door.host,
    port: door.port,
    guard,
    tls: tls.value,
    proxy: door.behindProxy === true ? 'trusted' : 'none',
    info: () => ({
      name: 'hotwick',
      version: packageVersion(),
      mode: 'trade',
      series: [],
      speed: 1,
      market_time: Math.floor(clock.now() / 1000),
    }),
  });
  if (!served.ok) return served;
  const scheme = tls.value === null ? 'http' : 'https';
  const host = door.host.includes(':') ? `[${door.host}]` : door.host;
  return ok({ ...served.value, url: `${scheme}://${host}:${served.value.port}/hotcoin/`, first });
}

/** What whoever starts trading for the first time has to know. */
export function describeFirst(first: FirstPassphrase | null, log: TradeLog): void {
  if (first === null) return;
  const where = isShown(log) ? `  passphrase  ${first.passphrase}` : `  passphrase  in ${first.path}`;
  const what = isShown(log) ? 'it is shown this once' : 'delete the file when you have it elsewhere';
  log.say(`\nThe desk asks for a passphrase, which was made just now. Keep it: ${what}.\n\n${where}`);
}

/** A passphrase is shown to a person only; what collects logs would keep it. */
function isShown({ format }: TradeLog): boolean {
  return process.stdout.isTTY && format === 'text';
}
