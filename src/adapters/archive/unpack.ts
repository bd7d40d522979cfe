/**
 * Packed bytes to unpacked ones, piece by piece: no more is held than what one packed piece unpacks to.
 */
import type { Gunzip, InflateRaw } from 'node:zlib';

/** The news that packed data ends before its end mark; always the last. */
export const CUT = 'cut';

/**
 * Unpacks `pieces` in order through `stream`, which is used up. Ends with `CUT` where the data stops too early, and
 * rejects with the error of the stream where it is damaged.
 */
export async function* unpack(
  pieces: AsyncIterable<Buffer>,
  stream: Gunzip | InflateRaw,
): AsyncGenerator<Buffer | typeof CUT, void, undefined> {
  const unpacked: Buffer[] = [];
  stream.on('data', (piece: Buffer) => unpacked.push(piece));
  try {
    for await (const piece of pieces) {
      await settled(stream, (done) => stream.write(piece, done));
      yield* unpacked.splice(0);
    }
    const ending = settled(stream, (done) => stream.once('end', done));
    stream.end();
    await ending;
  } catch (thrown) {
    if (!isUnexpectedEnd(thrown)) throw thrown;
    yield* unpacked.splice(0);
    yield CUT;
    return;
  } finally {
    stream.destroy();
  }
  yield* unpacked.splice(0);
}

/** Resolves when `start`'s callback is called, rejects when the stream fails first. */
function settled(stream: Gunzip | InflateRaw, start: (done: () => void) => void): Promise<void> {
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
