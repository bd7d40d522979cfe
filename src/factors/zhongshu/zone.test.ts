import { describe, expect, it } from 'vitest';
import { decimal } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Price } from '../../model/money.ts';
import type { Pen } from '../pen/index.ts';
import { emptyZones, takeCandle, takePen, type Zone } from './zone.ts';

type PenText = readonly [start: number, end: number, startPrice: number, endPrice: number, visible: number];

const PENS: readonly PenText[] = [
  [100, 160, 40, 62, 300],
  [160, 220, 62, 48, 360],
  [220, 280, 48, 59, 420],
  [280, 340, 59, 45, 480],
  [340, 400, 45, 55, 540],
  [400, 460, 66, 80, 600],
];

function price(value: number): Price {
  return decimal(String(value)) as Price;
}

function pen([start, end, startPrice, endPrice, visible]: PenText): Pen {
  return {
    startTime: start as EpochMs,
    endTime: end as EpochMs,
    startPrice: price(startPrice),
    endPrice: price(endPrice),
    direction: endPrice > startPrice ? 1 : -1,
    visibleTime: visible as EpochMs,
  };
}

function candle(time: number, high: number, low: number) {
  return { openTime: time as EpochMs, high: price(high), low: price(low) };
}

function shape(zone: Zone | null): object | null {
  if (zone === null) return null;
  const { startTime, endTime, upper, lower, formedTime, formedReason } = zone;
  return { startTime, endTime, zg: upper / 10n ** 18n, zd: lower / 10n ** 18n, formedTime, formedReason };
}

describe('zones of golden vector A4', () => {
  it('forms with the fourth pen, lives on with the fifth and dies by the sixth', () => {
    const zones = emptyZones();
    for (const each of PENS.slice(0, 3)) takePen(zones, pen(each));
    expect(zones.alive).toBeNull();
    expect(takePen(zones, pen(PENS[3] as PenText)).formedBy?.startTime).toBe(100);
    const formed = { startTime: 100, zg: 59n, zd: 48n, formedTime: 480, formedReason: 'pen_confirmed' };
    expect(shape(zones.alive)).toEqual({ ...formed, endTime: 340 });
    takePen(zones, pen(PENS[4] as PenText));
    expect(shape(zones.alive)).toEqual({ ...formed, endTime: 400 });
    const { died } = takePen(zones, pen(PENS[5] as PenText));
    expect(shape(died)).toEqual({ ...formed, endTime: 400 });
    expect(zones).toMatchObject({ alive: null, pending: null, floor: 340 });
  });

  it('forms nothing when the entry pen shares no price with the others', () => {
    const zones = emptyZones();
    takePen(zones, pen([100, 160, 20, 30, 300]));
    for (const each of PENS.slice(1, 4)) takePen(zones, pen(each));
    expect(zones.alive).toBeNull();
  });

  it('forms when the price crosses on its way; the fourth pen then only ends the waiting', () => {
    const zones = emptyZones();
    for (const each of PENS.slice(0, 3)) takePen(zones, pen(each));
    takeCandle(zones, candle(280, 59, 58));
    expect(zones.pending?.extreme).toBe(price(59));
    takeCandle(zones, candle(340, 57, 50));
    expect(zones.pending?.extreme).toBe(price(50));
    takeCandle(zones, candle(400, 51, 48));
    expect(shape(zones.alive)).toEqual({
      startTime: 100,
      endTime: 400,
      zg: 59n,
      zd: 48n,
      formedTime: 400,
      formedReason: 'price_cross',
    });
    expect(zones.alive?.awaiting).toBe(280);
    expect(takePen(zones, pen([280, 460, 59, 30, 480]))).toEqual({ formedBy: null, died: null });
    expect(zones.alive).toMatchObject({ awaiting: null, endTime: 460 });
  });
});
