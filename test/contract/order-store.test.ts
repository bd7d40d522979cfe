/**
 * The OrderStore contract for its adapters, and what only the one in the database file promises.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryOrderStore } from '../../src/adapters/memory/memory-order-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteOrderStore } from '../../src/adapters/sqlite/sqlite-order-store.ts';
import { createSqliteStorage } from '../../src/adapters/sqlite/sqlite-storage.ts';
import { describeOrderStore, orderRecord, protectionRecord } from './order-store.contract.ts';

describeOrderStore({
  name: 'memory',
  create: () => {
    const store = createMemoryOrderStore();
    return { store, reopen: () => store, destroy: () => {} };
  },
});

function withFile<T>(use: (path: string) => T): { readonly made: T; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-orders-'));
  return { made: use(join(folder, 'market.db')), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

describeOrderStore({
  name: 'sqlite',
  create: () => {
    const { made, remove } = withFile((path) => {
      const database = openSqliteDatabase({ path });
      return { database, store: createSqliteOrderStore(database), reopen: () => createSqliteOrderStore(database) };
    });
    const destroy = (): void => {
      made.database.close();
      remove();
    };
    return { ...made, destroy };
  },
});

describe('orders in the file of journal and candles', () => {
  const NOTHING = { candles: [], gaps: [], charts: [] };
  const batch = { orders: [orderRecord('hw-P1-o1')], protections: [protectionRecord()] };

  it('are one commit with the records of their inputs, or none', async () => {
    const { made: database, remove } = withFile((path) => openSqliteDatabase({ path }));
    const { journal, orders, commit } = createSqliteStorage(database);
    await journal.append([{ sequence: 1, stream: 'input', body: 'one' }]);
    const other = database.connect('NORMAL');
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'no place'); END");
    await expect(commit(NOTHING, batch)).rejects.toThrow(/no place/);
    expect(other.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(0);
    other.exec('DROP TRIGGER refuse');
    await commit(NOTHING, batch);
    expect(other.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(1);
    expect(await orders.loadOpen()).toEqual(batch);
    database.close();
    remove();
  });

  it('wait for the disk with everything of their burst, and candles alone do not', async () => {
    const { made: database, remove } = withFile((path) => openSqliteDatabase({ path }));
    const modes: string[] = [];
    const connect = (synchronous: 'NORMAL' | 'FULL') => {
      const connection = database.connect(synchronous);
      const { pragma } = connection;
      connection.pragma = (source, options) => {
        modes.push(source);
        return pragma.call(connection, source, options);
      };
      return connection;
    };
    const { commit } = createSqliteStorage({ ...database, connect });
    await commit(NOTHING);
    expect(modes).toEqual([]);
    await commit(NOTHING, batch);
    expect(modes).toEqual(['synchronous = FULL']);
    await commit(NOTHING);
    expect(modes).toEqual(['synchronous = FULL', 'synchronous = NORMAL']);
    database.close();
    remove();
  });

  it('name a row that nobody here can have written', async () => {
    const { made: database, remove } = withFile((path) => openSqliteDatabase({ path }));
    const store = createSqliteOrderStore(database);
    await store.save(batch);
    database.connect('NORMAL').exec('UPDATE orders SET terms = \'{"type":"limit","price":"ten"}\'');
    await expect(store.loadOpen()).rejects.toThrow(/store_corrupt.*price is ten/);
    database.close();
    remove();
  });
});
