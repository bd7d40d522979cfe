/**
 * Topics of the operator's desk as a client keeps them: messages in, maps out. A delta fits one version of one run only;
 * whatever does not fit is missing something, and is asked for as a whole.
 */
import type { DeskMessage, DeskRequest, DeskTopic } from '../api/contract.ts';
import { type Fields, isNumber, isText, parseFields, parseObject } from './wire.ts';

/** One topic as it is known. */
export type TopicState = { readonly version: number; readonly data: Fields };

/** Every topic that is known, of one run of the server. */
export type TopicStates = {
  readonly run: string | null;
  readonly topics: Readonly<Partial<Record<DeskTopic, TopicState>>>;
};

/** Nothing known. */
export const NO_TOPICS: TopicStates = { run: null, topics: {} };

/** What a message led to: the topics as they are now, and which of them changed or has to be asked for again. */
export type TopicStep = {
  readonly states: TopicStates;
  readonly changed: DeskTopic | null;
  readonly missing: DeskTopic | null;
};

/** A message of the desk's socket; `null` for anything that is unknown or malformed. */
export function parseDeskMessage(text: string): DeskMessage | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const { type, topic, run, version, from, data, set, unset, code, message } = fields;
  const isWhole =
    (type === 'hello' && isText(run)) ||
    (type === 'snapshot' && isText(topic) && isText(run) && isNumber(version) && parseFields(data) !== null) ||
    (type === 'delta' && isText(topic) && isNumber(from) && isNumber(version) && isChange(set, unset)) ||
    (type === 'error' && isText(code) && isText(message));
  return isWhole ? (fields as unknown as DeskMessage) : null;
}

function isChange(set: unknown, unset: unknown): boolean {
  return parseFields(set) !== null && Array.isArray(unset) && unset.every(isText);
}

/** Takes a message. */
export function applyDeskMessage(states: TopicStates, message: DeskMessage): TopicStep {
  const still = { states, changed: null, missing: null };
  if (message.type === 'snapshot') {
    const { topic, run, version, data } = message;
    const kept = run === states.run ? states.topics : {};
    return { states: { run, topics: { ...kept, [topic]: { version, data } } }, changed: topic, missing: null };
  }
  if (message.type !== 'delta') return still;
  const { topic, from, version, set, unset } = message;
  const known = states.topics[topic];
  if (known === undefined || known.version !== from) return { ...still, missing: topic };
  const data = { ...known.data, ...set };
  for (const name of unset) delete data[name];
  const topics = { ...states.topics, [topic]: { version, data } };
  return { states: { ...states, topics }, changed: topic, missing: null };
}

/** What to ask for so that every topic goes on from what is known. */
export function subscribeRequest(states: TopicStates, topics: readonly DeskTopic[]): DeskRequest {
  const versions = topics.flatMap((topic) => {
    const known = states.topics[topic];
    return known === undefined ? [] : [[topic, known.version] as const];
  });
  const wanted = { type: 'subscribe' as const, topics: [...topics] };
  return states.run === null ? wanted : { ...wanted, run: states.run, versions: Object.fromEntries(versions) };
}
