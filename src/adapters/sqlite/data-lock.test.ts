import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireDataLock } from './data-lock.ts';

describe('data lock', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hotwick-lock-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one at a time and free again after its release', () => {
    const path = join(folder, 'one.lock');
    const first = acquireDataLock(path);
    expect(first.ok).toBe(true);
    expect(acquireDataLock(path)).toMatchObject({ ok: false, error: { code: 'data_dir_in_use' } });
    if (first.ok) first.value.release();
    const second = acquireDataLock(path);
    expect(second.ok).toBe(true);
    if (second.ok) second.value.release();
  });

  it('is free when the process that held it was killed', async () => {
    const path = join(folder, 'killed.lock');
    const script = `import { acquireDataLock } from ${JSON.stringify(join(import.meta.dirname, 'data-lock.ts'))};
      const lock = acquireDataLock(${JSON.stringify(path)}); console.log(lock.ok); setInterval(() => lock, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString().trim()).toBe('true');
    expect(acquireDataLock(path).ok).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = acquireDataLock(path);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.value.release();
  });

  it('says what is wrong where no file can be made', () => {
    const file = join(folder, 'plain');
    writeFileSync(file, 'x');
    expect(acquireDataLock(join(file, 'below.lock'))).toMatchObject({
      ok: false,
      error: { code: 'data_dir_unwritable' },
    });
  });
});
