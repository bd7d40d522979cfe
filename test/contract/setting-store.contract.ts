/**
 * What every SettingStore does, as one suite: a harness that makes stores enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/core/time.ts';
import type { SettingStore } from '../../src/ports/setting-store.ts';

/** How the suite gets at an adapter; `open` gives another store on the same storage. */
export type SettingStoreHarness = {
  readonly name: string;
  readonly create: () => { readonly open: () => SettingStore; readonly destroy: () => void };
};

const T0 = epochMs(1_780_000_000_000);
const T1 = epochMs(T0 + 1);

/** Runs the suite. */
export function describeSettingStore({ name, create }: SettingStoreHarness): void {
  describe(`settings saved in ${name}`, () => {
    let bench: ReturnType<SettingStoreHarness['create']>;
    let store: SettingStore;

    beforeEach(() => {
      bench = create();
      store = bench.open();
    });
    afterEach(async () => {
      await store.close();
      bench.destroy();
    });

    it('are none before anything was saved', async () => {
      expect(await store.load('hotcoin')).toEqual({});
    });

    it('come back as they were, by namespace, sorted by key, with the time of the save', async () => {
      await store.save({ namespace: 'hotcoin', values: { trading: { a: [1, 'x', null] }, discovery: {} }, time: T0 });
      await store.save({ namespace: 'other', values: { trading: 1 }, time: T1 });
      expect(Object.entries(await store.load('hotcoin'))).toEqual([
        ['discovery', { value: {}, updatedTime: T0 }],
        ['trading', { value: { a: [1, 'x', null] }, updatedTime: T0 }],
      ]);
    });

    it('change by key: the others stay, and null removes', async () => {
      await store.save({ namespace: 'hotcoin', values: { a: 1, b: 2, c: 3 }, time: T0 });
      await store.save({ namespace: 'hotcoin', values: { a: 4, b: null, none: null }, time: T1 });
      expect(await store.load('hotcoin')).toEqual({
        a: { value: 4, updatedTime: T1 },
        c: { value: 3, updatedTime: T0 },
      });
    });

    it('are a copy: what was given or got can change without them', async () => {
      const given = { list: ['A'] };
      await store.save({ namespace: 'hotcoin', values: { given }, time: T0 });
      given.list.push('B');
      const got = (await store.load('hotcoin'))['given']?.value as { list: string[] };
      got.list.push('C');
      expect((await store.load('hotcoin'))['given']?.value).toEqual({ list: ['A'] });
    });

    it('may be any JSON under any key', async () => {
      // `-0` is 0 in JSON.
      const anyValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      await fc.assert(
        fc.asyncProperty(fc.string({ minLength: 1 }), anyValue, async (key, value) => {
          if (value === null) return;
          await store.save({ namespace: 'any', values: Object.fromEntries([[key, value]]), time: T0 });
          const saved = Object.entries(await store.load('any')).find(([found]) => found === key);
          expect(saved?.[1].value).toEqual(value);
        }),
        { numRuns: 50 },
      );
    });

    it('are saved only over what was seen of them, and otherwise not at all', async () => {
      const change = (values: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>) =>
        store.save({ namespace: 'hotcoin', values, time: T0, seen });
      expect(await change({ a: { x: 1 }, b: [2] }, {})).toBe('saved');
      expect(await change({ a: { x: 2 } }, {})).toBe('overtaken');
      expect(await change({ a: { x: 2 } }, { a: { x: 1 } })).toBe('overtaken');
      expect(await change({ a: { x: 2 }, b: null, c: 3 }, { a: { x: 1 }, b: [3] })).toBe('overtaken');
      expect(await change({ a: { x: 2 }, b: null }, { b: [2], a: { x: 1 } })).toBe('saved');
      expect(await change({}, { a: { x: 2 } })).toBe('saved');
      expect(await store.save({ namespace: 'hotcoin', values: { a: 9 }, time: T0 })).toBe('saved');
    });

    it('are refused after close, which may be said twice', async () => {
      await store.close();
      await store.close();
      await expect(store.load('hotcoin')).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
      const saved = store.save({ namespace: 'hotcoin', values: {}, time: T0 });
      await expect(saved).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    });
  });
}
