/**
 * Chart structure of the whole service over real sockets and a real file: it is there with the candle it is of, over
 * restarts and corrections, for series that came in beside the service, and not at all where it is switched off.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { frameAnswer, repairAnswer, replayPrepareAnswer } from '../../src/api/contract.ts';
import { toFloat } from '../../src/core/decimal.ts';
import { toEpochSec } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { ask, freshSeries } from '../fixtures/api-server.ts';
import { walkMinutes } from '../fixtures/chart-candles.ts';
import { MarketService, type MarketServiceOptions } from '../fixtures/market-service.ts';

const FROM = 1_700_000_040;
const SERIES = freshSeries('STRUCTURE');
const minutes = walkMinutes(400, 5, FROM * 1000).map((candle) => ({ ...candle, seriesId: SERIES }));
const WINDOWS = { TRADE_CANVAS_PIVOT_WINDOW_MAJOR: '3', TRADE_CANVAS_PIVOT_WINDOW_MINOR: '2' };
const DEV = { TRADE_CANVAS_ENABLE_DEV_API: '1' };
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: MarketServiceOptions = {}): Promise<MarketService> {
  const environment = { ...WINDOWS, ...DEV, ...options.environment };
  const service = await MarketService.start({ ...options, environment });
  stops.push(() => service.stop());
  return service;
}

function wireOf({ openTime, open, high, low, close, volume }: ClosedCandle) {
  const [o, h, l, c, v] = [open, high, low, close, volume].map(toFloat);
  return { candle_time: toEpochSec(openTime), open: o, high: h, low: l, close: c, volume: v };
}

async function post({ port }: MarketService, path: string, body: object) {
  return ask(port, { path: `/api/${path}`, method: 'POST', body: JSON.stringify(body) });
}

async function postCandles(service: MarketService, candles: readonly ClosedCandle[]): Promise<void> {
  const body = { series_id: SERIES, candles: candles.map(wireOf) };
  expect((await post(service, 'dev/market/ingest/candles_closed_batch', body)).status).toBe(200);
}

async function get({ port }: MarketService, path: string, query: Readonly<Record<string, string | number>> = {}) {
  const all = Object.entries({ series_id: SERIES, ...query }).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return ask(port, { path: `/api/${path}?${new URLSearchParams(all)}` });
}

function secAt(index: number): number {
  return toEpochSec((minutes[index] as ClosedCandle).openTime);
}

/** The drawings and slices of the newest candle, without versions. */
async function shown(service: MarketService) {
  const { draw_state, factor_slices } = frameAnswer.parse((await get(service, 'frame/live')).json);
  const items = draw_state.instruction_catalog_patch.map(({ version_id: _, ...item }) => item);
  const byId = items.sort((a, b) => (a.instruction_id < b.instruction_id ? -1 : 1));
  return { activeIds: draw_state.active_ids, items: byId, slices: factor_slices };
}

describe('the structure of posted candles', () => {
  it('2.2 is at the candle when its post is answered, and no reader ever meets a ledger that is behind', async () => {
    const service = await start();
    await postCandles(service, minutes.slice(0, 100));
    const statuses = new Set<number>();
    let cursor = 0;
    for (const [index, candle] of minutes.slice(100, 112).entries()) {
      const posted = post(service, 'market/ingest/candle_closed', { series_id: SERIES, candle: wireOf(candle) });
      const reads = ['frame/live', 'draw/delta', 'delta/poll'].map((path) => get(service, path));
      for (const { status } of await Promise.all([posted, ...reads])) statuses.add(status);
      const poll = await get(service, 'delta/poll', { after_id: cursor });
      expect(poll.json).toMatchObject({ records: [{ to_candle_time: secAt(100 + index) }] });
      cursor = (poll.json as { next_cursor: { id: number } }).next_cursor.id;
    }
    expect([...statuses]).toEqual([200]);
    expect((await get(service, 'factor/health')).json).toMatchObject({ status: 'green', max_delay_candles: 0 });
  });

  it('is the same after a restart, and goes on', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-structure-'));
    stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await start({ dataDir });
    await postCandles(first, minutes.slice(0, 200));
    const before = await get(first, 'frame/live');
    await first.stop();
    const again = await start({ dataDir });
    expect((await get(again, 'frame/live')).text).toBe(before.text);
    await postCandles(again, minutes.slice(200, 260));
    const whole = await start();
    await postCandles(whole, minutes.slice(0, 260));
    expect(await shown(again)).toEqual(await shown(whole));
  });

  it('follows a correction of the past, and a cursor from before it gets everything again', async () => {
    const service = await start();
    await postCandles(service, minutes.slice(0, 150));
    const before = frameAnswer.parse((await get(service, 'frame/live')).json).draw_state.next_cursor.version_id;
    const wrong = minutes[70] as ClosedCandle;
    const corrected = { ...wrong, high: (wrong.high * 2n) as typeof wrong.high };
    const body = { series_id: SERIES, candle: wireOf(corrected) };
    expect((await post(service, 'market/ingest/candle_closed', body)).status).toBe(200);
    const marker = `pivot.major:${secAt(70)}:resistance:3`;
    await expect.poll(async () => (await shown(service)).activeIds, { timeout: 20_000 }).toContain(marker);
    const whole = await start();
    await postCandles(
      whole,
      minutes.slice(0, 150).map((candle, index) => (index === 70 ? corrected : candle)),
    );
    expect(await shown(service)).toEqual(await shown(whole));
    const poll = await get(service, 'delta/poll', { after_id: before });
    const [record] = (poll.json as { records: { draw_delta: { instruction_catalog_patch: object[] } }[] }).records;
    expect(record?.draw_delta.instruction_catalog_patch).toHaveLength((await shown(service)).items.length);
  });
});

