import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { durationMs, epochMs } from '../../core/time.ts';
import {
  changePassphrase,
  createOperator,
  operatorPath,
  readOperator,
  readVault,
  unlock,
  writeOperator,
  writeVault,
} from './operator.ts';
import { OperatorAccess } from './operator-access.ts';
import { findWeakness, generatePassphrase, newStretch } from './passphrase.ts';
import { othersOf } from './private-file.ts';
import { createToken, findToken } from './tokens.ts';

const PASSPHRASE = 'seven quiet herons at noon';
const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const NOW = epochMs(1_700_000_000_000);

/** The weakest that is taken, because a test derives often. */
const QUICK = { ...newStretch(), cost: 2 ** 14, parallel: 1 };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotwick-operator-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function made() {
  const record = await createOperator(dir, PASSPHRASE, QUICK);
  if (!record.ok) throw new Error(record.error.message);
  return record.value;
}

describe('the operator', () => {
  it('is one file that only its owner reads, and nothing in it is a secret', async () => {
    await made();
    await writeVault(dir, PASSPHRASE, () => ({ BINANCE_API_KEY: KEY }));
    const text = readFileSync(operatorPath(dir), 'utf8');
    expect(statSync(operatorPath(dir)).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(KEY);
    expect(text).not.toContain(PASSPHRASE);
  });

  it('is refused when others may read its file', async () => {
    await made();
    chmodSync(operatorPath(dir), 0o644);
    expect(readOperator(dir)).toMatchObject({ ok: false, error: { code: 'file_not_private' } });
  });

  it('is told from a file that is something else', async () => {
    writeFileSync(operatorPath(dir), '{"version":1}', { mode: 0o600 });
    expect(readOperator(dir)).toMatchObject({ ok: false, error: { code: 'operator_file_broken' } });
  });

  it('knows its passphrase, however its characters are written, and no other', async () => {
    const composed = await createOperator(dir, 'café au lait at noon', QUICK);
    if (!composed.ok) throw new Error(composed.error.message);
    expect(await unlock(composed.value, 'café au lait at noon'.normalize('NFD'))).not.toBeNull();
    expect(await unlock(composed.value, 'cafe au lait at noon')).toBeNull();
    expect(await unlock(composed.value, '')).toBeNull();
  });

  it.each(['', 'short', 'aaaaaaaaaaaaaaaa', 'abababababababab', 'abcabcabcabcabc', ' '.repeat(40)])(
    'refuses the weak passphrase %j and leaves no file',
    async (weak) => {
      expect(await createOperator(dir, weak)).toMatchObject({ ok: false, error: { code: 'passphrase_weak' } });
      expect(existsSync(operatorPath(dir))).toBe(false);
    },
  );

  it('makes passphrases that are strong and never the same', () => {
    const all = Array.from({ length: 200 }, generatePassphrase);
    expect(new Set(all).size).toBe(200);
    for (const each of all) expect(findWeakness(each)).toBeNull();
  });
});

describe('the vault', () => {
  it('gives back what was put in, to the passphrase alone', async () => {
    await made();
    await writeVault(dir, PASSPHRASE, (secrets) => ({ ...secrets, BINANCE_API_KEY: KEY }));
    await writeVault(dir, PASSPHRASE, (secrets) => ({ ...secrets, TWITTER_BEARER_TOKEN: 'AAAA' }));
    const record = readOperator(dir);
    if (!record.ok || record.value === null) throw new Error('no record');
    expect(await readVault(record.value, PASSPHRASE)).toEqual({
      ok: true,
      value: { BINANCE_API_KEY: KEY, TWITTER_BEARER_TOKEN: 'AAAA' },
    });
    expect(await readVault(record.value, `${PASSPHRASE}!`)).toMatchObject({
      ok: false,
      error: { code: 'passphrase_wrong' },
    });
  });

  it('does not open when any byte of it was changed', async () => {
    const { vault, ...rest } = await made();
    const flip = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    for (const field of ['iv', 'tag', 'text'] as const) {
      const changed = { ...rest, vault: { ...vault, [field]: flip(vault[field]) } };
      expect(await readVault(changed, PASSPHRASE)).toMatchObject({ ok: false, error: { code: 'vault_broken' } });
    }
  });

  it('keeps its secrets through a new passphrase, which revokes every token', async () => {
    const record = await made();
    await writeVault(dir, PASSPHRASE, () => ({ BINANCE_API_KEY: KEY }));
    const { token } = createToken({ name: 'a', scope: 'read', createdTime: NOW, expiresTime: null });
    const present = readOperator(dir);
    writeOperator(dir, { ...record, ...(present.ok ? present.value : null), tokens: [token] });
    const next = 'nine loud herons at midnight';
    const changed = await changePassphrase(dir, { old: PASSPHRASE, next });
    if (!changed.ok) throw new Error(changed.error.message);
    expect(changed.value.tokens).toEqual([]);
    expect(await unlock(changed.value, PASSPHRASE)).toBeNull();
    expect(await readVault(changed.value, next)).toEqual({ ok: true, value: { BINANCE_API_KEY: KEY } });
  });
});

describe('access', () => {
  it('knows a token while it is neither revoked nor over, from the moment the file says so', async () => {
    const record = await made();
    const clock = createManualClock(NOW);
    const warnings: string[] = [];
    const access = new OperatorAccess({
      dataDir: dir,
      record,
      clock,
      audit: () => {},
      onWarning: (reason) => warnings.push(reason),
    });
    const { token, text } = createToken({ name: 'grafana', scope: 'read', createdTime: NOW, expiresTime: NOW + 1_000 });
    expect(access.findToken(text)).toBeNull();
    writeOperator(dir, { ...record, tokens: [token] });
    expect(access.findToken(text)).toEqual({ id: token.id, name: 'grafana', scope: 'read' });
    expect(access.findToken(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    expect(access.findToken(text.replace(token.id, '00000000'))).toBeNull();
    await clock.advance(durationMs(1_000));
    expect([access.findToken(text), access.hasToken(token.id)]).toEqual([null, false]);
    rmSync(operatorPath(dir));
    expect(await access.checkPassphrase(PASSPHRASE)).toBe(false);
    expect(warnings).toHaveLength(1);
  });
});

describe('a token', () => {
  it('takes as long to refuse whatever is wrong with it', () => {
    const made = Array.from({ length: 50 }, (_, index) =>
      createToken({ name: `${index}`, scope: 'read', createdTime: NOW, expiresTime: null }),
    );
    const tokens = made.map(({ token }) => token);
    const text = made[49]?.text ?? '';
    const wrong = [
      `${text.slice(0, -3)}AAA`,
      text.replace(/^hw_.{8}/, 'hw_ffffffff'),
      `hw_${'0'.repeat(8)}_${'A'.repeat(43)}`,
    ];
    const spent = wrong.map((): number[] => []);
    let found = 0;
    for (let round = 0; round < 300; round++) {
      for (const [index, each] of wrong.entries()) {
        const begun = process.hrtime.bigint();
        for (let count = 0; count < 20; count++) found += findToken(tokens, each, NOW) === null ? 0 : 1;
        spent[index]?.push(Number(process.hrtime.bigint() - begun));
      }
    }
    expect(found).toBe(0);
    const medians = spent.map((times) => times.sort((a, b) => a - b)[150] ?? 0);
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.5);
  });
});

describe('a private file', () => {
  it("may be the group's where systemd hands it over, and nobody else's anywhere", () => {
    const refuses = (mode: number, path: string): boolean => (mode & othersOf(path)) !== 0;
    expect(refuses(0o440, '/run/credentials/hotwick.service/passphrase')).toBe(false);
    expect(refuses(0o444, '/run/credentials/hotwick.service/passphrase')).toBe(true);
    expect(refuses(0o440, '/etc/hotwick/passphrase')).toBe(true);
    expect(refuses(0o440, '/run/credentials/../../etc/passphrase')).toBe(true);
  });
});
