/**
 * Replay packages over HTTP (wire contract 8) from a real database file: at every candle a package says what a frame
 * of that candle says, of the candles as they are now or as they were known then.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import {
  frameAnswer,
  replayBuildAnswer,
  replayCoverageAnswer,
  replayCoverageStatusAnswer,
  replayPrepareAnswer,
  replayStatusAnswer,
  replayWindowAnswer,
} from '../../src/api/contract.ts';
import { epochMs, toEpochSec } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import type { SeriesId } from '../../src/model/series.ts';
import { ApiServer, ask, freshSeries } from '../fixtures/api-server.ts';
import { planWith, walkMinutes } from '../fixtures/chart-candles.ts';
import { changesOf } from '../fixtures/chart-changes.ts';
import { momentOf } from '../fixtures/replay-reader.ts';

const FROM = 1_700_000_040;
const plan = planWith({ majorWindow: 2, minorWindow: 1, overlayCandles: 150 });
const factorSettings = plan.settings;
let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer({ factorSettings }).start();
});
afterAll(() => server.stop());

function walkOf(name: string, count: number, seed: number): readonly ClosedCandle[] {
  const seriesId = freshSeries(name);
  return walkMinutes(count, seed, FROM * 1000).map((candle) => ({ ...candle, seriesId }));
}

function idOf(candles: readonly ClosedCandle[]): SeriesId {
  return (candles[0] as ClosedCandle).seriesId;
}

function secAt(candles: readonly ClosedCandle[], index: number): number {
  return toEpochSec((candles.at(index) as ClosedCandle).openTime);
}

async function post(path: string, body: unknown, port = server.port) {
  return ask(port, { path: `/api/replay/${path}`, method: 'POST', body: JSON.stringify(body) });
}

async function get(path: string, query: Readonly<Record<string, string | number>>, port = server.port) {
  const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return ask(port, { path: `/api/${path}?${new URLSearchParams(texts)}` });
}

type Status = z.infer<typeof replayStatusAnswer>;

/** Builds a package and waits until it is ready or failed. */
async function build(body: object): Promise<Status> {
  const started = replayBuildAnswer.parse((await post('build', body)).json);
  expect([started.job_id, started.job_id.length]).toEqual([started.cache_key, 24]);
  return untilThere(async () => {
    const status = replayStatusAnswer.parse((await get('replay/status', { job_id: started.job_id })).json);
    return status.status === 'building' ? null : status;
  });
}

async function untilThere<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== null) return value;
  }
}

async function windowOf(job_id: string, target_idx: number, form: 'whole' | 'compact' = 'whole') {
  return replayWindowAnswer.parse((await get('replay/window', { job_id, target_idx, form })).json);
}

/** What the frame of a candle says, in the shape of a package's moment; versions are the ledger's own. */
async function frameMoment(series_id: string, window_candles: number, at_time: number) {
  const { json } = await get('frame/at_time', { series_id, window_candles, at_time });
  const { draw_state, factor_slices } = frameAnswer.parse(json);
  const byId = new Map(draw_state.instruction_catalog_patch.map((item) => [item.instruction_id, item]));
  const slices = Object.entries(factor_slices.snapshots).map(([name, { history, head }]) => [name, { history, head }]);
  return {
    activeIds: draw_state.active_ids,
    items: draw_state.active_ids.map((id) => ({ ...byId.get(id), version_id: 0 })),
    slices: Object.fromEntries(slices),
  };
}

