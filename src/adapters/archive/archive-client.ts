/**
 * Binance's public archive over HTTP. In comes a file of the plan, out comes that file on disk, its SHA-256 compared
 * with the archive's own before it gets its name, or the news that the archive has none. Whatever is interrupted
 * leaves a `.part` that the next download of the file replaces.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BackoffLimits } from '../../core/backoff.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs } from '../../core/time.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { ArchiveFile } from './archive-file.ts';
import { type Attempt, retrying } from './retrying.ts';

/** Waiting times in milliseconds and the number of tries. */
export type ArchiveTimings = {
  /** Longest silence, before the answer and between two pieces of it. */
  readonly silenceMs: number;
  readonly backoff: BackoffLimits;
  readonly attemptsMax: number;
};

/** Six tries wait about a minute in all: a short outage passes, a long one is told. */
export const ARCHIVE_TIMINGS: ArchiveTimings = {
  silenceMs: 30_000,
  backoff: { minMs: 1_000, maxMs: 30_000 },
  attemptsMax: 6,
};

/** What a client is made of. */
export type ArchiveClientOptions = {
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends every request and wait; what was asked then fails. */
  readonly stop: AbortSignal;
  /** Told the bytes of each piece as it arrives. */
  readonly onBytes?: (bytes: number) => void;
  readonly timings?: ArchiveTimings;
  /** Told why something is asked again. */
  readonly onRetry?: (failure: Failure) => void;
};

/** Failures: `venue_unreachable`, `venue_refused`, `venue_answer_malformed` (also: the check sum does not match). */
export type ArchiveClient = {
  /** SHA-256 in hexadecimal as the archive states it; `null` when it has no such file. */
  readonly fetchChecksum: (file: ArchiveFile) => Promise<Result<string | null, Failure>>;
  /** Saves the file as `path` unless its check sum is not `sha256`; answers its size, `null` when there is none. */
  readonly download: (
    file: ArchiveFile,
    to: { readonly path: string; readonly sha256: string },
  ) => Promise<Result<number | null, Failure>>;
};

/** Largest check sum file taken: it is one line. */
const CHECKSUM_BYTES_MAX = 4_096;
/** Largest zip taken; a month of 1s candles has some 80 MB. */
const ZIP_BYTES_MAX = 1_073_741_824;

/** A client; it holds nothing open between requests. */
export function createArchiveClient(options: ArchiveClientOptions): ArchiveClient {
  const timings = options.timings ?? ARCHIVE_TIMINGS;
  const policy = { ...options, ...timings };
  const get = <T>(file: ArchiveFile, ask: Ask<T>): Promise<Result<T | null, Failure>> => {
    const url = `${options.baseUrl}${encodeURI(file.path)}${ask.suffix}`;
    return retrying(policy, () => request({ ...options, timings, url }, ask));
  };
  return {
    fetchChecksum: (file) => {
      const take: Ask<string>['take'] = async (pieces) => parseChecksum(await collect(pieces), file.name);
      return get(file, { suffix: '.CHECKSUM', folder: '', take });
    },
    download: (file, to) => {
      const take: Ask<number>['take'] = (pieces) => saveFile(pieces, { ...to, onBytes: options.onBytes });
      return get(file, { suffix: '', folder: dirname(to.path), take });
    },
  };
}

/** SHA-256 of a file on disk in hexadecimal; `null` when there is none. */
export async function hashFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}

/** What to ask for below a file's address, and what to do with the answer; a string is what is wrong with it. */
type Ask<T> = {
  readonly suffix: '' | '.CHECKSUM';
  /** Where it is saved, empty when it is not. */
  readonly folder: string;
  readonly take: (pieces: AsyncIterable<Uint8Array>) => Promise<Result<T, string>>;
};

type Request = ArchiveClientOptions & { readonly timings: ArchiveTimings; readonly url: string };

