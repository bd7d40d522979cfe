/**
 * The event log read again, archives first: lines with their place, checked against the contract, and which of them are
 * wanted. Whoever wrote them may have been killed in the middle of a line; that is the last of its file and is told.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { EVENT_PAYLOADS, EVENT_SCHEMA_VERSION, type EventType, eventEnvelope } from './event-line.ts';
import { EVENTS_FILE } from './trading-exports.ts';

/** One line: what it says, or why it is no event of the contract. */
export type ReadEvent = { readonly file: string; readonly line: number } & (
  | { readonly kind: 'event'; readonly event: LoggedEvent }
  | { readonly kind: 'older'; readonly version: number }
  | { readonly kind: 'wrong'; readonly reason: string }
);

/** An event as it stands in the log. */
export type LoggedEvent = {
  readonly ts: number;
  readonly seq: number;
  readonly run_id: string;
  readonly event_type: EventType;
  readonly trace_id?: string | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** Every line of the event log in `dir`, oldest first. */
export async function* readEvents(dir: string): AsyncGenerator<ReadEvent> {
  for (const file of await listLogs(dir)) {
    const stream = createReadStream(join(dir, file));
    const text = file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
    let line = 0;
    for await (const body of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      yield { file, line, ...parseLine(body) };
    }
  }
}

async function listLogs(dir: string): Promise<readonly string[]> {
  const stem = EVENTS_FILE.replace(/\.jsonl$/, '');
  const names = (await readdir(dir)).sort();
  const archives = names.filter((name) => name.startsWith(`${stem}.2`) && /\.jsonl(\.gz)?$/.test(name));
  // An archive that was being compressed when the process ended is there twice; the whole one counts.
  const whole = archives.filter((name) => !name.endsWith('.gz') || !archives.includes(name.slice(0, -3)));
  return [...whole, ...names.filter((name) => name === EVENTS_FILE)];
}

type Parsed =
  | { readonly kind: 'event'; readonly event: LoggedEvent }
  | { readonly kind: 'older'; readonly version: number }
  | { readonly kind: 'wrong'; readonly reason: string };

function parseLine(body: string): Parsed {
  const value = parseJson(body);
  const version = (value as { readonly schema_version?: unknown } | null)?.schema_version;
  if (typeof version === 'number' && version < EVENT_SCHEMA_VERSION) return { kind: 'older', version };
  const envelope = eventEnvelope.safeParse(value);
  if (!envelope.success) return { kind: 'wrong', reason: envelope.error.issues[0]?.message ?? 'no event' };
  const { event_type, payload } = envelope.data;
  if (!Object.hasOwn(EVENT_PAYLOADS, event_type)) return { kind: 'wrong', reason: `no type ${event_type}` };
  const type = event_type as EventType;
  const checked = EVENT_PAYLOADS[type].safeParse(payload);
  if (checked.success) return { kind: 'event', event: { ...envelope.data, event_type: type } };
  const [issue] = checked.error.issues;
  return { kind: 'wrong', reason: `${type}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'malformed'}` };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON is no envelope either, which is said.
    return null;
  }
}

/** What is wanted of the log; `null` is no condition. */
export type EventFilter = {
  readonly types: readonly string[] | null;
  readonly symbol: string | null;
  /** A trace, signal, position or client order id. */
  readonly id: string | null;
};

/** Whether an event is wanted. */
export function isWantedEvent({ event_type, trace_id, payload }: LoggedEvent, filter: EventFilter): boolean {
  const { types, symbol, id } = filter;
  if (types !== null && !types.includes(event_type)) return false;
  if (symbol !== null && !concerns(payload, symbol)) return false;
  if (id === null) return true;
  return [trace_id, payload['signal_id'], payload['position_id'], payload['client_order_id']].includes(id);
}

function concerns(payload: LoggedEvent['payload'], symbol: string): boolean {
  const { symbol: own, top_symbols: top, symbols, signals } = payload;
  const lists = [top, symbols].flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []));
  const judged = Array.isArray(signals) ? (signals as readonly { readonly symbol?: unknown }[]) : [];
  return own === symbol || lists.includes(symbol) || judged.some((signal) => signal.symbol === symbol);
}
