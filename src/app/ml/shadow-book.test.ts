import { describe, expect, it } from 'vitest';
import { predictionOf } from '../../../test/contract/prediction-log.contract.ts';
import { HOUR_RECIPE, QUARTER_MS, quarter, spotOf, walkQuarters } from '../../../test/fixtures/shadow-world.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryBus } from '../../adapters/memory/memory-bus.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { COINS_MAX, ShadowBook } from './shadow-book.ts';
import { openPrediction } from './shadow-coin.ts';
import { ShadowLine } from './shadow-line.ts';
import { BITCOIN, sectorOf } from './training-plan.ts';

function emptyBook(): ShadowBook {
  return new ShadowBook({
    ...{ candleMs: QUARTER_MS, dayVolumeMin: 0, sectorOf, bitcoin: BITCOIN, outside: new Set() },
    rules: HOUR_RECIPE.labels.trade,
  });
}

function fullBook(): ShadowBook {
  const book = emptyBook();
  for (let at = 0; at < COINS_MAX; at++) book.admit(spotOf(at === 0 ? BITCOIN : `C${at}/USDT`), epochMs(at));
  return book;
}

describe('a full book of coins', () => {
  it('lets the one go that was heard longest ago and has nothing open, never Bitcoin', () => {
    const book = fullBook();
    const [, first, second] = [...book.coins.values()];
    if (first === undefined || second === undefined) return expect.unreachable();
    openPrediction(first, predictionOf(1));
    expect(book.admit(spotOf('NEW/USDT'), epochMs(1_000))).not.toBeNull();
    expect(book.coins.has(first.instrumentId)).toBe(true);
    expect(book.coins.has(second.instrumentId)).toBe(false);
    expect(book.coins.has(spotOf(BITCOIN))).toBe(true);
    expect(book.coins.size).toBe(COINS_MAX);
  });

  it('refuses a newcomer while everybody has something open', () => {
    const book = fullBook();
    for (const coin of book.coins.values()) openPrediction(coin, predictionOf(1));
    expect(book.admit(spotOf('NEW/USDT'), epochMs(1_000))).toBeNull();
    expect(book.coins.size).toBe(COINS_MAX);
  });

  it('refuses what is open of more coins than there is room for, and says of how many', () => {
    const open = Array.from({ length: COINS_MAX + 5 }, (_, at) => {
      return predictionOf(at + 1, { instrumentId: spotOf(`D${at}/USDT`) });
    });
    expect(emptyBook().resume(open)).toBe(5);
  });
});

describe('a line of candles', () => {
  const candles = walkQuarters('AAA/USDT', 1, { count: 3 });

  async function lineOf(onCandle: (candle: ClosedCandle) => void) {
    const clock = createManualClock(quarter(5));
    const errors: unknown[] = [];
    const bus = createMemoryBus({ waitingMax: 10, onError: (error) => errors.push(error) });
    const line = new ShadowLine({
      subscribe: (handler) => bus.subscribe(handler),
      timeframe: '15m',
      wallClock: clock,
      onMinute: () => {},
      onCandle,
      onError: (error) => errors.push(error),
    });
    const publish = (each: readonly ClosedCandle[]) => {
      const [first] = each;
      if (first === undefined) return expect.unreachable();
      return bus.publish({ kind: 'candlesClosed', seriesId: first.seriesId, candles: each });
    };
    return { clock, errors, line, publish };
  }

  it('takes nothing inside the publication, hands on in order, and goes on behind a candle that fails', async () => {
    const taken: number[] = [];
    const { clock, errors, line, publish } = await lineOf(({ openTime }) => {
      if (openTime === quarter(1)) throw new Error('this one');
      taken.push(openTime);
    });
    await publish(candles);
    expect(taken).toEqual([]);
    await clock.advance(0);
    expect(taken).toEqual([quarter(0), quarter(2)]);
    expect(errors.map(String)).toEqual(['Error: this one']);
    line.close();
    await publish(candles.map((candle) => ({ ...candle, openTime: quarter(9) })));
    await clock.advance(0);
    expect(taken).toHaveLength(2);
  });

  it('drops and counts what is beyond its bound', async () => {
    let taken = 0;
    const { clock, line, publish } = await lineOf(() => {
      taken++;
    });
    const [candle] = candles;
    if (candle === undefined) return expect.unreachable();
    await publish(Array.from({ length: 5_003 }, (_, at) => ({ ...candle, openTime: quarter(at) })));
    expect(line.dropped()).toBe(3);
    await clock.advance(0);
    expect(taken).toBe(5_000);
  });
});