async function request<T>(options: Request, ask: Ask<T>): Promise<Attempt<T | null>> {
  const { url, timings } = options;
  const watch = watchSilence(options, timings.silenceMs);
  try {
    const answer = await fetch(url, { signal: watch.signal });
    watch.heard();
    if (answer.status === 404) return { kind: 'done', value: null };
    if (answer.status !== 200 || answer.body === null) return refused(url, answer);
    const taken = await ask.take(heardPieces(answer.body, watch.heard));
    if (taken.ok) return { kind: 'done', value: taken.value };
    const malformed = failure('venue_answer_malformed', { url, reason: taken.error });
    return { kind: 'again', failure: malformed, retryAfterMs: 0 };
  } catch (thrown) {
    if (isDiskFault(thrown)) {
      return {
        kind: 'failed',
        failure: failure('data_dir_unwritable', { path: ask.folder, reason: toReason(thrown) }),
      };
    }
    // Silence, refused connections and cut sockets are what networks do: a failure worth another try.
    return {
      kind: 'again',
      failure: failure('venue_unreachable', { url, reason: watch.reason(thrown) }),
      retryAfterMs: 0,
    };
  } finally {
    watch.end();
  }
}

/** 429 and 5xx may pass; any other answer will be the same next time. */
function refused<T>(url: string, answer: Response): Attempt<T> {
  const { status } = answer;
  void answer.body?.cancel();
  if (status !== 429 && status < 500) {
    return { kind: 'failed', failure: failure('venue_refused', { url, status, reason: answer.statusText }) };
  }
  const seconds = Number(answer.headers.get('retry-after') ?? '0');
  const retryAfterMs = Number.isFinite(seconds) ? Math.min(RETRY_AFTER_MAX_MS, Math.max(0, seconds * 1000)) : 0;
  return { kind: 'again', failure: failure('venue_unreachable', { url, reason: `HTTP ${status}` }), retryAfterMs };
}

/** Longest wait that the server may impose; a longer one is a failure to report, not to sit out. */
const RETRY_AFTER_MAX_MS = 120_000;

type SilenceWatch = {
  readonly signal: AbortSignal;
  readonly heard: () => void;
  readonly reason: (thrown: unknown) => string;
  readonly end: () => void;
};

/** Aborts when nothing was heard for `silenceMs`, or when a stop is asked for. */
function watchSilence({ clock, stop }: ArchiveClientOptions, silenceMs: number): SilenceWatch {
  const silence = new AbortController();
  const arm = () => clock.schedule(addMs(clock.now(), silenceMs), () => silence.abort());
  let cancel = arm();
  return {
    signal: AbortSignal.any([silence.signal, stop]),
    heard: () => {
      cancel();
      cancel = arm();
    },
    reason: (thrown) => {
      if (stop.aborted) return 'stopped';
      return silence.signal.aborted ? `silent for ${silenceMs} ms` : describeCause(thrown);
    },
    end: () => cancel(),
  };
}

/** The fetch function hides what happened one level down. */
function describeCause(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Error && cause.message !== '' ? cause.message : toReason(thrown);
}

async function* heardPieces(
  pieces: AsyncIterable<Uint8Array>,
  heard: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    heard();
    yield piece;
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > CHECKSUM_BYTES_MAX) return '';
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('latin1');
}

/** `<64 hexadecimal digits>  <file name>`; another file's check sum is none of ours. */
function parseChecksum(text: string, name: string): Result<string, string> {
  const match = /^([0-9a-fA-F]{64})\s+\*?(\S+)\s*$/.exec(text);
  if (match === null || match[2] !== name) return err(`no check sum of ${name}`);
  return ok((match[1] as string).toLowerCase());
}

type Target = {
  readonly path: string;
  readonly sha256: string;
  readonly onBytes: ((bytes: number) => void) | undefined;
};

async function saveFile(pieces: AsyncIterable<Uint8Array>, target: Target): Promise<Result<number, string>> {
  const part = `${target.path}.part`;
  await mkdir(dirname(part), { recursive: true });
  const file = await open(part, 'w');
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > ZIP_BYTES_MAX) return err(`the file is larger than ${ZIP_BYTES_MAX} bytes`);
      hash.update(piece);
      await file.appendFile(piece);
      target.onBytes?.(piece.length);
    }
  } finally {
    await file.close();
  }
  const found = hash.digest('hex');
  if (found !== target.sha256) {
    await rm(part, { force: true });
    return err(`its SHA-256 is ${found}, the archive states ${target.sha256}`);
  }
  await rename(part, target.path);
  return ok(bytes);
}

/** Errors of the file system name the system call; those of the network are wrapped by fetch or name other ones. */
function isDiskFault(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'syscall' in thrown &&
    ['open', 'write', 'mkdir', 'rename'].includes(String(thrown.syscall))
  );
}
