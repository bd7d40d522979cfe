/**
 * What kind of server this is and what time its market has: asked at the start, every minute, and after a reconnect,
 * because a restarted demo begins a new market time. A server without the route is an ordinary one on wall time.
 */
import { type MarketTime, marketTimeOf, WALL_TIME } from './market-time.ts';
import type { Cancel, Platform } from './ports.ts';
import { parseServerInfo, type ServerInfo } from './wire.ts';

const EVERY_MS = 60_000;

/** The server as last heard. */
export type ServerView = { readonly info: ServerInfo; readonly time: MarketTime };

/** The view before any answer, and of a server without the route. */
export const PLAIN_SERVER: ServerView = { info: {}, time: WALL_TIME };

/** A running watch. */
export type InfoWatch = { readonly ask: () => void; readonly close: () => void };

/** Asks the server now and then; `heard` is called once an answer. */
export function watchInfo(platform: Platform, heard: (view: ServerView) => void): InfoWatch {
  let abort = new AbortController();
  let timer: Cancel = () => {};
  const ask = async (): Promise<void> => {
    abort.abort();
    timer();
    timer = platform.clock.after(EVERY_MS, () => void ask());
    const mine = new AbortController();
    abort = mine;
    const answer = await platform.readHttp('api/hotwick/info', mine.signal);
    if (mine.signal.aborted || answer.kind !== 'answered') return;
    const info = answer.status === 200 ? parseServerInfo(answer.body) : null;
    heard(info === null ? PLAIN_SERVER : { info, time: marketTimeOf(info, platform.clock.now()) });
  };
  void ask();
  return {
    ask: () => void ask(),
    close: () => {
      timer();
      abort.abort();
    },
  };
}
