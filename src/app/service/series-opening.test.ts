import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle, series } from '../../../test/fixtures/candles.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { CandleGap } from '../../model/candle.ts';
import { loadConfig } from '../config.ts';
import { describeRun, describeSeries } from './series-opening.ts';

const DAY = at('2024-03-02T00:00:00Z');
const minute = (index: number): EpochMs => epochMs(DAY + index * 60_000);
const candles = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) =>
    closedCandle({ openTime: minute(from + index), prices: ['1', '1', '1', '1'], trades: 1 }),
  );
const gap = (from: number, to: number, reason: CandleGap['reason']): CandleGap => {
  return { kind: 'candleGap', seriesId: BTC_1M, from: minute(from), to: minute(to), reason };
};

function opening(now: EpochMs, environment: Readonly<Record<string, string>> = {}) {
  const config = loadConfig(environment);
  if (!config.ok) throw new Error(config.error.message);
  return { clock: createManualClock(now), store: createMemoryCandleStore(), config: config.value };
}

describe('describeSeries', () => {
  it('begins an empty series at the start of the day that history reaches back to', async () => {
    const opened = await describeSeries(opening(minute(61), { HOTWICK_HISTORY_DAYS: '2' }), BTC_1M);
    expect(opened).toMatchObject({
      kind: 'seriesOpened',
      receivedTime: minute(61),
      seriesId: BTC_1M,
      timeframes: ['5m', '15m', '1h', '4h', '1d'],
      tail: [],
      gaps: [],
      historyFrom: at('2024-02-29T00:00:00Z'),
    });
  });

  it('hands over what is stored from the start of the running day on, and nothing older', async () => {
    const parts = opening(minute(100));
    await parts.store.save({ candles: candles(-3, 90), gaps: [] });
    const { tail } = await describeSeries(parts, BTC_1M);
    expect([tail.length, tail[0]?.openTime, tail.at(-1)?.openTime]).toEqual([90, minute(0), minute(89)]);
  });

  it("hands over every unknown gap, and of the exchange's own only those of the running day", async () => {
    const parts = opening(minute(100));
    const gaps = [
      gap(-300, -290, 'unknown'),
      gap(-200, -190, 'exchange_gap'),
      gap(10, 12, 'exchange_gap'),
      gap(20, 25, 'unknown'),
    ];
    const stored = [...candles(-400, -300), ...candles(0, 10), ...candles(12, 20), ...candles(25, 90)];
    await parts.store.save({ candles: stored, gaps });
    const opened = await describeSeries(parts, BTC_1M);
    expect(opened.gaps.map(({ from, reason }) => [from, reason])).toEqual([
      [minute(-300), 'unknown'],
      [minute(10), 'exchange_gap'],
      [minute(20), 'unknown'],
    ]);
  });

  it('goes on from the newest candle that can be over when one of the future was posted', async () => {
    const parts = opening(minute(100));
    await parts.store.save({ candles: [...candles(0, 99), ...candles(500, 501)], gaps: [] });
    const { tail } = await describeSeries(parts, BTC_1M);
    expect(tail.at(-1)?.openTime).toBe(minute(98));
  });

  it('reads one base candle only where nothing is derived', async () => {
    const parts = opening(minute(100), { TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES: '0' });
    await parts.store.save({ candles: candles(0, 90), gaps: [] });
    const opened = await describeSeries(parts, BTC_1M);
    expect(opened).toMatchObject({ timeframes: [], tail: [{ openTime: minute(89) }] });
  });

  it('does not reach back before 1970', async () => {
    const opened = await describeSeries(opening(epochMs(86_400_000)), series('binance:spot:ETH/USDT:1m'));
    expect(opened.historyFrom).toBe(0);
  });
});

describe('describeRun', () => {
  it('names what runs, so that a replay is answerable to it', () => {
    const parts = { ...opening(minute(0)), version: '1.2.3', seed: 7 };
    const other = { ...opening(minute(0), { HOTWICK_HISTORY_DAYS: '3' }), version: '1.2.3', seed: 7 };
    expect(describeRun(parts)).toMatchObject({ kind: 'runStarted', receivedTime: DAY, version: '1.2.3', seed: 7 });
    expect(describeRun(parts).configHash).not.toBe(describeRun(other).configHash);
    expect(describeRun(parts)).toEqual(describeRun(parts));
  });
});
