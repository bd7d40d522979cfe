/**
 * What an ordered fault makes of a request's true answer. Where the answer says that nothing is known, the request was
 * carried out all the same: that is the case a client must be ready for.
 */
import { assertNever } from '../../core/assert.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Reply } from './reply.ts';
import type { RequestFault } from './sim-faults.ts';

const LOST: Reply = { status: 0, body: '', sent: 'nothing' };

/** The answer under a fault; `null` never comes. */
export function faultReply(fault: RequestFault, answerTruly: () => Reply, now: EpochMs): Reply | null {
  const headers = { 'Retry-After': String(fault.retryAfterS ?? 1) };
  switch (fault.answer) {
    case 'hang':
      return null;
    case 'dropRequest':
      return LOST;
    case 'dropResponse':
      answerTruly();
      return LOST;
    case 'duplicate':
      answerTruly();
      return answerTruly();
    case 'delay':
    case 'reorder':
      return answerTruly();
    case 'timeout': {
      answerTruly();
      const msg = 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.';
      return { status: 504, body: { code: -1007, msg } };
    }
    case 429:
      return { status: 429, body: { code: -1003, msg: 'Too many requests.' }, headers };
    case 418:
      return { status: 418, body: { code: -1003, msg: 'Way too many requests; IP banned.' }, headers };
    case 500:
      return { status: 500, body: { code: -1000, msg: 'An unknown error occurred while processing the request.' } };
    case 503:
      return { status: 503, body: { code: -1, msg: 'Service unavailable from a restricted location or overload.' } };
    case 'cut':
      return { ...answerTruly(), sent: 'half' };
    case 'page':
      return { status: 200, body: '<html><body>Please complete the security check.</body></html>' };
    case 'trailing':
      return withoutRecent(answerTruly(), now - (fault.trailMs ?? 60_000));
    default:
      return assertNever(fault.answer);
  }
}

/** The klines among a reply that were over by `time`; the seventh element of a kline is when it ends. */
function withoutRecent(reply: Reply, time: number): Reply {
  if (!Array.isArray(reply.body)) return reply;
  const rows: readonly unknown[] = reply.body;
  return { ...reply, body: rows.filter((row) => Array.isArray(row) && Number(row[6]) < time) };
}
