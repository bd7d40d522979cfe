/**
 * `hotwick signals verify` and `hotwick audit lookahead` as people type them: what is counted, what a difference does.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runHotwick } from '../fixtures/hotwick-process.ts';

const NOTHING = [0, 0];

/** A folder of one file: books without a point, and what the fusion is said to make of them. */
function folderWith(fused: readonly number[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-vectors-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const books = { div: NOTHING, ma: NOTHING, cs: NOTHING, bb: NOTHING, vp: NOTHING, kdj: NOTHING };
  const cases = [{ i: books, o: { hot: fused, c6_veto: NOTHING } }];
  const file = { format: 'six-books-fusion-cases/1', arrangementBonus: [1, 1], cases };
  writeFileSync(join(folder, 'fusion.json'), JSON.stringify(file));
  return folder;
}

describe('hotwick signals verify', () => {
  it('counts what it compared over any folder, and ends with status 1 where a value differs', async () => {
    const [good, bad] = await Promise.all([
      runHotwick(['signals', 'verify', folderWith(NOTHING), '--json']),
      runHotwick(['signals', 'verify', folderWith([1, 0])]),
    ]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(good.stdout)).toMatchObject({ compared: 4, equal: 4, ties: 0, different: 0 });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/fusion\.json/);
    expect(bad.stderr).toContain('signals_differ');
  });
});

describe('hotwick audit lookahead', () => {
  it('reports every study as a table and as JSON, and finds nothing that looks ahead', async () => {
    const flags = ['audit', 'lookahead', '--candles', '150', '--cuts', '2'];
    const [json, table] = await Promise.all([runHotwick([...flags, '--json']), runHotwick(flags)]);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(json.stdout) as { violations: number; studies: { kind: string; leaks: number }[] };
    expect(report.violations).toBe(0);
    expect(new Set(report.studies.map(({ kind }) => kind))).toEqual(
      new Set(['indicator', 'factor', 'book', 'fusion', 'consensus']),
    );
    expect(report.studies.every(({ leaks }) => leaks === 0)).toBe(true);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/kind +timeframe +study +answers compared +changed/);
    expect(table.stdout.split('\n').filter((line) => / (ok|unjudged)$/.test(line))).toHaveLength(report.studies.length);
  });
});
