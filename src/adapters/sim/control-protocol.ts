/**
 * The control messages of a stream socket. In: text from a client and its subscriptions. Out: the change to make and
 * the reply, in the exchange's words. Pure: the socket applies it.
 */
import { assertNever } from '../../core/assert.ts';

/** Id of a control message, echoed in the reply. */
export type ControlId = number | string | null;

/** A well-formed control message. */
export type ControlMessage =
  | { readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly id: ControlId; readonly streams: readonly string[] }
  | { readonly method: 'LIST_SUBSCRIPTIONS' | 'GET_PROPERTY'; readonly id: ControlId }
  | { readonly method: 'SET_PROPERTY'; readonly id: ControlId; readonly form: 'raw' | 'combined' };

/** A control message, or the error reply it deserves as text. */
export type ParsedControl =
  | { readonly ok: true; readonly message: ControlMessage }
  | { readonly ok: false; readonly reply: string };

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const;
const ID_LENGTH_MAX = 36;

/** An error reply of the exchange as text. */
export function controlError(code: number, msg: string, id: ControlId): string {
  return JSON.stringify({ code, msg, id });
}

/** The success reply of the exchange as text. */
export function controlResult(result: unknown, id: ControlId): string {
  return JSON.stringify({ result, id });
}

/** Reads one control message. */
export function parseControl(text: string): ParsedControl {
  const body = parseObject(text);
  if (body === null) return refuse(3, 'Invalid JSON: expected value at line 1 column 1', null);
  const id = body['id'] ?? null;
  if (!isControlId(id)) return refuse(2, 'Invalid request: request ID must be an unsigned integer', null);
  const method = METHODS.find((one) => one === body['method']);
  if (body['method'] === undefined) return refuse(2, 'Invalid request: missing field `method`', id);
  if (method === undefined) {
    const known = METHODS.map((one) => `\`${one}\``).join(', ');
    return refuse(2, `Invalid request: unknown variant \`${String(body['method'])}\`, expected one of ${known}`, id);
  }
  const params: readonly unknown[] | null = body['params'] === undefined ? [] : toArray(body['params']);
  if (params === null) return refuse(2, 'Invalid request: invalid type: expected a sequence', id);
  return readMessage(method, params, id);
}

function readMessage(method: (typeof METHODS)[number], params: readonly unknown[], id: ControlId): ParsedControl {
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE': {
      const streams = params.filter((name) => typeof name === 'string');
      if (streams.length !== params.length) return refuse(2, 'Invalid request: stream name must be a string', id);
      if (streams.length === 0) return refuse(2, 'Invalid request: missing stream names', id);
      return { ok: true, message: { method, id, streams } };
    }
    case 'LIST_SUBSCRIPTIONS':
      return { ok: true, message: { method, id } };
    case 'GET_PROPERTY':
    case 'SET_PROPERTY':
      return readProperty(method, params, id);
    default:
      return assertNever(method);
  }
}

function readProperty(
  method: 'GET_PROPERTY' | 'SET_PROPERTY',
  params: readonly unknown[],
  id: ControlId,
): ParsedControl {
  const [name, value] = params;
  if (typeof name !== 'string') return refuse(2, 'Invalid request: property name must be a string', id);
  if (name !== 'combined') return refuse(0, 'Unknown property', id);
  if (method === 'GET_PROPERTY') return { ok: true, message: { method, id } };
  if (params.length > 2) return refuse(2, 'Invalid request: too many parameters', id);
  if (typeof value !== 'boolean') return refuse(1, 'Invalid value type: expected Boolean', id);
  return { ok: true, message: { method, id, form: value ? 'combined' : 'raw' } };
}

function refuse(code: number, msg: string, id: ControlId): ParsedControl {
  return { ok: false, reply: controlError(code, msg, id) };
}

function isControlId(id: unknown): id is ControlId {
  if (typeof id === 'string') return id.length <= ID_LENGTH_MAX;
  return id === null || (typeof id === 'number' && Number.isInteger(id));
}

function toArray(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Text that is no JSON is answered with an error by the caller.
    return null;
  }
}
