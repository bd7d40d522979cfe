import { createBinanceFeed } from '../../src/adapters/binance/binance-feed.ts';
import type { BinanceEndpoints } from '../../src/adapters/binance/endpoints.ts';
import { createManualClock, type ManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { createGeneratedMarket } from '../../src/adapters/sim/generated-market.ts';
import { startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import { assert } from '../../src/core/assert.ts';
import { addMs, type EpochMs, epochMs } from '../../src/core/time.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { SeriesId } from '../../src/model/series.ts';
import type { FeedEvent } from '../../src/ports/feed.ts';
import {
  driveUntil,
  klineEvent,
  klineRow,
  type RestCall,
  type RestReply,
  startWickedExchange,
  type WickedExchange,
} from '../fixtures/wicked-exchange.ts';
import { describeFeedContract, type FeedUnderTest } from './feed.contract.ts';

const MARKET_START = epochMs(1_767_225_600_000);
const MINUTE = 60_000;
/** Shortly before a close, so that no test waits a whole minute for the first. */
const START = addMs(MARKET_START, 45_000);
const HISTORY_FROM = addMs(MARKET_START, -120 * MINUTE);
const PUSH_MS = 250;
const STEP_MS = 500;

/** The parts of a harness that do not depend on the exchange behind the feed. */
function createSubject(clock: ManualClock, endpoints: BinanceEndpoints) {
  const events: FeedEvent[] = [];
  const faults: Failure[] = [];
  const feed = createBinanceFeed({
    clock,
    random: createSeededRandom(11),
    sink: (event) => events.push(event),
    onFault: (fault) => faults.push(fault),
    endpoints,
  });
  const drive: FeedUnderTest['drive'] = (condition, message) =>
    driveUntil(clock, condition, { message, stepMs: STEP_MS, limitMs: 15 * MINUTE });
  return {
    feed,
    events,
    faults,
    series: 'binance:futures:BTC/USDT:1m' as SeriesId,
    otherSeries: 'binance:futures:ETH/USDT:1m' as SeriesId,
    unknownSeries: 'binance:futures:NOSUCHCOIN/USDT:1m' as SeriesId,
    now: clock.now,
    drive,
    pass: async (ms: number) => {
      const end = clock.now() + ms;
      await drive(() => clock.now() >= end, `${ms} ms pass`);
    },
  };
}

/** What the scripted market does at present. */
type MarketMood = { frames: 'sent' | 'withheld'; next: 'good' | 'corrupt' };

describeFeedContract('Binance on a scripted exchange', {
  start: async () => {
    const exchange = await startWickedExchange();
    const clock = createManualClock(START);
    const mood: MarketMood = { frames: 'sent', next: 'good' };
    exchange.onRest((call) => answerRest(call, clock.now()));
    pushFrames(exchange, clock, mood);
    const subject = createSubject(clock, exchange.endpoints);
    return {
      ...subject,
      historyFrom: HISTORY_FROM,
      cutConnections: () => {
        for (const connection of exchange.connections) connection.cut();
      },
      silence: (mode) => {
        mood.frames = mode === 'on' ? 'withheld' : 'sent';
      },
      corruptNextFrame: () => {
        mood.next = 'corrupt';
      },
      stop: async () => {
        await subject.feed.close();
        clock.close();
        await exchange.close();
      },
    };
  },
});

/** Every 250 ms a forming frame of each subscribed stream, or the close of the minute that just ended. */
function pushFrames(exchange: WickedExchange, clock: ManualClock, mood: MarketMood): void {
  const now = clock.now();
  clock.schedule(addMs(now, PUSH_MS), () => pushFrames(exchange, clock, mood));
  if (mood.frames === 'withheld') return;
  const openTime = now - (now % MINUTE);
  const numbers = { openTime: openTime === now ? now - MINUTE : openTime, eventTime: now } as const;
  for (const connection of exchange.connections.filter((each) => each.isOpen())) {
    for (const name of connection.subscribed) {
      const symbol = (name.split('@')[0] ?? '').toUpperCase();
      const event = klineEvent({ ...numbers, symbol, state: openTime === now ? 'closed' : 'forming' });
      if (mood.next === 'corrupt') connection.sendText(JSON.stringify({ stream: name, data: event }).slice(0, -9));
      else connection.send(name, event);
      mood.next = 'good';
    }
  }
}

const SYMBOLS = ['BTC', 'ETH'];

function answerRest(call: RestCall, now: EpochMs): RestReply {
  if (call.path.endsWith('/time')) return { body: { serverTime: now } };
  if (call.path.endsWith('/exchangeInfo')) return { body: { symbols: SYMBOLS.map(describeSymbol) } };
  if (!SYMBOLS.includes((call.query['symbol'] ?? '').replace('USDT', ''))) {
    return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
  }
  const [from, to, limit] = [call.query['startTime'], call.query['endTime'], call.query['limit']].map(Number);
  const rows: (readonly unknown[])[] = [];
  const last = Math.min(to ?? 0, now);
  for (let open = Math.max(from ?? 0, HISTORY_FROM); open <= last && rows.length < (limit ?? 0); open += MINUTE) {
    rows.push(toRow(klineEvent({ openTime: open, state: 'closed' })));
  }
  return { body: rows, headers: { date: new Date(now).toUTCString(), 'x-mbx-used-weight-1m': '3' } };
}

function toRow(event: Readonly<Record<string, unknown>>): readonly unknown[] {
  const k = event['k'] as Readonly<Record<string, unknown>>;
  const row = klineRow(Number(k['t']));
  return [...row.slice(0, 1), k['o'], k['h'], k['l'], k['c'], k['v'], row[6], k['q'], k['n'], k['V'], k['Q'], '0'];
}

function describeSymbol(base: string): unknown {
  return {
    symbol: `${base}USDT`,
    status: 'TRADING',
    baseAsset: base,
    quoteAsset: 'USDT',
    contractType: 'PERPETUAL',
    filters: [
      { filterType: 'PRICE_FILTER', tickSize: '0.10' },
      { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001' },
      { filterType: 'MIN_NOTIONAL', notional: '100' },
    ],
  };
}

describeFeedContract('Binance on the simulated exchange', {
  start: async () => {
    const clock = createManualClock(START);
    const market = createGeneratedMarket({
      seed: 5,
      startTime: MARKET_START,
      historyMs: MARKET_START - HISTORY_FROM,
      markets: ['futures'],
    });
    const bitcoin = market.instruments.find((each) => each.symbol === 'BTCUSDT');
    assert(bitcoin !== undefined, 'the generated market has bitcoin');
    // Time here is stepped, so frames are spaced by the clock of the market alone.
    const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, minFrameWallMs: 1 });
    const subject = createSubject(clock, {
      futuresRestUrl: exchange.httpUrl,
      futuresStreamUrl: exchange.wsUrl,
      spotRestUrl: exchange.httpUrl,
      spotStreamUrl: exchange.wsUrl,
      spotApiUrl: `${exchange.wsUrl}/ws-api/v3`,
      announcementsUrl: exchange.httpUrl,
    });
    return {
      ...subject,
      historyFrom: bitcoin.historyFrom,
      cutConnections: () => exchange.cutSockets(),
      silence: (mode) => exchange.faults.silence(mode),
      corruptNextFrame: () => exchange.faults.nextFrames({ kind: 'corrupt', count: 1 }),
      stop: async () => {
        await subject.feed.close();
        await exchange.close();
        clock.close();
      },
    };
  },
});
