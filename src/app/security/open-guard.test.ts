import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../core/result.ts';
import { FIRST_PASSPHRASE_FILE, openOperator, readDoor } from './open-guard.ts';
import { unlock } from './operator.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotwick-door-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the door of the desk', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('is open on %s, which only this machine reaches', (host) => {
    expect(readDoor({ host, port: 0 })).toEqual({ ok: true, value: null });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'desk.example', '127.0.0.1.evil.example'])(
    'stays shut on %s without TLS or the word that a proxy has it',
    (host) => {
      expect(readDoor({ host, port: 0 })).toMatchObject({ ok: false, error: { code: 'public_without_tls' } });
      expect(readDoor({ host, port: 0, behindProxy: true })).toEqual({ ok: true, value: null });
    },
  );

  it('takes certificate and key together', () => {
    const [tlsCert, tlsKey] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    writeFileSync(tlsCert, 'cert');
    expect(readDoor({ host: '0.0.0.0', port: 0, tlsCert })).toMatchObject({ error: { code: 'usage_wrong' } });
    expect(readDoor({ host: '0.0.0.0', port: 0, tlsCert, tlsKey })).toMatchObject({
      error: { code: 'file_unreadable' },
    });
    writeFileSync(tlsKey, 'key');
    expect(readDoor({ host: '0.0.0.0', port: 0, tlsCert, tlsKey })).toEqual({
      ok: true,
      value: { cert: 'cert', key: 'key' },
    });
  });
});

const nothingGiven = () => ok(null);

describe('the operator of a first start', () => {
  it('bug: has the passphrase that was given; another one was made, with which the next start did not open', async () => {
    const made = await openOperator(dir, 'nobody', () => ok('a sentence of my own'));
    if (!made.ok) throw new Error(made.error.message);
    expect(made.value.first).toBeNull();
    expect(await unlock(made.value.record, 'a sentence of my own')).not.toBeNull();
    expect(existsSync(join(dir, FIRST_PASSPHRASE_FILE))).toBe(false);
  });

  it('is not made with a passphrase that is too weak', async () => {
    expect(await openOperator(dir, 'nobody', () => ok('123'))).toMatchObject({ error: { code: 'passphrase_weak' } });
  });

  it('is made once; where nobody looks, the passphrase is in a private file and not in what is printed', async () => {
    const made = await openOperator(dir, 'nobody', nothingGiven);
    if (!made.ok) throw new Error(made.error.message);
    const path = join(dir, FIRST_PASSPHRASE_FILE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await unlock(made.value.record, readFileSync(path, 'utf8').trim())).not.toBeNull();
    expect(await openOperator(dir, 'nobody', nothingGiven)).toMatchObject({ ok: true, value: { first: null } });
  });

  it('is told of its passphrase where a person looks, and no file has it', async () => {
    const made = await openOperator(dir, 'person', nothingGiven);
    expect(made).toMatchObject({
      ok: true,
      value: { first: { passphrase: expect.stringMatching(/^(\w{5}-){4}\w{5}$/) } },
    });
    expect(existsSync(join(dir, FIRST_PASSPHRASE_FILE))).toBe(false);
  });
});
