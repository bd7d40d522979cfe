/**
 * A message of a stream connection, sorted by kind. In comes the raw text, out goes what it is; a frame's content is
 * checked later, against the stream it was subscribed for.
 */
import { z } from 'zod';
import { describeIssue } from './schema-issue.ts';
import { streamName } from './symbol-name.ts';

/** What arrived. `acknowledged` proves that the request was heard, never that frames will follow. */
export type StreamMessage =
  | { readonly kind: 'frame'; readonly name: string; readonly data: unknown }
  | { readonly kind: 'acknowledged' | 'shutdown' | 'ignored' }
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string }
  | { readonly kind: 'corrupt'; readonly reason: string };

const namedEvent = z.object({ e: z.string() });
const rawKline = z.object({ s: z.string(), k: z.object({ i: z.string() }) });
const refusal = z.object({ code: z.number(), msg: z.string() });
const anyMessage = z.object({
  stream: z.string().optional(),
  data: z.unknown().optional(),
  e: z.string().optional(),
  event: z.unknown().optional(),
  error: z.unknown().optional(),
  result: z.unknown().optional(),
});

const SHUTDOWN = 'serverShutdown';

/** Sorts one text message. */
export function parseStreamMessage(text: string): StreamMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text at length; its beginning says enough.
    return { kind: 'corrupt', reason: `no JSON: ${text.slice(0, 60)}` };
  }
  const frame = findEnvelopedFrame(json);
  if (frame !== null) return frame;
  const parsed = anyMessage.safeParse(json);
  if (!parsed.success) return { kind: 'corrupt', reason: describeIssue(parsed.error) };
  const message = parsed.data;
  if (isShutdown(message)) return { kind: 'shutdown' };
  if (message.stream !== undefined) return sortEnveloped(message.stream, message.data);
  if (message.e !== undefined) return sortRaw(message.e, json);
  return sortReply(json, message);
}

/** Nearly every message is an enveloped kline or an array of tickers: told by two fields, checked in full later. */
function findEnvelopedFrame(json: unknown): StreamMessage | null {
  if (typeof json !== 'object' || json === null || !('stream' in json) || !('data' in json)) return null;
  const { stream: name, data } = json;
  if (typeof name !== 'string' || typeof data !== 'object' || data === null) return null;
  return Array.isArray(data) || ('e' in data && data.e === 'kline') ? { kind: 'frame', name, data } : null;
}

/** The notice comes raw, inside a combined envelope, or inside the WebSocket API's `event`. */
function isShutdown(message: z.infer<typeof anyMessage>): boolean {
  return (
    message.e === SHUTDOWN ||
    message.stream === `!${SHUTDOWN}` ||
    eventName(message.data) === SHUTDOWN ||
    eventName(message.event) === SHUTDOWN
  );
}

function eventName(value: unknown): string | null {
  const parsed = namedEvent.safeParse(value);
  return parsed.success ? parsed.data.e : null;
}

function sortEnveloped(name: string, data: unknown): StreamMessage {
  const event = eventName(data);
  if (event === 'kline') return { kind: 'frame', name, data };
  return event === null ? { kind: 'corrupt', reason: `${name.slice(0, 60)} without an event` } : { kind: 'ignored' };
}

function sortRaw(event: string, json: unknown): StreamMessage {
  if (event !== 'kline') return { kind: 'ignored' };
  const parsed = rawKline.safeParse(json);
  if (!parsed.success) return { kind: 'corrupt', reason: describeIssue(parsed.error) };
  return { kind: 'frame', name: streamName(parsed.data.s, parsed.data.k.i), data: json };
}

function sortReply(json: unknown, message: z.infer<typeof anyMessage>): StreamMessage {
  const parsed = refusal.safeParse(message.error ?? json);
  if (parsed.success) return { kind: 'refused', code: parsed.data.code, reason: parsed.data.msg };
  if (message.result !== undefined) return { kind: 'acknowledged' };
  return { kind: 'corrupt', reason: 'neither an event nor a reply' };
}
