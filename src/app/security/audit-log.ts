/**
 * Who did what at the desk, one line each, every line sealed by the digest of the one before: a line that is changed,
 * taken out or put in breaks the chain from there on. Bounded by rotation; a new file goes on with the chain of the old.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';

/** Name of the newest file; older ones carry the number of their last line. */
export const AUDIT_FILE = 'audit.jsonl';

/** Digest before the first line of all. */
export const FIRST_DIGEST = '0'.repeat(64);

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 20;
const ARCHIVE = /^audit\.(\d{12})\.jsonl$/;

const lineShape = z.strictObject({
  sequence: z.number().int(),
  time: z.number().int(),
  actor: z.string(),
  action: z.string(),
  status: z.number().int(),
  refusal: z.string().nullable(),
  address: z.string(),
  previous: z.string(),
  digest: z.string(),
});

/** A line of the log. */
export type AuditLine = z.infer<typeof lineShape>;

/** What a check of the log found: lines, and the first that does not belong. */
export type AuditCheck = {
  readonly lines: number;
  readonly broken: { readonly file: string; readonly line: number } | null;
};

/** Appends to the log in `dir`; opening reads where the chain stands, and fails where it can not be gone on with. */
export class AuditLog {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #onWarning: (reason: string) => void;
  #sequence: number;
  #previous: string;

  private constructor(
    parts: { dir: string; clock: Clock; onWarning: (reason: string) => void },
    last: AuditLine | null,
  ) {
    this.#dir = parts.dir;
    this.#clock = parts.clock;
    this.#onWarning = parts.onWarning;
    this.#sequence = last?.sequence ?? 0;
    this.#previous = last?.digest ?? FIRST_DIGEST;
  }

  static open(parts: { dir: string; clock: Clock; onWarning: (reason: string) => void }): Result<AuditLog, Failure> {
    const last = readLast(parts.dir);
    return last.ok ? ok(new AuditLog(parts, last.value)) : last;
  }

  /** One line more. A disk that does not take it is warned of and stops nothing: an emergency has to go on. */
  append(entry: AuditEntry): void {
    const body = {
      sequence: this.#sequence + 1,
      time: this.#clock.now() as number,
      ...entry,
      previous: this.#previous,
    };
    const line: AuditLine = { ...body, digest: digestOf(body) };
    try {
      this.#rotate();
      appendFileSync(join(this.#dir, AUDIT_FILE), `${JSON.stringify(line)}\n`, { mode: 0o600 });
      this.#sequence = line.sequence;
      this.#previous = line.digest;
    } catch (error) {
      this.#onWarning(`${entry.actor}, ${entry.action} (${entry.status}) is not in the audit log: ${toReason(error)}`);
    }
  }

  #rotate(): void {
    const path = join(this.#dir, AUDIT_FILE);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < FILE_BYTES_MAX) return;
    renameSync(path, join(this.#dir, `audit.${String(this.#sequence).padStart(12, '0')}.jsonl`));
    const archives = listArchives(this.#dir);
    for (const name of archives.slice(0, Math.max(0, archives.length - FILES_MAX))) rmSync(join(this.#dir, name));
  }
}

function listArchives(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => ARCHIVE.test(name))
    .sort();
}

function listFiles(dir: string): string[] {
  const hasNewest = statSync(join(dir, AUDIT_FILE), { throwIfNoEntry: false }) !== undefined;
  return [...listArchives(dir), ...(hasNewest ? [AUDIT_FILE] : [])];
}

function digestOf({ sequence, time, actor, action, status, refusal, address, previous }: Omit<AuditLine, 'digest'>) {
  const fields = [sequence, time, actor, action, status, refusal, address, previous];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function parseLine(text: string): AuditLine | null {
  try {
    return lineShape.parse(JSON.parse(text));
  } catch {
    return null; // a torn or foreign line: told as broken
  }
}

/** Whole lines of a file; what a crash left behind its last line break was never a line, and is cut off. */
function readLast(dir: string): Result<AuditLine | null, Failure> {
  const file = listFiles(dir).at(-1);
  if (file === undefined) return ok(null);
  const path = join(dir, file);
  try {
    const bytes = readFileSync(path);
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) truncateSync(path, whole);
    const lines = linesOf(bytes.subarray(0, whole).toString('utf8'));
    if (lines.length === 0) return readLastArchive(dir, file);
    const line = parseLine(lines.at(-1) ?? '');
    return line === null ? err(failure('audit_log_broken', { file, line: lines.length })) : ok(line);
  } catch (error) {
    return err(failure('file_unreadable', { path, reason: toReason(error) }));
  }
}

/** An empty newest file goes on with the chain of the newest archive. */
function readLastArchive(dir: string, empty: string): Result<AuditLine | null, Failure> {
  const archive = listArchives(dir).at(-1);
  if (archive === undefined || archive === empty) return ok(null);
  const lines = linesOf(readFileSync(join(dir, archive), 'utf8'));
  const line = parseLine(lines.at(-1) ?? '');
  return line === null ? err(failure('audit_log_broken', { file: archive, line: lines.length })) : ok(line);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Follows the chain through every file that is kept; the first of them may begin in the middle. */
export function checkAuditLog(dir: string): AuditCheck {
  let previous: AuditLine | null = null;
  let lines = 0;
  for (const file of listFiles(dir)) {
    for (const [index, text] of linesOf(readFileSync(join(dir, file), 'utf8')).entries()) {
      const line = parseLine(text);
      if (line === null || !isNext(line, previous)) return { lines, broken: { file, line: index + 1 } };
      previous = line;
      lines++;
    }
  }
  return { lines, broken: null };
}

function isNext(line: AuditLine, previous: AuditLine | null): boolean {
  if (line.digest !== digestOf(line)) return false;
  if (previous === null) return line.sequence > 1 || line.previous === FIRST_DIGEST;
  return line.previous === previous.digest && line.sequence === previous.sequence + 1;
}
