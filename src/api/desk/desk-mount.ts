/**
 * The desk on a server that has routes of its own, such as the demo's: in a scope of its own, with its guard, its socket
 * and its page.
 */
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Clock } from '../../ports/clock.ts';
import type { SocketDoor } from '../socket-upgrade.ts';
import { DeskHub } from './desk-hub.ts';
import type { Desk } from './desk-ports.ts';
import { registerDesk } from './desk-registration.ts';
import { addDeskPage, type DeskGuard } from './desk-server.ts';

/** A desk that another server carries. */
export type DeskMount = {
  readonly desk: Desk;
  /** Names this run of the desk. */
  readonly run: string;
  readonly guard: DeskGuard;
  /** Time of the desk's market. */
  readonly clock: Clock;
  /** Folder of the built page. */
  readonly webDir: string;
};

/** Adds routes and page. */
export async function mountDesk(app: FastifyInstance, mount: DeskMount): Promise<void> {
  const { desk, clock, guard, webDir } = mount;
  await app.register(async (guarded) => {
    guard.install(guarded);
    await guarded.register(async (scope) => registerDesk(scope, { desk, clock, callerOf: guard.callerOf }));
    await addDeskPage(guarded, webDir);
  });
}

/** The desk's socket: its path, its door, and what ends it. */
export function openDeskDoor(
  { desk, run, guard, clock }: DeskMount,
  { wallClock, onError }: { readonly wallClock: Clock; readonly onError: (reason: string) => void },
): { readonly path: string; readonly door: SocketDoor; readonly close: () => void } {
  const hub = new DeskHub({ runner: desk.runner, run, clock, wallClock, onError });
  const accept = (socket: WebSocket): void => hub.accept(socket);
  return { path: '/ws/hotcoin', door: { accept, refuse: guard.refuseSocket }, close: () => hub.close() };
}