describe('a package', () => {
  it('8 says at every candle what a frame of that candle says', async () => {
    const candles = walkOf('PACKAGE', 210, 5);
    const series_id = idOf(candles);
    await server.save(...candles);
    await server.charts.save(changesOf(candles, [], { plan }));
    const to_time = secAt(candles, -11) + 30;
    const rules = { window_candles: 100, window_size: 40, snapshot_interval: 7 };
    const done = await build({ series_id, to_time, ...rules });
    expect(done).toMatchObject({ status: 'done', progress_pct: 100, error: null, preload_window: null });
    expect(done.metadata).toMatchObject({
      series_id,
      timeframe_s: 60,
      total_candles: 100,
      from_candle_time: secAt(candles, 100),
      to_candle_time: secAt(candles, 199),
      window_size: 40,
      snapshot_interval: 7,
    });
    expect(done.metadata?.factor_schema.map(({ factor_name }) => factor_name)).toContain('zhongshu');
    const windows = [await windowOf(done.job_id, 0), await windowOf(done.job_id, 79), await windowOf(done.job_id, 99)];
    expect(windows.map(({ window }) => [window.start_idx, window.end_idx])).toEqual([
      [0, 40],
      [40, 80],
      [80, 100],
    ]);
    for (const window of windows) {
      for (let idx = window.window.start_idx; idx < window.window.end_idx; idx += 3) {
        const told = momentOf(window, idx);
        const shown = { ...told, items: told.items.map((item) => ({ ...item, version_id: 0 })) };
        const expected = await frameMoment(series_id, 100, secAt(candles, 100 + idx));
        expect(withoutCut(shown)).toEqual(withoutCut(expected));
        const compact = momentOf(await windowOf(done.job_id, idx, 'compact'), idx);
        const toldByChanges = { ...compact, items: compact.items.map((item) => ({ ...item, version_id: 0 })) };
        expect(withoutCut(toldByChanges)).toEqual(withoutCut(expected));
      }
    }
    const preloaded = replayStatusAnswer.parse(
      (await get('replay/status', { job_id: done.job_id, include_preload: 1 })).json,
    );
    expect(preloaded.preload_window).toEqual(windows[0]?.window);
    const whole = await get('replay/status', { job_id: done.job_id, include_candles: 1 });
    expect(replayStatusAnswer.parse(whole.json).candles).toEqual(windows.flatMap(({ window }) => window.kline));
  });

  it('takes a tenth of the bytes in the compact form, whole slices and growing lines being told once', async () => {
    const candles = walkOf('COMPACT', 500, 3);
    await server.save(...candles);
    const { job_id } = await build({ series_id: idOf(candles), window_candles: 500, window_size: 150 });
    const bytesOf = async (form: string): Promise<number> =>
      (await get('replay/window', { job_id, target_idx: 299, form })).text.length;
    const [whole, compact] = [await bytesOf('whole'), await bytesOf('compact')];
    process.stdout.write(`a window of 150 candles: whole ${whole} bytes, compact ${compact}\n`);
    expect(compact).toBeLessThan(whole / 10);
  });

  it('is the same one for the same wish, also after a restart', async () => {
    const candles = walkOf('SAMEKEY', 120, 2);
    const wish = { series_id: idOf(candles), window_candles: 110 };
    await server.save(...candles);
    const first = await build(wish);
    const again = replayBuildAnswer.parse((await post('build', wish)).json);
    expect(again).toEqual({ status: 'done', job_id: first.job_id, cache_key: first.job_id });
    const other = await new ApiServer({ factorSettings }).start();
    try {
      await other.save(...candles);
      const { json } = await post('build', wish, other.port);
      expect(replayBuildAnswer.parse(json).job_id).toBe(first.job_id);
    } finally {
      await other.stop();
    }
  });

  it('of what was known then is untouched by a correction and by candles that came late, one of now is not', async () => {
    const candles = walkOf('KNOWN', 160, 9);
    const series_id = idOf(candles);
    const late = candles[70] as ClosedCandle;
    const wrong = { ...(candles[90] as ClosedCandle), high: (candles[90] as ClosedCandle).high * 2n } as ClosedCandle;
    const before = candles.slice(0, 130).map((candle, index) => (index === 90 ? wrong : candle));
    for (const candle of before) if (candle !== late) await server.save(candle);
    const wish = { series_id, to_time: secAt(candles, 129), window_candles: 100, window_size: 100 };
    const then = await build(wish);
    await server.save(
      { ...(candles[90] as ClosedCandle), certificate: { ...wrong.certificate, source: 'rest' } },
      late,
    );
    await server.save(...candles.slice(130));
    const text = async (job_id: string) => {
      const { job_id: _, ...rest } = await windowOf(job_id, 0);
      return JSON.stringify(rest);
    };
    const known = await build({ ...wish, known: 'then' });
    expect(await text(known.job_id)).toBe(await text(then.job_id));
    const now = await build({ ...wish, window_candles: 101 });
    const { kline } = (await windowOf(now.job_id, 0)).window;
    expect(kline.map(({ time }) => time)).toContain(secAt(candles, 70));
    expect(kline.find(({ time }) => time === secAt(candles, 90))?.high).toBeLessThan(2000);
    const refused = await post('build', { ...wish, to_time: secAt(candles, 70), window_candles: 5, known: 'then' });
    expect([refused.status, refused.json]).toEqual([409, { detail: 'coverage_missing' }]);
  });
});

