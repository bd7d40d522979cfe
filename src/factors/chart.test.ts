import { describe, expect, it } from 'vitest';
import { chartOf, flatCandles, planWith } from '../../test/fixtures/chart-candles.ts';
import { toDecimalText } from '../core/decimal.ts';
import { epochMs } from '../core/time.ts';
import type { ChartPayload, ChartValue, FactorEvent } from '../model/chart.ts';
import type { Price } from '../model/money.ts';
import { headsOf } from './index.ts';

const PRICES =
  '50 56 58 62 60 56 62 68 62 58 56 62 64 70 71 69 67 65 69 72 74 79 78 72 77 82 83 77 76 81 87 92 95 89 85 81 82 85 87 83 78 73 71 72';

function seconds(value: ChartValue | undefined): number {
  return Number(value) / 1000;
}

function price(value: ChartValue | undefined): string {
  return typeof value === 'bigint' ? toDecimalText(value as Price) : String(value);
}

function payloads(events: readonly FactorEvent[], kind: string): readonly ChartPayload[] {
  return events.filter((event) => event.kind === kind).map(({ payload }) => payload);
}

function refText(value: ChartValue | undefined): string {
  const ref = value as ChartPayload;
  return `${ref['kind']} ${seconds(ref['startTime'])}-${seconds(ref['endTime'])} ${ref['direction'] === 1 ? 'up' : 'down'}`;
}

