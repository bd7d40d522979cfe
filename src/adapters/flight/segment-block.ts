/**
 * The bytes of a segment: blocks of records, each a heading of one line and compressed text. The heading names the
 * sequences inside, the length and a checksum over everything, so that a torn end is told from damage, and neither is
 * ever taken for data.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Records of a block: consecutive sequences from `first` on, one line of text each. */
export type FlightBlock = { readonly first: number; readonly records: readonly string[] };

/** What stands at a place of a segment. */
export type BlockReading =
  | { readonly kind: 'block'; readonly block: FlightBlock; readonly end: number }
  /** The segment ends in the middle of a block, as after a killed process. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'damaged'; readonly reason: string };

const HEADING = /^HWF1 (\d{1,15}) (\d{1,7}) (\d{1,9}) (\d{1,10})\n/;
/** Tickers shrink to about a sixth at it; the next levels cost twice the time for a tenth. */
const LEVEL = 3;
const LINE_FEED = 0x0a;
/** Longest heading. */
const HEADING_BYTES_MAX = 64;
/** Largest text of a block that is taken back: a snapshot of thousands of instruments has some tens of MiB. */
const TEXT_BYTES_MAX = 512 * 1024 * 1024;

/** The bytes of `block`; its records must hold no line feed. */
export function encodeBlock({ first, records }: FlightBlock): Buffer {
  const payload = deflateRawSync(Buffer.from(records.join('\n'), 'utf8'), { level: LEVEL });
  const heading = `HWF1 ${first} ${records.length} ${payload.length} `;
  return Buffer.concat([Buffer.from(`${heading}${checksum(heading, payload)}\n`), payload, Buffer.from('\n')]);
}

/** Reads the block at `start`. */
export function readBlock(bytes: Buffer, start: number): BlockReading {
  const heading = bytes.toString('latin1', start, start + HEADING_BYTES_MAX);
  const match = HEADING.exec(heading);
  if (match === null) {
    const isCut = heading.length < HEADING_BYTES_MAX && !heading.includes('\n');
    return isCut ? { kind: 'torn' } : { kind: 'damaged', reason: `no block begins at byte ${start}` };
  }
  const [line, first, count, length] = match.slice(0, 4) as [string, ...string[]];
  const from = start + line.length;
  const to = from + Number(length);
  if (to + 1 > bytes.length) return { kind: 'torn' };
  const payload = bytes.subarray(from, to);
  if (bytes[to] !== LINE_FEED)
    return { kind: 'damaged', reason: `the block at byte ${start} does not end where it says` };
  const sealed = `HWF1 ${first} ${count} ${length} `;
  if (checksum(sealed, payload) !== Number(match[4])) {
    return { kind: 'damaged', reason: `the checksum of the block at byte ${start} does not match` };
  }
  const records = inflateRawSync(payload, { maxOutputLength: TEXT_BYTES_MAX }).toString('utf8').split('\n');
  return { kind: 'block', block: { first: Number(first), records }, end: to + 1 };
}

function checksum(heading: string, payload: Buffer): number {
  return crc32(payload, crc32(heading));
}
