import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toFailure } from '../../model/failure.ts';
import type { JournalRecord } from '../../ports/journal.ts';
import { readSegments } from './journal-reader.ts';
import { type JournalRows, prepareJournalRows } from './journal-rows.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';

function records(text: string): JournalRecord[] {
  return text.split(' ').map((word) => ({
    stream: word.startsWith('i') ? 'input' : 'output',
    sequence: Number(word.slice(1)),
    body: word,
  }));
}

describe('readSegments over intact segments in the wrong order', () => {
  let folder: string;
  let database: SqliteDatabase;
  let rows: JournalRows;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hotwick-reader-'));
    database = openSqliteDatabase({ path: join(folder, 'market.db') });
    rows = prepareJournalRows(database.connect('FULL'));
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const outcome = (segments: readonly string[], from = 1) => {
    for (const [index, text] of segments.entries()) rows.insertSegment(index + 1, records(text));
    const { id: newestId, sequence: through } = rows.newest();
    const read: string[] = [];
    try {
      for (const segment of readSegments(rows, { from, through, newestId }))
        read.push(...segment.map(({ body }) => body));
      return { read: read.join(' '), failure: null };
    } catch (thrown) {
      const { code, context } = toFailure(thrown);
      return { read: read.join(' '), failure: `${code} ${context['sequence']}` };
    }
  };

  it('reads inputs and outputs that are in order', () => {
    expect(outcome(['i1 o1 i2', 'o2', 'i3 o1 o3'])).toEqual({ read: 'i1 o1 i2 o2 i3 o1 o3', failure: null });
  });
  it('stops at an output whose input has not come', () => {
    expect(outcome(['i1 i2', 'o3', 'i3'])).toEqual({ read: 'i1 i2', failure: 'journal_corrupt 3' });
  });
  it('stops at a repeated input', () => {
    expect(outcome(['i1 i2', 'i2 i3'])).toEqual({ read: 'i1 i2', failure: 'journal_corrupt 3' });
  });
  it('stops at a skipped input', () => {
    expect(outcome(['i1 i2', 'i4'])).toEqual({ read: 'i1 i2', failure: 'journal_corrupt 3' });
  });
  it('stops at once when the first wanted sequence is not there', () => {
    expect(outcome(['i3 i4'], 2)).toEqual({ read: '', failure: 'journal_corrupt 2' });
  });
});
