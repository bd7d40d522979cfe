/**
 * The exchange's switches: what each fault does to boards, governors, sockets and symbols, and orders carried out. In:
 * the exchange's parts. Out: the switches that tests flip, and their use by orders.
 */
import { assertNever } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { FaultBoard } from './fault-board.ts';
import type { FaultOrder } from './fault-order.ts';
import type { RequestFault, SimFaults, SocketChoice, StandingFault } from './sim-faults.ts';
import type { SimView } from './sim-view.ts';
import type { SocketDoor } from './socket-door.ts';
import type { SpotDesk } from './spot/spot-desk.ts';
import type { WeightGovernor } from './weight-governor.ts';

/** What the switches work on. */
export type SwitchParts = {
  readonly board: FaultBoard;
  readonly door: SocketDoor;
  readonly view: SimView;
  readonly desk: SpotDesk;
  readonly governors: Readonly<Record<MarketType, WeightGovernor>>;
};

/** The switches of an exchange. */
export function createSwitches({ board, door, view, desk, governors }: SwitchParts): SimFaults {
  const all = Object.values(governors);
  const ban: SimFaults['ban'] = (seconds, status = 418) => {
    const until = view.now() + seconds * 1_000;
    for (const governor of all) status === 418 ? governor.banAll(until) : governor.limitAll(until);
  };
  const halt: SimFaults['halt'] = (symbol, mode) => {
    const instrument = view.findEver('spot', symbol);
    if (instrument === null) return 'unknown';
    desk.driver.setHalted(instrument, mode);
    return 'done';
  };
  return {
    dropSockets: (which: SocketChoice = 'all') => door.each(which, (socket) => socket.drop()),
    cutSockets: (which: SocketChoice = 'all') => door.each(which, (socket) => socket.cut('going away')),
    refuseSockets: (mode) => {
      board.sockets = mode === 'on' ? 'refuse' : 'accept';
    },
    silence: (mode, which = {}) => board.orderSilence(mode, which),
    nextFrames: (fault) => board.orderFrames(fault),
    nextRequests: (fault) => board.orderRequests(fault),
    skewClock: (ms) => {
      board.skewMs = ms;
    },
    ban,
    halt,
    maintain: (mode) => {
      board.service = mode === 'on' ? 'maintenance' : 'open';
    },
    after: (ms, action) => board.after(ms, action),
    list: () => [...board.list(), ...listBan(governors.spot, view), ...desk.driver.halted().map(toHalt)],
    clear: () => {
      board.clear();
      for (const governor of all) {
        governor.banAll(0);
        governor.limitAll(0);
      }
      desk.driver.liftHalts();
    },
  };
}

function listBan(governor: WeightGovernor, view: SimView): readonly StandingFault[] {
  const refusal = governor.refusal(view.now());
  return refusal === null ? [] : [{ kind: 'ban', ...refusal }];
}

function toHalt(symbol: string): StandingFault {
  return { kind: 'halt', symbol };
}

/** What an order did at once: how many sockets it met, where it meets any. */
export type AppliedFault = { readonly sockets?: number };

/** Carries out a checked order; refuses a symbol that does not exist and orders beyond the board's bound. */
export function applyFault(
  { switches, announce }: { readonly switches: SimFaults; readonly announce: () => number },
  order: FaultOrder,
): Result<AppliedFault, string> {
  try {
    if (order.kind === 'shutdownNotice') return ok({ sockets: announce() });
    return applyTo(switches, order);
  } catch (thrown) {
    if (thrown instanceof RangeError) return err(thrown.message);
    throw thrown;
  }
}

function applyTo(switches: SimFaults, order: FaultOrder): Result<AppliedFault, string> {
  const { kind, mode = 'on', forMs, ...fields } = order;
  const switched = (flip: (mode: 'on' | 'off') => void): Result<AppliedFault, string> => {
    flip(mode);
    if (mode === 'on' && forMs !== undefined) switches.after(forMs, () => flip('off'));
    return ok({});
  };
  switch (kind) {
    case 'request':
      // The order was checked: it has an answer.
      switches.nextRequests({ count: 1, ...(fields as Omit<RequestFault, 'count'>) });
      return ok({});
    case 'frame': {
      const { fault = 'skip', ...target } = fields;
      switches.nextFrames({ ...target, kind: fault });
      return ok({});
    }
    case 'silence':
      return switched((to) => switches.silence(to, fields));
    case 'dropSockets':
      return ok({ sockets: switches.dropSockets(order.sockets) });
    case 'cutSockets':
      return ok({ sockets: switches.cutSockets(order.sockets) });
    case 'refuseSockets':
      return switched(switches.refuseSockets);
    case 'skew':
      return switched((to) => switches.skewClock(to === 'on' ? (order.ms ?? 0) : 0));
    case 'ban':
      switches.ban(order.seconds ?? 0, order.status);
      return ok({});
    case 'halt':
      return haltSymbol(switches, order.symbol ?? '', switched);
    case 'maintenance':
      return switched(switches.maintain);
    case 'shutdownNotice':
      return ok({});
    case 'clear':
      switches.clear();
      return ok({});
    default:
      return assertNever(kind);
  }
}

function haltSymbol(
  switches: SimFaults,
  symbol: string,
  switched: (flip: (mode: 'on' | 'off') => void) => Result<AppliedFault, string>,
): Result<AppliedFault, string> {
  const isKnown = switches.halt(symbol, 'off') === 'done';
  if (!isKnown) return err(`there is no symbol ${symbol}`);
  return switched((mode) => void switches.halt(symbol, mode));
}
