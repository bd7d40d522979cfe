/**
 * Answers that are kept, asked for over real connections: never one that is older than the question, whoever wrote, and
 * none at all to a client that has the same bytes already.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, ask, askCandles, candleAt, freshSeries, minutesFrom, wireAt } from '../fixtures/api-server.ts';

const T = 1_700_000_040;
const run = promisify(execFile);

let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer().start();
});
afterAll(() => server.stop());

/** Asks for the newest candles with what a client has of them. */
function askAgain(id: string, condition: string) {
  const path = `/api/market/candles?series_id=${encodeURIComponent(id)}`;
  return ask(server.port, { path, headers: { 'if-none-match': condition } });
}

describe('an answer asked for again', () => {
  it('is the same, and another as soon as a candle was added or corrected', async () => {
    const id = freshSeries('AGAIN');
    const seen: string[] = [];
    for (const candle of [candleAt(id, T), candleAt(id, T + 60), candleAt(id, T, 50), candleAt(id, T - 60)]) {
      await server.save(candle);
      const [first, second] = [
        await askCandles(server.port, { series_id: id }),
        await askCandles(server.port, { series_id: id }),
      ];
      expect(second).toEqual({ ...first, headers: { ...first.headers, date: second.headers.date } });
      seen.push(first.text);
    }
    expect(new Set(seen).size).toBe(4);
    expect(JSON.parse(seen[3] ?? '')).toEqual({
      series_id: id,
      server_head_time: T + 60,
      candles: [wireAt(T - 60), wireAt(T, 50), wireAt(T + 60)],
    });
  });

  it('shows what another process has stored meanwhile', async () => {
    const id = freshSeries('PROCESS');
    await server.save(candleAt(id, T));
    await askCandles(server.port, { series_id: id });
    const writer = join(import.meta.dirname, '../fixtures/other-writer.ts');
    await run(process.execPath, [writer, server.path, id, String(T), '77']);
    const { json } = await askCandles(server.port, { series_id: id });
    expect(json).toMatchObject({ candles: [wireAt(T, 77)] });
  });

  it('is the same to many at once', async () => {
    const id = freshSeries('MANY');
    await server.save(...minutesFrom(id, T, 100));
    const answers = await Promise.all(Array.from({ length: 20 }, () => askCandles(server.port, { series_id: id })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.json).toMatchObject({ candles: { length: 100 } });
  });

  it('changes when market time lets a candle be closed', async () => {
    const early = await new ApiServer({ nowSec: T + 90 }).start();
    const id = freshSeries('CLOCK');
    await early.save(...minutesFrom(id, T, 2));
    const count = async () => (await askCandles(early.port, { series_id: id })).json;
    expect(await count()).toMatchObject({ candles: { length: 1 } });
    await early.clock.advance(30_000);
    expect(await count()).toMatchObject({ candles: { length: 2 } });
    await early.stop();
  });
});

describe('a client that has an answer already', () => {
  it('is told so without a body until the answer is another one', async () => {
    const id = freshSeries('TAG');
    await server.save(candleAt(id, T));
    const { status, headers } = await askCandles(server.port, { series_id: id });
    const tag = String(headers.etag);
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
    for (const condition of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const again = await askAgain(id, condition);
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', tag]);
    }
    await server.save(candleAt(id, T, 50));
    const changed = await askAgain(id, tag);
    expect([changed.status, changed.json]).toMatchObject([200, { candles: [wireAt(T, 50)] }]);
    expect(changed.headers.etag).not.toBe(tag);
    await server.save(candleAt(id, T));
    expect((await askAgain(id, tag)).status).toBe(304);
  });

  it('gets the answer when its tag is of another one', async () => {
    const id = freshSeries('OTHERTAG');
    await server.save(candleAt(id, T));
    for (const condition of ['"x"', '', 'W/', '"*"']) expect((await askAgain(id, condition)).status).toBe(200);
  });
});
