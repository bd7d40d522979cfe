/**
 * The event log of one filter, for a panel: read a page at a time, followed live, and asked for again after a refusal.
 */
import { useEffect, useMemo, useReducer, useState } from 'react';
import type { DeskEvent, EventsAnswer } from '../../src/api/contract.ts';
import { AGAIN_MS, useDesk, useTopic, useTopicRun } from './desk-context.tsx';
import { type EventLog, emptyLog, foldEvents } from './event-log.ts';
import { isPassing } from './refused.ts';

const PAGE = 200;

/** Which events are wanted; `null` is every type, or every chain. */
export type EventFilter = { readonly types: string | null; readonly trace: string | null };

type Asked = { readonly of: string; readonly before: number | null; readonly count: number };

/** The log, and the way to its older events; `load` also asks again for what was refused. */
export function useEventLog({ types, trace }: EventFilter): EventLog & { readonly load: () => void } {
  const run = useTopicRun('events');
  const of = `${run} ${types} ${trace}`;
  const [known, tell] = useReducer(foldEvents, emptyLog(''));
  const log = useMemo(() => (known.of === of ? known : emptyLog(of)), [known, of]);
  const newest = useTopic('events');
  useEffect(() => {
    const isWanted = (event: DeskEvent): boolean =>
      (types === null || types.split(',').includes(event.event_type)) && (trace === null || event.trace_id === trace);
    tell({ of, news: { kind: 'told', newest: Object.values(newest ?? {}), isWanted } });
  }, [of, newest, types, trace]);
  const { before, ask } = usePages(log);
  const { api } = useDesk();
  useEffect(() => {
    const stop = new AbortController();
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (types !== null) query.set('type', types);
    if (trace !== null) query.set('trace_id', trace);
    if (before.id !== null) query.set('before', String(before.id));
    void api.read<EventsAnswer>(`hotcoin/api/events?${query}`, stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      const place = before.id === null ? 'first' : 'older';
      const news = answer.ok
        ? ({ kind: 'read', page: answer.value, place } as const)
        : ({ kind: 'refused', refused: answer } as const);
      tell({ of, news });
    });
    return () => stop.abort();
  }, [api, of, types, trace, before]);
  return { ...log, load: () => ask(log.isRead && log.refused === null ? log.next : before.id) };
}

/** Where the page lies that is asked for: the first of a log, then whichever is wanted, and the first of a torn one. */
function usePages({ of, isTorn, refused }: EventLog) {
  const { clock } = useDesk().platform;
  const [asked, setAsked] = useState<Asked>({ of, before: null, count: 0 });
  const [id, count] = asked.of === of ? [asked.before, asked.count] : [null, 0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another count asks for the same page again
  const before = useMemo(() => ({ id }), [of, id, count]);
  const ask = (page: number | null): void => setAsked({ of, before: page, count: asked.count + 1 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that events were missed
  useEffect(() => {
    if (isTorn) ask(null);
  }, [isTorn]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    if (refused === null || !isPassing(refused)) return undefined;
    return clock.after(AGAIN_MS, () => ask(id));
  }, [refused, clock]);
  return { before, ask };
}
