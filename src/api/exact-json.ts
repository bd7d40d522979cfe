/**
 * JSON text to values that keep every number as it was written, so that prices lose no digit on their way in. Where
 * the text is none, the fault names the position, in the words clients of the contract know. `NaN` and `Infinity` are
 * read as numbers, so that the field that holds one can be refused by name.
 */
import { err, ok, type Result } from '../core/result.ts';

/** A number by its text. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object; of equal keys the last one counts. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** Any JSON value. */
export type JsonValue = null | boolean | string | JsonNumber | JsonObject | readonly JsonValue[];

/** Where and why a text is not JSON; the position counts characters. */
export type JsonFault = { readonly position: number; readonly reason: string };

/** Depth beyond which a text is refused, far above what any message needs. */
const DEPTH_MAX = 64;

const WORD = /null|true|false|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const CONTROL = /\p{Cc}/u;
const BLANKS = ' \t\n\r';

/** Reads a whole text. */
export function parseExactJson(text: string): Result<JsonValue, JsonFault> {
  const reader = new Reader(text);
  try {
    return ok(reader.readAll());
  } catch (thrown) {
    if (thrown instanceof Fault) return err({ position: thrown.position, reason: thrown.message });
    throw thrown;
  }
}

/** A value as plain JavaScript, for echoing it; a number that no double holds stays text. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number.isFinite(Number(value.text)) ? Number(value.text) : value.text;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, toPlain(each)]));
  return Array.isArray(value) ? value.map(toPlain) : value;
}

/** Ends the reading from any depth; never leaves this file. */
class Fault extends Error {
  readonly position: number;

  constructor(position: number, reason: string) {
    super(reason);
    this.position = position;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): JsonValue {
    const value = this.#readValue();
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw new Fault(this.#at, 'Extra data');
    return value;
  }

  #readValue(): JsonValue {
    this.#skipBlanks();
    const first = this.#text[this.#at];
    if (first === '{') return this.#readNested(() => this.#readObject());
    if (first === '[') return this.#readNested(() => this.#readArray());
    if (first === '"') return this.#readText();
    const word = this.#takeWord();
    if (word === null) throw new Fault(this.#at, 'Expecting value');
    if (word === 'null') return null;
    return word === 'true' || word === 'false' ? word === 'true' : new JsonNumber(word);
  }

  #readNested<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw new Fault(this.#at, 'Nested too deeply');
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #readObject(): JsonObject {
    const entries = new Map<string, JsonValue>();
    if (this.#takeMark('}')) return entries;
    do {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') throw new Fault(this.#at, 'Expecting property name enclosed in double quotes');
      const key = this.#readText();
      if (!this.#takeMark(':')) throw new Fault(this.#at, "Expecting ':' delimiter");
      entries.set(key, this.#readValue());
    } while (this.#hasMore('}'));
    return entries;
  }

  #readArray(): readonly JsonValue[] {
    const values: JsonValue[] = [];
    if (this.#takeMark(']')) return values;
    do values.push(this.#readValue());
    while (this.#hasMore(']'));
    return values;
  }

  #hasMore(end: string): boolean {
    if (this.#takeMark(',')) return true;
    if (!this.#takeMark(end)) throw new Fault(this.#at, "Expecting ',' delimiter");
    return false;
  }

  #readText(): string {
    const start = this.#at;
    const raw = this.#text.slice(start, this.#findTextEnd());
    this.#at += raw.length;
    if (!raw.includes('\\') && !CONTROL.test(raw)) return raw.slice(1, -1);
    try {
      return String(JSON.parse(raw));
    } catch {
      // An unknown escape or a bare control character: told with the text's place, like everything that is no JSON.
      throw new Fault(start, 'Invalid escape or control character in the string starting at');
    }
  }

  /** The place behind the quote that ends the text: one with an even number of strokes before it. */
  #findTextEnd(): number {
    for (let at = this.#at + 1; ; at++) {
      at = this.#text.indexOf('"', at);
      if (at < 0) throw new Fault(this.#at, 'Unterminated string starting at');
      let strokes = 0;
      while (this.#text[at - 1 - strokes] === '\\') strokes++;
      if (strokes % 2 === 0) return at + 1;
    }
  }

  #takeWord(): string | null {
    WORD.lastIndex = this.#at;
    const [found] = WORD.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  /** Skips blanks, then `mark` if it is next. */
  #takeMark(mark: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && BLANKS.includes(this.#text.charAt(this.#at))) this.#at++;
  }
}
