import { afterEach, describe, expect, it } from 'vitest';
import { series } from '../../../test/fixtures/candles.ts';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { epochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { IngestSupervisor, type SupervisorLimits } from './ingest-supervisor.ts';

const BTC = series('binance:futures:BTC/USDT:1m');
const ETH = series('binance:futures:ETH/USDT:1m');
const BTC_5M = series('binance:futures:BTC/USDT:5m');

const LIMITS: SupervisorLimits = {
  pinned: [],
  onDemand: 'on',
  onDemandMax: 1,
  idleMs: 60_000,
  guardrail: 'off',
  baseTimeframe: timeframe('1m'),
  derivedTimeframes: [timeframe('5m')],
  canFollow: (seriesId) => seriesId.startsWith('binance:'),
};

describe('ingest supervisor', () => {
  let clock: ManualClock;
  let log: string[];
  let supervisor: IngestSupervisor;

  async function start(limits: Partial<SupervisorLimits> = {}): Promise<void> {
    clock = createManualClock(epochMs(1_700_000_000_000));
    log = [];
    const note = (what: string) => async (seriesId: SeriesId) => {
      log.push(`${what} ${seriesId}`);
    };
    const onError = (error: unknown) => log.push(`error ${String(error)}`);
    supervisor = new IngestSupervisor({
      limits: { ...LIMITS, ...limits },
      actions: { open: note('open'), close: note('close') },
      clock,
      onError,
    });
    await supervisor.start();
  }

  afterEach(async () => {
    await supervisor.stop();
    clock.close();
  });

  const job = (id: SeriesId) => supervisor.jobs().find((each) => each.series_id === id);

  it('opens pinned series at the start and never ends them for want of subscribers', async () => {
    await start({ pinned: [BTC] });
    expect(log).toEqual([`open ${BTC}`]);
    expect(supervisor.reserve(BTC_5M)).toBe('served');
    supervisor.release(BTC_5M);
    await clock.advance(600_000);
    expect(job(BTC)).toMatchObject({ refcount: -1, running: true });
  });

  it('counts subscriptions of derived series on the base job (C-D06)', async () => {
    await start();
    expect([supervisor.reserve(BTC_5M), supervisor.reserve(BTC)]).toEqual(['served', 'served']);
    expect(job(BTC)?.refcount).toBe(2);
    await clock.advance(0);
    expect(log).toEqual([`open ${BTC}`]);
  });

  it('refuses a second base series when one is all there may be, and says so only then (C01)', async () => {
    await start();
    expect(supervisor.reserve(BTC)).toBe('served');
    expect(supervisor.reserve(ETH)).toBe('refused');
    expect(supervisor.reserve(BTC_5M)).toBe('served');
  });

  it('gives the place of the job that is idle for longest to a new one', async () => {
    await start();
    supervisor.reserve(BTC);
    supervisor.release(BTC);
    expect(supervisor.reserve(ETH)).toBe('served');
    await clock.advance(1);
    expect(log.toSorted()).toEqual([`close ${BTC}`, `open ${BTC}`, `open ${ETH}`]);
    expect(job(BTC)).toBeUndefined();
  });

  it('opens a series again only after its earlier job has closed it', async () => {
    await start({ onDemandMax: 1 });
    supervisor.reserve(BTC);
    supervisor.release(BTC);
    supervisor.reserve(ETH);
    supervisor.release(ETH);
    supervisor.reserve(BTC);
    await clock.advance(1);
    expect(log.filter((entry) => entry.endsWith(BTC))).toEqual([`open ${BTC}`, `close ${BTC}`, `open ${BTC}`]);
  });

  it('refuses a venue that nobody follows (C02)', async () => {
    await start();
    expect(supervisor.reserve(series('kraken:spot:BTC/EUR:1m'))).toBe('refused');
  });

  it('ends a job a minute after its last subscriber left, not before', async () => {
    await start();
    supervisor.reserve(BTC);
    await clock.advance(120_000);
    supervisor.release(BTC);
    await clock.advance(58_000);
    expect(job(BTC)).toBeDefined();
    await clock.advance(3_000);
    expect(job(BTC)).toBeUndefined();
    expect(log).toEqual([`open ${BTC}`, `close ${BTC}`]);
  });

  it('pauses a job that keeps failing and tries again after the cool-down', async () => {
    await start({ pinned: [BTC], guardrail: 'on' });
    for (let i = 0; i < 5; i++) supervisor.reportCrash(BTC, 'lost');
    await clock.advance(1);
    expect(job(BTC)).toMatchObject({ running: false, crashes: 5, guardrail: { state: 'open' } });
    await clock.advance(32_000);
    expect(job(BTC)).toMatchObject({ running: true, guardrail: { state: 'half_open' } });
    supervisor.reportAlive(BTC);
    expect(job(BTC)).toMatchObject({ guardrail: { state: 'closed', window_failures: 0 } });
    expect(log).toEqual([`open ${BTC}`, `close ${BTC}`, `open ${BTC}`]);
  });

  it('serves without a job while on-demand ingest is off', async () => {
    await start({ onDemand: 'off' });
    expect(supervisor.reserve(BTC)).toBe('served');
    expect(supervisor.jobs()).toEqual([]);
  });

  it('closes every job when it stops and starts none afterwards', async () => {
    await start({ pinned: [BTC], onDemandMax: 0 });
    supervisor.reserve(ETH);
    await supervisor.stop();
    expect(log).toEqual([`open ${BTC}`, `open ${ETH}`, `close ${BTC}`, `close ${ETH}`]);
    expect(supervisor.reserve(ETH)).toBe('refused');
  });
});
