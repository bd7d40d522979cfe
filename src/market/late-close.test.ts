import { expect, it } from 'vitest';
import { at, BTC_1M, closedCandle } from '../../test/fixtures/candles.ts';
import { MarketWorld } from '../../test/fixtures/market-world.ts';
import { addMs } from '../core/time.ts';

const START = at('2024-03-01T00:00:00Z');
const FLAT = ['100', '100', '100', '100'] as const;

it('certifies a minute without trades as no_trade, also when its close comes late into a hole', () => {
  const world = new MarketWorld([], START);
  world.open(BTC_1M, [], START);
  const state = world.market.series[BTC_1M];
  if (state === undefined) throw new Error('the series is not open');
  state.holes = [{ from: START, to: addMs(START, 120_000) }];
  state.nextOpen = addMs(START, 120_000);
  state.overTo = state.nextOpen;
  world.sendClosed(closedCandle({ openTime: START, prices: FLAT, volume: '0', trades: 0 }));
  world.sendClosed(closedCandle({ openTime: START + 60_000, prices: FLAT, volume: '2', trades: 3 }));
  expect(world.series(BTC_1M).map(({ certificate }) => certificate.status)).toEqual(['no_trade', 'repaired']);
});
