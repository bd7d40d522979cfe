/**
 * Chart structure over HTTP (wire contract 2.10 to 2.12) from a real database file, candle by candle: nothing of a
 * moment depends on what came later, what a client joins from changes is the whole, and a correction replaces all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deltaPollAnswer,
  drawDeltaAnswer,
  factorHealthAnswer,
  factorSlicesAnswer,
  frameAnswer,
} from '../../src/api/contract.ts';
import { createClient } from '../../src/client/index.ts';
import { toEpochSec } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import type { SeriesId } from '../../src/model/series.ts';
import { ApiServer, ask, freshSeries } from '../fixtures/api-server.ts';
import { planWith, recordedMinutes, walkMinutes } from '../fixtures/chart-candles.ts';
import { changesOf } from '../fixtures/chart-changes.ts';
import { ChartReader } from '../fixtures/chart-reader.ts';
import { describeWithData } from '../fixtures/shared-data.ts';

const FROM = 1_700_000_040;
const plan = planWith({ majorWindow: 2, minorWindow: 1, overlayCandles: 80 });
let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer().start();
});
afterAll(() => server.stop());

function walkOf(name: string, count: number, seed: number): readonly ClosedCandle[] {
  const seriesId = freshSeries(name);
  return walkMinutes(count, seed, FROM * 1000).map((candle) => ({ ...candle, seriesId }));
}

/** Stores candles with their chart; `generation` 2 is the chart computed again. */
async function keep(candles: readonly ClosedCandle[], generation = 1, version = 0): Promise<void> {
  await server.save(...candles);
  await server.charts.save(changesOf(candles, [], { plan, generation, version }));
}

function idOf(candles: readonly ClosedCandle[]): SeriesId {
  return (candles[0] as ClosedCandle).seriesId;
}

function secAt(candles: readonly ClosedCandle[], index: number): number {
  return toEpochSec((candles.at(index) as ClosedCandle).openTime);
}

async function get(path: string, query: Readonly<Record<string, string | number>>) {
  const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return ask(server.port, { path: `${path}?${new URLSearchParams(texts)}` });
}

/** What a frame says, without the cursor: of a moment of the past it is the newest version of what is drawn. */
function withoutCursor(json: unknown): unknown {
  const frame = frameAnswer.parse(json);
  const { at_time: _, ...time } = frame.time;
  const patch = frame.draw_state.instruction_catalog_patch.map(({ version_id, ...item }) => item);
  const items = patch.sort((a, b) => (a.instruction_id < b.instruction_id ? -1 : 1));
  return { ...frame, time, draw_state: { ...frame.draw_state, next_cursor: null, instruction_catalog_patch: items } };
}

/** Plays candles one by one, each with its chart, and calls back after each. */
async function play(candles: readonly ClosedCandle[], after: (index: number) => Promise<void>): Promise<void> {
  const changes = changesOf(
    candles,
    candles.slice(1).map((_, index) => index + 1),
    { plan },
  );
  for (const [index, candle] of candles.entries()) {
    await server.save(candle);
    await server.charts.save([changes[index] as (typeof changes)[number]]);
    await after(index);
  }
}

describe('a frame of the past', () => {
  it('2.12 is what the live frame was then, at every candle', async () => {
    const candles = walkOf('PASTFRAME', 96, 5);
    const series_id = idOf(candles);
    const window_candles = 70;
    const then: unknown[] = [];
    await play(candles, async () => {
      then.push((await get('/api/frame/live', { series_id, window_candles })).json);
    });
    expect(JSON.stringify(then)).toContain('zhongshu.dead');
    for (const [index, frame] of then.entries()) {
      const at_time = secAt(candles, index) + (index % 60);
      const { json } = await get('/api/frame/at_time', { series_id, window_candles, at_time });
      expect(withoutCursor(json)).toEqual(withoutCursor(frame));
    }
  });

  it('2.11 a reader that goes on from a cursor of the past misses nothing', async () => {
    const candles = walkOf('PASTCURSOR', 120, 8);
    const series_id = idOf(candles);
    await keep(candles);
    const whole = drawDeltaAnswer.parse((await get('/api/draw/delta', { series_id })).json);
    for (const index of [30, 61, 97]) {
      const reader = new ChartReader();
      const past = await get('/api/draw/delta', { series_id, at_time: secAt(candles, index) });
      reader.take(drawDeltaAnswer.parse(past.json));
      const next = await get('/api/draw/delta', { series_id, cursor_version_id: reader.cursor });
      reader.take(drawDeltaAnswer.parse(next.json));
      expect(reader.shown()).toEqual(new ChartReader().take(whole).shown());
    }
  });
});

