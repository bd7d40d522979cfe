/**
 * Rotation of the event log: a file that has grown too large is moved away under its time and compressed beside the
 * work; the newest archives stay. A crash in between leaves an archive uncompressed and loses nothing.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type EpochMs, toIsoText } from '../../../core/time.ts';

/** When a log is rotated and how many archives stay. */
export type Rotation = { readonly bytesMax: number; readonly archivesMax: number };

/** Rotates the log at `path` if it is due. */
export async function rotateLog(
  path: string,
  { bytesMax, archivesMax, now }: Rotation & { readonly now: EpochMs },
): Promise<void> {
  if ((await sizeOf(path)) < bytesMax) return;
  const stem = basename(path).replace(/\.jsonl$/, '');
  const names = new Set(await readdir(dirname(path)));
  const time = toIsoText(now).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  const isTaken = (name: string): boolean => names.has(name) || names.has(`${name}.gz`);
  let name = `${stem}.${time}.jsonl`;
  for (let count = 1; isTaken(name); count++) name = `${stem}.${time}_${count}.jsonl`;
  const archive = join(dirname(path), name);
  await rename(path, archive);
  await pipeline(createReadStream(archive), createGzip(), createWriteStream(`${archive}.gz`));
  await rm(archive);
  await forgetOld({ dir: dirname(path), stem, archivesMax });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    // There is no log yet; any other trouble shows when it is written.
    return 0;
  }
}

async function forgetOld({
  dir,
  stem,
  archivesMax,
}: {
  readonly dir: string;
  readonly stem: string;
  readonly archivesMax: number;
}): Promise<void> {
  const isArchive = (name: string): boolean => name.startsWith(`${stem}.2`) && /\.jsonl(\.gz)?$/.test(name);
  const archives = (await readdir(dir)).filter(isArchive);
  const dated = await Promise.all(
    archives.map(async (name) => ({ name, time: (await stat(join(dir, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.time - a.time || (a.name < b.name ? 1 : -1));
  for (const { name } of dated.slice(archivesMax)) await rm(join(dir, name));
}
