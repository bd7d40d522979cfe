/**
 * Recorded payloads of the real exchange against the Binance adapter's parsers: every kline frame and every
 * exchangeInfo on file is understood, and a few are held to the exact model, decimals as text.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseExchangeInfo } from '../../src/adapters/binance/exchange-info.ts';
import { parseKlineFrame, toCandleEvent } from '../../src/adapters/binance/kline-frame.ts';
import { parseKlineRows } from '../../src/adapters/binance/kline-row.ts';
import { parseStreamMessage } from '../../src/adapters/binance/stream-message.ts';
import { type KlineStream, streamName } from '../../src/adapters/binance/symbol-name.ts';
import { type Decimal, toDecimalText } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import type { MarketType } from '../../src/model/instrument.ts';
import type { SeriesId } from '../../src/model/series.ts';
import { timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';

const readText = (path: string): string => gunzipSync(readFileSync(dataFile(path))).toString('utf8');
const readJson = (path: string): unknown => JSON.parse(readText(path));

/** Decimals as text, so that a snapshot can be read. */
function readable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? toDecimalText(each as Decimal) : each)),
  );
}

/** The raw text of each frame in a recording, with the venue's envelope where it had one. */
function framesOf(path: string): readonly string[] {
  const recordedLine = z.object({ frame: z.unknown() });
  return readText(path)
    .split('\n')
    .filter((line) => line.includes('"kline"'))
    .map((line) => {
      const recorded = recordedLine.safeParse(JSON.parse(line));
      return recorded.success && recorded.data.frame !== undefined ? JSON.stringify(recorded.data.frame) : line;
    });
}

const klineIdentity = z.object({ s: z.string(), k: z.object({ i: z.string() }) });

/** The stream a recorded frame was subscribed as, from the frame itself. */
function streamOf(data: unknown, market: MarketType): KlineStream {
  const { s: symbol, k } = klineIdentity.parse(data);
  const interval = timeframe(k.i);
  return { market, symbol, timeframe: interval, lengthMs: timeframeMs(interval), name: streamName(symbol, k.i) };
}

/** Parses every kline frame of a recording to a feed event; throws at the first that is refused. */
function parseRecording(path: string, market: MarketType) {
  return framesOf(path).map((text) => {
    const message = parseStreamMessage(text);
    if (message.kind !== 'frame') throw new Error(`${path}: ${message.kind} ${text.slice(0, 200)}`);
    const stream = streamOf(message.data, market);
    expect(message.name).toBe(stream.name);
    const update = parseKlineFrame(message.data, stream);
    if (!update.ok || update.value === 'foreign') throw new Error(`${path}: ${JSON.stringify(update)} ${text}`);
    const seriesId = `binance:${market}:${stream.symbol}:${stream.timeframe}` as SeriesId;
    return toCandleEvent(update.value, { seriesId, receivedTime: update.value.eventTime });
  });
}

describeWithData('recorded kline frames', () => {
  it.each<[string, MarketType, number, number]>([
    ['ws/cryptofeed-usdm-20210722.jsonl.gz', 'futures', 67, 4],
    ['ws/cryptofeed-spot-20211012.jsonl.gz', 'spot', 2, 0],
    ['ws/spot-kline_1m-2025-samples.jsonl.gz', 'spot', 2, 0],
    ['ws/unicornfy-frames.jsonl.gz', 'futures', 3, 0],
  ])('understands all of %s', (path, market, frames, closes) => {
    const events = parseRecording(path, market);
    const closed = events.filter((event) => event.kind === 'closedReceived');
    process.stdout.write(`${path}: ${events.length} kline frames, ${closed.length} closed\n`);
    expect([events.length, closed.length]).toEqual([frames, closes]);
  });

  it('holds the closed futures candles of 2021-07-22 22:25 to the model', () => {
    const events = parseRecording('ws/cryptofeed-usdm-20210722.jsonl.gz', 'futures');
    expect(readable(events.filter((event) => event.kind === 'closedReceived'))).toMatchSnapshot();
  });

  it('holds spot frames of 2021 and 2025 to the model', () => {
    const paths = ['ws/cryptofeed-spot-20211012.jsonl.gz', 'ws/spot-kline_1m-2025-samples.jsonl.gz'];
    expect(readable(paths.flatMap((path) => parseRecording(path, 'spot')))).toMatchSnapshot();
  });
});