describeWithData('a frame of the past on recorded minutes', () => {
  it('2.12 is what the live frame was then, with the windows of the contract', async () => {
    const seriesId = freshSeries('RECORDED');
    const recorded = recordedMinutes('klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz', 3000);
    const candles = recorded.map((candle) => ({ ...candle, seriesId }));
    const cuts = Array.from({ length: 29 }, (_, index) => 100 * (index + 1) + (index % 7));
    const changes = changesOf(candles, cuts, { plan: planWith() });
    const then: (readonly [number, unknown])[] = [];
    for (const [index, change] of changes.entries()) {
      const end = cuts[index] ?? candles.length;
      await server.save(...candles.slice(cuts[index - 1] ?? 0, end));
      await server.charts.save([change]);
      then.push([secAt(candles, end - 1), (await get('/api/frame/live', { series_id: seriesId })).json]);
    }
    for (const [at_time, frame] of then) {
      const { json } = await get('/api/frame/at_time', { series_id: seriesId, at_time });
      expect(withoutCursor(json)).toEqual(withoutCursor(frame));
    }
  });
});

describe('changes', () => {
  it('2.12 joined are the whole, candle by candle, and nothing new is an empty answer', async () => {
    const candles = walkOf('JOINED', 81, 3);
    const series_id = idOf(candles);
    const window_candles = 60;
    const reader = new ChartReader();
    await play(candles, async (index) => {
      if (index % 3 === 1) return;
      const poll = deltaPollAnswer.parse(
        (await get('/api/delta/poll', { series_id, window_candles, after_id: reader.cursor })).json,
      );
      const [record] = poll.records;
      if (record === undefined) throw new Error('no record of a new candle');
      expect([record.id, record.to_candle_time]).toEqual([poll.next_cursor.id, secAt(candles, index)]);
      reader.take(record.draw_delta);
      const whole = drawDeltaAnswer.parse((await get('/api/draw/delta', { series_id, window_candles })).json);
      expect(reader.shown()).toEqual(new ChartReader().take(whole).shown());
      const slices = await get('/api/factor/slices', { series_id, window_candles, at_time: record.to_candle_time });
      expect(record.factor_slices).toEqual(slices.json);
    });
    const again = await get('/api/delta/poll', { series_id, window_candles, after_id: reader.cursor });
    expect(again.json).toMatchObject({ records: [], next_cursor: { id: reader.cursor } });
    const delta = await get('/api/draw/delta', { series_id, window_candles, cursor_version_id: reader.cursor });
    expect(delta.json).toMatchObject({ instruction_catalog_patch: [], next_cursor: { version_id: reader.cursor } });
    expect(drawDeltaAnswer.parse(delta.json).active_ids).toEqual(reader.activeIds);
  });

  it('after a correction say everything of the new chart again', async () => {
    const candles = walkOf('CORRECTED', 120, 12);
    const series_id = idOf(candles);
    await keep(candles);
    const reader = new ChartReader();
    reader.take(drawDeltaAnswer.parse((await get('/api/draw/delta', { series_id })).json));
    const corrected = candles.map((candle, index) =>
      index === 40 ? { ...candle, high: (candle.high * 2n) as typeof candle.high } : candle,
    );
    await keep(corrected, 2, reader.cursor);
    const poll = deltaPollAnswer.parse((await get('/api/delta/poll', { series_id, after_id: reader.cursor })).json);
    for (const record of poll.records) reader.take(record.draw_delta);
    const whole = drawDeltaAnswer.parse((await get('/api/draw/delta', { series_id })).json);
    expect(reader.shown()).toEqual(new ChartReader().take(whole).shown());
    expect(whole.active_ids).toContain(`pivot.major:${secAt(candles, 40)}:resistance:2`);
  });

  it('a cursor of another ledger is told where this one is', async () => {
    const candles = walkOf('OTHERLEDGER', 40, 1);
    await keep(candles);
    const { json } = await get('/api/delta/poll', { series_id: idOf(candles), after_id: 999_999 });
    expect(json).toMatchObject({ records: [], next_cursor: { id: 40 } });
  });
});

