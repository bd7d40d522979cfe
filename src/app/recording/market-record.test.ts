import { describe, expect, it } from 'vitest';
import { closedCandle } from '../../../test/fixtures/candles.ts';
import { createRecordedClock } from '../../adapters/clock/recorded-clock.ts';
import { err, ok } from '../../core/result.ts';
import { addMs, epochMs } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { DecisionComparison } from '../backtest/decision-comparison.ts';
import { type MarketRecord, type PlacedRecord, parseMarketRecord, REQUEST_KEYS, recordLine } from './market-record.ts';
import { createRecordedMarket } from './recorded-market.ts';

const TIME = epochMs(1_750_000_000_000);
const HOT = 'binance:spot:HOT/USDT' as InstrumentId;
const ticker = { instrumentId: HOT, price: 1.25, open24h: 1, high24h: 2, low24h: 0.5, quoteVolume24h: 7 };
const minute = {
  instrumentId: HOT,
  openTime: TIME,
  state: 'closed',
  close: 1,
  quoteVolume: 2,
  takerQuoteVolume: null,
} as const;
const candle = closedCandle({ openTime: 60_000, prices: ['1.10', '2', '1', '1.5'] });
const surroundings = { clockSkewMs: null, loopLagMs: 3, feed: 'up', storage: 'working' } as const;

const RECORDS: readonly MarketRecord[] = [
  {
    kind: 'head',
    head: { format: 'hotwick.trading', format_version: 1, version: '1', time: TIME, reason: 'start', config: { a: 1 } },
  },
  { kind: 'watch', event: { kind: 'tickersReceived', receivedTime: TIME, tickers: [ticker] } },
  { kind: 'watch', event: { kind: 'minuteReceived', receivedTime: TIME, minute } },
  { kind: 'feed', event: { kind: 'closedReceived', receivedTime: TIME, eventTime: TIME, candle } },
  { kind: 'posts', event: { kind: 'postsReceived', receivedTime: TIME, posts: [] } },
  { kind: 'answer', key: 'rules', time: TIME, answer: ok([candle]) },
  { kind: 'known', key: 'rules', time: TIME, answer: err(failure('venue_unreachable', { url: 'u', reason: 'r' })) },
  { kind: 'timer', at: TIME, time: addMs(TIME, 2) },
  { kind: 'surroundings', time: TIME, surroundings },
  { kind: 'decision', text: '{"a":"\\n"}' },
];

describe('a record', () => {
  it.each(RECORDS)('comes back as it was written, with its turn: $kind', (record) => {
    for (const turn of ['new', 'same'] as const) {
      const line = recordLine({ turn, record });
      expect(line).not.toContain('\n');
      expect(parseMarketRecord(line)).toEqual({ turn, record });
    }
  });

  it.each(['', '["t",1,[]]', '-', '-{}', '-["z",1]', '-["t"', '+["f"'])('is none of ours: %j', (line) => {
    expect(parseMarketRecord(line)).toBeNull();
  });
});

describe('a recording played as a market', () => {
  const play = (records: readonly MarketRecord[], turns: readonly PlacedRecord['turn'][] = []) => {
    const clock = createRecordedClock(TIME);
    const placed = records.map((record, index): PlacedRecord => ({ turn: turns[index] ?? 'new', record }));
    const market = createRecordedMarket({ clock, records: placed.values(), onDecision: () => {} });
    return { clock, market };
  };
  const tickers = (ms: number): MarketRecord => ({
    kind: 'watch',
    event: { kind: 'tickersReceived', receivedTime: addMs(TIME, ms), tickers: [ticker] },
  });

  it('answers a request when it was answered, and refuses in time what never was', async () => {
    const answer: MarketRecord = {
      kind: 'answer',
      key: REQUEST_KEYS.book(HOT),
      time: addMs(TIME, 500),
      answer: ok('book'),
    };
    const { clock, market } = play([answer]);
    const watch = market.openWatch(() => {});
    const told: string[] = [];
    void watch.fetchBook(HOT).then((book) => told.push(`${clock.now() - TIME} ${String(book.ok && book.value)}`));
    void watch
      .fetchListedTime(HOT)
      .then((time) => told.push(`${clock.now() - TIME} ${time.ok ? '' : time.error.code}`));
    await market.playTo(addMs(TIME, 499));
    expect(told).toEqual([]);
    expect(await market.playTo(addMs(TIME, 59_999))).toBe('over');
    await market.playTo(addMs(TIME, 61_000));
    expect(told).toEqual(['500 book', '61000 venue_unreachable']);
    expect(market.unanswered()).toBe(1);
  });

  it('fires a timer where the recording says so, between two events of its instant, and one it does not know by itself', async () => {
    const fired: MarketRecord = { kind: 'timer', at: addMs(TIME, 1_000), time: addMs(TIME, 1_000) };
    const { clock, market } = play([tickers(1_000), fired, tickers(1_000), tickers(3_000)]);
    const order: string[] = [];
    market.openWatch(() => order.push(`tickers ${clock.now() - TIME}`));
    clock.schedule(addMs(TIME, 1_000), () => order.push(`timer ${clock.now() - TIME}`));
    clock.schedule(addMs(TIME, 2_000), () => order.push(`unknown ${clock.now() - TIME}`));
    await market.playTo(addMs(TIME, 4_000));
    expect(order).toEqual(['tickers 1000', 'timer 1000', 'tickers 1000', 'unknown 2000', 'tickers 3000']);
  });

  it('tells in one turn of the event loop what was heard in one', async () => {
    const { market } = play([tickers(1), tickers(1), tickers(1)], ['new', 'same', 'new']);
    const order: string[] = [];
    market.openWatch(() => {
      order.push('told');
      queueMicrotask(() => order.push('after'));
    });
    await market.playTo(addMs(TIME, 2));
    expect(order).toEqual(['told', 'told', 'after', 'after', 'told', 'after']);
  });
});

describe('decisions compared', () => {
  it('count what is the same until the first that differs, whoever is ahead', () => {
    const comparison = new DecisionComparison();
    for (const text of ['a', 'b', 'c']) comparison.take('recorded', text);
    for (const text of ['a', 'b', 'x', 'y']) comparison.take('made', text);
    expect(comparison.conclude()).toEqual({
      recorded: 3,
      made: 4,
      identical: 2,
      first_difference: { recorded: 'c', made: 'x' },
    });
  });

  it('differ where only one side has more', () => {
    const comparison = new DecisionComparison();
    comparison.take('recorded', 'a');
    expect(comparison.conclude().first_difference).toEqual({ recorded: 'a', made: null });
    expect(new DecisionComparison().conclude().first_difference).toBeNull();
  });
});
