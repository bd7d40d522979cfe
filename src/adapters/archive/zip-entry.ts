/**
 * Where the one file inside a zip archive lies. In comes an open file, out goes the place of its packed data with the
 * size and check sum it must unpack to, read from the directory at the archive's end: an archive that was cut off has
 * none and is refused before a byte of it is used. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import type { FileHandle } from 'node:fs/promises';

/** Packed data of [`start`, `start` + `packedBytes`) and what it unpacks to. */
export type ZipEntry = {
  readonly method: 'stored' | 'deflated';
  readonly start: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly crc32: number;
};

const DIRECTORY_END_SIGNATURE = 0x06054b50;
const DIRECTORY_ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const DIRECTORY_END_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
/** A comment behind the directory's end has at most this many bytes. */
const COMMENT_BYTES_MAX = 0xffff;
/** Stands for a number that only the 64-bit extension can hold. */
const TOO_LARGE = 0xffffffff;

/** The place of the only file in the archive, or the reason why there is none to read. */
export async function locateZipEntry(file: FileHandle): Promise<ZipEntry | string> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, DIRECTORY_END_BYTES + COMMENT_BYTES_MAX);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  const end = findDirectoryEnd(tail);
  if (end < 0) return 'its zip directory is missing: the archive is cut off or damaged';
  const count = tail.readUInt16LE(end + 10);
  if (count !== 1) return `the zip archive holds ${count} files where one is expected`;
  const entry = await readAt(file, tail.readUInt32LE(end + 16), DIRECTORY_ENTRY_BYTES);
  if (entry.length < DIRECTORY_ENTRY_BYTES || entry.readUInt32LE(0) !== DIRECTORY_ENTRY_SIGNATURE) {
    return 'its zip directory is damaged';
  }
  return locateData(file, entry);
}

async function locateData(file: FileHandle, entry: Buffer): Promise<ZipEntry | string> {
  if ((entry.readUInt16LE(8) & 1) !== 0) return 'the file in the zip archive is encrypted';
  const code = entry.readUInt16LE(10);
  if (code !== 0 && code !== 8) return `the zip archive is packed by method ${code}, which is not supported`;
  const [packedBytes, bytes, offset] = [entry.readUInt32LE(20), entry.readUInt32LE(24), entry.readUInt32LE(42)];
  if ([packedBytes, bytes, offset].includes(TOO_LARGE)) return 'the file in the zip archive is larger than 4 GiB';
  const header = await readAt(file, offset, LOCAL_HEADER_BYTES);
  if (header.length < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) {
    return 'its zip directory does not fit the archive';
  }
  const start = offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  return { method: code === 0 ? 'stored' : 'deflated', start, packedBytes, bytes, crc32: entry.readUInt32LE(16) };
}

/** The last position where a directory end fits the tail exactly, its comment included; -1 when there is none. */
function findDirectoryEnd(tail: Buffer): number {
  for (let at = tail.length - DIRECTORY_END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== DIRECTORY_END_SIGNATURE) continue;
    if (at + DIRECTORY_END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return -1;
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
