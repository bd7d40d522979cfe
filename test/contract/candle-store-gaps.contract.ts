/**
 * What every CandleStore does with gaps, as a part of its suite: the store of each test enters.
 */
import { describe, expect, it } from 'vitest';
import type { CandleGap, ClosedCandle } from '../../src/model/candle.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import { at, BTC, candle, ETH, gap, MINUTE, START } from '../fixtures/stored-candles.ts';

type Shown = readonly (readonly [from: number, to: number, reason: string])[];

/** The gaps of minutes from one to another, in minutes. */
export async function gapsIn(store: CandleStore, from = -1000, to = 1000): Promise<Shown> {
  const gaps = await store.readGaps(BTC, { from: at(from), to: at(to) });
  return gaps.map((each) => [(each.from - START) / MINUTE, (each.to - START) / MINUTE, each.reason]);
}

/** Declares this part; `get` answers the store of the test that runs. */
export function describeGaps(get: () => CandleStore): void {
  const save = (candles: readonly ClosedCandle[], gaps: readonly CandleGap[] = []) => get().save({ candles, gaps });
  const gapsOf = (from?: number, to?: number) => gapsIn(get(), from, to);

  describe('gaps', () => {
    it('are visible where they overlap the asked period, ascending', async () => {
      await save([], [gap(20, 30, 'exchange_gap'), gap(0, 10)]);
      expect(await gapsOf()).toEqual([
        [0, 10, 'unknown'],
        [20, 30, 'exchange_gap'],
      ]);
      expect(await gapsOf(9, 20)).toEqual([[0, 10, 'unknown']]);
      expect(await gapsOf(10, 20)).toEqual([]);
      expect(await gapsOf(29, 30)).toEqual([[20, 30, 'exchange_gap']]);
      expect(await get().readGaps(ETH, { from: at(0), to: at(99) })).toEqual([]);
    });
    it('lose the period of a candle saved later, in the middle and at both ends', async () => {
      await save([], [gap(0, 10)]);
      await save([candle(4), candle(0), candle(9)]);
      expect(await gapsOf()).toEqual([
        [1, 4, 'unknown'],
        [5, 9, 'unknown'],
      ]);
      await save([1, 2, 3, 5, 6, 7, 8].map((minute) => candle(minute)));
      expect(await gapsOf()).toEqual([]);
    });
    it('never cover a candle stored before them or with them', async () => {
      await save([candle(2)]);
      await save([candle(6)], [gap(0, 10, 'exchange_gap')]);
      expect(await gapsOf()).toEqual([
        [0, 2, 'exchange_gap'],
        [3, 6, 'exchange_gap'],
        [7, 10, 'exchange_gap'],
      ]);
    });
    it('replace what was recorded of the same stretch', async () => {
      await save([], [gap(0, 10)]);
      await save([], [gap(3, 5, 'exchange_gap')]);
      expect(await gapsOf()).toEqual([
        [0, 3, 'unknown'],
        [3, 5, 'exchange_gap'],
        [5, 10, 'unknown'],
      ]);
      await save([], [gap(0, 10, 'exchange_gap')]);
      expect(await gapsOf()).toEqual([[0, 10, 'exchange_gap']]);
    });
    it('are merged when they touch with one reason', async () => {
      await save([], [gap(0, 2), gap(4, 6), gap(2, 4)]);
      expect(await gapsOf()).toEqual([[0, 6, 'unknown']]);
    });
    it('lose the whole period of a longer candle, though it opened before them', async () => {
      const gapOfEth = { ...gap(3, 12), seriesId: ETH };
      await save([candle(0, { seriesId: ETH })]);
      await save([], [gapOfEth]);
      expect(await get().readGaps(ETH, { from: at(0), to: at(99) })).toEqual([{ ...gapOfEth, from: at(5) }]);
      await save([candle(5, { seriesId: ETH })]);
      expect(await get().readGaps(ETH, { from: at(0), to: at(99) })).toEqual([{ ...gapOfEth, from: at(10) }]);
    });
  });
}
