/**
 * Records of a run: each input as it entered, and for each input that asked for something lasting a digest of what it
 * asked for. A replay recomputes the digests, so a divergence is found at the first input that shows it.
 */
import type { SaveChart } from '../model/events.ts';
import type { Journal, JournalRecord } from '../ports/journal.ts';
import { type CandleTexts, digest, encode, parseEncoded } from './codec.ts';

/** An input with its place in the run and, where one was recorded, the digest of its lasting effects. */
export type RecordedInput<Input> = {
  readonly sequence: number;
  readonly input: Input;
  /** Length of its record. */
  readonly chars: number;
  readonly outputDigest: string | null;
};

/** The record of an input; `texts` may be shared with its output's. */
export function inputRecord(sequence: number, input: object, texts?: CandleTexts): JournalRecord {
  return { sequence, stream: 'input', body: isPlain(input) ? JSON.stringify(input) : encode(input, texts) };
}

/** Whether what an effect does outlives the process: everything but showing a forming candle. */
export function isLasting(effect: { readonly kind: string }): boolean {
  return effect.kind !== 'publishForming';
}

/** Inputs that are most of a journal and hold no decimals: their text is the same, and written several times as fast. */
function isPlain(input: object): boolean {
  return 'kind' in input && (input.kind === 'tickersReceived' || input.kind === 'minuteReceived');
}

/** The record of an input's lasting effects (all but forming publications); `null` when there are none. */
export function outputRecord(
  sequence: number,
  effects: readonly { readonly kind: string }[],
  texts?: CandleTexts,
): JournalRecord | null {
  const lasting = effects.filter(isLasting).map(toDigested);
  return lasting.length === 0 ? null : { sequence, stream: 'output', body: digest(lasting, texts) };
}

/**
 * Heads of factors are long, and what they say is in the events and in the state that a snapshot's hash is of: of a
 * chart's heads the digest knows which changed and when, and of a checkpoint that there is one.
 */
function toDigested(effect: { readonly kind: string }): unknown {
  if (effect.kind !== 'saveChart') return effect;
  const { change, checkpoint, ...rest } = effect as SaveChart;
  const { heads, ...others } = change;
  const kept = checkpoint === undefined ? {} : { checkpoint: 'kept' };
  return {
    ...rest,
    ...kept,
    change: { ...others, heads: heads.map(({ factor, visibleTime }) => [factor, visibleTime]) },
  };
}

/** The input of an input record; the caller names its type, as with `parseEncoded`. */
export function parseInput<Input>(record: JournalRecord): Input {
  return parseEncoded<Input>(record.body);
}

/** Inputs from `from` on, in order, each with the digest recorded for it. Rejects like `Journal.read`. */
export async function* readInputs<Input>(journal: Journal, from: number): AsyncGenerator<RecordedInput<Input>> {
  let pending: Omit<RecordedInput<Input>, 'outputDigest'> | null = null;
  for await (const record of journal.read(from)) {
    if (record.stream === 'output') {
      if (pending !== null && pending.sequence === record.sequence) {
        yield { ...pending, outputDigest: record.body };
        pending = null;
      }
      continue;
    }
    if (pending !== null) yield { ...pending, outputDigest: null };
    pending = { sequence: record.sequence, input: parseInput(record), chars: record.body.length };
  }
  if (pending !== null) yield { ...pending, outputDigest: null };
}
