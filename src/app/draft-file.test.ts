import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeDraft } from './draft-file.ts';
import { writePrivateFile } from './security/private-file.ts';
import { OPERATOR_FILE, writeCommand } from './trading/operator-file.ts';

/** A folder of a service: of another user where this process may give one away, else of its own. */
function serviceFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-owner-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  if (process.getuid?.() === 0) chownSync(dir, 1234, 1235);
  return dir;
}

function ownerOf(path: string): readonly number[] {
  const { uid, gid } = statSync(path);
  return [uid, gid];
}

it('bug: an emergency that root ordered was not heard where files of root are private; it belongs to the service', async () => {
  const dir = serviceFolder();
  await writeCommand(dir, { kind: 'resetEmergency' });
  expect(ownerOf(join(dir, OPERATOR_FILE))).toEqual(ownerOf(dir));
});

it('bug: a service could not read the operator that root made for it; it belongs to the service', () => {
  const dir = serviceFolder();
  const path = join(dir, 'operator.json');
  expect(writePrivateFile(path, '{}').ok).toBe(true);
  expect(ownerOf(path)).toEqual(ownerOf(dir));
});

it('bug: a link that the service put there led root to write, and to give away, any file', () => {
  const dir = serviceFolder();
  const victim = join(mkdtempSync(join(tmpdir(), 'hotwick-victim-')), 'shadow');
  onTestFinished(() => rmSync(victim, { force: true }));
  writeFileSync(victim, 'kept');
  const before = ownerOf(victim);
  const path = join(dir, 'operator.json');
  symlinkSync(victim, `${path}.new`);
  expect(writePrivateFile(path, '{}').ok).toBe(true);
  expect([readFileSync(victim, 'utf8'), ownerOf(victim)]).toEqual(['kept', before]);
  expect(readFileSync(path, 'utf8')).toBe('{}');
});

it('has exactly the rights that are wanted, whatever lay there and whatever the umask', () => {
  const path = join(serviceFolder(), 'draft');
  writeFileSync(path, 'left by a crash', { mode: 0o666 });
  const umask = process.umask(0o077);
  try {
    writeDraft(path, 'new', 0o640);
  } finally {
    process.umask(umask);
  }
  expect([statSync(path).mode & 0o777, readFileSync(path, 'utf8')]).toEqual([0o640, 'new']);
});