/** Lines of levels are cut where a window begins, which for a package is where the line was told. */
function withoutCut(moment: {
  readonly activeIds: unknown;
  readonly items: readonly object[];
  readonly slices: unknown;
}) {
  const items = moment.items.map((item) => {
    const { instruction_id, definition } = item as {
      instruction_id: string;
      definition: { points?: { time: number; value: number }[] };
    };
    if (!instruction_id.startsWith('sr.') || definition.points === undefined) return item;
    return { ...item, definition: { ...definition, points: definition.points.map(({ value }) => value) } };
  });
  return { ...moment, items };
}

describe('what can not be built or read', () => {
  let id: SeriesId;
  let job_id: string;

  beforeAll(async () => {
    const candles = walkOf('REFUSED', 60, 1);
    id = idOf(candles);
    await server.save(...candles);
    job_id = (await build({ series_id: id, window_candles: 60 })).job_id;
  });

  it.each([
    ['build', { window_candles: 61 }, 409, 'coverage_missing'],
    ['build', { to_time: 5 }, 404, 'no_data'],
    ['build', { series_id: freshSeries('UNSEEN') }, 404, 'no_data'],
    ['build', { series_id: 'foo' }, 400, "series_id must be '{exchange}:{market}:{symbol}:{timeframe}'"],
    ['prepare', { to_time: 5 }, 404, 'no_data'],
    ['prepare', {}, 409, 'ledger_out_of_sync:factor'],
  ] as const)('%s %j is %i %s', async (path, wish, status, detail) => {
    const answer = await post(path, { series_id: id, ...wish });
    expect([answer.status, answer.json]).toEqual([status, { detail }]);
  });

  it.each([
    ['build', ''],
    ['build', '[]'],
    ['build', '{}'],
    ['build', { series_id: '' }],
    ['build', { window_candles: 0 }],
    ['build', { window_candles: 5001 }],
    ['build', { window_candles: 'many' }],
    ['build', { window_size: 9 }],
    ['build', { window_size: 1001 }],
    ['build', { snapshot_interval: 4 }],
    ['build', { snapshot_interval: 201 }],
    ['build', { to_time: -1 }],
    ['build', { to_time: 1e30 }],
    ['build', { known: 'soon' }],
    ['prepare', { window_candles: 1.5 }],
    ['ensure_coverage', { target_candles: 0 }],
    ['ensure_coverage', { target_candles: 5001 }],
  ])('%s %j is 422', async (path, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify({ series_id: id, ...body });
    const answer = await ask(server.port, { path: `/api/replay/${path}`, method: 'POST', body: text });
    expect(answer.status).toBe(422);
    expect(answer.json).toHaveProperty('detail.0.loc.0', 'body');
  });

  it.each([
    ['replay/status', { job_id: 'unknown' }, 404],
    ['replay/status', {}, 422],
    ['replay/status', { job_id: 'x', include_preload: 2 }, 422],
    ['replay/status', { job_id: 'x', include_candles: 2 }, 422],
    ['replay/window', { job_id: 'unknown', target_idx: 0 }, 404],
    ['replay/window', { job_id: 'x' }, 422],
    ['replay/window', { job_id: 'x', target_idx: -1 }, 422],
    ['replay/window', { job_id: 'x', target_idx: 0, form: 'small' }, 422],
    ['replay/coverage_status', { job_id: 'unknown' }, 404],
    ['replay/coverage_status', { job_id: 'coverage_foo:1:1' }, 404],
    ['replay/coverage_status', { job_id: 'coverage_a:b:c:1m:1:9999' }, 404],
  ] as const)('%s %j is %i', async (path, query, status) => {
    expect((await get(path, query)).status).toBe(status);
  });

  it('a candle that the package does not have is 422 target_idx_out_of_range', async () => {
    expect((await get('replay/window', { job_id, target_idx: 59 })).status).toBe(200);
    const { status, json } = await get('replay/window', { job_id, target_idx: 60 });
    expect([status, json]).toEqual([422, { detail: 'target_idx_out_of_range' }]);
  });

  it('too many builds at once are 503 replay_busy, and the same one twice is one', async () => {
    // Time that stands still: nothing that was begun goes on.
    const wallClock = createManualClock(epochMs(FROM * 1000));
    const slow = await new ApiServer({ wallClock }).start();
    try {
      const candles = walkOf('BUSY', 60, 1);
      await slow.save(...candles);
      const wish = (window_candles: number) => post('build', { series_id: idOf(candles), window_candles }, slow.port);
      const statuses: number[] = [];
      for (const count of [10, 11, 12, 13, 14, 15]) statuses.push((await wish(count)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 503]);
      expect((await wish(14)).json).toMatchObject({ status: 'building' });
      const { job_id: waiting } = replayBuildAnswer.parse((await wish(10)).json);
      const status = replayStatusAnswer.parse((await get('replay/status', { job_id: waiting }, slow.port)).json);
      expect(status).toMatchObject({ status: 'building', progress_pct: 0, metadata: null });
      expect((await get('replay/window', { job_id: waiting, target_idx: 0 }, slow.port)).status).toBe(404);
    } finally {
      await slow.stop();
    }
  });
});

