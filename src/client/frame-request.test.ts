import { describe, expect, it } from 'vitest';
import { frameRequest } from './frame-request.ts';

const { parse } = frameRequest({ seriesId: 'a:b:C/D:1m', atTime: null, windowCandles: 10 });

const frame = {
  schema_version: 1,
  series_id: 'a:b:C/D:1m',
  time: { at_time: 60, aligned_time: 60, candle_id: 'a:b:C/D:1m:60' },
  factor_slices: { factors: ['pivot'], snapshots: { pivot: { history: {}, head: {} } } },
  draw_state: {
    active_ids: ['a'],
    instruction_catalog_patch: [
      { instruction_id: 'a', version_id: 1, definition: { type: 'marker', time: 60 } },
      { instruction_id: 'b', version_id: 2, definition: { type: 'polyline', points: [{ time: 60, value: 1 }] } },
    ],
    next_cursor: { version_id: 2 },
  },
};

describe('a frame', () => {
  it('is asked for at the newest candle or at a time', () => {
    const at = frameRequest({ seriesId: 'a:b:C/D:1m', atTime: 60, windowCandles: 10 });
    expect(at.path).toBe('api/frame/at_time?series_id=a%3Ab%3AC%2FD%3A1m&window_candles=10&at_time=60');
    expect(frameRequest({ seriesId: 'x', atTime: null, windowCandles: 1 }).path).toMatch(/^api\/frame\/live\?/);
  });

  it('is taken as it is when it has the shape of the contract', () => {
    expect(parse(JSON.stringify(frame))).toEqual(frame);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', []],
    ['no series', { ...frame, series_id: 1 }],
    ['no time', { ...frame, time: null }],
    ['a time without a candle', { ...frame, time: { at_time: 60 } }],
    ['a factor without its slice', { ...frame, factor_slices: { factors: ['pen'], snapshots: {} } }],
    ['ids that are none', { ...frame, draw_state: { ...frame.draw_state, active_ids: [1] } }],
    ['no cursor', { ...frame, draw_state: { ...frame.draw_state, next_cursor: {} } }],
    ['no patch', { ...frame, draw_state: { ...frame.draw_state, instruction_catalog_patch: {} } }],
    ['an instruction of nothing', { ...frame, draw_state: { ...frame.draw_state, instruction_catalog_patch: [{}] } }],
  ])('with %s is malformed', (_name, body) => {
    expect(parse(typeof body === 'string' ? body : JSON.stringify(body))).toBeNull();
  });
});
