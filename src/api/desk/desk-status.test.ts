/**
 * Where the fields of the status come from: the runner, and a file for what the runner could not collect.
 */
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { type DeskStatus, deskStatus } from '../contract.ts';
import type { DeskRunner, StatusFile } from './desk-ports.ts';
import { createStoppedStatus, STATUS_VALID_MS, toStatus } from './desk-status.ts';

const NOW = epochMs(1_750_000_000_000);

/** A runner that knows its state, but whose money block failed. */
function runnerOf(known: Partial<DeskStatus>): DeskRunner {
  return { views: { status: () => known } } as unknown as DeskRunner;
}

const FILE: StatusFile = {
  status: { ...createStoppedStatus(NOW), running: true, engine_state: 'degraded', equity: '990', positions: 2 },
  ageMs: STATUS_VALID_MS - 1,
};

describe('the status', () => {
  it('R9-3: of a runner with a block that failed takes that block from the file while it is younger than 180 s', () => {
    const known = { running: true, engine_state: 'tradeable', block_errors: { money: 'it broke' } } as const;
    const runner = runnerOf(known);
    const merged = toStatus({ runner, file: FILE }, NOW);
    expect(merged).toMatchObject({ source: 'runner', engine_state: 'tradeable', equity: '990', positions: 2 });
    const old = toStatus({ runner, file: { ...FILE, ageMs: STATUS_VALID_MS } }, NOW);
    expect([old.engine_state, old.equity, old.block_errors['money']]).toEqual(['tradeable', '0', 'it broke']);
    deskStatus.parse(merged);
    deskStatus.parse(old);
  });

  it('of a runner that knows everything owes nothing to a file, nor to one from the future', () => {
    const known = { ...createStoppedStatus(NOW), running: true, equity: '1000', positions: 1 };
    expect(toStatus({ runner: runnerOf(known), file: FILE }, NOW)).toMatchObject({ equity: '1000', positions: 1 });
    const ahead = toStatus({ runner: null, file: { ...FILE, ageMs: -STATUS_VALID_MS } }, NOW);
    expect(ahead.source).toBe('stale_file');
  });
});
