/**
 * `hotwick emergency-close`: everything that running trading holds is sold and nothing bought until an operator says so.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { addMs } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { loadConfig } from '../config.ts';
import { STATUS_FILE } from '../trading/exports/trading-exports.ts';
import { writeCommand } from '../trading/operator-file.ts';
import { doubtsOf, type EmergencyStatus, isAllSold, parseEmergencyStatus } from './emergency-status.ts';
import { banner, say, sayFailure } from './output.ts';

type EmergencyFlags = { readonly dataDir?: string; readonly reason?: string; readonly release?: true };

const EXAMPLES = `
Examples:
  hotwick emergency-close --reason "the exchange behaves strangely"
  hotwick emergency-close --data-dir /var/lib/hotwick --reason maintenance
  hotwick emergency-close --release               entries are allowed again

It commands the hotwick trade that runs on the data directory, on paper and with money alike, and shows what its status
says afterwards. Exit status 0 says that nothing is held any more, and that no order is in doubt.`;

/** The status is written every five seconds; a sale that fails is tried again. */
const WAIT_MS = 30_000;
const LOOK_MS = 500;
/** A status older than this is nobody's. */
const FRESH_MS = 180_000;

/** Adds the command. */
export function addEmergencyCommand(program: Command): void {
  program
    .command('emergency-close')
    .description('sell everything that running trading holds, and buy nothing until released')
    .option('--data-dir <dir>', 'that of hotwick trade (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--reason <text>', 'why, for the records')
    .option('--release', 'end the emergency instead')
    .addHelpText('after', EXAMPLES)
    .action(runEmergency);
}

async function runEmergency({ dataDir, reason, release }: EmergencyFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const text = reason?.trim().slice(0, 200) ?? '';
  if (release !== true && text === '') return sayFailure(failure('usage_wrong', { reason: 'say why with --reason' }));
  const base = resolve(dataDir ?? config.value.home);
  const clock = createWallClock();
  // A pending timer of the clock does not keep the process alive.
  const keepAlive = setInterval(() => {}, WAIT_MS);
  try {
    const dirs = await findRunning([join(base, 'money'), join(base, 'paper')], clock);
    if (dirs.length === 0) return sayFailure(failure('trading_not_running', { path: base }));
    const want = release === true ? ({ kind: 'resetEmergency' } as const) : emergency(text, clock);
    await Promise.all(dirs.map((dir) => command(dir, { want, clock })));
  } finally {
    clearInterval(keepAlive);
    clock.close();
  }
}

type Want = Parameters<typeof writeCommand>[1];

function emergency(reason: string, clock: Clock): Want {
  return { kind: 'emergencyClose', requestId: clock.now().toString(36), reason };
}

async function findRunning(dirs: readonly string[], clock: Clock): Promise<readonly string[]> {
  const found: string[] = [];
  for (const dir of dirs) {
    const status = await readStatus(dir);
    if (status?.running === true && clock.now() - status.ts * 1000 < FRESH_MS) found.push(dir);
  }
  return found;
}

/** A status that is not there or not whole says nothing. */
async function readStatus(dir: string): Promise<EmergencyStatus | null> {
  try {
    return parseEmergencyStatus(await readFile(join(dir, STATUS_FILE), 'utf8'));
  } catch {
    // Read again with the next look.
    return null;
  }
}

async function command(dir: string, { want, clock }: { readonly want: Want; readonly clock: Clock }): Promise<void> {
  await writeCommand(dir, want);
  const until = addMs(clock.now(), WAIT_MS);
  const isDone = (status: EmergencyStatus | null): boolean =>
    want.kind === 'resetEmergency' ? status?.emergency === null : status !== null && isAllSold(status);
  let status = await readStatus(dir);
  while (!isDone(status) && clock.now() < until) {
    await new Promise<void>((done) => clock.schedule(addMs(clock.now(), LOOK_MS), done));
    status = await readStatus(dir);
  }
  say(`${dir}\n`);
  say(
    banner([
      ['emergency', status?.emergency ?? 'none'],
      ['state', status?.engine_state ?? 'unknown'],
      ['positions', String(status?.positions ?? 'unknown')],
      ['in doubt', status === null ? 'unknown' : doubtsOf(status)],
      ['equity', status?.equity ?? 'unknown'],
    ]),
  );
  if (!isDone(status)) sayFailure(failure('emergency_unfinished', { path: dir, seconds: WAIT_MS / 1000 }));
}
