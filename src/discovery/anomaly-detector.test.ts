import { describe, expect, it } from 'vitest';
import {
  at,
  coin,
  type Desk,
  MINUTE,
  minute,
  openDesk,
  T0,
  ticker,
  warmUp,
} from '../../test/fixtures/discovery-desk.ts';
import type { EpochMs } from '../core/time.ts';
import type { Ticker } from '../model/ticker.ts';
import { dropCooldowns } from './anomaly-detector.ts';
import type { AnomalyConfig } from './discovery-config.ts';
import { type Anomaly, type DiscoveryEffect, listRefusals } from './index.ts';

const BURST = 20 * MINUTE + 10_000;

function anomaliesOf(effects: readonly DiscoveryEffect[]): readonly Anomaly[] {
  return effects.filter((effect) => effect.kind === 'anomalyDetected');
}

function withRule(rule: Partial<AnomalyConfig>): Desk {
  return openDesk((config) => ({ ...config, anomaly: { ...config.anomaly, ...rule } }));
}

/** Twenty quiet minutes and then a minute of `volume` at `price`. */
function burst(desk: Desk, { price, volume, rest = {} }: { price: number; volume: number; rest?: Partial<Ticker> }) {
  warmUp(desk, 'A');
  desk.trade(BURST, minute('A', 20, { state: 'forming', quoteVolume: volume, takerQuoteVolume: null }));
  return anomaliesOf(desk.tick(BURST, ticker('A', price, rest)));
}

describe('the burst rule', () => {
  it('tells a coin whose volume is five times its mean and whose price rose 3 % in five minutes', () => {
    const [anomaly] = burst(openDesk(), { price: 1.04, volume: 8_000 });
    expect(anomaly).toMatchObject({ instrumentId: coin('A'), detectedTime: at(BURST), volumeRatio: 8, price: 1.04 });
    expect(anomaly?.change5m).toBeCloseTo(0.04, 12);
  });

  it.each([
    ['exactly at both limits', 1.03, 5_000, 1],
    ['with too little volume', 1.04, 4_999, 0],
    ['with too small a rise', 1.0299, 8_000, 0],
    ['when it falls', 0.9, 50_000, 0],
  ])('answers %s', (_name, price, volume, count) => {
    expect(burst(openDesk(), { price, volume })).toHaveLength(count);
  });

  it.each([
    ['volume alone', 1, 8_000, 1],
    ['price alone', 1.04, 1_000, 1],
    ['neither', 1, 1_000, 0],
  ])('in the mode either answers %s', (_name, price, volume, count) => {
    expect(burst(withRule({ mode: 'either' }), { price, volume })).toHaveLength(count);
  });

  it.each([
    ['liquidity', { quoteVolume24h: 499_999 }],
    ['fomo', { open24h: 0.79 }],
  ])('refuses for %s and keeps the reason', (gate, rest) => {
    const desk = openDesk();
    expect(burst(desk, { price: 1.04, volume: 8_000, rest })).toEqual([]);
    expect(desk.state.pool.refusals.counts).toEqual({ [`anomaly:${gate}`]: 1 });
    const [refusal] = listRefusals(desk.state.pool.refusals);
    expect(refusal).toMatchObject({ subject: coin('A'), since: at(BURST) });
    expect(refusal?.reason).toContain('24h');
  });

  it('refuses money and what the operator has named', () => {
    const desk = openDesk((config) => ({ ...config, filter: { ...config.filter, blacklist: [' ausdt '] } }));
    expect(burst(desk, { price: 1.04, volume: 8_000 })).toEqual([]);
    expect(desk.state.pool.refusals.counts).toEqual({ 'anomaly:blacklist': 1 });
  });

  it('tells nothing while the five minutes are not known, whatever the volume', () => {
    const desk = openDesk();
    desk.tick(0, ticker('A', 1));
    desk.trade(1, minute('A', 0, { state: 'forming', quoteVolume: 1e9, takerQuoteVolume: null }));
    expect(anomaliesOf(desk.tick(2_000, ticker('A', 9)))).toEqual([]);
  });

  it('scenario 1: a quiet hour tells no anomaly and takes no more memory', () => {
    const desk = openDesk();
    warmUp(desk, 'A', 60);
    expect(desk.state.pool.candidates).toEqual({});
    expect(desk.state.detector.alerted).toEqual({});
  });

  it('scenario 9: no burst is told on the return from an outage of an hour', () => {
    const desk = openDesk();
    warmUp(desk, 'A');
    const back = 80 * MINUTE + 5_000;
    desk.trade(back, minute('A', 80, { state: 'forming', quoteVolume: 60_000, takerQuoteVolume: null }));
    const told = [0, 1, 2, 3].flatMap((second) =>
      desk.tick(back + second * 1_000, ticker('A', 1.2, { quoteVolume24h: 9e6 })),
    );
    expect(told).toEqual([]);
    expect(desk.state.stream.counts.gaps).toBe(1);
  });
});

describe('the cooldown', () => {
  it('keeps a coin from being told twice in ten minutes, and counts the stretch once', () => {
    const desk = openDesk();
    expect(burst(desk, { price: 1.04, volume: 8_000 })).toHaveLength(1);
    for (let second = 1; second <= 40; second++) {
      expect(anomaliesOf(desk.tick(BURST + second * 1_000, ticker('A', 1.05)))).toEqual([]);
    }
    expect(desk.state.pool.refusals.counts).toEqual({ 'anomaly:cooldown': 1 });
  });

  it('ends after ten minutes', () => {
    const desk = openDesk();
    burst(desk, { price: 1.04, volume: 8_000 });
    const again = BURST + 10 * MINUTE;
    for (let ms = BURST; ms < again; ms += 10_000) desk.tick(ms, ticker('A', 1.04));
    for (let index = 20; index < 30; index++) desk.trade((index + 1) * MINUTE, minute('A', index));
    desk.trade(again, minute('A', 30, { state: 'forming', quoteVolume: 90_000, takerQuoteVolume: null }));
    expect(anomaliesOf(desk.tick(again, ticker('A', 1.1)))).toHaveLength(1);
  });

  it('R3-6: ten thousand told coins are forgotten once their cooldown is over', () => {
    const { detector } = openDesk().state;
    for (let index = 0; index < 10_000; index++)
      detector.alerted[`binance:spot:C${index}/USDT`] = (T0 + index) as EpochMs;
    dropCooldowns(detector, { now: at(600_000 + 9_990), cooldownMs: 600_000 });
    expect(Object.keys(detector.alerted)).toHaveLength(9);
  });

  it('R7-2: an entry that is no time hinders neither the clean-up nor the next detection', () => {
    const desk = openDesk();
    Object.assign(desk.state.detector.alerted, { x: undefined, y: 'then', [coin('A')]: Number.NaN });
    expect(burst(desk, { price: 1.04, volume: 8_000 })).toHaveLength(1);
    desk.cycle(BURST);
    expect(desk.state.detector.alerted).toEqual({ [coin('A')]: at(BURST) });
  });
});

describe('the normalised score', () => {
  it('is no condition of the rule: a coin without enough history for it is told all the same', () => {
    const [anomaly] = burst(openDesk(), { price: 1.04, volume: 8_000 });
    expect(anomaly?.score).toBeNull();
  });
});
