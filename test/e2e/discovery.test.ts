/**
 * What every build must pass of discovery: the simulated exchange over real sockets, and a clock that the test moves.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { replayDiscovery } from '../../src/app/discovery/replay-discovery.ts';
import { stateToText } from '../../src/app/discovery/state-text.ts';
import { epochMs } from '../../src/core/time.ts';
import {
  type DiscoveryEffect,
  listCandidates,
  listMembers,
  listRefusals,
  readTicker,
  type TickerView,
} from '../../src/discovery/index.ts';
import {
  type CoinScript,
  coin,
  type DiscoveryWorld,
  LIVE,
  MINUTE,
  openDiscoveryWorld,
  quiet,
  type ScriptMinute,
  type WorldOptions,
} from '../fixtures/discovery-world.ts';
import { until } from '../fixtures/wicked-exchange.ts';

const open: DiscoveryWorld[] = [];

async function world(options: WorldOptions): Promise<DiscoveryWorld> {
  const made = await openDiscoveryWorld(options);
  open.push(made);
  return made;
}

async function closeWorlds(): Promise<void> {
  for (const made of open.splice(0)) await made.close();
}

type Kind = DiscoveryEffect['kind'];

function told<K extends Kind>({ effects }: DiscoveryWorld, kind: K): readonly Extract<DiscoveryEffect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<DiscoveryEffect, { kind: K }> => effect.kind === kind);
}

function anomaliesOf(made: DiscoveryWorld, base: string): readonly number[] {
  return told(made, 'anomalyDetected')
    .filter(({ instrumentId }) => instrumentId === coin(base))
    .map(({ detectedTime }) => detectedTime - LIVE);
}

function isChosen(made: DiscoveryWorld, base: string): boolean {
  const chosen = told(made, 'candidatesChosen').flatMap(({ candidates }) => candidates);
  return chosen.some(({ instrumentId }) => instrumentId === coin(base));
}

function reasonsFor(made: DiscoveryWorld, base: string): readonly string[] {
  const refusals = listRefusals(made.service().state.pool.refusals).filter(({ subject }) => subject === coin(base));
  return refusals.map(({ gate }) => gate);
}

function tickerOf(made: DiscoveryWorld, base: string): TickerView {
  const view = readTicker(made.service().state.stream, coin(base), made.clock.now());
  if (view === null) throw new Error(`${base} is not watched`);
  return view;
}

/** Rises by 1.5 % a minute for four minutes from each of `starts` on, at twelve times the volume, then rests there. */
function bursting(...starts: readonly number[]): (minute: number) => ScriptMinute {
  return (minute) => {
    const rest = quiet(minute);
    const risen = starts.reduce((sum, start) => sum + Math.min(4, Math.max(0, minute - start + 1)), 0);
    const isBurst = starts.some((start) => minute >= start && minute < start + 4);
    return { price: rest.price * 1.015 ** risen, volume: isBurst ? 12 : rest.volume };
  };
}

const BTC: CoinScript = { base: 'BTC', minute: quiet };

describe('an hour of the market', () => {
  let made: DiscoveryWorld;
  const views: TickerView[] = [];
  let halfway = 0;
  /** Busy in the hour that leaves the rolling day while we watch, quiet since. */
  const falling: CoinScript = {
    base: 'FALL',
    minute: (minute) => ({ ...quiet(minute), volume: minute < -1_370 ? 20 : quiet(minute).volume }),
  };

  beforeAll(async () => {
    made = await openDiscoveryWorld({ coins: [BTC, { base: 'ABC', minute: quiet }, falling], minutes: 62 });
    for (let minute = 0; minute < 60; minute++) {
      if (minute === 30) halfway = stateToText(made.service().state).length;
      await made.pass(MINUTE);
      views.push(tickerOf(made, 'FALL'));
    }
  });
  afterAll(() => made.close());

  it('scenario 1: that is quiet makes no anomaly and no candidate, and memory stays flat', () => {
    expect(told(made, 'anomalyDetected')).toEqual([]);
    expect(told(made, 'candidateAdmitted')).toEqual([]);
    expect(stateToText(made.service().state).length).toBeLessThan(halfway * 1.02);
    expect(made.service().status().watch).toMatchObject({
      tickers: { live: 1, skipped: 0 },
      minutes: { wanted: 3, live: 3, skipped: 0 },
    });
    expect(made.faults).toEqual([]);
  });

  it('scenario 17, R5-2: in which the rolling volume falls all the time makes no alert, by whatever source of volume', () => {
    const volumes = views.map(({ quoteVolume24h }) => quoteVolume24h ?? Number.NaN);
    expect(volumes.every((volume, index) => index === 0 || volume < (volumes[index - 1] as number))).toBe(true);
    expect(anomaliesOf(made, 'FALL')).toEqual([]);
    const ratios = views.map(({ volumeRatio }) => volumeRatio).filter((ratio) => ratio !== null);
    expect(ratios.length).toBeGreaterThan(40);
    expect(Math.max(...ratios)).toBeLessThan(5);
    expect(Math.max(...views.map(({ tickerVolumeRatio }) => tickerVolumeRatio ?? 0))).toBeLessThan(5);
  });
});