describe('factor chain of golden vector A3, windows 2/1', () => {
  const plan = planWith({ majorWindow: 2, minorWindow: 1 });
  const { chart, steps } = chartOf(flatCandles(PRICES.split(' ')), plan);
  const events = steps.flatMap((step) => step.events);

  it('finds the major pivots, each visible two candles later', () => {
    const found = payloads(events, 'pivot.major').map((pivot) => {
      expect(seconds(pivot['visibleTime']) - seconds(pivot['pivotTime'])).toBe(120);
      return `${seconds(pivot['pivotTime'])} ${pivot['direction'] === 'resistance' ? 'R' : 'S'} ${price(pivot['pivotPrice'])}`;
    });
    expect(found.join(', ')).toBe(
      '240 R 62, 360 S 56, 480 R 68, 660 S 56, 900 R 71, 1080 S 65, 1320 R 79, 1440 S 72, 1620 R 83, 1740 S 76, ' +
        '1980 R 95, 2160 S 81, 2340 R 87',
    );
  });

  it('finds the minor pivots, each visible one candle later', () => {
    const found = payloads(events, 'pivot.minor').map((pivot) => {
      expect(seconds(pivot['visibleTime']) - seconds(pivot['pivotTime'])).toBe(60);
      return `${seconds(pivot['pivotTime'])} ${pivot['direction'] === 'resistance' ? 'R' : 'S'}`;
    });
    expect(found.join(', ')).toBe(
      '360 S, 480 R, 660 S, 900 R, 1080 S, 1320 R, 1440 S, 1620 R, 1740 S, 1980 R, 2160 S, 2340 R, 2580 S',
    );
  });

  it('confirms the pens', () => {
    const found = payloads(events, 'pen.confirmed').map(
      (pen) => `${seconds(pen['visibleTime'])}: ${seconds(pen['startTime'])}-${seconds(pen['endTime'])}`,
    );
    expect(found.join('; ')).toBe(
      '600: 240-360; 780: 360-480; 1020: 480-660; 1200: 660-900; 1440: 900-1080; 1560: 1080-1320; 1740: 1320-1440; ' +
        '1860: 1440-1620; 2100: 1620-1740; 2280: 1740-1980; 2460: 1980-2160',
    );
  });

  it('ends the zones', () => {
    const found = payloads(events, 'zhongshu.dead').map((zone) => {
      const bounds = `zg ${price(zone['zg'])}, zd ${price(zone['zd'])}`;
      const formed = `formed ${seconds(zone['formedTime'])}, ${zone['formedReason']}`;
      return `visible ${seconds(zone['visibleTime'])} start ${seconds(zone['startTime'])}, ${formed}, ${bounds}`;
    });
    expect(found).toEqual([
      'visible 1740 start 240, formed 1140, price_cross, zg 68, zd 56',
      'visible 2460 start 1080, formed 2100, pen_confirmed, zg 79, zd 76',
    ]);
  });

  it('switches the anchor', () => {
    const found = payloads(events, 'anchor.switch').map(
      (change) => `${seconds(change['switchTime'])} ${change['reason']} ${refText(change['newAnchor'])}`,
    );
    expect(found).toEqual([
      '600 strong_pen candidate 360-480 up',
      '1020 strong_pen candidate 660-900 up',
      '1140 zhongshu_entry confirmed 240-360 down',
      '1200 strong_pen confirmed 660-900 up',
      '2100 zhongshu_entry confirmed 1080-1320 up',
      '2100 strong_pen candidate 1740-1980 up',
    ]);
  });

  it('holds the heads of the last candle', () => {
    const heads = new Map(headsOf(chart, plan).map(({ factor, payload }) => [factor, payload]));
    const leg = (name: string): string => {
      const value = heads.get('pen')?.[name] as ChartPayload;
      const start = `${seconds(value['startTime'])}(${price(value['startPrice'])})`;
      return `${start}->${seconds(value['endTime'])}(${price(value['endPrice'])})`;
    };
    expect(seconds(chart.headTime ?? 0)).toBe(2640);
    expect(leg('extending')).toBe('2160(81)->2340(87)');
    expect(leg('candidate')).toBe('2340(87)->2580(71)');
    expect(heads.get('zhongshu')?.['alive']).toEqual([]);
    expect(refText(heads.get('anchor')?.['currentAnchorRef'])).toBe('candidate 1740-1980 up');
  });

  it('reads the anchor history without doubles, each anchor beside its switch', () => {
    const anchor = plan.factors.find(({ catalog }) => catalog.key === 'anchor');
    const own = events.filter(({ factor }) => factor === 'anchor');
    const slice = anchor?.slice({ events: own, head: null, time: epochMs(2_640_000) });
    const anchors = slice?.history['anchors'] as readonly ChartPayload[];
    const switches = slice?.history['switches'] as readonly ChartPayload[];
    expect(anchors.map((ref) => seconds(ref['startTime']))).toEqual([360, 660, 240, 1740]);
    expect(switches.map((change) => change['newAnchor'])).toEqual(anchors);
  });
});

describe('factor chain of golden vector A6, default windows', () => {
  it('finds three turning points, one pen, an anchor, both running pens, a resistance and no zone', () => {
    const up = Array.from({ length: 500 }, (_, index) => index + 1);
    const wave = [...up, ...up.toReversed(), ...up, ...up.toReversed()];
    const plan = planWith();
    const { chart, steps } = chartOf(flatCandles(wave), plan);
    const events = steps.flatMap((step) => step.events);
    const majors = payloads(events, 'pivot.major').map((pivot) => price(pivot['pivotPrice']));
    expect(majors).toEqual(['500', '1', '500']);
    expect(payloads(events, 'pen.confirmed')).toHaveLength(1);
    expect(payloads(events, 'anchor.switch').length).toBeGreaterThan(0);
    const heads = new Map(headsOf(chart, plan).map(({ factor, payload }) => [factor, payload]));
    expect(Object.keys(heads.get('pen') ?? {})).toEqual(['extending', 'candidate']);
    const levels = heads.get('sr')?.['levels'] as readonly ChartPayload[];
    expect(levels.map((level) => `${price(level['price'])} ${level['levelType']}`)).toEqual(['500 resistance']);
    expect(heads.get('zhongshu')?.['alive']).toEqual([]);
    expect(payloads(events, 'zhongshu.dead')).toEqual([]);
  });
});
