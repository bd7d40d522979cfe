/**
 * The event log with filters: the newest as they come over the socket, older ones on demand. Only the lines in view are
 * drawn.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { DeskEvent, EventsAnswer } from '../../src/api/contract.ts';
import { Card, Empty } from './card.tsx';
import { Choice } from './choice.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { EventLine, eventSummary, eventSymbol } from './event-line.tsx';
import type { EventWords } from './event-strings.ts';
import { gateText } from './word-strings.ts';

const PAGE = 200;
/** Events kept in the page. Policy beyond it: the oldest pages are let go first, and can be asked for again. */
const EVENTS_MAX = 5_000;
const EVERY = 'every';
/** Without the snapshots, which are told every round and hide the rest. */
const NOTABLE = 'notable';
const SNAPSHOTS = ['candidate_snapshot', 'signal_snapshot'];

type Filter = { readonly kind: string; readonly trace: string | null };
type Older = { readonly events: readonly DeskEvent[]; readonly next: number | null; readonly trouble: string | null };

const NONE: Older = { events: [], next: null, trouble: null };

/** The log; `trace` is the chain that another panel asked for. */
export function EventsPanel({ trace }: { readonly trace: string | null }) {
  const { strings, show } = useDesk();
  const newest = useTopic('events');
  const [kind, setKind] = useState(NOTABLE);
  const [wanted, setWanted] = useState('');
  const older = useOlder({ kind, trace });
  const rows = useMemo(() => {
    const byId = new Map([...older.events, ...Object.values(newest ?? {})].map((event) => [event.id, event]));
    return [...byId.values()]
      .filter((event) => isWanted(event, { kind, trace }, { text: wanted, words: strings }))
      .sort((a, b) => b.id - a.id);
  }, [newest, older.events, kind, trace, wanted, strings]);
  const kinds = [NOTABLE, EVERY, ...Object.keys(strings.events)];
  const words: Readonly<Record<string, string>> = { [NOTABLE]: strings.notableKinds, [EVERY]: strings.everyKind };
  const follow = (chain: string): void => show('events', chain);
  return (
    <Card title={strings.panel.events} about={strings.eventCount(rows.length)}>
      <div className="filters">
        <Choice
          label={strings.eventType}
          value={kind}
          options={kinds.map((name) => ({
            value: name,
            name: words[name] ?? gateText(strings.events, name),
          }))}
          onChange={setKind}
          testId="event-kind"
        />
        <input
          type="search"
          data-testid="event-search"
          aria-label={strings.searchEvents}
          placeholder={strings.searchEvents}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
        {trace === null ? null : (
          <button type="button" className="button" data-testid="clear-trace" onClick={() => show('events')}>
            {strings.traceFilter(trace)} · {strings.clearFilter}
          </button>
        )}
      </div>
      {rows.length === 0 ? <Empty>{strings.noRows}</Empty> : <EventList rows={rows} onTrace={follow} />}
      {older.trouble === null ? null : <Trouble>{older.trouble}</Trouble>}
      <button type="button" className="button" data-testid="older" disabled={older.next === null} onClick={older.load}>
        {older.next === null ? strings.noOlder : strings.older}
      </button>
    </Card>
  );
}

type Wanted = { readonly text: string; readonly words: EventWords };

function isWanted(event: DeskEvent, { kind, trace }: Filter, { text, words }: Wanted): boolean {
  if (kind === NOTABLE && SNAPSHOTS.includes(event.event_type)) return false;
  if (kind !== EVERY && kind !== NOTABLE && event.event_type !== kind) return false;
  if (trace !== null && event.trace_id !== trace) return false;
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return `${event.event_type} ${eventSymbol(event)} ${eventSummary(event, words)}`.toLowerCase().includes(wanted);
}

/** Pages behind the newest events, of one filter; another filter begins anew. */
function useOlder({ kind, trace }: Filter): Older & { readonly load: () => void } {
  const { api, strings } = useDesk();
  const [older, setOlder] = useState(NONE);
  const [round, setRound] = useState<{ readonly before: number | null; readonly count: number }>({
    before: null,
    count: 0,
  });
  const filter = `${kind} ${trace}`;
  const notable = Object.keys(strings.events)
    .filter((name) => !SNAPSHOTS.includes(name))
    .join();
  const last = useRef(filter);
  useEffect(() => {
    const isNew = last.current !== filter;
    last.current = filter;
    const stop = new AbortController();
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (kind === NOTABLE) query.set('type', notable);
    else if (kind !== EVERY) query.set('type', kind);
    if (trace !== null) query.set('trace_id', trace);
    if (!isNew && round.before !== null) query.set('before', String(round.before));
    void api.read<EventsAnswer>(`hotcoin/api/events?${query}`, stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      setOlder((had) => {
        if (!answer.ok) return { ...had, trouble: refusalText(strings, answer) };
        const kept = isNew ? [] : had.events;
        const events = [...kept, ...answer.value.events].slice(-EVENTS_MAX);
        return { events, next: answer.value.next_before, trouble: null };
      });
    });
    return () => stop.abort();
  }, [api, strings, kind, notable, trace, filter, round]);
  const load = (): void => setRound(({ count }) => ({ before: older.next, count: count + 1 }));
  return { ...older, load };
}

type ListProps = { readonly rows: readonly DeskEvent[]; readonly onTrace: (trace: string) => void };

function EventList({ rows, onTrace }: ListProps) {
  const { strings } = useDesk();
  const frame = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 30,
    overscan: 12,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  return (
    <div
      ref={frame}
      className="event-frame"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={strings.panel.events}
      data-testid="events"
    >
      <div style={{ height: list.getTotalSize(), position: 'relative' }}>
        {list.getVirtualItems().map(({ key, index, start }) => {
          const event = rows[index];
          if (event === undefined) return null;
          return (
            <div
              key={key}
              ref={list.measureElement}
              data-index={index}
              className="event-place"
              style={{ translate: `0 ${start}px` }}
            >
              <EventLine event={event} onTrace={onTrace} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
