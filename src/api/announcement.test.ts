import { expect, it } from 'vitest';
import { candleAt, freshSeries, minutesFrom } from '../../test/fixtures/api-server.ts';
import { formingOf } from '../../test/fixtures/candles.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { Announcement } from './announcement.ts';
import { Subscription } from './subscription.ts';

const ID = freshSeries('SHARED');

/** Candles that count how often a text was made of them. */
function counted(candles: readonly ClosedCandle[], count: () => void): ClosedCandle[] {
  return candles.map((candle) => {
    return Object.defineProperty({ ...candle }, 'open', {
      get: () => {
        count();
        return candle.open;
      },
    });
  });
}

it('makes a text once, whatever the number and the kinds of subscribers', () => {
  let made = 0;
  const candles = counted(minutesFrom(ID, 1_700_000_040, 3), () => made++);
  const announcement = new Announcement({ kind: 'candlesClosed', seriesId: ID, candles });
  const texts = Array.from({ length: 10 }, () => [announcement.text(), ...announcement.closedTexts()]);
  expect(new Set(texts.flat()).size).toBe(4);
  expect(made, 'each candle once in the batch and once alone').toBe(6);
});

it('makes no text while nobody needs one', () => {
  let made = 0;
  const candles = counted([candleAt(ID, 1_700_000_040)], () => made++);
  const announcement = new Announcement({ kind: 'candlesClosed', seriesId: ID, candles });
  const options = { seriesId: ID, since: null, supportsBatch: 'yes', catchUpLimit: 1 } as const;
  const ended = new Subscription(options, () => {});
  ended.close();
  ended.deliver(announcement);
  expect(made).toBe(0);
});

it('has no closed texts when it is of a forming candle', () => {
  const candle = formingOf(candleAt(ID, 1_700_000_040));
  const announcement = new Announcement({ kind: 'candleForming', seriesId: ID, candle });
  expect(announcement.closedTexts()).toEqual([]);
  expect(JSON.parse(announcement.text())).toMatchObject({ type: 'candle_forming', series_id: ID });
});
