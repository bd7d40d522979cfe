/**
 * Requests at the end: from the moment the server is told to close, every request that has no answer yet, old or new,
 * gets 503 with `server_shutting_down` instead of a cut connection.
 */
import { finished } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import { refuseShutDown } from './refusals.ts';

/** How requests are brought to an end. */
export type Shutdown = {
  /** Runs `action` when the server is told to close: it ends what has no end of its own. */
  readonly onBegin: (action: () => void) => void;
  /** Answers everything that waits; resolves when the answers under way are written, or after a second. */
  readonly begin: () => Promise<void>;
};

/** A client that does not read its answer is waited for no longer. */
const FAREWELL_MS = 1_000;

/** Keeps an eye on the requests of `app`; to be called before anything that answers. */
export function watchRequests(app: FastifyInstance, clock: Clock): Shutdown {
  const waiting = new Set<FastifyReply>();
  const actions: (() => void)[] = [];
  let state: 'open' | 'closing' = 'open';
  app.addHook('onRequest', async (_request, reply) => {
    if (state === 'closing') return refuseShutDown(reply);
    waiting.add(reply);
    finished(reply.raw, () => waiting.delete(reply));
    return undefined;
  });
  return {
    onBegin: (action) => void actions.push(action),
    begin: async () => {
      state = 'closing';
      for (const action of actions) action();
      for (const reply of waiting) if (!reply.raw.headersSent) refuseShutDown(reply);
      if (waiting.size > 0) await writtenOrLate([...waiting], clock);
    },
  };
}

function writtenOrLate(replies: readonly FastifyReply[], clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let left = replies.length;
    const cancel = clock.schedule(addMs(clock.now(), FAREWELL_MS), resolve);
    for (const { raw } of replies) {
      finished(raw, () => {
        if (--left > 0) return;
        cancel();
        resolve();
      });
    }
  });
}
