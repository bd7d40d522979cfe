import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import { OPERATOR_FILE, watchOperator, writeCommand } from './operator-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'hotwick-operator-'));
const clock = createManualClock(epochMs(0));
const commands: OperatorCommand[] = [];
const warnings: string[] = [];
const path = join(dir, OPERATOR_FILE);

const stop = new AbortController();
/** What is written while a command is carried out. */
let meanwhile: Parameters<typeof writeCommand>[1] | null = null;
const command = async (given: OperatorCommand): Promise<void> => {
  commands.push(given);
  const next = meanwhile;
  meanwhile = null;
  if (next !== null) await writeCommand(dir, next);
};
const onWarning = (reason: string): void => {
  warnings.push(reason);
};
const watching = watchOperator({ dir, clock, command, onWarning }, stop.signal);

afterEach(async () => {
  stop.abort();
  await watching;
  clock.close();
  rmSync(dir, { recursive: true, force: true });
});

async function taken(): Promise<void> {
  while (existsSync(path)) {
    await clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("an operator's command in a file", () => {
  it('is carried out once and removed; what is none is removed and warned of (R7-3)', async () => {
    await writeCommand(dir, { kind: 'emergencyClose', requestId: 'r1', reason: 'test' });
    await taken();
    expect(commands).toEqual([{ kind: 'emergencyClose', requestId: 'r1', reason: 'test' }]);
    writeFileSync(path, '{"kind":"buyEverything"}');
    await taken();
    await writeCommand(dir, { kind: 'resetEmergency' });
    await taken();
    expect(commands.map(({ kind }) => kind)).toEqual(['emergencyClose', 'resetEmergency']);
    expect(warnings).toEqual([expect.stringContaining('is no command')]);
    // An emergency that comes while another command is carried out is not removed with it.
    commands.length = 0;
    meanwhile = { kind: 'emergencyClose', requestId: 'r2', reason: 'test' };
    await writeCommand(dir, { kind: 'resetEmergency' });
    await taken();
    await vi.waitFor(() => expect(commands.map(({ kind }) => kind)).toEqual(['resetEmergency', 'emergencyClose']));
    // And one that was moved aside when the run ended is carried out by the next.
    writeFileSync(`${path}.taken`, '{"kind":"resetEmergency"}');
    await clock.advance(500);
    await vi.waitFor(() => expect(commands).toHaveLength(3));
    await vi.waitFor(() => expect(existsSync(`${path}.taken`)).toBe(false));
  });
});
