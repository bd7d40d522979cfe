/**
 * Untrusted text of a client of the desk's socket to a request.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type DeskRequest, deskSubscribe, deskUnsubscribe } from '../contract.ts';

/** The request, or what is wrong with the text; `null` is a frame that is no text. */
export function parseDeskRequest(text: string | null): Result<DeskRequest, string> {
  if (text === null) return err('send text');
  const value = parseJson(text);
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (type !== 'subscribe' && type !== 'unsubscribe') return err('type must be subscribe or unsubscribe');
  const parsed = (type === 'subscribe' ? deskSubscribe : deskUnsubscribe).safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [first] = parsed.error.issues;
  return err(`${first?.path.join('.') ?? ''}: ${first?.message ?? 'malformed'}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON has no type, which the caller refuses.
    return null;
  }
}
