/**
 * What people read: plain lines on stdout, problems on stderr with their code and what to do about them.
 */
import type { Failure } from '../../model/failure.ts';

/** Writes a line for people. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a machine-readable answer. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Writes a failure and sets exit status 1. */
export function sayFailure(failure: Failure): void {
  process.stderr.write(`error ${failure.code}: ${failure.message}\n  ${failure.hint}\n`);
  process.exitCode = 1;
}

/** Writes a warning that does not end anything. */
export function sayWarning(reason: string): void {
  process.stderr.write(`warning ${reason}\n`);
}

/** `1234567` as `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Two columns, the first padded: what a start-up banner is made of. */
export function banner(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join('\n');
}
