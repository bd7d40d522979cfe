/**
 * What every part of the desk shares: the server's word by topic, requests, language and theme. A part that uses one
 * topic is drawn again when that topic changes and not otherwise.
 */
import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { DeskTopic, DeskTopicData } from '../../src/api/contract.ts';
import type { Answered, DeskApi } from './desk-api.ts';
import type { DeskLive } from './desk-live.ts';
import type { DeskPlatform } from './desk-platform.ts';
import type { Language, Strings } from './desk-strings.ts';
import type { Theme } from './desk-view.ts';
import type { DeskLink } from './link-word.ts';
import { isPassing, type Refused } from './refused.ts';

/** A panel. */
export const PANELS = [
  'overview',
  'candidates',
  'signals',
  'positions',
  'trades',
  'risk',
  'orders',
  'feed',
  'events',
  'settings',
  'models',
] as const;

/** The name of a panel. */
export type PanelName = (typeof PANELS)[number];

/** Shared by the parts of the desk. */
export type DeskShared = {
  readonly platform: DeskPlatform;
  readonly api: DeskApi;
  readonly live: DeskLive;
  readonly strings: Strings;
  readonly language: Language;
  readonly theme: Theme;
  /** Goes to a panel; `trace` narrows the events to one chain. */
  readonly show: (panel: PanelName, trace?: string) => void;
};

const DeskContext = createContext<DeskShared | null>(null);

/** Hands it to the parts inside. */
export const DeskProvider = DeskContext.Provider;

/** What is shared; to be used inside the desk only. */
export function useDesk(): DeskShared {
  const shared = useContext(DeskContext);
  if (shared === null) throw new Error('a part of the desk outside of it');
  return shared;
}

/** A topic as it was last told, `null` before that. */
export function useTopic<Topic extends DeskTopic>(topic: Topic): DeskTopicData[Topic] | null {
  const { live } = useDesk();
  const read = useCallback((): DeskTopicData[Topic] | null => {
    const { topics } = live.state().feed;
    const data = topics[topic]?.data as DeskTopicData[Topic] | undefined;
    // Without an engine the others are empty, which is no answer: nobody knows then what is held.
    const isEmpty = topic !== 'status' && topics.status?.data.source !== 'runner';
    return data === undefined || isEmpty || (Object.keys(data).length === 0 && FIELDED.has(topic)) ? null : data;
  }, [live, topic]);
  return useSyncExternalStore(live.subscribe, read);
}

/** Topics whose map is the fields of one answer, so that an empty one is no answer. */
const FIELDED: ReadonlySet<DeskTopic> = new Set(['status', 'risk', 'metrics', 'funnel', 'posts']);

/** Which run of the server told a topic last: what another run told has nothing to do with it. */
export function useTopicRun(topic: DeskTopic): string | null {
  const { live } = useDesk();
  return useSyncExternalStore(live.subscribe, () => live.state().feed.topics[topic]?.run ?? null);
}

/** How the socket stands. */
export function useLink(): DeskLink {
  const { live } = useDesk();
  return useSyncExternalStore(live.subscribe, () => live.state().link);
}

/** This machine's time in milliseconds, once a second. */
export function useNow(): number {
  const { clock } = useDesk().platform;
  const [now, setNow] = useState(clock.now());
  useEffect(() => {
    let cancel = clock.after(1_000, function tick() {
      setNow(clock.now());
      cancel = clock.after(1_000, tick);
    });
    return () => cancel();
  }, [clock]);
  return now;
}

/** The market's time in seconds: that of the newest message, and what passed since. */
export function useMarketNow(): number {
  const { live } = useDesk();
  const now = useNow();
  const { feed, link } = live.state();
  const told = Math.max(0, ...Object.values(feed.topics).map(({ timeMs }) => timeMs));
  return (told + Math.max(0, now - (link.heardAt ?? now))) / 1_000;
}

/** What failed for now is read again after so long. */
export const AGAIN_MS = 10_000;

/** An answer that is read once for each `key`, and again with `reload`. */
export type Reading<T> = {
  readonly value: T | null;
  /** Also beside an older value, unless the server was away: the banner says that already. */
  readonly refused: Refused | null;
  readonly isReading: boolean;
  readonly reload: () => void;
};

type Read<T> = { readonly path: string; readonly value: T | null; readonly refused: Refused | null };

/** What is known after an answer: a refusal that passes takes nothing away. */
function afterAnswer<T>(before: Read<T> | null, path: string, answer: Answered<T>): Read<T> {
  if (answer.ok) return { path, value: answer.value, refused: null };
  const isKept = before?.path === path && isPassing(answer);
  return { path, value: isKept ? before.value : null, refused: answer };
}

/**
 * Reads `path` now and whenever `key` changes; the last value stays until the next one is there. What is refused for a
 * reason that can pass is read again.
 */
export function useReading<T>(path: string | null, key: string | number): Reading<T> {
  const { api, platform } = useDesk();
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Read<T> | null>(null);
  const [isReading, setIsReading] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key and round are what makes it read again
  useEffect(() => {
    if (path === null) return undefined;
    const stop = new AbortController();
    setIsReading(true);
    void api.read<T>(path, stop.signal).then((of) => {
      if (stop.signal.aborted) return;
      setIsReading(false);
      setAnswer((before) => afterAnswer(before, path, of));
    });
    return () => stop.abort();
  }, [api, path, key, round]);
  const { value = null, refused = null } = answer !== null && answer.path === path ? answer : {};
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    if (refused === null || !isPassing(refused)) return undefined;
    return platform.clock.after(AGAIN_MS, reload);
  }, [refused, platform, reload]);
  const isQuiet = value !== null && refused?.status === 0;
  return { value, refused: isQuiet ? null : refused, isReading, reload };
}
