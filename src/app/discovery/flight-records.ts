/**
 * What discovery was told and what it answered, as lines of a recording and back. Tickers and minutes, which are nearly
 * all of it, are lists without names; everything else is JSON. A number that is none stays one.
 */
import { createHash } from 'node:crypto';
import type { EpochMs } from '../../core/time.ts';
import type { DiscoveryEffect, DiscoveryInput, DiscoveryState } from '../../discovery/index.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { MinuteReceived, TickersReceived } from '../../model/ticker.ts';
import { stateFromText, stateToText } from './state-text.ts';

/** Why a segment begins: a program started, or the segment before it was full. */
export type HeadReason = 'start' | 'continued';

/** A line of a recording, read. */
export type DiscoveryRecord =
  /** `version` is that of the program that recorded. */
  | { readonly kind: 'head'; readonly reason: HeadReason; readonly version: string; readonly stateText: string }
  | { readonly kind: 'input'; readonly input: DiscoveryInput }
  /** Of what the input before it was answered with. */
  | { readonly kind: 'digest'; readonly digest: string };

type Figures = readonly (number | null)[];

const DIGEST_LENGTH = 16;

/** The head of a segment that begins with `state`. */
export function headLine(
  state: DiscoveryState,
  { reason, version }: { readonly reason: HeadReason; readonly version: string },
): string {
  return `["h",${JSON.stringify(reason)},${JSON.stringify(version)},${stateToText(state)}]`;
}

/** The line of an input. */
export function inputLine(input: DiscoveryInput): string {
  if (input.kind === 'tickersReceived') return tickersLine(input);
  return input.kind === 'minuteReceived' ? minuteLine(input) : JSON.stringify(['i', input]);
}

function tickersLine({ receivedTime, tickers }: TickersReceived): string {
  const rows = tickers.map(({ instrumentId, price, open24h, high24h, low24h, quoteVolume24h }) => {
    return [instrumentId, price, open24h, high24h, low24h, quoteVolume24h];
  });
  return JSON.stringify(['t', receivedTime, rows]);
}

function minuteLine({ receivedTime, minute }: MinuteReceived): string {
  const { instrumentId, openTime, state, close, quoteVolume, takerQuoteVolume: taker } = minute;
  const figures = [close, quoteVolume, taker ?? 'unknown'];
  return JSON.stringify(['m', receivedTime, instrumentId, openTime, state === 'closed' ? 1 : 0, figures]);
}

/** The line of what an input was answered with. */
export function digestLine(effects: readonly DiscoveryEffect[]): string {
  return JSON.stringify(['d', digestOf(effects)]);
}

/** Digest of answers, byte for byte. */
export function digestOf(effects: readonly DiscoveryEffect[]): string {
  return createHash('sha256').update(JSON.stringify(effects)).digest('hex').slice(0, DIGEST_LENGTH);
}

/** The state of a head. */
export function stateOf({ stateText }: Extract<DiscoveryRecord, { kind: 'head' }>): DiscoveryState {
  return stateFromText(stateText);
}

/** A line read; `null` for one that is none of ours. */
export function parseRecord(line: string): DiscoveryRecord | null {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    // The caller names the place of a line that can not be read.
    return null;
  }
  if (!Array.isArray(fields)) return null;
  const [letter, ...rest] = fields as readonly unknown[];
  const read = typeof letter === 'string' && Object.hasOwn(READERS, letter) ? READERS[letter] : undefined;
  return read === undefined ? null : read(rest, line);
}

/** The checksums of a recording vouch for the shapes: what is read here was written above. */
const READERS: Readonly<Record<string, (fields: readonly unknown[], line: string) => DiscoveryRecord>> = {
  h: ([reason, version], line) => {
    const stateText = line.slice(`["h",${JSON.stringify(reason)},${JSON.stringify(version)},`.length, -1);
    return { kind: 'head', reason: reason as HeadReason, version: String(version), stateText };
  },
  t: ([receivedTime, tickers]) => ({ kind: 'input', input: readTickers(receivedTime, tickers) }),
  m: (fields) => ({ kind: 'input', input: readMinute(fields) }),
  i: ([input]) => ({ kind: 'input', input: input as DiscoveryInput }),
  d: ([digest]) => ({ kind: 'digest', digest: String(digest) }),
};

function readTickers(receivedTime: unknown, tickers: unknown): TickersReceived {
  const rows = tickers as readonly (readonly [InstrumentId, ...Figures])[];
  return {
    kind: 'tickersReceived',
    receivedTime: receivedTime as EpochMs,
    tickers: rows.map(([instrumentId, price, open24h, high24h, low24h, quoteVolume24h]) => ({
      instrumentId,
      price: figure(price),
      open24h: figure(open24h),
      high24h: figure(high24h),
      low24h: figure(low24h),
      quoteVolume24h: figure(quoteVolume24h),
    })),
  };
}

function readMinute([receivedTime, instrumentId, openTime, isClosed, figures]: readonly unknown[]): MinuteReceived {
  const [close, quoteVolume, taker] = figures as readonly [number | null, number | null, number | null | 'unknown'];
  return {
    kind: 'minuteReceived',
    receivedTime: receivedTime as EpochMs,
    minute: {
      instrumentId: instrumentId as InstrumentId,
      openTime: openTime as EpochMs,
      state: isClosed === 1 ? 'closed' : 'forming',
      close: figure(close),
      quoteVolume: figure(quoteVolume),
      takerQuoteVolume: taker === 'unknown' ? null : figure(taker),
    },
  };
}

/** JSON writes what is no number as null. */
function figure(value: number | null | undefined): number {
  return value ?? Number.NaN;
}
