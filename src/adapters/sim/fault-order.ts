/**
 * The language in which faults are ordered, the same over HTTP, on the command line and in scenarios. In: an object from
 * outside. Out: a checked order, or what is wrong with it in a sentence that names what would be right.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { FRAME_FAULTS, REQUEST_FAULTS, type RequestWay, SOCKET_CHOICES, type SocketChoice } from './sim-faults.ts';

/** Every field an order can have. */
export type FaultFields = {
  readonly answer?: (typeof REQUEST_FAULTS)[number];
  readonly fault?: (typeof FRAME_FAULTS)[number];
  readonly path?: string;
  readonly method?: string;
  readonly over?: RequestWay;
  readonly stream?: string;
  readonly symbol?: string;
  readonly phase?: 'forming' | 'closed';
  readonly overtakenBy?: 'frame' | 'closed';
  readonly sockets?: SocketChoice;
  readonly mode?: 'on' | 'off';
  readonly status?: 418 | 429;
  readonly count?: number;
  readonly delayMs?: number;
  readonly trailMs?: number;
  readonly retryAfterS?: number;
  readonly seconds?: number;
  readonly ms?: number;
  readonly forMs?: number;
};
/** The name of a field. */
export type FaultField = keyof FaultFields;

/** A checked order. */
export type FaultOrder = { readonly kind: FaultKind } & FaultFields;

type KindRule = {
  readonly meaning: string;
  readonly needs: readonly FaultField[];
  readonly takes: readonly FaultField[];
};

/** Every kind of fault: what it does, the fields it must have and those it may have. */
export const FAULT_KINDS = {
  request: {
    meaning: 'what becomes of the next requests, of REST and of the WebSocket API',
    needs: ['answer'],
    takes: ['path', 'method', 'over', 'symbol', 'count', 'delayMs', 'retryAfterS', 'trailMs'],
  },
  frame: {
    meaning: 'what becomes of the next frames of streams and of accounts (stream `userData`)',
    needs: ['fault'],
    takes: ['stream', 'symbol', 'phase', 'count', 'delayMs', 'overtakenBy'],
  },
  silence: {
    meaning: 'streams acknowledge and push nothing',
    needs: [],
    takes: ['mode', 'stream', 'symbol', 'forMs'],
  },
  dropSockets: { meaning: 'open sockets are lost without a closing handshake', needs: [], takes: ['sockets'] },
  cutSockets: { meaning: 'open sockets are closed with one', needs: [], takes: ['sockets'] },
  refuseSockets: { meaning: 'new sockets are refused with 503', needs: [], takes: ['mode', 'forMs'] },
  skew: { meaning: "the exchange's clock is ahead, or behind where negative", needs: ['ms'], takes: ['forMs'] },
  ban: { meaning: 'every address is refused, 418 or 429', needs: ['seconds'], takes: ['status'] },
  halt: { meaning: 'a spot symbol stops trading', needs: ['symbol'], takes: ['mode', 'forMs'] },
  maintenance: { meaning: 'all but ping, time and status answer 503', needs: [], takes: ['mode', 'forMs'] },
  shutdownNotice: { meaning: 'spot sockets are told that the server goes', needs: [], takes: [] },
  clear: { meaning: 'everything is as it was without faults', needs: [], takes: [] },
} as const satisfies Readonly<Record<string, KindRule>>;
/** The name of a kind. */
export type FaultKind = keyof typeof FAULT_KINDS;

type FieldRule = { readonly expected: string; readonly isRight: (value: unknown) => boolean };

const COUNT_MAX = 1_000_000;
const DAY_MS = 86_400_000;

function oneOf(choices: readonly (string | number)[]): FieldRule {
  return { expected: `one of ${choices.join(', ')}`, isRight: (value) => choices.some((choice) => choice === value) };
}

function whole(min: number, max: number): FieldRule {
  const isRight = (value: unknown): boolean =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  return { expected: `a whole number from ${min} to ${max}`, isRight };
}

const TEXT: FieldRule = { expected: 'a text', isRight: (value) => typeof value === 'string' && value !== '' };
const SYMBOL: FieldRule = {
  expected: 'a symbol as the exchange spells it, BTCUSDT for example',
  isRight: (value) => typeof value === 'string' && /^[\p{Lu}\p{Lo}\p{N}]+$/u.test(value),
};

const FIELD_RULES: Readonly<Record<FaultField, FieldRule>> = {
  answer: oneOf(REQUEST_FAULTS),
  fault: oneOf(FRAME_FAULTS),
  path: TEXT,
  method: oneOf(['GET', 'POST', 'PUT', 'DELETE']),
  over: oneOf(['rest', 'socket']),
  stream: TEXT,
  symbol: SYMBOL,
  phase: oneOf(['forming', 'closed']),
  overtakenBy: oneOf(['frame', 'closed']),
  sockets: oneOf(SOCKET_CHOICES),
  mode: oneOf(['on', 'off']),
  status: oneOf([418, 429]),
  count: whole(1, COUNT_MAX),
  delayMs: whole(0, DAY_MS),
  trailMs: whole(0, DAY_MS),
  retryAfterS: whole(0, DAY_MS / 1_000),
  seconds: whole(0, (30 * DAY_MS) / 1_000),
  ms: whole(-DAY_MS, DAY_MS),
  forMs: whole(1, 30 * DAY_MS),
};

/** Whether a text names a kind of fault. */
export function isFaultKind(text: unknown): text is FaultKind {
  return typeof text === 'string' && Object.hasOwn(FAULT_KINDS, text);
}

/** Checks an order. */
export function parseFaultOrder(value: unknown): Result<FaultOrder, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return err('an order is a JSON object');
  const { kind, ...fields } = value as Readonly<Record<string, unknown>>;
  if (!isFaultKind(kind)) return err(`the kind is one of ${Object.keys(FAULT_KINDS).join(', ')}`);
  const { needs, takes }: KindRule = FAULT_KINDS[kind];
  const missing = needs.find((field) => fields[field] === undefined);
  if (missing !== undefined) return err(`${kind} needs ${missing}: ${FIELD_RULES[missing].expected}`);
  for (const [name, given] of Object.entries(fields)) {
    const field = [...needs, ...takes].find((one) => one === name);
    if (field === undefined) return err(`${kind} does not take ${name}${listOf([...needs, ...takes])}`);
    if (!FIELD_RULES[field].isRight(given)) return err(`${field} is ${FIELD_RULES[field].expected}`);
  }
  // Every field was checked by its rule.
  return ok({ kind, ...(fields as FaultFields) });
}

function listOf(fields: readonly string[]): string {
  return fields.length === 0 ? '; it takes nothing' : `; it takes ${fields.join(', ')}`;
}
