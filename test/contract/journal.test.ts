/**
 * The Journal contract for the adapters that need nothing but this machine. Damage is done to the file through a
 * connection of its own, as a failing disk or a stray program would.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createMemoryJournal } from '../../src/adapters/memory/memory-journal.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { describeJournal } from './journal.contract.ts';

describeJournal({
  name: 'memory',
  durability: 'volatile',
  create: (bounds) => ({ open: () => createMemoryJournal(bounds), destroy: () => {}, spoil: null }),
});

describeJournal({
  name: 'sqlite',
  durability: 'durable',
  create: (bounds) => {
    const folder = mkdtempSync(join(tmpdir(), 'hotwick-journal-'));
    const path = join(folder, 'market.db');
    const database = openSqliteDatabase({ path });
    return {
      open: () => createSqliteJournal(database, bounds),
      destroy: () => {
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
      spoil: {
        flipBit: (segment, position) => {
          const where = 'id = (SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET ?)';
          flipBit(path, { table: 'journal', where, key: segment, position });
        },
        removeSegment: (segment) =>
          withRaw(path, (raw) =>
            raw
              .prepare('DELETE FROM journal WHERE id = (SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET ?)')
              .run(segment),
          ),
        flipBitOfSnapshot: (sequence) =>
          flipBit(path, { table: 'snapshots', where: 'sequence = ?', key: sequence, position: 0.5 }),
      },
    };
  },
});

type Place = { readonly table: string; readonly where: string; readonly key: number; readonly position: number };

function flipBit(path: string, { table, where, key, position }: Place): void {
  withRaw(path, (raw) => {
    const payload = raw.prepare<unknown[], Buffer>(`SELECT payload FROM ${table} WHERE ${where}`).pluck().get(key);
    if (payload === undefined) throw new RangeError(`no row ${key} in ${table}`);
    const index = Math.min(payload.length - 1, Math.floor(position * payload.length));
    payload[index] = (payload[index] ?? 0) ^ 0x04;
    raw.prepare(`UPDATE ${table} SET payload = ? WHERE ${where}`).run(payload, key);
  });
}

function withRaw(path: string, action: (raw: Database.Database) => unknown): void {
  const raw = new Database(path);
  try {
    action(raw);
  } finally {
    raw.close();
  }
}