describe('a burst', () => {
  afterEach(closeWorlds);

  it('scenario 5: after a fall of 22 % the coin cools, and a new burst within 30 minutes does not bring it back', async () => {
    const fall = (minute: number): number => 0.967 ** Math.min(7, Math.max(0, minute - 26));
    const burst = bursting(15, 40, 70);
    const script: CoinScript = {
      base: 'ABC',
      minute: (minute) => ({ ...burst(minute), price: burst(minute).price * fall(minute) }),
    };
    const made = await world({ coins: [BTC, script], minutes: 80 });
    await made.pass(19 * MINUTE);
    const hot = made.candidate('ABC');
    expect(hot).toMatchObject({ tier: 'active', source: 'momentum', status: 'watching' });
    expect(hot?.heat).toBeGreaterThanOrEqual(40);
    expect(isChosen(made, 'ABC')).toBe(true);
    const position = { instrumentId: coin('ABC'), receivedTime: made.clock.now() };
    made.service().tellPosition({ kind: 'positionOpened', ...position });
    await made.pass(15 * MINUTE);
    expect(made.candidate('ABC')?.status, 'a position keeps its coin').toBe('trading');
    expect(tickerOf(made, 'ABC').change15m, 'R4-2: seen through the real stream').toBeLessThan(-0.2);
    const closedAt = made.clock.now();
    made.service().tellPosition({ ...position, kind: 'positionClosed', receivedTime: closedAt, outcome: 'loss' });
    await made.pass(20 * MINUTE);
    expect(anomaliesOf(made, 'ABC').some((time) => time > closedAt - LIVE)).toBe(true);
    expect(made.candidate('ABC')).toMatchObject({ status: 'cooling', coolingUntil: closedAt + 30 * MINUTE });
    expect(reasonsFor(made, 'ABC')).toContain('pool:cooling');
    await made.pass(22 * MINUTE);
    expect(made.candidate('ABC')).toMatchObject({ status: 'watching', tier: 'active' });
  });

  it('comes back from a restart as it was, with the age of its coin, and the recording of both runs plays to the last byte', async () => {
    const made = await world({ coins: [BTC, { base: 'ABC', minute: bursting(12) }], minutes: 40 });
    await made.pass(17 * MINUTE);
    const before = made.candidate('ABC');
    expect(before).toMatchObject({ tier: 'active', listedTime: LIVE - 86_400_000 - 10 * 3_600_000 });
    await made.restart();
    const after = made.candidate('ABC');
    expect(after).toMatchObject({
      tier: 'active',
      discoveredTime: before?.discoveredTime,
      listedTime: before?.listedTime,
    });
    expect(told(made, 'listingFound')).toEqual([]);
    await made.pass(2 * MINUTE);
    const live = [...made.effects];
    const candidates = JSON.stringify(listCandidates(made.service().state.pool));
    // A copy, because what waits in memory is written with the end of the run.
    await made.restart();
    const recording = join(made.folder, 'copy');
    cpSync(join(made.folder, 'flight'), recording, { recursive: true });
    const played: DiscoveryEffect[] = [];
    const report = replayDiscovery(recording, ({ effects }) => played.push(...effects));
    expect(report).toMatchObject({ different: 0, torn: [], versions: ['test'] });
    expect(report.compared).toBeGreaterThan(100);
    const texts = (effects: readonly DiscoveryEffect[]): readonly string[] => effects.map((one) => JSON.stringify(one));
    expect(texts(played).slice(0, live.length)).toEqual(texts(live));
    expect(candidates).toContain('ABC/USDT');
  });
});

