/**
 * A fault as it is typed. In: the words and options of `hotwick sim fault`. Out: an order in the exchange's language;
 * what is wrong with it is said by the exchange's own check, in the same words as over HTTP.
 */
import { type FaultField, isFaultKind, parseFaultOrder } from '../../adapters/sim/fault-order.ts';
import { err, type Result } from '../../core/result.ts';

/** Options of the command; durations are milliseconds. */
export type FaultFlags = {
  readonly path?: string;
  readonly method?: string;
  readonly over?: string;
  readonly stream?: string;
  readonly symbol?: string;
  readonly phase?: string;
  readonly overtakenBy?: string;
  readonly count?: number;
  readonly by?: number;
  readonly trail?: number;
  readonly retryAfter?: number;
  readonly for?: number;
};

/** What the word behind a kind stands for. */
const WORD_FIELDS: Readonly<Record<string, FaultField>> = {
  request: 'answer',
  frame: 'fault',
  silence: 'mode',
  dropSockets: 'sockets',
  cutSockets: 'sockets',
  refuseSockets: 'mode',
  ban: 'status',
  halt: 'symbol',
  maintenance: 'mode',
};

const SECOND_MS = 1_000;

/** The order that `kind` and `word` mean, `drop-response` being `dropResponse`; or what is wrong with it. */
export function readFaultWords(
  kindText: string,
  word: string | undefined,
  flags: FaultFlags,
): ReturnType<typeof parseFaultOrder> {
  const kind = toCamel(kindText);
  if (!isFaultKind(kind)) return parseFaultOrder({ kind });
  const named = readWord(kind, word);
  if (!named.ok) return named;
  const fields = { ...toFields(kind, flags), ...named.value };
  return parseFaultOrder({
    kind,
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  });
}

function readWord(kind: string, word: string | undefined): Result<Readonly<Record<string, unknown>>, string> {
  if (word === undefined) return { ok: true, value: {} };
  const field = WORD_FIELDS[kind];
  if (field === undefined) return err(`${kind} takes no word, ${word} is one too many`);
  if (field === 'symbol') return { ok: true, value: { symbol: word.toUpperCase() } };
  return { ok: true, value: { [field]: /^\d+$/.test(word) ? Number(word) : toCamel(word) } };
}

function toFields(kind: string, flags: FaultFlags): Readonly<Record<string, unknown>> {
  const { by, trail, retryAfter, for: forMs, method, symbol, ...same } = flags;
  const seconds = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.ceil(ms / SECOND_MS);
  return {
    ...same,
    method: method?.toUpperCase(),
    symbol: symbol?.toUpperCase(),
    trailMs: trail,
    retryAfterS: seconds(retryAfter),
    ...(kind === 'skew' ? { ms: by } : { delayMs: by }),
    ...(kind === 'ban' ? { seconds: seconds(forMs) } : { forMs }),
  };
}

function toCamel(text: string): string {
  return text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