/** What the raw file says, counted without the adapter. */
function countRaw(path: string, market: MarketType) {
  const rawFilter = z.object({
    filterType: z.string(),
    tickSize: z.string().nullish(),
    stepSize: z.string().nullish(),
  });
  const rawSymbol = z.object({
    symbol: z.string(),
    status: z.string(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    contractType: z.string().optional(),
    filters: z.array(rawFilter),
  });
  const { symbols } = z.object({ symbols: z.array(rawSymbol) }).parse(readJson(path));
  const ours = symbols.filter((each) => market === 'spot' || each.contractType === 'PERPETUAL');
  const usable = ours.filter(
    (each) =>
      each.symbol === each.baseAsset + each.quoteAsset &&
      each.filters.every((filter) => filter.filterType !== 'PRICE_FILTER' || Number(filter.tickSize) > 0),
  );
  const names = (list: typeof ours) => list.map((each) => each.symbol);
  return {
    all: ours.length,
    instruments: usable.length,
    trading: usable.filter((each) => each.status === 'TRADING').length,
    unusable: names(ours).filter((name) => !names(usable).includes(name)),
  };
}

describeWithData('recorded exchangeInfo', () => {
  it.each<
    [
      string,
      MarketType,
      { readonly instruments: number; readonly trading: number; readonly unusable: readonly string[] },
    ]
  >([
    ['rest/exchangeInfo-spot-20211012.json.gz', 'spot', { instruments: 1695, trading: 1262, unusable: [] }],
    ['rest/exchangeInfo-usdm-20210722.json.gz', 'futures', { instruments: 119, trading: 119, unusable: [] }],
    ['rest/exchangeInfo-usdm-20241019.json.gz', 'futures', { instruments: 342, trading: 324, unusable: [] }],
    [
      'rest/exchangeInfo-usdm-20260331-reserialised.json.gz',
      'futures',
      { instruments: 671, trading: 569, unusable: ['ELSAUSDT', 'IDOL'] },
    ],
  ])('turns %s into instruments', (path, market, expected) => {
    const parsed = parseExchangeInfo(readJson(path), market);
    if (!parsed.ok) throw new Error(parsed.error);
    const { instruments, unusable } = parsed.value;
    const raw = countRaw(path, market);
    process.stdout.write(`${path}: ${instruments.length} instruments of ${raw.all}, ${raw.trading} trading\n`);
    expect(instruments).toHaveLength(raw.instruments);
    expect(instruments.filter((each) => each.status === 'trading')).toHaveLength(raw.trading);
    expect(new Set(instruments.map((each) => each.instrumentId)).size).toBe(instruments.length);
    expect(unusable.map((line) => line.split(':')[0]).sort()).toEqual([...raw.unusable].sort());
    expect({ instruments: raw.instruments, trading: raw.trading, unusable: [...raw.unusable].sort() }).toEqual(
      expected,
    );
  });

  it('holds a few instruments to the model', () => {
    const pick = (path: string, market: MarketType, ids: readonly string[]) => {
      const parsed = parseExchangeInfo(readJson(path), market);
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value.instruments.filter((each) => ids.includes(each.instrumentId));
    };
    const spot = pick('rest/exchangeInfo-spot-20211012.json.gz', 'spot', [
      'binance:spot:ETH/BTC',
      'binance:spot:BTC/USDT',
    ]);
    const futures = pick('rest/exchangeInfo-usdm-20260331-reserialised.json.gz', 'futures', [
      'binance:futures:BTC/USDT',
      'binance:futures:1000PEPE/USDT',
      'binance:futures:币安人生/USDT',
    ]);
    expect(readable([...spot, ...futures])).toMatchSnapshot();
  });
});

/** Columns of an archive line, which are those of a REST row. */
function toRow(line: string): readonly unknown[] {
  const cells = line.split(',');
  const numeric = new Set([0, 6, 8]);
  return [...cells.map((cell, column) => (numeric.has(column) ? Number(cell) : cell)), '0'];
}

describeWithData('recorded kline rows', () => {
  it.each<[string, MarketType, number]>([
    ['klines/futures-um-vision/LINKUSDT-1m-20260201-20260228.csv.gz', 'futures', 40_320],
    ['klines/spot-vision-outage-20230324/BTCUSDT-1m-20230323-20230325.csv.gz', 'spot', 4_240],
  ])('turns every row of %s into a closed candle with the same digits', (path, market, count) => {
    const rows = readText(path).trim().split('\n').slice(1).map(toRow);
    const first = Number(rows[0]?.[0]);
    const last = Number(rows.at(-1)?.[0]);
    const interval = timeframe('1m');
    const seriesId = `binance:${market}:X/USDT:1m` as SeriesId;
    const parsed = parseKlineRows(rows, {
      request: { seriesId, from: epochMs(first), to: epochMs(last + 60_000), source: 'rest', purpose: 'history' },
      stream: { market, symbol: 'XUSDT', timeframe: interval, lengthMs: 60_000, name: 'xusdt@kline_1m' },
      asOf: epochMs(last + 60_000),
    });
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.candles).toHaveLength(count);
    const quiet = parsed.value.candles.filter((candle) => candle.certificate.status === 'no_trade');
    expect(quiet).toHaveLength(rows.filter((row) => row[8] === 0).length);
    for (const [i, candle] of parsed.value.candles.entries()) {
      const plain = (cell: unknown) =>
        String(cell)
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '');
      const row = rows[i] ?? [];
      expect([candle.open, candle.high, candle.low, candle.close, candle.volume].map(toDecimalText)).toEqual(
        row.slice(1, 6).map(plain),
      );
    }
  });
});
