/**
 * The event log of the desk's page as a fold: nothing that was told is lost, nothing of another run is mixed in, and what
 * was missed is noticed.
 */
import { expect, it } from 'vitest';
import type { DeskEvent } from '../../src/api/contract.ts';
import { TopicLog } from '../../src/api/desk/desk-topic.ts';
import { EMPTY_FEED, foldMessage, parseDeskMessage } from '../../web/desk/desk-feed.ts';
import { EVENTS_MAX, type EventLog, type EventNews, emptyLog, foldEvents } from '../../web/desk/event-log.ts';

const OF = 'run-1 null null';

function event(id: number, type = 'state_change'): DeskEvent {
  return { id, ts: id, event_type: type, trace_id: null, payload: {} } as unknown as DeskEvent;
}

function ids(log: EventLog): readonly number[] {
  return log.events.map(({ id }) => id);
}

function range(from: number, to: number): readonly DeskEvent[] {
  return Array.from({ length: to - from + 1 }, (_, at) => event(from + at));
}

function told(newest: readonly DeskEvent[]): EventNews {
  return { kind: 'told', newest, isWanted: ({ event_type }) => event_type !== 'signal_snapshot' };
}

function read(events: readonly DeskEvent[], place: 'first' | 'older', next: number | null = null): EventNews {
  return { kind: 'read', place, page: { events: events.toReversed(), next_before: next, types: [], ts: 0 } };
}

function after(news: readonly EventNews[], log = emptyLog(OF)): EventLog {
  return news.reduce((before, each) => foldEvents(before, { of: OF, news: each }), log);
}

it('bug: what the socket showed and shows no more stays in the log', () => {
  const log = after([told(range(1, 200)), read(range(1, 200), 'first'), told(range(150, 349)), told(range(300, 499))]);
  expect(ids(log)).toEqual(
    range(1, 499)
      .map(({ id }) => id)
      .toReversed(),
  );
  expect(log.isTorn).toBe(false);
});

it('bug: events that happened while the page heard nothing are noticed, and read anew', () => {
  const torn = after([told(range(1, 200)), read(range(1, 200), 'first'), told(range(500, 699))]);
  expect(torn.isTorn).toBe(true);
  const whole = after([read(range(450, 699), 'first', 450)], torn);
  expect([whole.isTorn, whole.next, ids(whole).at(-1), ids(whole).length]).toEqual([false, 450, 450, 250]);
  expect(ids(after([read(range(250, 449), 'older', 250)], whole)), 'older pages follow without a hole').toEqual(
    range(250, 699)
      .map(({ id }) => id)
      .toReversed(),
  );
});

it('bug: a server that was started again counts its events anew, and those of the run before are not among them', () => {
  const before = after([told(range(1, 200)), read(range(1, 200), 'first')]);
  const log = foldEvents(before, { of: 'run-2 null null', news: told([event(3)]) });
  expect(ids(log)).toEqual([3]);
  expect(foldEvents(log, { of: OF, news: read(range(1, 2), 'older') }), 'an answer of before is not heard').toBe(log);
});

it('bug: a topic says which run told it, also while another has only said hello', () => {
  const hello = (run: string): string => JSON.stringify({ type: 'hello', run, topics: [], updates_per_second: 4 });
  const parse = (text: string) => parseDeskMessage(text) ?? expect.unreachable(text);
  const log = new TopicLog('events', 'a');
  log.look({ 1: event(1) }, 1);
  const first = foldMessage(foldMessage(EMPTY_FEED, parse(hello('a'))).feed, parse(String(log.snapshot(1)))).feed;
  const between = foldMessage(first, parse(hello('b'))).feed;
  expect([between.run, between.topics.events?.run]).toEqual(['b', 'a']);
  expect(foldMessage(between, parse(String(log.snapshot(1)))).feed.topics.events?.run).toBe('b');
});

it('what is not wanted is not kept but counts as heard', () => {
  const log = after([told([event(1), event(2, 'signal_snapshot')]), told([event(2, 'signal_snapshot'), event(3)])]);
  expect([ids(log), log.isTorn]).toEqual([[3, 1], false]);
});

it('beyond its bound the oldest go, and can be asked for again', () => {
  const log = after([read(range(1, 10), 'first'), told(range(11, EVENTS_MAX + 5))]);
  expect([log.events.length, log.next]).toEqual([EVENTS_MAX, 6]);
});
