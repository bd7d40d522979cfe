/**
 * What the desk's socket has told, as a fold: topics by name, each a map of values with the version it has. A delta that
 * does not follow the version at hand is not applied; its topic is to be asked for again. Values that did not change keep
 * their identity, so that what shows them is not drawn again.
 */
import type { DeskMessage, DeskTopic, DeskTopicData } from '../../src/api/contract.ts';
import { isNumber, isText, parseObject } from '../../src/client/wire.ts';

/** A topic as it was last told. */
export type TopicView<Topic extends DeskTopic = DeskTopic> = {
  readonly version: number;
  /** The server's run that told it. */
  readonly run: string | null;
  /** The market's time of that, in milliseconds. */
  readonly timeMs: number;
  readonly data: DeskTopicData[Topic];
};

/** Everything told so far. */
export type DeskFeed = {
  /** Names the server's run: versions of another are not its versions. */
  readonly run: string | null;
  readonly topics: { readonly [Topic in DeskTopic]?: TopicView<Topic> };
};

/** Nothing told yet. */
export const EMPTY_FEED: DeskFeed = { run: null, topics: {} };

/** A message folded in, and the topic that has to be asked for again. */
export type Folded = { readonly feed: DeskFeed; readonly doubt: DeskTopic | null };

type Values = Readonly<Record<string, unknown>>;

/** The message in an untrusted text, `null` for anything else. */
export function parseDeskMessage(text: string): DeskMessage | null {
  const fields = parseObject(text);
  switch (fields?.['type']) {
    case 'hello':
      return isText(fields['run']) ? (fields as DeskMessage) : null;
    case 'error':
      return isText(fields['code']) ? (fields as DeskMessage) : null;
    case 'snapshot':
      return isTopic(fields) && isValues(fields['data']) ? (fields as DeskMessage) : null;
    case 'delta':
      return isTopic(fields) && isNumber(fields['from']) && isValues(fields['set']) && Array.isArray(fields['unset'])
        ? (fields as DeskMessage)
        : null;
    default:
      return null;
  }
}

function isTopic(fields: Values): boolean {
  return isText(fields['topic']) && isNumber(fields['version']);
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is known after `message`. */
export function foldMessage(feed: DeskFeed, message: DeskMessage): Folded {
  switch (message.type) {
    case 'hello':
      // What another run told stays in view until this one has told its own.
      return { feed: { ...feed, run: message.run }, doubt: null };
    case 'error':
      return { feed, doubt: null };
    case 'snapshot': {
      const { topic, version, time_ms: timeMs, data } = message;
      const kept = keepSame(feed.topics[topic]?.data ?? {}, data);
      return { feed: withTopic(feed, topic, { version, timeMs, data: kept }), doubt: null };
    }
    case 'delta': {
      const { topic, from, version, time_ms: timeMs, set, unset } = message;
      const known = feed.topics[topic];
      if (known === undefined || known.version !== from) return { feed, doubt: topic };
      const data: Record<string, unknown> = { ...known.data, ...set };
      for (const name of unset) delete data[name];
      return { feed: withTopic(feed, topic, { version, timeMs, data }), doubt: null };
    }
    default:
      return { feed, doubt: null };
  }
}

type Told = { readonly version: number; readonly timeMs: number; readonly data: Values };

function withTopic(feed: DeskFeed, topic: DeskTopic, told: Told): DeskFeed {
  return { ...feed, topics: { ...feed.topics, [topic]: { ...told, run: feed.run } } };
}

/** The new values, in the place of equal ones the old: a snapshot after a reconnect then draws only what changed. */
function keepSame(before: Values, after: Values): Values {
  const same = (name: string, value: unknown): boolean =>
    name in before && JSON.stringify(before[name]) === JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, same(name, value) ? before[name] : value]),
  );
}

/** The versions at hand, to ask for what came after them. */
export function versionsOf({ topics }: DeskFeed): Partial<Record<DeskTopic, number>> {
  return Object.fromEntries(Object.entries(topics).map(([topic, { version }]) => [topic, version]));
}