describe('an exchange in trouble', () => {
  afterEach(closeWorlds);

  it('scenario 9: after 15 s of silence the streams come over a new connection; an hour without any cools who was hot, keeps what is held, and makes no false burst', async () => {
    // Everything rises and is traded ten times as much while nobody listens.
    const script = (minute: number): ScriptMinute => {
      const rest = quiet(minute);
      return minute >= 20 && minute < 80
        ? { price: rest.price * 1.004 ** (minute - 20), volume: 10 }
        : { ...rest, price: minute < 20 ? rest.price : rest.price * 1.27 };
    };
    const made = await world({
      coins: [
        { ...BTC, minute: script },
        { base: 'ABC', minute: script },
        { base: 'HOT', minute: bursting(14) },
        { base: 'OWN', minute: bursting(14) },
      ],
      minutes: 105,
      frameMs: 2_000,
    });
    await made.pass(MINUTE);
    made.exchange.faults.silence('on');
    await made.pass(20_000);
    expect(made.faults.map(({ code }) => code)).toContain('feed_silent');
    made.exchange.faults.silence('off');
    await made.pass(MINUTE);
    expect(made.service().status().watch).toMatchObject({ tickers: { live: 1 }, minutes: { live: 4 } });
    await made.pass(16 * MINUTE);
    expect(made.candidate('HOT')).toMatchObject({ tier: 'active' });
    const position = { instrumentId: coin('OWN'), receivedTime: made.clock.now() };
    made.service().tellPosition({ kind: 'positionOpened', ...position });
    const admitted = told(made, 'candidateAdmitted').length;
    made.exchange.faults.refuseSockets('on');
    made.exchange.faults.dropSockets();
    await until(() => made.service().status().watch.tickers.live === 0, 'the streams are lost');
    await made.clock.advance(60 * MINUTE);
    expect(made.service().status().watch).toMatchObject({ tickers: { live: 0 }, minutes: { live: 0 } });
    expect(made.candidate('HOT'), 'nothing is known of it for an hour').toBeNull();
    expect(reasonsFor(made, 'HOT')).toContain('pool:left');
    const isInPool = (): boolean =>
      listMembers(made.service().state.pool, made.clock.now()).some(({ instrumentId }) => instrumentId === coin('OWN'));
    expect(made.candidate('OWN')).toMatchObject({ status: 'trading', heat: 0 });
    expect(isInPool(), 'not knowing is no reason to sell').toBe(true);
    made.exchange.faults.refuseSockets('off');
    await made.pass(90_000);
    expect(made.service().status().watch).toMatchObject({ tickers: { live: 1 }, minutes: { live: 4 } });
    const nothingCarried = {
      change5m: null,
      change1h: null,
      volumeRatio: null,
      tickerVolumeRatio: null,
    };
    expect(tickerOf(made, 'ABC')).toMatchObject(nothingCarried);
    await made.pass(5 * MINUTE);
    expect([anomaliesOf(made, 'ABC').length, told(made, 'candidateAdmitted').length]).toEqual([0, admitted]);
    expect(isInPool()).toBe(true);
    await made.pass(18 * MINUTE);
    expect(isInPool(), 'seen cold for its hold time').toBe(false);
    expect(made.candidate('OWN'), 'and kept for its position').toMatchObject({ status: 'trading' });
    expect(told(made, 'candidateAdmitted').length).toBe(admitted);
  });

  it('A-2: that answers 429 and 418 is asked for announcements after 60 to 480 s more, and after a success as before', async () => {
    const made = await world({ coins: [BTC], minutes: 60, frameMs: 10_000 });
    await made.pass(50_000);
    const path = '/article/list/query';
    made.exchange.faults.nextRequests({ answer: 429, count: 1, path, retryAfterS: 1 });
    made.exchange.faults.nextRequests({ answer: 418, count: 1, path, retryAfterS: 1 });
    made.exchange.faults.nextRequests({ answer: 429, count: 3, path, retryAfterS: 1 });
    await made.pass(45 * MINUTE);
    const times = made.announcementPolls;
    const spacings = times.slice(1).map((time, index) => (time - (times[index] as number)) / 1_000);
    expect(spacings.slice(0, 8)).toEqual([60, 120, 180, 300, 540, 540, 60, 60]);
  });
});

describe('what the exchange says it will list', () => {
  afterEach(closeWorlds);

  it('scenario 13: a symbol that does not exist is never in the pool, whoever announces it', async () => {
    const made = await world({ coins: [BTC], minutes: 30 });
    made.exchange.announce({ title: 'Binance Will List Fakecoin (FAKE)', releaseDate: epochMs(LIVE + 1) });
    await made.pass(12 * MINUTE);
    expect(told(made, 'listingPending').map(({ pending }) => pending.base)).toEqual(['FAKE']);
    expect(told(made, 'candidateAdmitted')).toEqual([]);
    expect(made.candidate('FAKE')).toBeNull();
  });

  it('scenario 18: a listing of ten minutes is a candidate without a signal, nothing breaks, and the reason is visible', async () => {
    const fresh: CoinScript = { base: 'NEW', from: 3, minute: (minute) => ({ price: 2 + minute / 100, volume: 1 }) };
    const made = await world({ coins: [BTC, fresh], minutes: 30 });
    made.exchange.announce({ title: 'Binance Will List Newcoin (NEW)', releaseDate: epochMs(LIVE + 1) });
    await made.pass(13 * MINUTE);
    expect(told(made, 'listingFound')).toMatchObject([{ instrumentId: coin('NEW'), source: 'announcement' }]);
    expect(made.candidate('NEW')).toMatchObject({ source: 'listing', tier: 'active' });
    expect(tickerOf(made, 'NEW').volumeRatio, 'too few minutes to compare with').toBeNull();
    expect(anomaliesOf(made, 'NEW')).toEqual([]);
    expect(isChosen(made, 'NEW')).toBe(false);
    expect(reasonsFor(made, 'NEW')).toContain('filter:liquidity');
    expect(made.faults).toEqual([]);
  });
});
