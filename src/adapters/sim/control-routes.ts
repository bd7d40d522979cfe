/**
 * The exchange's switches over HTTP, under `/sim`: faults, accounts, state. In: JSON orders. Out: what was done, or
 * what was wrong with the order. These paths are the simulator's own; no exchange has them.
 */
import { isVenueMs } from '../../core/time.ts';
import type { AnnouncementBoard } from './announcement-board.ts';
import { parseFaultOrder } from './fault-order.ts';
import { applyFault } from './fault-switches.ts';
import type { Reply } from './reply.ts';
import type { HttpRequest } from './rest-server.ts';
import type { SimFaults } from './sim-faults.ts';
import type { SimStats } from './sim-options.ts';
import type { SimAccountSpec, SimKeySpec } from './spot/sim-accounts.ts';
import type { SpotDesk } from './spot/spot-desk.ts';

/** What the switches work on. */
export type ControlOptions = {
  readonly switches: SimFaults;
  readonly stats: () => SimStats;
  readonly announce: () => number;
  readonly desk: SpotDesk;
  readonly board: AnnouncementBoard;
};

type Order = Readonly<Record<string, unknown>>;

/** Answers requests to `/sim`, `/sim/faults`, `/sim/accounts` and `/sim/announcements`; `null` for every other path. */
export function createControl(options: ControlOptions): (request: HttpRequest) => Reply | null {
  return ({ method, path, body }) => {
    if (path !== '/sim' && !path.startsWith('/sim/')) return null;
    if (method === 'GET' && path === '/sim') return done({ now: options.desk.now(), ...options.stats() });
    if (method === 'GET' && path === '/sim/faults') return done({ faults: options.switches.list() });
    if (method !== 'POST') return refuse(405, 'only POST is taken here');
    const order = parseOrder(body);
    if (order === null) return refuse(400, 'the body is not a JSON object');
    if (path === '/sim/faults') return orderFault(options, order);
    if (path === '/sim/announcements') return announce(options, order);
    return path === '/sim/accounts' ? openAccount(options.desk, order) : refuse(404, `there is no ${path}`);
  };
}

function orderFault(options: ControlOptions, order: unknown): Reply {
  const parsed = parseFaultOrder(order);
  if (!parsed.ok) return refuse(400, parsed.error);
  const applied = applyFault(options, parsed.value);
  return applied.ok ? done(applied.value) : refuse(400, applied.error);
}

function announce({ board, desk }: ControlOptions, { title, releaseDate = desk.now() }: Order): Reply {
  if (typeof title !== 'string' || title === '') return refuse(400, 'title is a text');
  if (typeof releaseDate !== 'number' || !isVenueMs(releaseDate)) return refuse(400, 'releaseDate is in milliseconds');
  return done(board.publish({ title, releaseDate }));
}

function openAccount(desk: SpotDesk, order: Order): Reply {
  const spec = readSpec(order);
  if (typeof spec === 'string') return refuse(400, spec);
  return attempt(() => desk.accounts.open(spec));
}

function readSpec(order: Order): SimAccountSpec | string {
  const { id, keys, balances } = order;
  if (typeof id !== 'string' || id === '') return 'id is a name';
  if (!Array.isArray(keys) || !keys.every(isKeySpec)) return 'keys is a list of hmac or ed25519 keys';
  if (!isTexts(balances)) return 'balances are decimals as text by asset';
  return { id, keys, balances };
}

function isKeySpec(value: unknown): value is SimKeySpec {
  if (!isTexts(value) || value['apiKey'] === undefined) return false;
  if (value['kind'] === 'hmac') return value['secret'] !== undefined;
  return value['kind'] === 'ed25519' && value['publicKeyPem'] !== undefined;
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((one) => typeof one === 'string');
}

function attempt(act: () => void): Reply {
  try {
    act();
    return done({});
  } catch (thrown) {
    if (thrown instanceof RangeError) return refuse(400, thrown.message);
    throw thrown;
  }
}

function parseOrder(body: string): Order | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Text that is no JSON is refused by the caller.
    return null;
  }
}

function done(body: unknown): Reply {
  return { status: 200, body };
}

function refuse(status: number, error: string): Reply {
  return { status, body: { error } };
}