describe('before a build', () => {
  it('prepare tells where the ledgers are', async () => {
    const candles = walkOf('PREPARE', 40, 1);
    const series_id = idOf(candles);
    await server.save(...candles);
    await server.charts.save(changesOf(candles, [], { plan }));
    const requested_time = secAt(candles, 30) + 7;
    const { json } = await post('prepare', { series_id, to_time: requested_time, window_candles: 20 });
    const head = secAt(candles, -1);
    expect(replayPrepareAnswer.parse(json)).toEqual({
      ok: true,
      series_id,
      requested_time,
      aligned_time: secAt(candles, 30),
      window_candles: 100,
      factor_head_time: head,
      overlay_head_time: head,
      computed: false,
    });
  });

  it('coverage is done with enough candles, and says how many there are without', async () => {
    const candles = walkOf('COVERAGE', 30, 1);
    const series_id = idOf(candles);
    await server.save(...candles);
    const to_time = secAt(candles, 24);
    const ensure = async (target_candles: number) =>
      replayCoverageAnswer.parse((await post('ensure_coverage', { series_id, target_candles, to_time })).json);
    const enough = await ensure(25);
    expect(enough).toEqual({ status: 'done', job_id: `coverage_${series_id}:${to_time}:25`, error: null });
    const short = await ensure(26);
    const status = await get('replay/coverage_status', { job_id: short.job_id });
    expect(replayCoverageStatusAnswer.parse(status.json)).toEqual({
      status: 'error',
      job_id: short.job_id,
      candles_ready: 25,
      required_candles: 26,
      head_time: secAt(candles, -1),
      error: 'coverage_missing',
    });
  });
});

describe('switched off', () => {
  it.each([
    [{ replay: 'off', replayCoverage: 'on' }, [404, 404, 404, 404]],
    [{ replay: 'on', replayCoverage: 'off' }, [409, 404, 404, 404]],
  ] as const)('%j: %j', async (gates, expected) => {
    const own = await new ApiServer({ gates }).start();
    try {
      const candles = walkOf('OFF', 5, 1);
      await own.save(...candles);
      const series_id = idOf(candles);
      const answers = [
        await post('build', { series_id }, own.port),
        await get('replay/status', { job_id: 'x' }, own.port),
        await post('ensure_coverage', { series_id }, own.port),
        await get('replay/coverage_status', { job_id: 'x' }, own.port),
      ];
      expect(answers.map(({ status }) => status)).toEqual(expected);
      expect(answers[2]?.json).toEqual({ detail: 'not_found' });
    } finally {
      await own.stop();
    }
  });
});
