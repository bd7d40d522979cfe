/**
 * What must not become a trade (hotcoin.md 10.1): coins that do not exist, volumes that only seem to move, and coins too
 * young to be judged; over the simulated exchange with real sockets and real files.
 */
import { expect, it } from 'vitest';
import { coin, MINUTE_MS, trackRuns } from '../fixtures/trading-checks.ts';

const start = trackRuns();

it('scenarios 13, 17 and 18: a coin that does not exist never counts, a busy hour that leaves the day is no burst, and ten candles are no signal', async () => {
  const scenario = [
    'name: newcomers',
    'about: a fake coin, a busy hour of yesterday, and a new coin',
    'cast: 3',
    'coins:',
    '  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }',
    'events:',
    '  - at: -24h',
    '    move: { symbols: HOTUSDT, volume: 40x, for: 60m }',
    '  - at: 2m',
    '    announce: { title: Binance Will List Fakecoin (FAKE) with Seed Tag Applied }',
    '  - at: 40m',
    '    list: { symbol: NEWUSDT, price: 0.4, volume: 200000, noise: 0.4% }',
    '  - at: 40m',
    '    move: { symbols: NEWUSDT, price: +30%, volume: 5x, buyers: 65%, for: 20m }',
    '',
  ].join('\n');
  const run = await start({ scenario });
  const everChosen = (): ReadonlySet<string> =>
    new Set(run.told('candidatesChosen').flatMap(({ chosen }) => chosen.map(({ instrumentId }) => instrumentId)));
  await run.pass(3 * MINUTE_MS);
  for (let minute = 0; minute < 5; minute++) {
    const time = run.now();
    const mention = { instrumentId: coin('FAKE'), time, velocity: 500, sentiment: 0.9, author: `author-${minute}` };
    await run.service.engine.submit({ kind: 'mentionsCounted', receivedTime: time, mention });
    await run.pass(MINUTE_MS);
  }
  expect(Object.keys(run.trading.discovery.pool.candidates)).not.toContain(coin('FAKE'));
  await run.pass(44 * MINUTE_MS);
  expect(everChosen()).toContain(coin('NEW'));
  const opinions = run.told('signals').flatMap(({ signals }) => signals);
  const young = opinions.filter(({ instrumentId }) => instrumentId === coin('NEW'));
  expect(young.at(-1)?.timeframes.find(({ timeframe }) => timeframe === '1m')?.candles).toBeGreaterThanOrEqual(10);
  expect(new Set(young.map(({ action }) => action))).toEqual(new Set(['HOLD']));
  expect(young.at(-1)?.reason).toContain('no timeframe has enough candles');
  await run.pass(8 * MINUTE_MS);
  expect(run.told('anomaly').filter(({ anomaly }) => anomaly.instrumentId === coin('HOT'))).toEqual([]);
  expect(everChosen()).not.toContain(coin('FAKE'));
  expect(run.told('order')).toEqual([]);
  expect(run.warnings).toEqual([]);
});
