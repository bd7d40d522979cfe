/**
 * The exchange's switches over HTTP, under `/sim`: faults, accounts, state. In: JSON orders. Out: what was done, or
 * what was wrong with the order. These paths are the simulator's own; no exchange has them.
 */
import { isVenueMs } from '../../core/time.ts';
import type { AnnouncementBoard } from './announcement-board.ts';
import type { HttpRequest, Reply } from './rest-server.ts';
import type { SimStats } from './sim-exchange.ts';
import { FRAME_FAULTS, type FrameFault, REQUEST_FAULTS, type RequestFault, type SimFaults } from './sim-faults.ts';
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

/** Every kind of fault that can be ordered. */
export const CONTROL_FAULTS = [
  'request',
  'frame',
  'dropSockets',
  'refuseSockets',
  'silence',
  'skew',
  'ban',
  'halt',
  'maintenance',
  'shutdownNotice',
  'clear',
] as const;

/** Answers requests to `/sim`, `/sim/faults`, `/sim/accounts` and `/sim/announcements`; `null` for every other path. */
export function createControl(options: ControlOptions): (request: HttpRequest) => Reply | null {
  return ({ method, path, body }) => {
    if (path !== '/sim' && !path.startsWith('/sim/')) return null;
    if (method === 'GET' && path === '/sim') return done({ now: options.desk.now(), ...options.stats() });
    if (method !== 'POST') return refuse(405, 'only POST is taken here');
    const order = parseOrder(body);
    if (order === null) return refuse(400, 'the body is not a JSON object');
    if (path === '/sim/faults') return orderFault(options, order);
    if (path === '/sim/announcements') return announce(options, order);
    return path === '/sim/accounts' ? openAccount(options.desk, order) : refuse(404, `there is no ${path}`);
  };
}

function orderFault({ switches, announce }: ControlOptions, order: Order): Reply {
  const mode = order['mode'] === 'off' ? 'off' : 'on';
  switch (order['kind']) {
    case 'request':
      return orderRequests(switches, order);
    case 'frame':
      return orderFrames(switches, order);
    case 'dropSockets':
      return done({ sockets: switches.dropSockets() });
    case 'refuseSockets':
      switches.refuseSockets(mode);
      return done({});
    case 'silence':
      switches.silence(mode);
      return done({});
    case 'skew':
      return withNumber(order, 'ms', (ms) => switches.skewClock(ms));
    case 'ban':
      return withNumber(order, 'seconds', (seconds) => switches.ban(seconds));
    case 'halt': {
      const symbol = String(order['symbol'] ?? '');
      return switches.halt(symbol, mode) === 'done' ? done({}) : refuse(400, `there is no symbol ${symbol}`);
    }
    case 'maintenance':
      switches.maintain(mode);
      return done({});
    case 'shutdownNotice':
      return done({ sockets: announce() });
    case 'clear':
      switches.clear();
      return done({});
    default:
      return refuse(400, `the kind is one of ${CONTROL_FAULTS.join(', ')}`);
  }
}

function withNumber(order: Order, name: string, act: (value: number) => void): Reply {
  const value = order[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return refuse(400, `${name} is a whole number`);
  act(value);
  return done({});
}

function orderRequests(switches: SimFaults, order: Order): Reply {
  const answer = REQUEST_FAULTS.find((one) => String(one) === String(order['answer']));
  if (answer === undefined) return refuse(400, `answer is one of ${REQUEST_FAULTS.join(', ')}`);
  const misfit = findMisfit(order, NUMBERS.request, ['path', 'method']);
  if (misfit !== null) return refuse(400, misfit);
  return attempt(() => switches.nextRequests({ count: 1, ...pick<RequestFault>(order), answer }));
}

function orderFrames(switches: SimFaults, order: Order): Reply {
  const kind = FRAME_FAULTS.find((one) => one === order['fault']);
  if (kind === undefined) return refuse(400, `fault is one of ${FRAME_FAULTS.join(', ')}`);
  const misfit = findMisfit(order, NUMBERS.frame, ['stream', 'phase', 'overtakenBy']);
  if (misfit !== null) return refuse(400, misfit);
  return attempt(() => switches.nextFrames({ ...pick<FrameFault>(order), kind }));
}

const NUMBERS = {
  request: ['count', 'retryAfterS', 'trailMs', 'delayMs'],
  frame: ['count', 'delayMs'],
} as const;

function findMisfit(order: Order, numbers: readonly string[], texts: readonly string[]): string | null {
  for (const [name, value] of Object.entries(order)) {
    if (name === 'kind' || name === 'answer' || name === 'fault') continue;
    if (numbers.includes(name)) {
      if (!Number.isSafeInteger(value) || Number(value) < 0) return `${name} is a whole number`;
    } else if (!texts.includes(name) || typeof value !== 'string') return `${name} is not understood`;
  }
  return null;
}

/** The fields of a fault in an order whose fields were all checked. */
function pick<T>(order: Order): Partial<T> {
  const { kind, answer, fault, ...fields } = order;
  return fields as Partial<T>;
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