describe('candles that came in beside the service', () => {
  it('8 prepare computes their structure, and a read does', async () => {
    const service = await start();
    const other = freshSeries('BESIDE');
    const besides = minutes.slice(0, 300).map((candle) => ({ ...candle, seriesId: other }));
    await service.service.store.save({ candles: besides, gaps: [] });
    const prepared = await post(service, 'replay/prepare', { series_id: other });
    expect(replayPrepareAnswer.parse(prepared.json)).toMatchObject({ aligned_time: secAt(299), computed: true });
    const third = freshSeries('READ');
    await service.service.store.save({ candles: besides.map((candle) => ({ ...candle, seriesId: third })), gaps: [] });
    await expect
      .poll(async () => (await get(service, 'frame/live', { series_id: third })).status, { timeout: 20_000 })
      .toBe(200);
  });

  it('2.12 repair computes a series again, above every version there was', async () => {
    const service = await start({ environment: { TRADE_CANVAS_ENABLE_READ_REPAIR_API: '1' } });
    await postCandles(service, minutes.slice(0, 120));
    const [before, frame] = [await shown(service), frameAnswer.parse((await get(service, 'frame/live')).json)];
    const to_time = secAt(100) + 5;
    const { json } = await post(service, 'dev/repair/overlay', { series_id: SERIES, to_time });
    expect(repairAnswer.parse(json)).toMatchObject({
      requested_time: to_time,
      aligned_time: secAt(100),
      factor_head_time: secAt(119),
      overlay_head_time: secAt(119),
    });
    expect(await shown(service)).toEqual(before);
    const after = frameAnswer.parse((await get(service, 'frame/live')).json);
    expect(after.draw_state.next_cursor.version_id).toBeGreaterThan(frame.draw_state.next_cursor.version_id);
    const refused = [
      await post(service, 'dev/repair/overlay', { series_id: freshSeries('NEVER') }),
      await post(service, 'dev/repair/overlay', { series_id: 'foo' }),
      await post(service, 'dev/repair/overlay', { to_time: 5 }),
    ].map(({ status }) => status);
    expect(refused).toEqual([404, 400, 422]);
  });
});

describe('switched off', () => {
  it('2.12 repair needs both of its switches', async () => {
    for (const environment of [{}, { TRADE_CANVAS_ENABLE_READ_REPAIR_API: '1', TRADE_CANVAS_ENABLE_DEV_API: '0' }]) {
      const service = await start({ environment });
      const { status, json } = await post(service, 'dev/repair/overlay', { series_id: SERIES });
      expect([status, json]).toEqual([404, { detail: 'not_found' }]);
    }
  });

  it('without factors candles live on, and structure is said to be absent', async () => {
    const off = { TRADE_CANVAS_ENABLE_FACTOR_INGEST: '0', TRADE_CANVAS_ENABLE_READ_REPAIR_API: '1' };
    const service = await start({ environment: off });
    await postCandles(service, minutes.slice(0, 50));
    const answers = [
      await get(service, 'market/candles'),
      await get(service, 'frame/live'),
      await get(service, 'draw/delta'),
      await get(service, 'factor/slices', { at_time: secAt(49) }),
      await post(service, 'replay/prepare', { series_id: SERIES }),
      await post(service, 'dev/repair/overlay', { series_id: SERIES }),
    ].map(({ status }) => status);
    expect(answers).toEqual([200, 404, 409, 409, 409, 409]);
    expect((await get(service, 'factor/health')).json).toMatchObject({ status: 'red' });
  });
});
