import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, coin, MINUTE, minute, openDesk, ticker, warmUp } from '../../test/fixtures/discovery-desk.ts';
import { encode, parseEncoded } from '../journal/codec.ts';
import { readTicker, readTickers } from './index.ts';
import { dropStale, watchedCount } from './ticker-stream.ts';
import { readBar } from './volume-rings.ts';

describe('price windows', () => {
  it('tell the change over 1, 5, 15 and 60 minutes', () => {
    const desk = openDesk();
    for (let second = 0; second <= 3_600; second += 10) desk.tick(second * 1_000, ticker('A', 100 + second / 36));
    const view = readTicker(desk.state.stream, coin('A'), at(3_600_000));
    expect(view?.price).toBe(200);
    const past = (seconds: number): number => 100 + (3_600 - seconds) / 36;
    expect(view?.change1m).toBeCloseTo(200 / past(60) - 1, 12);
    expect(view?.change5m).toBeCloseTo(200 / past(300) - 1, 12);
    expect(view?.change15m).toBeCloseTo(200 / past(900) - 1, 12);
    expect(view?.change1h).toBeCloseTo(1, 12);
  });

  it('know no change before the price of then was seen', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1));
    desk.tick(250_000, ticker('A', 2));
    expect(readTicker(desk.state.stream, coin('A'), at(280_000))?.change5m, 'the oldest price is too young').toBeNull();
  });

  it('keep the price of a silent coin while others prove that the stream lives', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1), ticker('B', 1));
    for (let second = 10; second <= 400; second += 10) desk.tick(second * 1_000, ticker('B', 1));
    desk.tick(401_000, ticker('A', 1.05));
    expect(readTicker(desk.state.stream, coin('A'), at(401_000))?.change5m).toBeCloseTo(0.05, 12);
  });

  it('carry nothing over a gap of the whole stream', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1), ticker('B', 1));
    desk.tick(60_000, ticker('B', 1));
    expect(desk.state.stream.counts.gaps).toBe(1);
    desk.tick(62_000, ticker('A', 1.5));
    const view = readTicker(desk.state.stream, coin('A'), at(62_000));
    expect(view?.change1m, 'known from before the gap').toBeCloseTo(0.5, 12);
    expect(readTicker(desk.state.stream, coin('A'), at(100_000))?.change1m, 'inside the gap').toBeNull();
  });

  it('R5-3: a price of 0, below 0 or none is not taken, and no change is computed from it', () => {
    const desk = openDesk();
    for (const price of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) desk.tick(0, ticker('A', price));
    expect(desk.state.stream.counts.invalid).toBe(4);
    expect(readTicker(desk.state.stream, coin('A'), at(0))).toBeNull();
    desk.tick(0, ticker('A', 1, { open24h: 0 }));
    expect(desk.state.stream.counts.invalid).toBe(5);
  });

  it('agree with a plain list of prices, whatever the pauses', () => {
    const pauses = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 500 })), {
      minLength: 30,
      maxLength: 400,
    });
    fc.assert(
      fc.property(pauses, (steps) => {
        const desk = openDesk();
        const told: { readonly ms: number; readonly price: number }[] = [];
        let ms = 0;
        for (const [pause, price] of steps) {
          ms += pause * 1_000;
          told.push({ ms, price });
          desk.tick(ms, ticker('A', price));
        }
        const stepEnd = (Math.floor((ms - 300_000) / 10_000) + 1) * 10_000;
        const then = told.filter((word) => word.ms < stepEnd).at(-1)?.price;
        const change = readTicker(desk.state.stream, coin('A'), at(ms))?.change5m;
        const now = told.at(-1)?.price as number;
        if (then === undefined) expect(change).toBeNull();
        else expect(change).toBeCloseTo(now / then - 1, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('are not moved back by a clock that is set back', () => {
    const desk = openDesk();
    desk.tick(600_000, ticker('A', 1));
    desk.tick(0, ticker('A', 2));
    expect(readTicker(desk.state.stream, coin('A'), at(600_000))?.price).toBe(2);
    expect(desk.state.stream.frameTime).toBe(at(600_000));
  });
});

describe('volume windows', () => {
  it('compare the last minute with the 20 completed minutes before it', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    desk.trade(20 * MINUTE + 30_000, minute('A', 20, { state: 'forming', quoteVolume: 8_000 }));
    const view = readTicker(desk.state.stream, coin('A'), at(20 * MINUTE + 30_000));
    expect(view?.baselineVolume).toBe(1_000);
    expect(view?.quoteVolume1h).toBe(28_000);
    expect(view?.volumeRatio, 'the burst is not part of its own baseline').toBe(8);
  });

  it('can exceed a ratio of 20', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    desk.trade(20 * MINUTE + 1, minute('A', 20, { state: 'forming', quoteVolume: 500_000 }));
    expect(readTicker(desk.state.stream, coin('A'), at(20 * MINUTE + 1))?.volumeRatio).toBe(500);
  });

  it('keep the last whole minute until the running one is larger', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    desk.trade(21 * MINUTE, minute('A', 20, { quoteVolume: 6_000 }));
    desk.trade(21 * MINUTE + 2_000, minute('A', 21, { state: 'forming', quoteVolume: 10 }));
    expect(readTicker(desk.state.stream, coin('A'), at(21 * MINUTE + 2_000))?.volumeRatio).toBe(6);
  });

  it('give no ratio before ten minutes are known', () => {
    const desk = openDesk();
    warmUp(desk, 'A', 9);
    desk.trade(9 * MINUTE + 1, minute('A', 9, { state: 'forming', quoteVolume: 8_000 }));
    expect(readTicker(desk.state.stream, coin('A'), at(9 * MINUTE + 1))?.volumeRatio).toBeNull();
    desk.trade(10 * MINUTE, minute('A', 9));
    desk.trade(10 * MINUTE + 1, minute('A', 10, { state: 'forming', quoteVolume: 8_000 }));
    expect(readTicker(desk.state.stream, coin('A'), at(10 * MINUTE + 1))?.volumeRatio).toBe(8);
  });

  it('do not believe a minute that was left before it ended', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    desk.trade(20 * MINUTE + 5_000, minute('A', 20, { state: 'forming', quoteVolume: 1 }));
    desk.trade(21 * MINUTE + 1, minute('A', 21, { state: 'forming', quoteVolume: 4_000 }));
    const { candleVolumes } = desk.state.stream;
    const index = Math.floor(at(20 * MINUTE) / MINUTE);
    expect(readBar(candleVolumes, 0, { index, column: 'volume' })).toBeNaN();
    desk.trade(21 * MINUTE + 2, minute('A', 20, { quoteVolume: 1_000 }));
    expect(readBar(candleVolumes, 0, { index, column: 'volume' })).toBe(1_000);
    expect(readTicker(desk.state.stream, coin('A'), at(21 * MINUTE + 2))?.volumeRatio).toBe(4);
  });

  it('treat minutes nobody told of as unknown, not as empty', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    desk.trade(60 * MINUTE, minute('A', 59, { quoteVolume: 9_000 }));
    expect(readTicker(desk.state.stream, coin('A'), at(60 * MINUTE))?.volumeRatio).toBeNull();
  });

  it('tell the share that takers bought', () => {
    const desk = openDesk();
    desk.trade(MINUTE, minute('A', 0, { quoteVolume: 100, takerQuoteVolume: 75 }));
    desk.tick(MINUTE, ticker('A', 1));
    expect(readTicker(desk.state.stream, coin('A'), at(MINUTE))?.takerBuyShare).toBe(0.75);
  });

  it('refuse minutes of the future, of long ago, and with figures that can not be', () => {
    const desk = openDesk();
    desk.trade(0, minute('A', 2));
    desk.trade(0, minute('A', -64));
    desk.trade(0, minute('A', 0, { quoteVolume: -1 }));
    desk.trade(0, minute('A', 0, { takerQuoteVolume: 2_000 }));
    desk.trade(0, minute('A', 0, { close: Number.NaN }));
    expect(desk.state.stream.counts).toMatchObject({ untimely: 2, invalid: 3, minutes: 0 });
    expect(watchedCount(desk.state.stream)).toBe(0);
  });

  it('agree with a plain sum, whatever the order in which minutes come', () => {
    const volumes = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 41, maxLength: 41 });
    fc.assert(
      fc.property(volumes, fc.integer({ min: 0, max: 1_000_000 }), (told, seed) => {
        const desk = openDesk();
        const order = told.map((_, index) => index).sort((a, b) => ((a * seed) % 97) - ((b * seed) % 97));
        for (const index of order)
          desk.trade(41 * MINUTE, minute('A', index, { quoteVolume: told[index] as number, takerQuoteVolume: null }));
        const mean = told.slice(20, 40).reduce((sum, volume) => sum + volume, 0) / 20;
        const view = readTicker(desk.state.stream, coin('A'), at(41 * MINUTE));
        expect(view?.volumeRatio).toBeCloseTo((told[40] as number) / mean, 9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('volumes estimated from tickers', () => {
  const q = (value: number) => ticker('A', 1, { quoteVolume24h: value });
  const estimated = (desk: ReturnType<typeof openDesk>, ms: number): number =>
    readBar(desk.state.stream.tickerVolumes, 0, { index: Math.floor(at(ms) / MINUTE), column: 'volume' });

  it('R5-2: a fall of the rolling volume is no volume', () => {
    const desk = openDesk();
    for (const value of [100, 100]) desk.tick(0, q(value));
    expect(estimated(desk, 0), 'first sight sets the mark only').toBeNaN();
    for (let second = 10; second <= 60; second += 10) desk.tick(second * 1_000, q(100));
    const steps = [120, 90, 95].map((value, index) => {
      const before = estimated(desk, MINUTE);
      desk.tick(MINUTE + (index + 1) * 1_000, q(value));
      return estimated(desk, MINUTE) - before;
    });
    expect(steps).toEqual([20, 0, 5]);
  });

  it('R5-2 (scenario 17): an hour of falling volume with a rise in between tells no anomaly', () => {
    const desk = openDesk((config) => ({ ...config, ticker: { ...config.ticker, volumeSource: 'tickers' } }));
    let told = 0;
    for (let second = 0; second < 3_600; second++) {
      const value = 9_000_000 - second * 500 + (second % 60 === 0 ? 400 : 0);
      told += desk.tick(second * 1_000, ticker('A', 1 + second / 10_000, { quoteVolume24h: value })).length;
    }
    expect(told).toBe(0);
  });

  it('put all volume of an outage into no minute', () => {
    const desk = openDesk();
    for (let second = 0; second < 120; second += 10) desk.tick(second * 1_000, q(1_000 + second));
    desk.tick(300_000, q(900_000));
    expect(desk.state.stream.counts.gaps).toBe(1);
    expect(estimated(desk, 300_000)).toBeNaN();
  });

  it('agree with exact minutes where nothing leaves the rolling window', () => {
    const desk = openDesk();
    let rolling = 0;
    for (let second = 0; second < 1_800; second += 5) {
      rolling += second % 60 === 0 ? 7 : 1;
      desk.tick(second * 1_000, q(rolling));
      const index = Math.floor(second / 60);
      const inMinute = rolling - index * 18;
      const state = second % 60 === 55 ? 'closed' : 'forming';
      desk.trade(second * 1_000, minute('A', index, { state, quoteVolume: inMinute, takerQuoteVolume: null }));
    }
    const view = readTicker(desk.state.stream, coin('A'), at(1_799_000));
    expect(view?.tickerVolumeRatio).toBeCloseTo(view?.volumeRatio as number, 9);
  });
});

describe('housekeeping', () => {
  it('R3-5: a coin that was silent for eleven minutes leaves nothing behind', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1), ticker('B', 1));
    desk.tick(11 * MINUTE, ticker('B', 1));
    desk.cycle(11 * MINUTE);
    expect(readTickers(desk.state.stream, at(11 * MINUTE)).map(({ instrumentId }) => instrumentId)).toEqual([
      coin('B'),
    ]);
    expect(desk.state.stream.counts.stale).toBe(1);
    desk.tick(11 * MINUTE + 1, ticker('C', 3));
    expect(readTicker(desk.state.stream, coin('C'), at(12 * MINUTE))?.change5m, "not the old coin's prices").toBeNull();
    expect(desk.state.stream.instruments).toHaveLength(2);
  });

  it('R8-3: a broken entry is dropped and counted, the others are cleaned all the same', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1), ticker('B', 1), ticker('C', 1));
    const { stream } = desk.state;
    stream.slotOf[coin('A')] = 99;
    dropStale(stream, at(11 * MINUTE));
    expect(stream.counts).toMatchObject({ faults: 1, stale: 2 });
    expect(readTickers(stream, at(11 * MINUTE))).toEqual([]);
  });

  it('R7-1: what a reader holds does not change, and can not change what is inside', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1), ticker('B', 1));
    const views = readTickers(desk.state.stream, at(0));
    for (const view of views) {
      desk.tick(1_000, ticker('A', 2), ticker('C', 1));
      (view as { price: number }).price = 77;
    }
    expect(views).toHaveLength(2);
    expect(readTicker(desk.state.stream, coin('A'), at(1_000))?.price).toBe(2);
    expect(readTicker(desk.state.stream, coin('B'), at(1_000))?.price).toBe(1);
  });

  it('R3-4: a window of any age costs the same: no array grows while ticks arrive', () => {
    const desk = openDesk();
    const size = (): number => {
      const { figures, prices, candleVolumes, tickerVolumes, instruments, free } = desk.state.stream;
      return (
        figures.length +
        prices.prices.length +
        candleVolumes.bars.length +
        tickerVolumes.bars.length +
        instruments.length +
        free.length
      );
    };
    const coins = Array.from({ length: 50 }, (_, index) => `C${index}`);
    for (let second = 0; second < 300; second++) desk.tick(second * 1_000, ...coins.map((base) => ticker(base, 1)));
    const before = size();
    for (let second = 300; second < 3_900; second++) desk.tick(second * 1_000, ...coins.map((base) => ticker(base, 1)));
    expect(size()).toBe(before);
  });

  it('refuses coins beyond its bound and other quote assets, and counts them', () => {
    const desk = openDesk((config) => ({ ...config, ticker: { ...config.ticker, instrumentsMax: 2 } }));
    desk.tick(0, ticker('A', 1), ticker('B', 1), ticker('C', 1), {
      ...ticker('D', 1),
      instrumentId: 'binance:spot:D/BTC' as never,
    });
    expect(desk.state.stream.counts).toMatchObject({ full: 1, foreign: 1, tickers: 2 });
  });

  it('is plain data: what was written down and read again goes on alike', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    const copy = openDesk();
    Object.assign(copy.state, parseEncoded(encode(desk.state)));
    for (const each of [desk, copy])
      each.trade(20 * MINUTE + 1, minute('A', 20, { state: 'forming', quoteVolume: 9_000 }));
    expect(encode(copy.state)).toBe(encode(desk.state));
  });
});
