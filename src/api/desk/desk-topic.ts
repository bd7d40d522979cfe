/**
 * One topic of the desk's socket: what it was when it was last looked at, and the newest changes as they go on the wire.
 * A change is found, numbered, written and encoded once, whoever listens; who comes back with a version that is still kept
 * gets what was missed. Values count as the same when their JSON is.
 */
import type { DeskTopic } from '../contract.ts';

/** Changes kept. Policy beyond it: the oldest is forgotten, and who lacks it gets a snapshot. */
const CHANGES_MAX = 120;
/**
 * Bytes of changes that are kept in any case; more are while they are less than the whole. So nobody is ever sent more
 * than the whole or this, whichever is more, for what was missed.
 */
const KEPT_BYTES = 64 * 1024;

/** Whether values are made for each look, or are objects that never change and are not read again while they are there. */
export type TopicValues = 'made' | 'kept';

type Value = { readonly value: unknown; readonly text: string };
type Change = { readonly from: number; readonly bytes: Buffer };

const NOTHING: readonly Buffer[] = [];

/** A topic. */
export class TopicLog {
  readonly topic: DeskTopic;
  readonly #run: string;
  readonly #kind: TopicValues;
  #version = 0;
  /** By name. */
  #values = new Map<string, Value>();
  #snapshot: { readonly version: number; readonly bytes: Buffer } | null = null;
  readonly #changes: Change[] = [];
  #changesBytes = 0;

  constructor(topic: DeskTopic, run: string, values: TopicValues = 'made') {
    this.topic = topic;
    this.#run = run;
    this.#kind = values;
  }

  /** The newest version; 0 before the first look. */
  get version(): number {
    return this.#version;
  }

  /** Takes the values as they are now; answers the message of what changed, or `null` when nothing did. */
  look(values: Readonly<Record<string, unknown>>, timeMs: number): Buffer | null {
    const taken = new Map<string, Value>();
    const set: string[] = [];
    let wholeLength = 0;
    for (const [name, value] of Object.entries(values)) {
      const before = this.#values.get(name);
      const isKept = this.#kind === 'kept' && before !== undefined && before.value === value;
      const now = isKept ? before : { value, text: JSON.stringify(value) ?? 'null' };
      taken.set(name, now);
      wholeLength += name.length + now.text.length;
      if (before?.text !== now.text) set.push(`${JSON.stringify(name)}:${now.text}`);
    }
    const unset = [...this.#values.keys()].filter((name) => !taken.has(name));
    this.#values = taken;
    if (set.length === 0 && unset.length === 0 && this.#version > 0) return null;
    const from = this.#version++;
    const head = `{"type":"delta","topic":"${this.topic}","from":${from},"version":${this.#version},"time_ms":${timeMs}`;
    const bytes = Buffer.from(`${head},"set":{${set.join(',')}},"unset":${JSON.stringify(unset)}}`);
    this.#keep({ from, bytes }, Math.max(wholeLength, KEPT_BYTES));
    return bytes;
  }

  /** Keeps a change, and of those before it as many as there is room for. */
  #keep(change: Change, bytesMax: number): void {
    this.#changes.push(change);
    this.#changesBytes += change.bytes.length;
    while (this.#changes.length > 1 && (this.#changes.length > CHANGES_MAX || this.#changesBytes > bytesMax)) {
      this.#changesBytes -= this.#changes.shift()?.bytes.length ?? 0;
    }
  }

  /** The messages that lead from `version` to the newest, or `null` where one of them is not kept any more. */
  since(version: number): readonly Buffer[] | null {
    if (version === this.#version) return NOTHING;
    // The first change led from nothing to all there was: for whoever has nothing that is a snapshot.
    const [first] = this.#changes;
    if (version === 0 || first === undefined || version < first.from || version > this.#version) return null;
    return this.#changes.slice(version - this.#version).map(({ bytes }) => bytes);
  }

  /** The message of the whole, made once for each version. */
  snapshot(timeMs: number): Buffer {
    if (this.#snapshot?.version === this.#version) return this.#snapshot.bytes;
    const data = [...this.#values].map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join(',');
    const head = `{"type":"snapshot","topic":"${this.topic}","run":${JSON.stringify(this.#run)}`;
    const bytes = Buffer.from(`${head},"version":${this.#version},"time_ms":${timeMs},"data":{${data}}}`);
    this.#snapshot = { version: this.#version, bytes };
    return bytes;
  }
}
