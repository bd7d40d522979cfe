/**
 * Signals of the whole market (`trading.universe: market`) over the simulated exchange: every pair gets a judged signal
 * while nobody is a candidate, and nothing is bought by them.
 */
import { expect, it } from 'vitest';
import { MINUTE_MS, trackRuns } from '../fixtures/trading-checks.ts';

const start = trackRuns();

it('C-7 are judged for every pair that trades though none is a candidate, from histories that are asked for once, and buy nothing', async () => {
  const scenario = [
    'name: market',
    'about: a quiet market',
    'cast: 12',
    'temper: calm',
    'coins: [{ symbol: HOTUSDT, price: 1.25, volume: 50000 }]',
    '',
  ].join('\n');
  const run = await start({ scenario, settings: { trading: { universe: 'market' } } });
  await run.pass(3 * MINUTE_MS);
  const signals = run.told('signals').flatMap((event) => event.signals);
  const listed = Object.keys(run.trading.discovery.listing.instruments ?? {});
  expect(listed.length).toBeGreaterThan(10);
  expect(new Set(signals.map(({ instrumentId }) => instrumentId))).toEqual(new Set(listed));
  const scored = signals.filter(({ timeframes }) => timeframes.every(({ kind }) => kind === 'scored'));
  expect(new Set(scored.map(({ instrumentId }) => instrumentId)).size).toBeGreaterThan(10);
  // From now on the stream keeps every history: judging all of them again asks for none.
  const before = run.exchange.stats().requests;
  const judgedBefore = run.told('signals').length;
  await run.pass(3 * MINUTE_MS);
  expect(run.told('signals').length).toBeGreaterThan(judgedBefore + 10);
  const perCoin = (run.exchange.stats().requests - before) / listed.length;
  expect(perCoin).toBeLessThan(2);
  expect(run.told('order')).toEqual([]);
  expect(run.warnings).toEqual([]);
});
