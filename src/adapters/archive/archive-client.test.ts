import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveServer, minutesOfDay, startArchiveServer } from '../../../test/fixtures/archive-server.ts';
import { at, series } from '../../../test/fixtures/candles.ts';
import { createWallClock } from '../clock/wall-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { type ArchiveClient, createArchiveClient, hashFile } from './archive-client.ts';
import { type ArchiveFile, planArchive } from './archive-file.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
const NAME = 'BTCUSDT-1m-2024-03-01';
const CANDLES = minutesOfDay(at('2024-03-01T00:00:00Z'), seriesId);
const [FILE] = planArchive(
  { seriesId, market: 'spot', symbol: 'BTCUSDT', interval: '1m' },
  { from: at('2024-03-01T00:00:00Z'), to: at('2024-03-02T00:00:00Z') },
) as [ArchiveFile];

let folder = '';
let archive: ArchiveServer;
const clock = createWallClock();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-archive-'));
});
beforeEach(async () => {
  archive = await startArchiveServer();
});
afterEach(() => archive.close());
afterAll(() => {
  clock.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Patient enough for a busy machine, quick enough for a test. */
function client(stop = new AbortController(), silenceMs = 5_000): ArchiveClient {
  const timings = { silenceMs, backoff: { minMs: 1, maxMs: 5 }, attemptsMax: 3 };
  return createArchiveClient({
    baseUrl: archive.url,
    clock,
    random: createSeededRandom(1),
    stop: stop.signal,
    timings,
  });
}

async function saved(from: ArchiveClient, path: string): Promise<string> {
  const sum = await from.fetchChecksum(FILE);
  if (!sum.ok || sum.value === null) return sum.ok ? 'absent' : sum.error.code;
  const file = await from.download(FILE, { path, sha256: sum.value });
  if (!file.ok) return `${file.error.code}: ${file.error.message}`;
  return file.value === null ? 'absent' : createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('the archive client', () => {
  it('saves a file whose check sum is the one stated, also when it comes slowly', async () => {
    const path = join(folder, 'whole', 'a.zip');
    for (const options of [{}, { fault: { kind: 'slow' } }] as const) {
      archive.put(NAME, CANDLES, options);
      const sum = await client().fetchChecksum(FILE);
      expect(await saved(client(), path)).toBe(sum.ok ? sum.value : 'failed');
      expect(await hashFile(path)).toBe(sum.ok ? sum.value : 'failed');
    }
    expect(await hashFile(`${path}.part`)).toBeNull();
  });

  it('answers nothing where the archive has no such file', async () => {
    expect(await saved(client(), join(folder, 'absent.zip'))).toBe('absent');
    const direct = await client().download(FILE, { path: join(folder, 'absent.zip'), sha256: '0' });
    expect(direct).toEqual({ ok: true, value: null });
  });

  it('tries again after 503 and a torn connection, and gives up after its attempts', async () => {
    const path = join(folder, 'again.zip');
    archive.put(NAME, CANDLES, { fault: { kind: 'broken', times: 2 } });
    expect(await saved(client(), path)).toMatch(/^[0-9a-f]{64}$/);
    archive.put(NAME, CANDLES, { fault: { kind: 'torn' } });
    expect(await saved(client(), path)).toMatch(/^[0-9a-f]{64}$/);
    archive.put(NAME, CANDLES, { fault: { kind: 'broken', times: 3 } });
    expect(await saved(client(), path)).toContain('venue_unreachable');
    expect(archive.requests.filter((asked) => asked.endsWith('.zip'))).toHaveLength(8);
  });

  it('refuses a file of another check sum under its name', async () => {
    const path = join(folder, 'forged.zip');
    archive.put(NAME, CANDLES, { fault: { kind: 'forged' } });
    expect(await saved(client(), path)).toContain('venue_answer_malformed');
    expect([await hashFile(path), await hashFile(`${path}.part`)]).toEqual([null, null]);
  });

  it('gives up on a server that falls silent', async () => {
    archive.put(NAME, CANDLES, { fault: { kind: 'silent' } });
    expect(await saved(client(new AbortController(), 300), join(folder, 'silent.zip'))).toContain('silent for 300 ms');
  });

  it('ends at once when a stop is asked for', async () => {
    archive.put(NAME, CANDLES, { fault: { kind: 'silent' } });
    const stop = new AbortController();
    void archive.asked(/\.zip$/).then(() => stop.abort());
    expect(await saved(client(stop), join(folder, 'stopped.zip'))).toContain('stopped');
  });

  it('says when nothing answers at the address, and when the disk does not take the file', async () => {
    archive.put(NAME, CANDLES);
    expect(await saved(client(), '/dev/null/a.zip')).toContain('data_dir_unwritable');
    const gone = createArchiveClient({
      baseUrl: 'http://127.0.0.1:1',
      clock,
      random: createSeededRandom(1),
      stop: new AbortController().signal,
      timings: { silenceMs: 5_000, backoff: { minMs: 1, maxMs: 2 }, attemptsMax: 2 },
    });
    expect(await saved(gone, join(folder, 'gone.zip'))).toBe('venue_unreachable');
  });
});
