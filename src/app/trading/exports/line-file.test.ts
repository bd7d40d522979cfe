import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { EpochMs } from '../../../core/time.ts';
import { LineFile } from './line-file.ts';
import { rotateLog } from './rotate-log.ts';

const dirs: string[] = [];

function place(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-lines-'));
  dirs.push(dir);
  return dir;
}

function lineFile(waitingMax = 100): { file: LineFile; warnings: string[] } {
  const warnings: string[] = [];
  const onWarning = (reason: string): void => {
    warnings.push(reason);
  };
  return { file: new LineFile({ waitingMax, onWarning, prepare: () => Promise.resolve() }), warnings };
}

afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

describe('lines that are kept', () => {
  it('reach their files in the order they came, those added meanwhile too', async () => {
    const dir = place();
    const { file } = lineFile();
    file.add(join(dir, 'a'), '1');
    file.add(join(dir, 'b'), '2');
    const flushed = file.flush();
    file.add(join(dir, 'a'), '3');
    await flushed;
    expect(readFileSync(join(dir, 'a'), 'utf8')).toBe('1\n3\n');
    expect(readFileSync(join(dir, 'b'), 'utf8')).toBe('2\n');
  });

  it('wait while the disk fails, warned of once, and are written when it works again (R2-6)', async () => {
    const dir = place();
    const path = join(dir, 'trades.jsonl');
    mkdirSync(path);
    const { file, warnings } = lineFile();
    file.add(path, 'first');
    await file.flush();
    file.add(path, 'second');
    await file.flush();
    expect(file.status()).toEqual({ waiting: 2, dropped: 0, isFailing: true });
    expect(warnings).toHaveLength(1);
    rmSync(path, { recursive: true });
    await file.flush();
    expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
    expect(file.status()).toEqual({ waiting: 0, dropped: 0, isFailing: false });
  });

  it('are bounded: the oldest are dropped and counted', async () => {
    const dir = place();
    const { file } = lineFile(2);
    for (const line of ['1', '2', '3']) file.add(join(dir, 'a'), line);
    expect(file.status()).toMatchObject({ waiting: 2, dropped: 1 });
    await file.flush();
    expect(readFileSync(join(dir, 'a'), 'utf8')).toBe('2\n3\n');
  });
});

describe('the event log', () => {
  const now = Date.UTC(2026, 5, 15, 9, 30) as EpochMs;

  it('is moved away and compressed once it is too large, and only the newest archives stay', async () => {
    const dir = place();
    const path = join(dir, 'hotcoin_events.jsonl');
    for (let round = 0; round < 4; round++) {
      writeFileSync(path, `round ${round}\n`);
      await rotateLog(path, { bytesMax: 5, archivesMax: 2, now });
    }
    const names = readdirSync(dir).sort();
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^hotcoin_events\.20260615_093000(_\d+)?\.jsonl\.gz$/);
    const texts = names.map((name) => gunzipSync(readFileSync(join(dir, name))).toString());
    expect(texts).toContain('round 3\n');
    expect(texts).not.toContain('round 0\n');
  });

  it('is left alone below that, and where there is none', async () => {
    const dir = place();
    const path = join(dir, 'hotcoin_events.jsonl');
    await rotateLog(path, { bytesMax: 5, archivesMax: 2, now });
    writeFileSync(path, 'abc');
    await rotateLog(path, { bytesMax: 5, archivesMax: 2, now });
    expect(readdirSync(dir)).toEqual(['hotcoin_events.jsonl']);
  });
});
