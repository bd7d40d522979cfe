import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import { AUDIT_FILE, AuditLog, checkAuditLog } from './audit-log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotwick-audit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const clock = createManualClock(epochMs(1_700_000_000_000));

function open(): AuditLog {
  const log = AuditLog.open({ dir, clock, onWarning: (reason) => expect(reason).toBe('no warning') });
  if (!log.ok) throw new Error(log.error.message);
  return log.value;
}

function append(log: AuditLog, count: number): void {
  for (let index = 0; index < count; index++) {
    log.append({ actor: 'operator', action: `POST /x/${index}`, status: 200, refusal: null, address: '127.0.0.1' });
  }
}

const lines = (): string[] => readFileSync(join(dir, AUDIT_FILE), 'utf8').trimEnd().split('\n');
const write = (texts: readonly string[]): void => writeFileSync(join(dir, AUDIT_FILE), `${texts.join('\n')}\n`);

describe('the audit log', () => {
  it('is one chain over restarts, private to its owner', () => {
    append(open(), 3);
    append(open(), 2);
    expect(checkAuditLog(dir)).toEqual({ lines: 5, broken: null });
    expect(statSync(join(dir, AUDIT_FILE)).mode & 0o777).toBe(0o600);
  });

  it('shows any line that was changed, taken out, put in or moved', () => {
    append(open(), 8);
    const whole = lines();
    const change = fc.constantFrom('status', 'time', 'actor', 'address', 'previous', 'digest');
    const index = fc.integer({ min: 0, max: whole.length - 2 });
    fc.assert(
      fc.property(fc.constantFrom('changed', 'out', 'in', 'moved'), index, change, (how, at, field) => {
        const texts = [...whole];
        const line = texts[at] ?? '';
        if (how === 'changed') {
          const value: Record<string, unknown> = JSON.parse(line);
          texts[at] = JSON.stringify({ ...value, [field]: typeof value[field] === 'number' ? 1 : 'x' });
        } else if (how === 'out') texts.splice(at, 1);
        else if (how === 'in') texts.splice(at, 0, line);
        else texts.splice(at, 2, texts[at + 1] ?? '', line);
        write(texts);
        // The beginning may be forgotten by rotation, but never of a log that has its line 1 elsewhere.
        if (how === 'out' && at === 0) return checkAuditLog(dir).lines === whole.length - 1;
        return checkAuditLog(dir).broken !== null;
      }),
    );
  });

  it('cuts off what a crash left half-written, and goes on', () => {
    append(open(), 2);
    appendFileSync(join(dir, AUDIT_FILE), '{"sequence":3,"ti');
    append(open(), 1);
    expect(checkAuditLog(dir)).toEqual({ lines: 3, broken: null });
  });

  it('is not gone on with where its end was overwritten', () => {
    append(open(), 2);
    write([...lines().slice(0, 1), '{"sequence":2}']);
    const log = AuditLog.open({ dir, clock, onWarning: () => {} });
    expect(log).toMatchObject({ ok: false, error: { code: 'audit_log_broken', context: { line: 2 } } });
  });

  it('begins a new file when one is full, with the same chain', () => {
    const log = open();
    const address = 'x'.repeat(1_000_000);
    for (let index = 0; index < 9; index++) {
      log.append({ actor: 'a', action: 'b', status: 200, refusal: null, address });
    }
    append(open(), 1);
    expect(lines().length).toBeLessThan(9);
    expect(checkAuditLog(dir)).toEqual({ lines: 10, broken: null });
  });
});
