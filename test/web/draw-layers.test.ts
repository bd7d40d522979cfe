import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeItems, applyDelta, EMPTY_CATALOG } from '../../web/src/draw-catalog.ts';
import { parseDelta, parseFrame, parseLayers, parsePoll } from '../../web/src/draw-wire.ts';
import { choicesText, KNOWN_LAYERS, parseChoices, visibility } from '../../web/src/layer-choices.ts';
import { layerData } from '../../web/src/layer-counts.ts';
import { layerModel } from '../../web/src/layer-model.ts';
import { adjusted, fibLevels, moveOf, placedDrawing, positionOf } from '../../web/src/measure.ts';
import { indexAt, knownWindow, nextSpeed, type Walk, walkTo } from '../../web/src/replay-walk.ts';

const SERIES = 'binance:futures:FAC/USDT:1m';
const candles = Array.from({ length: 50 }, (_, index) => ({
  candle_time: index * 60,
  open: 100,
  high: 102,
  low: 98,
  close: 100,
  volume: 1,
}));

type Line = { readonly id: string; readonly points: readonly (readonly [number, number])[]; readonly version?: number };

function line({ id, points, version = 1 }: Line) {
  const feature = id.split(':')[0]?.replace(/^sr\.sr/, 'sr');
  const definition = {
    type: 'polyline',
    feature,
    color: '#ffffff',
    lineWidth: 2,
    points: points.map(([time, value]) => ({ time, value })),
  };
  return { version_id: version, instruction_id: id, kind: 'polyline', visible_time: 0, definition };
}

function delta(patch: readonly object[], active: readonly string[], version = 1) {
  return {
    schema_version: 1,
    series_id: SERIES,
    to_candle_id: `${SERIES}:2940`,
    to_candle_time: 2940,
    active_ids: active,
    instruction_catalog_patch: patch,
    series_points: {},
    next_cursor: { version_id: version, point_time: null },
  };
}

function catalogOf(lines: readonly Line[]) {
  const parsed = parseDelta(
    JSON.stringify(
      delta(
        lines.map(line),
        lines.map(({ id }) => id),
      ),
    ),
  );
  if (parsed === null) throw new Error('the delta of this test has the shape of the contract');
  return applyDelta(EMPTY_CATALOG, parsed);
}

const all = (): boolean => true;

describe('the catalog of instructions (9.2)', () => {
  it('draws only what is active, the newest version of it, and forgets what disappears', () => {
    const first = catalogOf([
      { id: 'pen.confirmed', points: [[0, 1]] },
      { id: 'zhongshu.alive:top', points: [[0, 2]] },
    ]);
    const patch = [line({ id: 'pen.confirmed', points: [[60, 5]], version: 2 })];
    const parsed = parsePoll(
      JSON.stringify({
        schema_version: 1,
        series_id: SERIES,
        records: [{ id: 2, draw_delta: delta(patch, ['pen.confirmed'], 2), factor_slices: null }],
        next_cursor: { id: 2 },
      }),
    );
    const next = parsed?.frame ? applyDelta(first, parsed.frame.delta) : first;
    expect(activeItems(next).map(({ id }) => id)).toEqual(['pen.confirmed']);
    expect(activeItems(next)[0]?.definition).toMatchObject({ points: [{ time: 60, value: 5 }] });
    expect(next.cursor).toBe(2);
  });

  it('is the same whether versions come at once or one by one, repeated or not', () => {
    const version = fc.record({
      id: fc.constantFrom('pen.confirmed', 'pen.candidate', 'anchor.current'),
      at: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 12 }), (versions) => {
        const patch = versions.map(({ id, at }, index) => line({ id, points: [[at * 60, at]], version: index + 1 }));
        const active = [...new Set(versions.map(({ id }) => id))];
        const read = (part: readonly object[], cursor: number) =>
          parseDelta(JSON.stringify(delta(part, active, cursor)));
        const whole = read(patch, patch.length);
        if (whole === null) throw new Error('unreadable delta');
        const once = applyDelta(EMPTY_CATALOG, whole);
        let steps = EMPTY_CATALOG;
        for (const [index, item] of patch.entries()) {
          const part = read([item], index + 1);
          if (part !== null) steps = applyDelta(applyDelta(steps, part), part);
        }
        expect(new Map(steps.items)).toEqual(new Map(once.items));
        expect(steps.cursor).toBe(once.cursor);
      }),
    );
  });

  it('treats answers of another shape as none', () => {
    for (const text of ['', '[]', '{}', '{"active_ids":[],"next_cursor":{}}', '{"next_cursor":{"version_id":1}}']) {
      expect([parseDelta(text), parseFrame(text), parsePoll(text)]).toEqual([null, null, null]);
    }
  });
});

