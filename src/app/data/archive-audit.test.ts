import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { minutesOfDay, startArchiveServer } from '../../../test/fixtures/archive-server.ts';
import { at, series } from '../../../test/fixtures/candles.ts';
import { resolveArchiveSeries } from '../../adapters/archive/archive-file.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { addMs } from '../../core/time.ts';
import { auditWhileItAnswers } from './archive-audit.ts';

const BASE = series('binance:spot:BTC/USDT:1m');
const FIRST = at('2024-03-01T00:00:00Z');
const DAY_MS = 86_400_000;
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** An archive of two days, of which the second can not be had, and an audit of both under way. */
async function underWay() {
  const archive = await startArchiveServer();
  stops.push(archive.close);
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-audit-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  archive.put('BTCUSDT-1m-2024-03-01', minutesOfDay(FIRST, BASE));
  const fault = { kind: 'broken', times: 1_000 } as const;
  archive.put('BTCUSDT-1m-2024-03-02', minutesOfDay(FIRST + DAY_MS, BASE), { fault });
  const resolved = resolveArchiveSeries(BASE);
  if (!resolved.ok) throw new Error(resolved.error.message);
  const store = createMemoryCandleStore();
  await store.save({ candles: minutesOfDay(FIRST, BASE), gaps: [] });
  const clock = createManualClock(FIRST);
  const stop = new AbortController();
  const retries: string[] = [];
  const answer = auditWhileItAnswers({
    store,
    series: resolved.value,
    from: FIRST,
    to: addMs(FIRST, 2 * DAY_MS),
    folder,
    access: {
      baseUrl: archive.url,
      clock,
      random: createSeededRandom(1, 'audit'),
      stop: stop.signal,
      onRetry: ({ message }) => retries.push(message),
    },
  });
  let state: 'waiting' | 'over' = 'waiting';
  void answer.then(() => {
    state = 'over';
  });
  while (retries.length === 0) await nextTurn();
  return { archive, clock, stop, retries, answer, state: () => state };
}

describe('an archive that breaks in the middle of an audit', () => {
  it('is given up 20 s after the last thing that came from it, and every other try is told', async () => {
    const { archive, clock, retries, answer, state } = await underWay();
    await clock.advance(5_000);
    while (retries.length < 2) await nextTurn();
    await clock.advance(14_999);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(state()).toBe('waiting');
    await clock.advance(1);
    const given = await answer;
    expect(given).toMatchObject({ ok: false, error: { code: 'venue_unreachable', context: { url: archive.url } } });
    expect(given.ok || given.error.message).toMatch(/stopped answering, nothing came for 20 s: .*HTTP 503/);
    expect(retries.every((text) => text.includes('HTTP 503'))).toBe(true);
  });

  it('is not held to have broken where the audit is stopped', async () => {
    const { stop, answer } = await underWay();
    stop.abort();
    const given = await answer;
    expect(given.ok || given.error.message).not.toMatch(/stopped answering/);
  });
});
