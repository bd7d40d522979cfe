/**
 * What a factor's slice changed against the one before it, as JSON text: values that are new, lists as pieces of the
 * list before them and new items, names that are gone. Applied in order it gives the slices themselves, to the letter.
 */
import type { ChartPayload, ChartValue, FactorSlice } from '../model/chart.ts';
import { fieldText, payloadText, wireName } from './payload-text.ts';

/** A field as text, or the texts of a list of objects. */
type Field = string | readonly string[];
type Fields = ReadonlyMap<string, Field>;

/** A slice as texts by the wire's names. */
export type SliceTexts = { readonly history: Fields; readonly head: Fields };

/** Makes texts and remembers those of items, which slices of one window share. */
export class SliceWriter {
  readonly #items = new WeakMap<object, string>();

  /** The texts of a slice. */
  textsOf({ history, head }: Pick<FactorSlice, 'history' | 'head'>): SliceTexts {
    return { history: this.#fieldsOf(history), head: this.#fieldsOf(head) };
  }

  #fieldsOf(payload: ChartPayload): Fields {
    const fields = new Map<string, Field>();
    for (const name of Object.keys(payload)) {
      const value = payload[name] as ChartValue;
      const isList = Array.isArray(value) && value.length > 0 && value.every(isObject);
      fields.set(wireName(name), isList ? value.map((item) => this.#itemText(item)) : fieldText(name, value));
    }
    return fields;
  }

  #itemText(item: ChartPayload): string {
    const known = this.#items.get(item);
    if (known !== undefined) return known;
    const text = payloadText(item);
    this.#items.set(item, text);
    return text;
  }
}

function isObject(value: ChartValue): value is ChartPayload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members `history` and `head` of a change, each left out where nothing of it changed; `null` for no change. */
export function changeText(before: SliceTexts, after: SliceTexts): string | null {
  const parts = [partText('history', before.history, after.history), partText('head', before.head, after.head)];
  const told = parts.filter((part) => part !== null);
  return told.length === 0 ? null : told.join(',');
}

function partText(name: string, before: Fields, after: Fields): string | null {
  const set: string[] = [];
  const lists: string[] = [];
  for (const [key, field] of after) {
    const known = before.get(key);
    if (typeof field === 'string') {
      if (known !== field) set.push(`"${key}":${field}`);
    } else if (typeof known !== 'object') set.push(`"${key}":[${field.join(',')}]`);
    else if (!isSameList(known, field)) lists.push(`"${key}":[${piecesOf(known, field).join(',')}]`);
  }
  const unset = [...before.keys()].filter((key) => !after.has(key)).map((key) => JSON.stringify(key));
  const members = [
    ...(set.length > 0 ? [`"set":{${set.join(',')}}`] : []),
    ...(lists.length > 0 ? [`"lists":{${lists.join(',')}}`] : []),
    ...(unset.length > 0 ? [`"unset":[${unset.join(',')}]`] : []),
  ];
  return members.length === 0 ? null : `"${name}":{${members.join(',')}}`;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, place) => text === b[place]);
}

/** `after` as stretches of `before`, end exclusive, and items that are not in it. */
function piecesOf(before: readonly string[], after: readonly string[]): readonly string[] {
  const places = new Map(before.map((text, place) => [text, place]));
  const pieces: string[] = [];
  for (let at = 0; at < after.length; ) {
    const start = at;
    const from = places.get(after[at] as string);
    if (from === undefined) {
      while (at < after.length && !places.has(after[at] as string)) at++;
      pieces.push(`{"items":[${after.slice(start, at).join(',')}]}`);
      continue;
    }
    while (at < after.length && before[from + at - start] === after[at]) at++;
    pieces.push(`{"from":${from},"to":${from + at - start}}`);
  }
  return pieces;
}