describe('the shapes over the candles', () => {
  it('pairs the lines of a zone to one rectangle and draws none without its bottom', () => {
    const zone = 'zhongshu.dead:60:600:110.000000:105.000000';
    const catalog = catalogOf([
      {
        id: `${zone}:top`,
        points: [
          [60, 110],
          [600, 110],
        ],
      },
      {
        id: `${zone}:bottom`,
        points: [
          [60, 105],
          [600, 105],
        ],
      },
      {
        id: 'zhongshu.alive:top',
        points: [
          [900, 120],
          [1200, 120],
        ],
      },
    ]);
    const { zones } = layerModel(catalog, candles, all);
    expect(zones).toMatchObject([{ state: 'dead', from: 60, to: 600, top: 110, bottom: 105 }]);
  });

  it('cuts a line at the oldest candle on its own slope and counts no point outside', () => {
    const late = candles.slice(10);
    const catalog = catalogOf([
      {
        id: 'pen.confirmed',
        points: [
          [0, 100],
          [1200, 220],
          [6000, 300],
        ],
      },
    ]);
    const model = layerModel(catalog, late, all);
    expect(model.lines[0]?.points).toEqual([
      { time: 600, value: 160 },
      { time: 1200, value: 220 },
    ]);
    expect(layerData(model)['data-pen-point-count']).toBe(2);
  });

  it('keeps the eight levels nearest to the price and lets them reach the newest candle', () => {
    const levels = Array.from({ length: 12 }, (_, index) => ({
      id: `sr.sr.active:active:resistance:${100 + index}.00000000:60`,
      points: [
        [60, 100 + index],
        [120, 100 + index],
      ] as const,
    }));
    const { lines } = layerModel(catalogOf(levels), candles, all);
    expect(lines.map(({ points }) => points[0]?.value).sort()).toEqual([100, 101, 102, 103, 104, 105, 106, 107]);
    expect(lines[0]?.points.at(-1)?.time).toBe(2940);
  });

  it('puts anchors on their own layer and says where the current one begins and ends', () => {
    const catalog = catalogOf([
      {
        id: 'anchor.current',
        points: [
          [60, 100],
          [600, 110],
        ],
      },
      {
        id: 'anchor.history:60:0:60:1',
        points: [
          [0, 100],
          [60, 104],
        ],
      },
    ]);
    const model = layerModel(catalog, candles, all);
    expect(model.lines).toEqual([]);
    expect(layerData(model)).toMatchObject({
      'data-anchor-count': 2,
      'data-anchor-highlight-start-time': 60,
      'data-anchor-highlight-end-time': 600,
      'data-anchor-highlight-dashed': '0',
    });
  });
});

describe('the switches of the layers', () => {
  it('follow the server, then the trader, and a group switches all of its own', () => {
    expect(visibility(KNOWN_LAYERS, {})('pivot.minor')).toBe(false);
    expect(visibility(KNOWN_LAYERS, {})('sr.broken')).toBe(false);
    expect(visibility(KNOWN_LAYERS, {})('pen.candidate')).toBe(true);
    expect(visibility(KNOWN_LAYERS, { 'pivot.minor': true })('pivot.minor')).toBe(true);
    expect(visibility(KNOWN_LAYERS, { pivot: false, 'pivot.minor': true })('pivot.minor')).toBe(false);
  });

  it('come back from storage as they were kept, and from nonsense as none', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.boolean()), (choices) => {
        const kept = { ...choices };
        expect(parseChoices(choicesText(kept))).toEqual(JSON.parse(JSON.stringify(kept)));
      }),
    );
    for (const text of [null, '', '[]', '{"version":4,"visible":{"pen":false}}', '{"version":5,"visible":3}']) {
      expect(parseChoices(text)).toEqual({});
    }
  });

  it('are read from the catalog of the server in its order (2.10)', () => {
    const layers = parseLayers(
      '{"schema_version":1,"factors":[{"key":"pivot","label":"Pivot","default_visible":true,"sub_features":[{"key":"pivot.major","label":"Major","default_visible":true},{"key":"pivot.minor","label":"Minor","default_visible":false}]}]}',
    );
    expect(layers?.[0]?.features).toEqual(KNOWN_LAYERS[0]?.features);
  });
});

