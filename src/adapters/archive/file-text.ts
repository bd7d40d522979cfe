/**
 * A file as text, piece by piece; gzip and zip are recognised by their first bytes and unpacked on the way. The pieces
 * are cut anywhere. Characters are single bytes: a table of numbers has no others, and anything else is refused as a
 * cell.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { FailureError, failure, toReason } from '../../model/failure.ts';
import { readAhead } from './read-ahead.ts';
import { CUT, unpack } from './unpack.ts';
import { locateZipEntry, type ZipEntry } from './zip-entry.ts';

/** A piece of text, or the news that the compressed data ends before its end mark; `cut` is always the last. */
export type FileText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'cut' };

/** Bytes read at a time; a compressed piece may unpack to at most about a thousand times as much. */
const READ_BYTES = 128 * 1024;
/** Bytes unpacked at a time: large enough that hopping between threads costs nothing against parsing. */
const UNPACKED_BYTES = 512 * 1024;

/**
 * The text of the file at `path`, in order; of a zip archive the text of the one file in it. Throws `FailureError`
 * `file_unreadable` when it can not be opened or read, is a zip archive of anything but one file, or its compressed
 * data is damaged. Damage that only the check sum shows is known at the end.
 */
export async function* readFileText(path: string): AsyncGenerator<FileText, void, undefined> {
  const file = await unreadableOnError(path, () => open(path));
  try {
    const first = await unreadableOnError(path, () => readPiece(file, { position: null, bytes: READ_BYTES }));
    for await (const piece of readAhead<Buffer | typeof CUT>(readUnpacked(file, first))) {
      yield piece === CUT ? { kind: 'cut' } : { kind: 'text', text: piece.toString('latin1') };
    }
  } catch (thrown) {
    throw thrown instanceof FailureError ? thrown : unreadable(path, thrown);
  } finally {
    await file.close();
  }
}

type Pieces = AsyncGenerator<Buffer | typeof CUT, void, undefined>;

function readUnpacked(file: FileHandle, first: Buffer): Pieces {
  if (first[0] === 0x50 && first[1] === 0x4b) return unpackZip(file);
  const pieces = readOn(file, first);
  return first[0] === 0x1f && first[1] === 0x8b ? unpack(pieces, createGunzip({ chunkSize: UNPACKED_BYTES })) : pieces;
}

async function* readOn(file: FileHandle, first: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let piece = first; piece.length > 0; ) {
    yield piece;
    piece = await readPiece(file, { position: null, bytes: READ_BYTES });
  }
}

async function* unpackZip(file: FileHandle): Pieces {
  const entry = await locateZipEntry(file);
  if (typeof entry === 'string') throw new Error(entry);
  const packed = readPacked(file, entry);
  const unpacked = entry.method === 'stored' ? packed : unpack(packed, createInflateRaw({ chunkSize: UNPACKED_BYTES }));
  let sum = 0;
  let bytes = 0;
  for await (const piece of unpacked) {
    if (piece !== CUT) {
      sum = crc32(piece, sum);
      bytes += piece.length;
    }
    yield piece;
    if (piece === CUT) return;
  }
  if (sum !== entry.crc32 || bytes !== entry.bytes) throw new Error('the check sum of the zip archive does not match');
}

async function* readPacked(file: FileHandle, entry: ZipEntry): AsyncGenerator<Buffer, void, undefined> {
  const end = entry.start + entry.packedBytes;
  for (let position = entry.start; position < end; ) {
    const piece = await readPiece(file, { position, bytes: Math.min(READ_BYTES, end - position) });
    if (piece.length === 0) return;
    yield piece;
    position += piece.length;
  }
}

async function readPiece(
  file: FileHandle,
  place: { readonly position: number | null; readonly bytes: number },
): Promise<Buffer> {
  const target = Buffer.allocUnsafeSlow(place.bytes);
  const { buffer, bytesRead } = await file.read(target, 0, place.bytes, place.position);
  return buffer.subarray(0, bytesRead);
}

async function unreadableOnError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, thrown: unknown): FailureError {
  const isPacked = thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_');
  const reason = isPacked ? `its compressed data is damaged (${toReason(thrown)})` : toReason(thrown);
  return new FailureError(failure('file_unreadable', { path, reason }), { cause: thrown });
}