describe('F01 answers have the shapes of the contract', () => {
  let candles: readonly ClosedCandle[];
  let id: SeriesId;

  beforeAll(async () => {
    candles = walkOf('FAC', 260, 5);
    id = idOf(candles);
    await keep(candles);
  });

  it('2.10 slices: factors in order, each with history, head and meta', async () => {
    const at_time = secAt(candles, -1);
    const answer = await get('/api/factor/slices', { series_id: id, at_time: at_time + 30 });
    const slices = factorSlicesAnswer.parse(answer.json);
    expect(slices).toMatchObject({ series_id: id, at_time, candle_id: `${id}:${at_time}` });
    expect(slices.factors).toEqual(['pivot', 'pen', 'zhongshu', 'anchor', 'sr']);
    expect(Object.keys(slices.snapshots)).toEqual(slices.factors);
    const meta = { series_id: id, epoch: 0, at_time, candle_id: `${id}:${at_time}`, factor_name: 'pen' };
    expect(slices.snapshots['pen']?.meta).toEqual(meta);
    const majors = slices.snapshots['pivot']?.history['major'];
    const [pivot] = Array.isArray(majors) ? majors : [];
    expect(Object.keys(pivot ?? {}).sort()).toEqual(
      ['direction', 'pivot_idx', 'pivot_price', 'pivot_time', 'visible_time', 'window'].sort(),
    );
    expect(answer.text).toBe((await get('/api/factor/slices', { series_id: id, at_time })).text);
  });

  it('2.11 and 2.12 delta and frame: ids ascending, no key more, one candle for all parts', async () => {
    const frame = await get('/api/frame/live', { series_id: id });
    const { time, factor_slices, draw_state } = frameAnswer.strict().parse(frame.json);
    const at = secAt(candles, -1);
    expect(time).toEqual({ at_time: at, aligned_time: at, candle_id: `${id}:${at}` });
    expect([factor_slices.candle_id, draw_state.to_candle_id]).toEqual([time.candle_id, time.candle_id]);
    expect(draw_state.active_ids).toEqual([...draw_state.active_ids].sort());
    expect(draw_state).toEqual((await get('/api/draw/delta', { series_id: id })).json);
    const versions = draw_state.instruction_catalog_patch.map(({ version_id }) => version_id);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(draw_state.next_cursor).toEqual({ version_id: 260, point_time: null });
  });

  it('a window shows what reaches into it', async () => {
    const query = { series_id: id, window_candles: 20 };
    const { active_ids, instruction_catalog_patch } = drawDeltaAnswer.parse((await get('/api/draw/delta', query)).json);
    const start = secAt(candles, -1) - 20 * 60;
    const times = instruction_catalog_patch
      .filter(({ instruction_id, kind }) => kind === 'marker' && active_ids.includes(instruction_id))
      .map(({ definition }) => (definition.type === 'marker' ? definition.time : 0));
    expect(times.length).toBeGreaterThan(2);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(start);
  });

  it('an answer that is asked for again is 304, until a candle closed', async () => {
    const path = `/api/frame/live?series_id=${encodeURIComponent(id)}`;
    const first = await ask(server.port, { path });
    const etag = first.headers.etag as string;
    const again = await ask(server.port, { path, headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('hotwick/client', () => {
  it('reads the frame of now and of then', async () => {
    const candles = walkOf('CLIENT', 60, 5);
    const seriesId = idOf(candles);
    await keep(candles);
    const client = createClient({ url: `http://127.0.0.1:${server.port}` });
    try {
      const at_time = secAt(candles, 40);
      const query = { series_id: seriesId, window_candles: 30 };
      expect(await client.frame({ seriesId, windowCandles: 30 })).toEqual((await get('/api/frame/live', query)).json);
      const then = await client.frame({ seriesId, windowCandles: 30, atTime: at_time });
      expect(then).toEqual((await get('/api/frame/at_time', { ...query, at_time })).json);
      await expect(client.frame({ seriesId: freshSeries('EMPTY') })).rejects.toMatchObject({ code: 'unreachable' });
      await expect(client.frame({ seriesId, windowCandles: 0 })).rejects.toMatchObject({ code: 'option_invalid' });
      await expect(client.frame({ seriesId, atTime: -1 })).rejects.toMatchObject({ code: 'option_invalid' });
    } finally {
      client.close();
    }
  });
});

describe('where there is no structure', () => {
  it('no candle: empty answers, and 404 for frames', async () => {
    const series_id = freshSeries('NOTHING');
    expect((await get('/api/factor/slices', { series_id, at_time: 5 })).json).toEqual({
      schema_version: 1,
      series_id,
      at_time: 5,
      candle_id: null,
      factors: [],
      snapshots: {},
    });
    expect((await get('/api/draw/delta', { series_id, cursor_version_id: 7 })).json).toEqual({
      schema_version: 1,
      series_id,
      to_candle_id: null,
      to_candle_time: null,
      active_ids: [],
      instruction_catalog_patch: [],
      series_points: {},
      next_cursor: { version_id: 7, point_time: null },
    });
    expect((await get('/api/delta/poll', { series_id, after_id: 7 })).json).toMatchObject({
      records: [],
      next_cursor: { id: 7 },
    });
    for (const [path, query] of [
      ['/api/frame/live', {}],
      ['/api/frame/at_time', { at_time: 5 }],
    ] as const) {
      const { status, json } = await get(path, { series_id, ...query });
      expect([status, json]).toEqual([404, { detail: 'no_data' }]);
    }
    const health = factorHealthAnswer.parse((await get('/api/factor/health', { series_id })).json);
    expect(health).toMatchObject({ status: 'gray', status_reason: 'no_store_head', factor_delay_candles: null });
  });

  it('no ledger: 409 with its name, and 404 no_overlay for frames', async () => {
    const candles = walkOf('NOLEDGER', 5, 1);
    await server.save(...candles);
    const series_id = idOf(candles);
    const at_time = secAt(candles, -1);
    const details = [
      await get('/api/factor/slices', { series_id, at_time }),
      await get('/api/draw/delta', { series_id }),
      await get('/api/frame/live', { series_id }),
      await get('/api/frame/at_time', { series_id, at_time }),
    ].map(({ status, json }) => [status, (json as { detail: string }).detail]);
    expect(details).toEqual([
      [409, 'ledger_out_of_sync:factor'],
      [409, 'ledger_out_of_sync:overlay'],
      [404, 'no_overlay'],
      [404, 'no_overlay'],
    ]);
    const health = await get('/api/factor/health', { series_id });
    expect(health.json).toMatchObject({ status: 'red', status_reason: 'missing_factor_overlay_head' });
  });

  it('a ledger that is behind: 409 for what it has not, frames of what it has', async () => {
    const candles = walkOf('BEHIND', 60, 4);
    const series_id = idOf(candles);
    await keep(candles.slice(0, 57));
    await server.save(...candles.slice(57));
    const [behind, head] = [secAt(candles, 56), secAt(candles, -1)];
    expect((await get('/api/factor/slices', { series_id, at_time: head })).status).toBe(409);
    expect((await get('/api/draw/delta', { series_id })).status).toBe(409);
    expect((await get('/api/frame/at_time', { series_id, at_time: head })).status).toBe(409);
    const frame = frameAnswer.parse((await get('/api/frame/live', { series_id })).json);
    expect(frame.time).toEqual({ at_time: head, aligned_time: behind, candle_id: `${series_id}:${behind}` });
    expect((await get('/api/frame/at_time', { series_id, at_time: behind })).status).toBe(200);
    const health = await get('/api/factor/health', { series_id });
    expect(health.json).toMatchObject({
      status: 'red',
      status_reason: 'lagging_many_candles',
      max_delay_candles: 3,
      max_delay_seconds: 180,
    });
  });
});

describe('parameters that are none', () => {
  const id = freshSeries('PARAMETERS');
  it.each([
    ['/api/factor/slices', {}, 422],
    ['/api/factor/slices', { series_id: id }, 422],
    ['/api/factor/slices', { series_id: id, at_time: -1 }, 422],
    ['/api/factor/slices', { series_id: id, at_time: 1e300 }, 422],
    ['/api/factor/slices', { series_id: id, at_time: 0, window_candles: 0 }, 422],
    ['/api/factor/slices', { series_id: id, at_time: 0, window_candles: 5001 }, 422],
    ['/api/factor/slices', { series_id: 'foo', at_time: 0 }, 400],
    ['/api/factor/health', {}, 422],
    ['/api/factor/health', { series_id: 'a:b:c:1w' }, 400],
    ['/api/draw/delta', { series_id: id, cursor_version_id: -1 }, 422],
    ['/api/draw/delta', { series_id: id, cursor_version_id: 'x' }, 422],
    ['/api/draw/delta', { series_id: id, at_time: 1.5 }, 422],
    ['/api/draw/delta', { series_id: '::::' }, 400],
    ['/api/frame/live', { series_id: '' }, 422],
    ['/api/frame/at_time', { series_id: id }, 422],
    ['/api/frame/at_time', { series_id: id, at_time: 253_402_300_800 }, 422],
    ['/api/delta/poll', { series_id: id, after_id: 'NaN' }, 422],
    ['/api/delta/poll', { series_id: id, limit: 0 }, 422],
    ['/api/delta/poll', { series_id: `x:y:${'z'.repeat(300)}:1m` }, 400],
  ] as const)('%s %j is %i', async (path, query, status) => {
    const answer = await get(path, query);
    expect(answer.status).toBe(status);
    expect(answer.json).toHaveProperty('detail');
  });

  it.each([0, 253_402_300_799])('the time %i is taken', async (at_time) => {
    const candles = walkOf(`EDGE${at_time}`, 30, 2);
    await keep(candles);
    const { status, json } = await get('/api/factor/slices', { series_id: idOf(candles), at_time });
    expect([status, factorSlicesAnswer.parse(json).at_time]).toEqual([200, at_time === 0 ? 0 : secAt(candles, -1)]);
  });
});
