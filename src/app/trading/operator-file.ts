/**
 * An operator's command to trading that runs in another process: a small file in its data directory, written whole, taken
 * once and removed. It needs no port and no password; whoever may write there may command.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OperatorCommand } from '../../decisions/index.ts';
import { toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { writeDraft } from '../draft-file.ts';
import { repeatUntil } from './supervisor.ts';

/** Name of the file. */
export const OPERATOR_FILE = 'hotcoin_command.json';

const EVERY_MS = 500;
/** A command holds no secret, and whoever runs trading has to read what somebody else left. */
const READABLE = 0o644;

const shape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('emergencyClose'),
    requestId: z.string().min(1).max(80),
    reason: z.string().min(1).max(200),
  }),
  z.strictObject({ kind: z.literal('resetEmergency') }),
]);

/** What may be commanded by file. */
export type FileCommand = z.infer<typeof shape>;

/** Leaves a command in `dir`, in place of one that was not taken yet. */
export async function writeCommand(dir: string, command: FileCommand): Promise<void> {
  const path = join(dir, OPERATOR_FILE);
  // Named for this process: two who command at the same moment do not write into one draft.
  const draft = `${path}.${process.pid}.tmp`;
  writeDraft(draft, JSON.stringify(command), READABLE);
  await rename(draft, path);
}

/** What watching needs. */
export type OperatorWatch = {
  readonly dir: string;
  /** Real time. */
  readonly clock: Clock;
  /** Carries the command out; resolves when its orders are on their way. */
  readonly command: (command: OperatorCommand) => Promise<void>;
  readonly onWarning: (reason: string) => void;
};

/**
 * Looks for a command twice a second until `stop`. What can not be understood is removed and warned of. A command is
 * removed after it was carried out: it can come twice, and an emergency that holds changes nothing.
 */
export function watchOperator({ dir, clock, command, onWarning }: OperatorWatch, stop: AbortSignal): Promise<void> {
  const look = async (): Promise<void> => {
    try {
      await takeCommand(join(dir, OPERATOR_FILE), command);
    } catch (error) {
      onWarning(`a command could not be carried out: ${toReason(error)}`);
    }
  };
  return repeatUntil(stop, { clock, everyMs: EVERY_MS, action: look });
}

async function takeCommand(path: string, carryOut: OperatorWatch['command']): Promise<void> {
  const aside = `${path}.taken`;
  // Left by a run that ended meanwhile.
  await carryOutText(aside, await readText(aside), carryOut);
  const text = await readText(path);
  if (text === null) return;
  const parsed = parseCommand(text);
  if (parsed !== null) await carryOut(parsed);
  // Whatever came while this one was carried out is in its place now: it is looked at before it is removed.
  await rename(path, aside);
  const left = await readText(aside);
  if (left === text) await rm(aside);
  else await carryOutText(aside, left, carryOut);
  if (parsed === null) throw new Error(`${path} is no command`);
}

async function carryOutText(path: string, text: string | null, carryOut: OperatorWatch['command']): Promise<void> {
  if (text === null) return;
  const parsed = parseCommand(text);
  if (parsed !== null) await carryOut(parsed);
  await rm(path);
  if (parsed === null) throw new Error(`${path} is no command`);
}

function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function parseCommand(text: string): FileCommand | null {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    // Whatever it is, it is not carried out; the caller says so.
    return null;
  }
}