describe('a walk through the past', () => {
  const walk: Walk = { candles, index: 20, motion: 'paused', revision: 1 };

  it('never knows a candle after the one it is at, wherever it is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 200 })), (places) => {
        const end = places.reduce(walkTo, walk);
        const { closed, forming } = knownWindow(end);
        expect(closed.at(-1)).toBe(candles[end.index]);
        expect(forming).toBe(null);
      }),
    );
  });

  it('starts the drawing over only when it did not simply go on', () => {
    expect(walkTo(walk, 21).revision).toBe(1);
    expect(walkTo(walk, 19).revision).toBe(2);
    expect(walkTo(walk, 30).revision).toBe(2);
  });

  it('finds the candle of a time, or the newest before it', () => {
    const [first, second] = [candles[0]?.candle_time ?? 0, candles[1]?.candle_time ?? 0];
    expect([first - 1, first, second - 1, second, 1e12].map((time) => indexAt(candles, time))).toEqual([
      0,
      0,
      0,
      1,
      candles.length - 1,
    ]);
  });

  it('keeps its speed inside the list of the contract (8)', () => {
    expect([nextSpeed(200, -1), nextSpeed(50, -1), nextSpeed(800, 1)]).toEqual([100, 50, 800]);
  });
});

describe('the tools', () => {
  it('measure the move in price, percent and candles', () => {
    const drawing = { tool: 'measure', from: { time: 0, price: 100 }, to: { time: 600, price: 90 }, ratio: 2 } as const;
    expect(moveOf(drawing, 60)).toEqual({ change: -10, percent: -10, candles: 10 });
  });

  it('put the golden ratio of a rise where it gave back 61.8 % of it', () => {
    const drawing = { tool: 'fib', from: { time: 0, price: 100 }, to: { time: 600, price: 200 }, ratio: 2 } as const;
    expect(fibLevels(drawing).find(({ ratio }) => ratio === 0.618)?.price).toBeCloseTo(138.2, 9);
  });

  const price = fc.double({ min: 1, max: 1e6, noNaN: true });
  const wish = fc.record({
    tool: fc.constantFrom('long' as const, 'short' as const),
    entry: price,
    end: price,
    halves: fc.integer({ min: 1, max: 20 }),
  });

  it('draw a position whose stop loses, whose target wins and whose gain is the ratio of its risk', () => {
    fc.assert(
      fc.property(wish, ({ tool, entry, end, halves }) => {
        fc.pre(Math.abs(end / entry - 1) > 1e-6);
        const ratio = halves / 2;
        const drawing = { tool, from: { time: 0, price: entry }, to: { time: 60, price: end }, ratio };
        const position = positionOf(drawing);
        if (position === null) throw new Error('no position');
        const sign = tool === 'long' ? 1 : -1;
        expect(Math.sign(position.target - entry)).toBe(sign);
        expect(Math.sign(position.stop - entry)).toBe(-sign);
        expect([position.stop, position.target]).toContain(end);
        expect((position.target - entry) / (entry - position.stop)).toBeCloseTo(ratio, 3);
      }),
    );
    expect(positionOf({ tool: 'fib', from: { time: 0, price: 1 }, to: { time: 1, price: 2 }, ratio: 2 })).toBeNull();
  });

  it('are drawn by the keyboard where the newest candles say, and adjusted inside the bounds', () => {
    const newest = candles.slice(-20);
    const last = candles.at(-1)?.close;
    for (const tool of ['long', 'short'] as const) {
      const drawing = placedDrawing(tool, candles);
      if (drawing === null) throw new Error('nothing drawn');
      const lows = Math.min(...newest.map(({ low }) => low));
      const highs = Math.max(...newest.map(({ high }) => high));
      expect(positionOf(drawing)).toMatchObject({ entry: last, stop: tool === 'long' ? lows : highs, ratio: 2 });
      const most = Array.from({ length: 30 }).reduce<typeof drawing>((held) => adjusted(held, 'ratioUp'), drawing);
      const least = Array.from({ length: 30 }).reduce<typeof drawing>((held) => adjusted(held, 'ratioDown'), drawing);
      expect([most.ratio, least.ratio]).toEqual([10, 0.5]);
      expect(adjusted(drawing, 'endUp').to.price).toBeGreaterThan(adjusted(drawing, 'endDown').to.price);
    }
    const move = placedDrawing('measure', candles);
    expect(move?.from.time).toBeLessThanOrEqual(move?.to.time ?? 0);
    expect([placedDrawing('cursor', candles), placedDrawing('long', [])]).toEqual([null, null]);
  });
});
