import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { dataFile, describeWithData } from '../../../test/fixtures/shared-data.ts';
import { decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { createReplayMarket } from './replay-market.ts';
import { parseSimInterval, type SimInterval } from './sim-interval.ts';
import type { SimRow } from './sim-market.ts';

const id = instrumentId({ venue: 'binance', market: 'spot', base: 'ANY', quote: 'THING' });

function readLines(name: string): readonly (readonly string[])[] {
  const text = gunzipSync(readFileSync(dataFile(`klines/${name}.csv.gz`))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

/** Columns of a recorded line in the order of the files; the exchange's close time is left out. */
function toRecorded(line: readonly string[]): readonly unknown[] {
  const [open, high, low, close, volume] = line.slice(1, 6).map(decimal);
  const [quote, takerBase, takerQuote] = [line[7], line[9], line[10]].map((text) => decimal(text ?? ''));
  return [Number(line[0]), open, high, low, close, volume, quote, Number(line[8]), takerBase, takerQuote];
}

function toColumns(row: SimRow): readonly unknown[] {
  const { openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume } = row;
  return [openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume];
}

function toCandle(line: readonly string[]): ClosedCandle {
  const number = (index: number): ReturnType<typeof decimal> => decimal(line[index] ?? '');
  return {
    kind: 'candleClosed',
    seriesId: seriesId({ instrumentId: id, timeframe: timeframe('1m') }),
    openTime: epochMs(Number(line[0])),
    open: number(1) as Price,
    high: number(2) as Price,
    low: number(3) as Price,
    close: number(4) as Price,
    volume: number(5) as Quantity,
    quoteVolume: number(7) as Money,
    trades: Number(line[8]),
    takerBaseVolume: number(9) as Quantity,
    takerQuoteVolume: number(10) as Money,
    certificate: { source: 'archive', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
  };
}

/** Open times at which our aggregation and the exchange's own candles differ in any column. */
function findDifferences(folder: string, symbol: string, interval: SimInterval): readonly number[] {
  const [name, dates] = symbol.split('/');
  const candles = readLines(`${folder}/${name}-1m-${dates}`).map(toCandle);
  const market = createReplayMarket({
    tracks: [{ instrumentId: id, candles }],
    startTime: candles[0]?.openTime ?? epochMs(0),
    seed: 1,
  });
  const to = epochMs((candles[candles.length - 1]?.openTime ?? 0) + 1);
  const ours = new Map(market.candles(id, interval, { from: epochMs(0), to }).map((row) => [row.openTime, row]));
  const differs = (line: readonly string[]): boolean => {
    const row = ours.get(epochMs(Number(line[0])));
    return row === undefined || !toColumns(row).every((column, i) => column === toRecorded(line)[i]);
  };
  return readLines(`${folder}/${name}-${interval}-${dates}`)
    .filter(differs)
    .map((line) => Number(line[0]));
}

describeWithData('the simulated exchange against recorded candles of the real one', () => {
  for (const [folder, symbol, intervals] of [
    ['spot-vision', 'BTCUSDT/20240301-20240430', '15m 1h 1d'],
    ['spot-vision-outage-20230324', 'BTCUSDT/20230323-20230325', '15m 1h 2h 4h 6h 8h 12h 1d'],
  ] as const) {
    it(`aggregates ${folder} exactly as the exchange did, in every column`, () => {
      for (const text of intervals.split(' ')) {
        const interval = parseSimInterval(text);
        expect(interval && findDifferences(folder, symbol, interval), text).toEqual([]);
      }
    });
  }

  it('differs only in the candle whose minute the archive lacks', () => {
    const missing = Date.UTC(2023, 1, 14, 16, 30);
    expect(findDifferences('spot-vision-missing-minute', 'SOLUSDT/20230214-20230214', '15m')).toEqual([missing]);
  });
});
