/**
 * The event log with filters: the newest as they come over the socket, older ones on demand. Only the lines in view are
 * drawn.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { DeskEvent } from '../../src/api/contract.ts';
import { Card, Empty } from './card.tsx';
import { Choice } from './choice.tsx';
import { useDesk } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';
import { EventLine, eventSummary, eventSymbol } from './event-line.tsx';
import type { EventWords } from './event-strings.ts';
import { useEventLog } from './use-event-log.ts';
import { gateText } from './word-strings.ts';

const EVERY = 'every';
/** Without the snapshots, which are told every round and hide the rest. */
const NOTABLE = 'notable';
const SNAPSHOTS = ['candidate_snapshot', 'signal_snapshot'];

/** The log; `trace` is the chain that another panel asked for. */
export function EventsPanel({ trace }: { readonly trace: string | null }) {
  const { strings, show } = useDesk();
  const [kind, setKind] = useState(NOTABLE);
  const [wanted, setWanted] = useState('');
  const log = useEventLog({ types: typesOf(kind, Object.keys(strings.events)), trace });
  const { events, next, refused, isRead, load } = log;
  const rows = useMemo(
    () => events.filter((event) => isWanted(event, { text: wanted, words: strings })),
    [events, wanted, strings],
  );
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
      {rows.length === 0 ? (
        <Empty>{isRead ? strings.noRows : strings.notHeardYet}</Empty>
      ) : (
        <EventList rows={rows} onTrace={follow} />
      )}
      {refused === null ? null : <Trouble>{refusalText(strings, refused)}</Trouble>}
      <button
        type="button"
        className="button"
        data-testid="older"
        disabled={next === null && refused === null}
        onClick={load}
      >
        {refused !== null ? strings.retryNow : next === null ? strings.noOlder : strings.older}
      </button>
    </Card>
  );
}

/** The types of a choice, separated by commas; `null` is every one. */
function typesOf(kind: string, names: readonly string[]): string | null {
  if (kind === EVERY) return null;
  if (kind !== NOTABLE) return kind;
  return names.filter((name) => !SNAPSHOTS.includes(name)).join();
}

type Wanted = { readonly text: string; readonly words: EventWords };

function isWanted(event: DeskEvent, { text, words }: Wanted): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return `${event.event_type} ${eventSymbol(event)} ${eventSummary(event, words)}`.toLowerCase().includes(wanted);
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
