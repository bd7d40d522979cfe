import { afterEach, describe, expect, it } from 'vitest';
import { klineRow, startWickedExchange } from '../../../test/fixtures/wicked-exchange.ts';
import { addMs, epochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { openBinance } from './binance-access.ts';

const START = epochMs(1_767_225_600_000);
const NOW = addMs(START, 6_000_000);
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** An access to an exchange that bans whoever asks for futures history for 7 s, and answers everything else. */
async function openBanned() {
  const exchange = await startWickedExchange();
  exchange.onRest(({ path }) => {
    if (path === '/fapi/v1/klines')
      return { status: 429, headers: { 'retry-after': '7' }, body: { code: -1003, msg: '' } };
    if (path.endsWith('/klines')) return { body: [klineRow(START)] };
    return { body: path.endsWith('exchangeInfo') ? { symbols: [] } : [] };
  });
  const clock = createManualClock(NOW);
  const access = openBinance({
    clock,
    wallClock: clock,
    random: createSeededRandom(1),
    onFault: () => {},
    endpoints: exchange.endpoints,
  });
  const feed = access.openFeed(() => {});
  stops.push(
    () => exchange.close(),
    () => clock.close(),
    () => access.close(),
    () => feed.close(),
  );
  const askHistory = (market: 'futures' | 'spot') =>
    feed.fetchHistory({
      seriesId: `binance:${market}:BTC/USDT:1m` as SeriesId,
      from: START,
      to: addMs(START, 60_000),
      source: 'rest',
      purpose: 'repair',
    });
  return { access, clock, exchange, askHistory };
}

describe('the access to Binance', () => {
  it('spends one budget of a market: a ban that history met keeps the lists away too, until it ends', async () => {
    const { access, clock, exchange, askHistory } = await openBanned();
    expect(await askHistory('futures')).toMatchObject({ ok: false, error: { code: 'venue_rate_limited' } });
    expect(await access.fetchTopMarkets('futures')).toMatchObject({ ok: false, error: { code: 'venue_rate_limited' } });
    expect(exchange.calls.map(({ path }) => path)).toEqual(['/fapi/v1/klines']);
    await clock.advance(7_000);
    expect(await access.fetchTopMarkets('futures')).toMatchObject({ ok: true });
  });

  it('keeps the budgets of the markets apart: a ban on futures leaves spot alone', async () => {
    const { access, askHistory } = await openBanned();
    expect(await askHistory('futures')).toMatchObject({ ok: false });
    expect(await access.fetchTopMarkets('spot')).toMatchObject({ ok: true });
    expect(await askHistory('spot')).toMatchObject({ ok: true });
  });
});
