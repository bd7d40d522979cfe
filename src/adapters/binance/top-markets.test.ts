import { afterEach, describe, expect, it } from 'vitest';
import { startWickedExchange } from '../../../test/fixtures/wicked-exchange.ts';
import { decimal } from '../../core/decimal.ts';
import { addMs, epochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createWallClock } from '../clock/wall-clock.ts';
import { createGeneratedMarket } from '../sim/generated-market.ts';
import { startSimExchange } from '../sim/sim-exchange.ts';
import { BINANCE_ENDPOINTS, type BinanceEndpoints } from './endpoints.ts';
import { RestClient } from './rest-client.ts';
import { createTopMarkets } from './top-markets.ts';

const START = epochMs(1_767_225_600_000);
const DAY_MS = 86_400_000;
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

function openClient(clock: Clock, endpoints: Partial<BinanceEndpoints>): RestClient {
  const all = { ...BINANCE_ENDPOINTS, ...endpoints };
  return new RestClient({ clock, endpoints: all, requestTimeoutMs: 5_000, onFault: () => {} });
}

describe('markets by volume of the simulated exchange', () => {
  it.each(['spot', 'futures'] as const)('hold every %s symbol that trades, with its exact figures', async (market) => {
    const clock = createManualClock(addMs(START, DAY_MS));
    const generated = createGeneratedMarket({ seed: 5, startTime: START, historyMs: DAY_MS, markets: [market] });
    const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market: generated });
    const wallClock = createWallClock();
    const endpoints = { spotRestUrl: exchange.httpUrl, futuresRestUrl: exchange.httpUrl };
    const client = openClient(wallClock, endpoints);
    const source = createTopMarkets({ clock: wallClock, client });
    stops.push(
      () => clock.close(),
      () => exchange.close(),
      () => wallClock.close(),
      () => client.close(),
    );
    const markets = await source.fetch(market);
    if (!markets.ok) throw new Error(markets.error.message);
    const path = market === 'spot' ? '/api/v3/ticker/24hr' : '/fapi/v1/ticker/24hr';
    const tickers = (await (await fetch(`${exchange.httpUrl}${path}`)).json()) as Record<string, string>[];
    const bitcoin = tickers.find(({ symbol }) => symbol === 'BTCUSDT');
    expect(markets.value.find(({ symbol }) => symbol === 'BTCUSDT')).toEqual({
      symbol: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      lastPrice: decimal(bitcoin?.['lastPrice'] ?? ''),
      quoteVolume: decimal(bitcoin?.['quoteVolume'] ?? ''),
      changePercent: decimal(bitcoin?.['priceChangePercent'] ?? ''),
    });
    expect(markets.value.length).toBeGreaterThan(5);
  });
});

describe('markets by volume of a scripted exchange', () => {
  const listed = (symbol: string, status = 'TRADING', contractType = 'PERPETUAL') => {
    return { symbol, status, baseAsset: symbol.slice(0, -4), quoteAsset: 'USDT', contractType };
  };
  const ticker = (symbol: string, quoteVolume: string) => ({
    symbol,
    quoteVolume,
    lastPrice: '1',
    priceChangePercent: '-0.5',
  });

  async function open(symbols: readonly unknown[], tickers: readonly unknown[]) {
    const exchange = await startWickedExchange();
    const asked: string[] = [];
    let mood: 'well' | 'down' = 'well';
    exchange.onRest(({ path }) => {
      asked.push(path);
      if (mood === 'down') return { status: 503, body: {} };
      return { body: path.endsWith('exchangeInfo') ? { symbols } : tickers };
    });
    const clock = createManualClock(START);
    const client = openClient(clock, exchange.endpoints);
    const source = createTopMarkets({ clock, client });
    stops.push(
      () => exchange.close(),
      () => clock.close(),
      () => client.close(),
    );
    return { source, clock, asked, setMood: (next: typeof mood) => (mood = next) };
  }

  it('leave out what does not trade, expires or can not be read; a market without a ticker has no figures', async () => {
    const symbols = [
      listed('AUSDT'),
      listed('BUSDT', 'SETTLING'),
      listed('CUSDT', 'TRADING', 'CURRENT_QUARTER'),
      7,
      listed('DUSDT'),
    ];
    const { source } = await open(symbols, [ticker('AUSDT', '12.50'), { odd: 1 }, ticker('BUSDT', '3')]);
    const nothing = { lastPrice: null, quoteVolume: null, changePercent: null };
    expect(await source.fetch('futures')).toEqual({
      ok: true,
      value: [
        {
          symbol: 'AUSDT',
          base: 'A',
          quote: 'USDT',
          lastPrice: decimal('1'),
          quoteVolume: decimal('12.5'),
          changePercent: decimal('-0.5'),
        },
        { symbol: 'DUSDT', base: 'D', quote: 'USDT', ...nothing },
      ],
    });
  });

  it('keep the list of symbols for an hour and ask for tickers every time', async () => {
    const { source, clock, asked } = await open([listed('AUSDT')], [ticker('AUSDT', '1')]);
    for (let i = 0; i < 3; i++) await source.fetch('futures');
    expect(asked.filter((path) => path.endsWith('exchangeInfo'))).toHaveLength(1);
    expect(asked.filter((path) => path.endsWith('24hr'))).toHaveLength(3);
    await clock.advance(3_600_000);
    await source.fetch('futures');
    expect(asked.filter((path) => path.endsWith('exchangeInfo'))).toHaveLength(2);
  });

  it('are a failure when the exchange is down or answers something else', async () => {
    const { source, setMood } = await open([listed('AUSDT')], [ticker('AUSDT', '1')]);
    setMood('down');
    expect(await source.fetch('futures')).toMatchObject({ ok: false });
    const other = await open([], { odd: 1 } as never);
    expect(await other.source.fetch('spot')).toMatchObject({ ok: false, error: { code: 'venue_answer_malformed' } });
  });
});
