/**
 * Saved settings in memory, for a system that begins anew each time.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Failure } from '../../model/failure.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { SavedSetting, SettingStore } from '../../ports/setting-store.ts';

/** A store that is empty. */
export function createMemorySettingStore(): SettingStore {
  const saved = new Map<string, Map<string, SavedSetting>>();
  let isClosed = false;
  const assertOpen = (): void => {
    if (isClosed) throw new FailureError(closed());
  };
  return {
    load: async (namespace) => {
      assertOpen();
      const entries = [...(saved.get(namespace) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return structuredClone(Object.fromEntries(entries));
    },
    save: async ({ namespace, values, time, seen }) => {
      assertOpen();
      const keys = saved.get(namespace) ?? new Map<string, SavedSetting>();
      if (seen !== undefined && !isDeepStrictEqual(seen, valuesOf(keys))) return 'overtaken';
      for (const [key, value] of Object.entries(values)) {
        if (value === null) keys.delete(key);
        else keys.set(key, { value: structuredClone(value), updatedTime: time });
      }
      saved.set(namespace, keys);
      return 'saved';
    },
    close: async () => {
      isClosed = true;
    },
  };
}

function valuesOf(keys: ReadonlyMap<string, SavedSetting>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...keys].map(([key, { value }]) => [key, value]));
}

function closed(): Failure {
  return failure('store_unavailable', { path: 'memory', reason: 'it is closed' });
}
