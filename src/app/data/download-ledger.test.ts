import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEDGER_FILE, openDownloadLedger } from './download-ledger.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-ledger-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the download ledger', () => {
  it('remembers files beyond its own life, one of several', async () => {
    const warnings: string[] = [];
    const ledger = await openDownloadLedger(folder, (reason) => warnings.push(reason));
    await ledger.record('/b.zip', { sha256: 'beef', rows: 2 });
    await ledger.record('/a.zip', { sha256: 'cafe', rows: 1 });
    await ledger.record('/a.zip', { sha256: 'caff', rows: 1 });
    const again = await openDownloadLedger(folder, (reason) => warnings.push(reason));
    expect([again.find('/a.zip'), again.find('/b.zip'), again.find('/c.zip')]).toEqual([
      { sha256: 'caff', rows: 1 },
      { sha256: 'beef', rows: 2 },
      undefined,
    ]);
    expect(warnings).toEqual([]);
  });

  it.each(['{', '[]', '{"version":2,"files":{}}'])('warns and forgets when it holds %s', async (text) => {
    const damaged = mkdtempSync(join(folder, 'damaged-'));
    writeFileSync(join(damaged, LEDGER_FILE), text);
    const warnings: string[] = [];
    const ledger = await openDownloadLedger(damaged, (reason) => warnings.push(reason));
    expect(ledger.find('/a.zip')).toBeUndefined();
    expect(warnings).toHaveLength(1);
    await ledger.record('/a.zip', { sha256: 'cafe', rows: 1 });
    expect((await openDownloadLedger(damaged, () => {})).find('/a.zip')).toEqual({ sha256: 'cafe', rows: 1 });
  });
});
