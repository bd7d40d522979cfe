/**
 * What the client throws: an error with a stable code, so that a program can tell what to do without reading words.
 */

/** Why the client gave up; a code keeps its meaning for ever. */
export type ClientErrorCode =
  /** An option has a value that can not be used; nothing was sent. */
  | 'option_invalid'
  /** The series id is not `{exchange}:{market}:{symbol}:{timeframe}`; nothing was sent. */
  | 'series_id_malformed'
  /** This machine has no global `fetch` or `WebSocket` and none was handed in. */
  | 'machine_unsupported'
  /** No answer, or one that says that the server can not answer now; trying again later may help. */
  | 'unreachable'
  /** The server understood the request and said no; trying again does not help. */
  | 'refused'
  /** The server's answer does not have the shape of the contract. */
  | 'answer_malformed'
  /** The server takes no more series on this client's socket; use another client. */
  | 'capacity'
  /** The caller's signal ended the request. */
  | 'aborted'
  /** The client was closed before. */
  | 'closed';

/** The only error the client throws on purpose; anything else is a bug. */
export class HotwickClientError extends Error {
  override readonly name = 'HotwickClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, reason: string) {
    super(`${code}: ${reason}`);
    this.code = code;
  }
}
