/**
 * A live scan against the simulated exchange: real sockets and requests, market time faster than the wall's.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { closedCandle } from '../../../test/fixtures/candles.ts';
import { startSocialServer } from '../../../test/fixtures/social-server.ts';
import { openBinance } from '../../adapters/binance/binance-access.ts';
import { createAcceleratedClock } from '../../adapters/clock/accelerated-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createReplayMarket, type ReplayTrack } from '../../adapters/sim/replay-market.ts';
import { startSimExchange } from '../../adapters/sim/sim-exchange.ts';
import { createBinanceSquare } from '../../adapters/social/social-binance-sq.ts';
import { epochMs } from '../../core/time.ts';
import { DEFAULT_DISCOVERY_CONFIG, type DiscoveryConfig, listCandidates } from '../../discovery/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DiscoveryService } from '../discovery/discovery-service.ts';
import { scaleTimings } from '../modes/scale-timings.ts';
import { startLiveScan } from './live-scan.ts';
import { toLiveTables } from './live-table.ts';

const MINUTE = 60_000;
const START = epochMs(Date.UTC(2026, 10, 20, 10));
const SPEED = 300;
/** Minutes before the market goes live, and those after it until PUMP rises: ten for the baseline, and a late list. */
const HISTORY = 30;
const QUIET = 36;

/** Windows wide enough for a busy machine: a late frame is no gap here. */
const CONFIG: DiscoveryConfig = {
  ...DEFAULT_DISCOVERY_CONFIG,
  ticker: { ...DEFAULT_DISCOVERY_CONFIG.ticker, silenceMs: 10 * MINUTE, staleMs: 60 * MINUTE },
  pool: { ...DEFAULT_DISCOVERY_CONFIG.pool, marketStaleMs: 10 * MINUTE },
};

function track(base: string, rise: (minute: number) => number): ReplayTrack {
  const instrumentId = `binance:spot:${base}/USDT` as InstrumentId;
  const series = seriesId({ instrumentId, timeframe: timeframe('1m') });
  const price = (minute: number): number => 100 * rise(minute);
  const candles = Array.from({ length: HISTORY + 120 }, (_, index) => {
    const minute = index - HISTORY;
    const [open, close] = [price(minute - 1), price(minute)];
    const prices = [open, Math.max(open, close), Math.min(open, close), close].map((each) => each.toFixed(2));
    const volume = close > open ? '8000' : '400';
    const openTime = START + minute * MINUTE;
    return closedCandle({ seriesId: series, openTime, prices: prices as [string, string, string, string], volume });
  });
  return { instrumentId, candles };
}

async function openScan(): Promise<{
  readonly scan: DiscoveryService;
  readonly clock: Clock;
  readonly faults: Failure[];
}> {
  const clock = createAcceleratedClock({ start: START, speed: SPEED });
  const tracks = [track('CALM', () => 1), track('PUMP', (minute) => 1.02 ** Math.min(8, Math.max(0, minute - QUIET)))];
  const market = createReplayMarket({ tracks, startTime: START, seed: 1 });
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, speed: SPEED });
  const square = await startSocialServer();
  const said = (id: number) => ({ body: { data: { contents: [{ id, title: '$CALM to the moon', authorId: 9 }] } } });
  square.answer(...Array.from({ length: 500 }, (_, id) => said(id)));
  const { httpUrl, wsUrl } = exchange;
  const faults: Failure[] = [];
  const random = createSeededRandom(1);
  const access = openBinance({
    clock,
    wallClock: clock,
    random,
    onFault: (fault) => faults.push(fault),
    endpoints: { spotRestUrl: httpUrl, spotStreamUrl: wsUrl, announcementsUrl: httpUrl },
    timings: scaleTimings(SPEED, 10_000),
  });
  const scan = await startLiveScan({
    clock,
    config: CONFIG,
    openWatch: access.openMarketWatch,
    socials: [createBinanceSquare({ clock, random, use: 'on', baseUrl: square.url })],
    onFault: (fault) => faults.push(fault),
  });
  onTestFinished(async () => {
    await scan.close();
    await access.close();
    await exchange.close();
    clock.close();
  });
  return { scan, clock, faults };
}

describe('a live scan', () => {
  it('finds the coin that is talked about and the one that bursts, and asks for its age', async () => {
    const { scan, clock } = await openScan();
    const talkedAbout = (): unknown => toLiveTables(scan.state, clock.now())[0]?.rows.map((row) => [row[1], row[3]]);
    await vi.waitFor(() => expect(talkedAbout()).toContainEqual(['CALM/USDT', 'social']), { timeout: 20_000 });
    const found = (): ReturnType<typeof listCandidates>[number] | undefined =>
      listCandidates(scan.state.pool).find(({ source }) => source === 'momentum');
    await vi.waitFor(() => expect(found()?.tier).toBe('active'), { timeout: 20_000, interval: 5 });
    await vi.waitFor(() => expect(found()?.listedTime).not.toBeNull(), { timeout: 20_000, interval: 5 });
    expect(found()?.instrumentId).toBe('binance:spot:PUMP/USDT');
    const [hottest, nearest] = toLiveTables(scan.state, clock.now());
    for (const { headings, rows } of [hottest, nearest].filter((table) => table !== undefined)) {
      for (const row of rows) expect(row).toHaveLength(headings.length);
    }
    expect(hottest?.rows.map(([, coin]) => coin)).toContain('PUMP/USDT');
    expect(scan.status().watch.minutes).toMatchObject({ wanted: 2, live: 2 });
  }, 60_000);

  it('ends once, and nothing moves afterwards', async () => {
    const { scan, clock } = await openScan();
    await vi.waitFor(() => expect(scan.status().watch.tickers.frames).toBeGreaterThan(3), { timeout: 20_000 });
    await Promise.all([scan.close(), scan.close()]);
    const { tickers } = scan.state.stream.counts;
    const endTime = clock.now();
    await vi.waitFor(() => expect(clock.now() - endTime).toBeGreaterThan(20_000), { timeout: 20_000 });
    expect(scan.state.stream.counts.tickers).toBe(tickers);
  }, 60_000);
});
