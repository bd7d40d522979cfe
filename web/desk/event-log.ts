/**
 * The events that a page knows, as a fold: pages that were read, and what the socket tells. The socket shows the newest
 * only, so what it has told is kept here; where it went on without us, as over the sleep of a laptop, the log is torn and
 * has to be read anew. Events of another run or filter are another log.
 */
import type { DeskEvent, EventsAnswer } from '../../src/api/contract.ts';
import type { Refused } from './refused.ts';

/** Events kept in the page. Policy beyond it: the oldest are let go first, and can be asked for again. */
export const EVENTS_MAX = 5_000;

/** One log. */
export type EventLog = {
  /** Names the run and the filter. */
  readonly of: string;
  /** Newest first. */
  readonly events: readonly DeskEvent[];
  /** What older events come before; `null` where there are none, or nothing was read yet. */
  readonly next: number | null;
  readonly isRead: boolean;
  /** Highest id that the socket told. */
  readonly top: number | null;
  /** Whether events between two tellings were missed. */
  readonly isTorn: boolean;
  readonly refused: Refused | null;
};

/** What becomes known. */
export type EventNews =
  | { readonly kind: 'told'; readonly newest: readonly DeskEvent[]; readonly isWanted: (event: DeskEvent) => boolean }
  | { readonly kind: 'read'; readonly page: EventsAnswer; readonly place: 'first' | 'older' }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** A log of which nothing is known. */
export function emptyLog(of: string): EventLog {
  return { of, events: [], next: null, isRead: false, top: null, isTorn: false, refused: null };
}

/** The log after news of the run and filter that `of` names. */
export function foldEvents(
  before: EventLog,
  { of, news }: { readonly of: string; readonly news: EventNews },
): EventLog {
  const log = before.of === of ? before : emptyLog(of);
  if (news.kind === 'told') return afterTold(log, news);
  // An answer to what nobody asks any more.
  if (log !== before) return before;
  return news.kind === 'refused' ? { ...log, refused: news.refused } : afterRead(log, news);
}

function afterTold(log: EventLog, { newest, isWanted }: Extract<EventNews, { kind: 'told' }>): EventLog {
  const { top } = log;
  const fresh = newest.filter(({ id }) => top === null || id > top);
  if (fresh.length === 0) return log;
  const ids = newest.map(({ id }) => id);
  const isTorn = log.isTorn || (top !== null && Math.min(...ids) > top + 1);
  return bounded({ ...log, top: Math.max(...ids), isTorn, events: merged(fresh.filter(isWanted), log.events) });
}

function afterRead(log: EventLog, { page, place }: Extract<EventNews, { kind: 'read' }>): EventLog {
  const { events, next_before: next } = page;
  const oldest = events.at(-1)?.id ?? 0;
  // What lies behind the first page is read again when it is wanted: between it and this page something may be missing.
  const kept = place === 'older' ? log.events : log.events.filter(({ id }) => id >= oldest);
  const isTorn = place === 'older' && log.isTorn;
  return bounded({ ...log, events: merged(events, kept), next, isRead: true, isTorn, refused: null });
}

function merged(some: readonly DeskEvent[], others: readonly DeskEvent[]): readonly DeskEvent[] {
  const byId = new Map([...others, ...some].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}

function bounded(log: EventLog): EventLog {
  if (log.events.length <= EVENTS_MAX) return log;
  const events = log.events.slice(0, EVENTS_MAX);
  return { ...log, events, next: events.at(-1)?.id ?? log.next };
}
