/**
 * Checks of the machine itself: how quickly a write is on the disk, and how many files may be open.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { toReason } from '../model/failure.ts';
import { type CheckResult, failed, passed, skipped, warned } from './doctor-result.ts';

const WRITES = 9;
const BLOCK = Buffer.alloc(4_096);
/** An order waits for one such write before it leaves. */
const WRITE_MS_MAX = 50;
const OPEN_FILES_MIN = 1_024;

/** How long a write takes to be on the disk, the median of some; a file is made for it and removed. */
export function checkWrites(dataDir: string): CheckResult {
  if (!existsSync(dataDir)) return skipped('disk writes', 'not tried: the data directory is not made yet');
  const path = join(dataDir, `.doctor-${process.pid}.tmp`);
  try {
    const file = openSync(path, 'w', 0o600);
    const times = Array.from({ length: WRITES }, () => {
      const begun = performance.now();
      writeSync(file, BLOCK);
      fsyncSync(file);
      return performance.now() - begun;
    }).sort((a, b) => a - b);
    closeSync(file);
    return judgeWrites(times[Math.floor(WRITES / 2)] ?? 0);
  } catch (error) {
    return failed('disk writes', toReason(error), 'Is the disk full or read-only?');
  } finally {
    rmSync(path, { force: true });
  }
}

/** What is to be thought of a write that took `ms`. */
export function judgeWrites(ms: number): CheckResult {
  const found = `a write is on the disk after ${ms.toFixed(1)} ms`;
  if (ms <= WRITE_MS_MAX) return passed('disk writes', found);
  return warned('disk writes', found, 'Orders wait for it. Put the data directory on a local solid-state disk.');
}

/** How many files and connections the process may have open, where the system says so. */
export function checkOpenFiles(limits = '/proc/self/limits'): CheckResult {
  if (!existsSync(limits)) return skipped('open files', 'this system does not say');
  const [, text = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync(limits, 'utf8')) ?? [];
  if (text === 'unlimited' || Number(text) >= OPEN_FILES_MIN) return passed('open files', `at most ${text}`);
  return warned(
    'open files',
    `at most ${text}`,
    `Allow ${OPEN_FILES_MIN} or more: ulimit -n, or LimitNOFILE of systemd.`,
  );
}
