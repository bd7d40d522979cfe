import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { createDayWindow, hasWholeDay, lowOf, pushDayBar, toTicker } from './day-window.ts';
import type { RecordedBar } from './recording-spool.ts';

const STEP = 3_600_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 1);
const ABC = 'binance:spot:ABC/USDT' as InstrumentId;

function bar(index: number, rest: Partial<RecordedBar> = {}): RecordedBar {
  const openTime = epochMs(START + index * STEP);
  return {
    instrument: 0,
    openTime,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    quoteVolume: 1,
    takerQuoteVolume: null,
    ...rest,
  };
}

describe('the rolling 24 hours', () => {
  it('are those of the bars that a list of them would give, holes included', () => {
    const told = fc.record({ close: fc.integer({ min: 1, max: 50 }), volume: fc.nat(9), isThere: fc.boolean() });
    fc.assert(
      fc.property(fc.array(told, { minLength: 30, maxLength: 90 }), (script) => {
        const window = createDayWindow(STEP);
        const bars: RecordedBar[] = [];
        for (const [index, { close, volume, isThere }] of script.entries()) {
          if (!isThere) continue;
          const open = bars.at(-1)?.close ?? close;
          const shape = { open, high: Math.max(open, close), low: Math.min(open, close), close, quoteVolume: volume };
          bars.push(bar(index, shape));
          pushDayBar(window, bars.at(-1) as RecordedBar);
          const end = (bars.at(-1) as RecordedBar).openTime + STEP;
          const recent = bars.filter(({ openTime }) => openTime >= end - DAY);
          const ticker = toTicker(window, ABC);
          expect(ticker.quoteVolume24h).toBe(recent.reduce((sum, { quoteVolume }) => sum + quoteVolume, 0));
          expect(ticker.price).toBe(close);
          // A bar that is missing stands at the price before it, which may be one of yesterday.
          const first = bars.findLast(({ openTime }) => openTime < end - DAY);
          const prices = recent.flatMap(({ high, low }) => [high, low]);
          expect(ticker.high24h).toBeGreaterThanOrEqual(Math.max(...prices));
          expect(ticker.high24h).toBeLessThanOrEqual(Math.max(...prices, first?.close ?? 0));
          expect(lowOf(window)).toBe(ticker.low24h);
          expect(ticker.open24h).toBe(
            recent[0]?.openTime === end - DAY ? recent[0].open : (first ?? bars[0])?.[first ? 'close' : 'open'],
          );
        }
      }),
    );
  });

  it('are whole once a day of bars is over, and until then begin with the first bar', () => {
    const window = createDayWindow(STEP);
    for (let index = 0; index < 23; index++) pushDayBar(window, bar(index, { open: 1 + index }));
    expect(hasWholeDay(window)).toBe(false);
    expect(toTicker(window, ABC)).toMatchObject({ open24h: 1, quoteVolume24h: 23 });
    pushDayBar(window, bar(23));
    expect(hasWholeDay(window)).toBe(true);
    pushDayBar(window, bar(24));
    expect(toTicker(window, ABC)).toMatchObject({ open24h: 2, quoteVolume24h: 24 });
    expect(toTicker(window, ABC).instrumentId).toBe(ABC);
    expect(START as EpochMs).toBe(bar(0).openTime);
  });
});
