/**
 * What happens inside the server, as `/ws/debug` tells it: the newest events while somebody looks at them. A server that
 * does not offer it refuses the socket, and the panel then says how to switch it on.
 */
import type { DebugEvent } from '../../src/api/contract.ts';
import { isNumber, isText, parseFields, parseObject } from '../../src/client/wire.ts';
import { retryDelayMs } from './backoff.ts';
import type { Cancel, PageMachine, Socket } from './ports.ts';

/** An event with a number of its own, ascending. */
export type DebugRow = DebugEvent & { readonly id: number };

/** The events, oldest first; `refused` is a socket that never opened. */
export type DebugView = {
  readonly status: 'connecting' | 'open' | 'refused';
  readonly rows: readonly DebugRow[];
};

/** A watch that listens while it is followed. */
export type DebugWatch = {
  readonly state: () => DebugView;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Listens until cancelled. */
  readonly follow: () => Cancel;
};

/** Events held. Policy: the oldest go. */
const ROWS_MAX = 500;
const LEVELS: readonly unknown[] = ['info', 'warn', 'error'];

function eventOf(value: unknown): DebugEvent | null {
  const fields = parseFields(value);
  if (fields === null) return null;
  const { ts_ms, pipe, event, series_id, level, message, data } = fields;
  if (!isNumber(ts_ms) || (pipe !== 'read' && pipe !== 'write') || !isText(event)) return null;
  const told = parseFields(data);
  return {
    ts_ms,
    source: 'backend',
    pipe,
    event,
    series_id: isText(series_id) ? series_id : null,
    level: LEVELS.includes(level) ? (level as DebugEvent['level']) : 'info',
    message: isText(message) ? message : '',
    ...(told === null ? {} : { data: told }),
  };
}

/** The events of a message of `/ws/debug`, and whether they stand for all there are; `null` when it is none. */
export function parseDebug(text: string): { readonly events: readonly DebugEvent[]; readonly isWhole: boolean } | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const isWhole = fields['type'] === 'debug_snapshot';
  if (!isWhole && fields['type'] !== 'debug_event') return null;
  const list = isWhole ? fields['events'] : [fields['event']];
  if (!Array.isArray(list)) return null;
  return { events: list.map(eventOf).filter((event) => event !== null), isWhole };
}

/** Listens to nothing yet. */
export function watchDebug(machine: PageMachine): DebugWatch {
  const listeners = new Set<() => void>();
  let state: DebugView = { status: 'connecting', rows: [] };
  let nextId = 1;
  let socket: Socket | null = null;
  let retry: Cancel = () => {};
  let failures = 0;
  const change = (next: Partial<DebugView>): void => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const take = (text: string): void => {
    const told = parseDebug(text);
    if (told === null) return;
    const rows = told.events.map((event) => ({ ...event, id: nextId++ }));
    change({ rows: [...(told.isWhole ? [] : state.rows), ...rows].slice(-ROWS_MAX) });
  };
  const open = (): void => {
    socket = machine.openDebugSocket({
      opened: () => {
        failures = 0;
        change({ status: 'open' });
      },
      received: take,
      lost: () => {
        change({ status: state.status === 'open' ? 'connecting' : 'refused' });
        retry = machine.clock.after(retryDelayMs(++failures, machine.random()), open);
      },
    });
  };
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: () => {
      failures = 0;
      change({ status: 'connecting', rows: [] });
      open();
      return () => {
        retry();
        socket?.close();
        socket = null;
      };
    },
  };
}
