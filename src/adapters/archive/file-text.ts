/**
 * A file as text, piece by piece; gzip is recognised by its first bytes and unpacked on the way. The pieces are cut
 * anywhere. Characters are single bytes: a table of numbers has no others, and anything else is refused as a cell.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { FailureError, failure, toReason } from '../../model/failure.ts';

/** A piece of text, or the news that the compressed data ends before its end mark; `cut` is always the last. */
export type FileText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'cut' };

/** Bytes read at a time; a gzip piece may unpack to at most about a thousand times as much. */
const READ_BYTES = 128 * 1024;
/** Bytes unpacked at a time: large enough that hopping between threads costs nothing against parsing. */
const UNPACKED_BYTES = 512 * 1024;

/**
 * The text of the file at `path`, in order. Throws `FailureError` `file_unreadable` when it can not be opened or
 * read, is a zip archive, or its compressed data is damaged. Damage that only the check sum shows is known at the end.
 */
export async function* readFileText(path: string): AsyncGenerator<FileText, void, undefined> {
  const file = await unreadableOnError(path, () => open(path));
  try {
    const first = await unreadableOnError(path, () => readPiece(file));
    if (first.length > 1 && first[0] === 0x50 && first[1] === 0x4b) {
      throw unreadable(path, 'it is a zip archive; unpack it first');
    }
    if (first.length > 1 && first[0] === 0x1f && first[1] === 0x8b) yield* unpackedText(path, file, first);
    else yield* plainText(path, file, first);
  } finally {
    await file.close();
  }
}

async function* plainText(path: string, file: FileHandle, first: Buffer): AsyncGenerator<FileText> {
  for (let piece = first; piece.length > 0; piece = await unreadableOnError(path, () => readPiece(file))) {
    yield { kind: 'text', text: piece.toString('latin1') };
  }
}

async function* unpackedText(path: string, file: FileHandle, first: Buffer): AsyncGenerator<FileText> {
  const gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
  const unpacked: Buffer[] = [];
  gunzip.on('data', (piece: Buffer) => unpacked.push(piece));
  const take = (): FileText[] => unpacked.splice(0).map((piece) => ({ kind: 'text', text: piece.toString('latin1') }));
  try {
    for (let piece = first; piece.length > 0; piece = await unreadableOnError(path, () => readPiece(file))) {
      await settled(gunzip, (done) => gunzip.write(piece, done));
      yield* take();
    }
    const ending = settled(gunzip, (done) => gunzip.once('end', done));
    gunzip.end();
    await ending;
  } catch (thrown) {
    if (!isUnexpectedEnd(thrown)) throw toUnreadable(path, thrown);
    yield* take();
    yield { kind: 'cut' };
    return;
  } finally {
    gunzip.destroy();
  }
  yield* take();
}

/** Resolves when `start`'s callback is called, rejects when the stream fails first. */
function settled(stream: Gunzip, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    start(() => {
      stream.off('error', reject);
      resolve();
    });
  });
}

function isUnexpectedEnd(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'Z_BUF_ERROR';
}

async function readPiece(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(READ_BYTES), 0, READ_BYTES, null);
  return buffer.subarray(0, bytesRead);
}

async function unreadableOnError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw unreadable(path, toReason(thrown), thrown);
  }
}

function toUnreadable(path: string, thrown: unknown): FailureError {
  if (thrown instanceof FailureError) return thrown;
  return unreadable(path, `its compressed data is damaged (${toReason(thrown)})`, thrown);
}

function unreadable(path: string, reason: string, cause?: unknown): FailureError {
  return new FailureError(failure('file_unreadable', { path, reason }), { cause });
}
