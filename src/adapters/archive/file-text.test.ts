import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toFailure } from '../../model/failure.ts';
import { readFileText } from './file-text.ts';

let folder = '';
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-text-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(content: Uint8Array): Promise<string> {
  files++;
  const path = join(folder, `file-${files}`);
  writeFileSync(path, content);
  let text = '';
  for await (const piece of readFileText(path)) text += piece.kind === 'cut' ? '<cut>' : piece.text;
  return text;
}

const TEXT = Array.from({ length: 30_000 }, (_, line) => `${line},${line * 17},x\n`).join('');
const bytes = Buffer.from(TEXT);

async function reasonOf(content: Uint8Array): Promise<string> {
  return read(content).then(
    () => 'read',
    (thrown) => `${toFailure(thrown).code} ${toFailure(thrown).message}`,
  );
}

describe('a zip archive as text', () => {
  it.each([0, 6] as const)('reads the one file in it, packed at level %d', async (level) => {
    expect(await read(zipSync({ 'a.csv': bytes }, { level }))).toBe(TEXT);
  });

  it('reads an archive with a comment behind its directory', async () => {
    const zip = Buffer.from(zipSync({ 'a.csv': bytes }));
    const comment = Buffer.from('made by hand');
    zip.writeUInt16LE(comment.length, zip.length - 2);
    expect(await read(Buffer.concat([zip, comment]))).toBe(TEXT);
  });

  it('reads an empty file as no text', async () => {
    expect(await read(zipSync({ 'a.csv': new Uint8Array() }))).toBe('');
  });

  it('refuses an archive that was cut anywhere', async () => {
    const zip = zipSync({ 'a.csv': bytes });
    for (const length of [3, 40, Math.floor(zip.length / 2), zip.length - 23, zip.length - 1]) {
      expect(await reasonOf(zip.subarray(0, length))).toContain('file_unreadable');
    }
  });

  it.each([0, 6] as const)('tells a changed byte by the check sum, packed at level %d', async (level) => {
    const zip = Buffer.from(zipSync({ 'a.csv': bytes }, { level }));
    zip.writeUInt8(zip.readUInt8(5_000) ^ 1, 5_000);
    expect(await reasonOf(zip)).toMatch(/file_unreadable .*(check sum|damaged)/);
  });

  it('refuses two files, none, and one that is encrypted', async () => {
    expect(await reasonOf(zipSync({ 'a.csv': bytes, 'b.csv': bytes }))).toContain('holds 2 files');
    expect(await reasonOf(zipSync({}))).toContain('holds 0 files');
    const zip = Buffer.from(zipSync({ 'a.csv': bytes }));
    const directory = zip.readUInt32LE(zip.length - 6);
    zip.writeUInt16LE(1, directory + 8);
    expect(await reasonOf(zip)).toContain('encrypted');
  });
});
