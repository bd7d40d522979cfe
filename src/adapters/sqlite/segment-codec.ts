/**
 * Journal records as the bytes of one segment and back. Each record is framed as `i` or `o`, its sequence, a space,
 * the length of its body in UTF-16 units, a line feed and the body, so a stored text reads well in a shell. Large texts
 * are deflated. A checksum over the bytes and their heading decides whether anything of a segment is believed.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { JournalRecord } from '../../ports/journal.ts';
import { RowFault } from './sqlite-failures.ts';

/** How the bytes hold the text. */
export type SegmentCodec = 'text' | 'deflate';

/** A text as stored. */
export type Packed = { readonly codec: SegmentCodec; readonly checksum: number; readonly payload: Buffer };

/** A packed text as read from the file: nothing about it is certain yet. */
export type StoredPack = { readonly codec: string; readonly checksum: number; readonly payload: Buffer };

/** Below this a deflated text saves less than a page of the file. */
const DEFLATE_BYTES_MIN = 4096;
/** Fastest level: market records shrink to about a fifth at it, and the next levels cost twice the time for little. */
const DEFLATE_LEVEL = 1;

/** Packs `text`; `heading` is what else the checksum must vouch for (key columns of the row). */
export function packText(text: string, heading: string): Packed {
  const plain = Buffer.from(text, 'utf8');
  const deflated = plain.length >= DEFLATE_BYTES_MIN ? deflateRawSync(plain, { level: DEFLATE_LEVEL }) : plain;
  const [codec, payload]: [SegmentCodec, Buffer] =
    deflated.length < plain.length ? ['deflate', deflated] : ['text', plain];
  return { codec, checksum: checksumOf(payload, `${codec} ${heading}`), payload };
}

/** The text of `packed`; throws `RowFault` when the bytes or the heading are not what was stored. */
export function unpackText(packed: StoredPack, heading: string): string {
  const { codec, payload } = packed;
  if (checksumOf(payload, `${codec} ${heading}`) !== packed.checksum) throw new RowFault('the checksum does not match');
  if (codec === 'text') return payload.toString('utf8');
  if (codec === 'deflate') return inflateRawSync(payload).toString('utf8');
  throw new RowFault(`unknown codec "${codec}"`);
}

function checksumOf(payload: Buffer, heading: string): number {
  return crc32(payload, crc32(heading));
}

/** The text of records, in order. */
export function encodeRecords(records: readonly JournalRecord[]): string {
  return records.map(encodeRecord).join('');
}

function encodeRecord({ stream, sequence, body }: JournalRecord): string {
  return `${stream === 'input' ? 'i' : 'o'}${sequence} ${body.length}\n${body}`;
}

const FRAME = /([io])(\d+) (\d+)\n/y;

/** The records of a text, in order; throws `RowFault` when the framing is broken. */
export function parseRecords(text: string): readonly JournalRecord[] {
  const records: JournalRecord[] = [];
  // The expression is sticky and keeps its position, so each call uses its own.
  const frame = new RegExp(FRAME);
  let position = 0;
  while (position < text.length) {
    frame.lastIndex = position;
    const match = frame.exec(text);
    if (match === null) throw new RowFault(`no record starts at character ${position}`);
    const start = frame.lastIndex;
    position = start + Number(match[3]);
    if (position > text.length) throw new RowFault('the last record is cut off');
    const stream = match[1] === 'i' ? 'input' : 'output';
    records.push({ sequence: Number(match[2]), stream, body: text.slice(start, position) });
  }
  return records;
}
