/**
 * Untrusted text from the server to typed messages. The contract's messages are read by the client's parsers; only the
 * server's description is read here, because the page also works with servers that say less of themselves.
 */
import { isNumber, isText, parseObject } from '../../src/client/wire.ts';

export { parseCandlesAnswer, parseDetail, parseServerMessage } from '../../src/client/wire.ts';

/** What `GET /api/hotwick/info` may say; every field is optional because an older server has no such route. */
export type ServerInfo = {
  readonly mode?: string;
  readonly version?: string;
  readonly series?: readonly string[];
  /** Market seconds that pass in one second of the wall. */
  readonly speed?: number;
  /** The market's present, Unix seconds. */
  readonly marketTime?: number;
};

/** The answer of `GET /api/hotwick/info`; fields that are absent or malformed are left out. */
export function parseServerInfo(text: string): ServerInfo | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  const { mode, version, series, speed, market_time } = fields;
  return {
    ...(isText(mode) ? { mode } : {}),
    ...(isText(version) ? { version } : {}),
    ...(Array.isArray(series) ? { series: series.filter(isText) } : {}),
    ...(isNumber(speed) && speed > 0 ? { speed } : {}),
    ...(isNumber(market_time) ? { marketTime: market_time } : {}),
  };
}
