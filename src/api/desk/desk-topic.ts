/**
 * One topic of the desk's socket: what it was when it was last looked at, and the texts of the newest changes. A change
 * is found, numbered and written once, whoever listens; who comes back with a version that is still kept gets the texts
 * it missed. Values count as the same when their JSON is.
 */
import type { DeskTopic } from '../contract.ts';

/** Changes kept. Policy beyond it: the oldest is forgotten, and who lacks it gets a snapshot. */
const CHANGES_MAX = 120;

type Change = { readonly from: number; readonly text: string };

/** A topic. */
export class TopicLog {
  readonly topic: DeskTopic;
  readonly #run: string;
  #version = 0;
  /** JSON by name. */
  #texts = new Map<string, string>();
  #snapshot: { readonly version: number; readonly text: string } | null = null;
  readonly #changes: Change[] = [];

  constructor(topic: DeskTopic, run: string) {
    this.topic = topic;
    this.#run = run;
  }

  /** The newest version; 0 before the first look. */
  get version(): number {
    return this.#version;
  }

  /** Takes the values as they are now; answers the text of what changed, or `null` when nothing did. */
  look(values: Readonly<Record<string, unknown>>, timeMs: number): string | null {
    const texts = new Map<string, string>();
    const set: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      const text = JSON.stringify(value) ?? 'null';
      texts.set(name, text);
      if (this.#texts.get(name) !== text) set.push(`${JSON.stringify(name)}:${text}`);
    }
    const unset = [...this.#texts.keys()].filter((name) => !texts.has(name));
    this.#texts = texts;
    if (set.length === 0 && unset.length === 0 && this.#version > 0) return null;
    const from = this.#version++;
    const head = `{"type":"delta","topic":"${this.topic}","from":${from},"version":${this.#version},"time_ms":${timeMs}`;
    const text = `${head},"set":{${set.join(',')}},"unset":${JSON.stringify(unset)}}`;
    this.#changes.push({ from, text });
    if (this.#changes.length > CHANGES_MAX) this.#changes.shift();
    return text;
  }

  /** The texts that lead from `version` to the newest, or `null` where one of them is not kept any more. */
  since(version: number): readonly string[] | null {
    if (version === this.#version) return [];
    const first = this.#changes.findIndex(({ from }) => from === version);
    // The first change led from nothing to all there was: for whoever has nothing that is a snapshot.
    return first < 0 || version === 0 ? null : this.#changes.slice(first).map(({ text }) => text);
  }

  /** The text of the whole, made once for each version. */
  snapshot(timeMs: number): string {
    if (this.#snapshot?.version === this.#version) return this.#snapshot.text;
    const data = [...this.#texts].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',');
    const head = `{"type":"snapshot","topic":"${this.topic}","run":${JSON.stringify(this.#run)}`;
    const text = `${head},"version":${this.#version},"time_ms":${timeMs},"data":{${data}}}`;
    this.#snapshot = { version: this.#version, text };
    return text;
  }
}
