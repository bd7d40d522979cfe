/**
 * Settings that people saved, kept across restarts: one value by namespace and key. What a value may be is for whoever
 * reads it to judge; the store keeps plain JSON values and gives back what it was given.
 */
import type { EpochMs } from '../core/time.ts';

/** A saved value, plain JSON, and when it was saved. */
export type SavedSetting = { readonly value: unknown; readonly updatedTime: EpochMs };

/**
 * Values to save, all or none of them; `null` removes the key. `seen` is what the namespace held when whoever saves read
 * it, without the times; absent where it does not matter.
 */
export type SettingChange = {
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly time: EpochMs;
  readonly seen?: Readonly<Record<string, unknown>>;
};

/** Whether a change was saved, or somebody else's came before it and nothing was. */
export type SettingSaved = 'saved' | 'overtaken';

/**
 * - `load` gives every key of a namespace, sorted by key; none where nothing was saved.
 * - `save` is one transaction: other keys stay, and after it resolves the values survive a power cut. Where the namespace is
 *   not what was seen of it, nothing is saved.
 * - Processes may use one file side by side; each reads what the others saved.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); a value that is no JSON is `store_corrupt`.
 */
export type SettingStore = {
  readonly load: (namespace: string) => Promise<Readonly<Record<string, SavedSetting>>>;
  readonly save: (change: SettingChange) => Promise<SettingSaved>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
