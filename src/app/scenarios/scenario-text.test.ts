import { describe, expect, it } from 'vitest';
import { createGeneratedMarket } from '../../adapters/sim/generated-market.ts';
import type { Scenario } from '../../adapters/sim/scenario/scenario.ts';
import { decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';
import { findMisfit, listScenarios, openScenario } from './open-scenario.ts';
import { parseScenario } from './scenario-text.ts';

const MINUTE = 60_000;

function read(text: string): Scenario {
  const parsed = parseScenario(text, 'mine.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function mistakes(text: string): string {
  const parsed = parseScenario(text, 'mine.yaml');
  if (parsed.ok) throw new Error('understood');
  expect(parsed.error.code).toBe('scenario_wrong');
  return parsed.error.message;
}

const HEAD = 'name: mine\nabout: a test\n';

describe('a scenario file', () => {
  it('says what the market is made of and what happens when', () => {
    const scenario = read(`${HEAD}start: 2026-06-15T09:20:00Z
history: 2d
markets: [spot]
cast: 3
temper: lively
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000, noise: 0.05% }
events:
  - at: -24h
    move: { symbols: [HOTUSDT, BTCUSDT], volume: 2.5x, for: 60m }
  - at: 10m
    move: { symbols: HOTUSDT, price: +4%, volume: 8x, volatility: 2x, buyers: 70%, for: 5m }
  - at: 15m
    move: { symbols: HOTUSDT, price: -22% }
  - { at: 20m, halt: { symbols: all, for: 90s } }
  - { at: 30m, delist: { symbols: HOTUSDT } }
  - { at: 40m, list: { symbol: NEWUSDT, price: "0.4", volume: 9000 } }
  - { at: 50m, outage: { for: 60m, minutes: missing } }
  - { at: 60m, fault: { kind: silence, forMs: 15000 } }
  - { at: 0, announce: { title: Binance Will List X (X) } }
`);
    expect(scenario).toMatchObject({
      startTime: epochMs(Date.UTC(2026, 5, 15, 9, 20)),
      historyMs: 2 * 1_440 * MINUTE,
      markets: ['spot'],
      cast: 3,
      temper: 'lively',
      coins: [{ base: 'HOT', quote: 'USDT', price: decimal('1.25'), minuteQuoteVolume: 50_000, noiseRatio: 0.0005 }],
    });
    const burst = { priceRatio: 1.04, volumeRatio: 8, volatilityRatio: 2, buyersRatio: 0.7, forMs: 5 * MINUTE };
    expect(scenario.events).toMatchObject([
      { atMs: -1_440 * MINUTE, kind: 'move', symbols: ['HOTUSDT', 'BTCUSDT'], volumeRatio: 2.5, buyersRatio: null },
      { atMs: 10 * MINUTE, kind: 'move', symbols: ['HOTUSDT'], ...burst },
      { kind: 'move', priceRatio: 0.78, forMs: 0 },
      { kind: 'halt', symbols: 'all', forMs: 90_000 },
      { kind: 'delist' },
      { kind: 'list', coin: { base: 'NEW', price: decimal('0.4') } },
      { kind: 'outage', minutes: 'missing', forMs: 60 * MINUTE },
      { kind: 'fault', order: { kind: 'silence', forMs: 15_000 } },
      { atMs: 0, kind: 'announce', title: 'Binance Will List X (X)' },
    ]);
  });

  it('needs no more than a name and what it is about', () => {
    expect(read(HEAD)).toMatchObject({ startTime: null, cast: 40, temper: 'calm', coins: [], events: [] });
  });

  it('is told every mistake with its line', () => {
    const text = `${HEAD}casts: 3
coins:
  - { symbol: hot, price: 1, volume: 5 }
events:
  - at: soon
    move: { symbols: BTCUSDT, price: 4 }
  - at: 10m
    move:
      symbols: BTCUSDT
      volume: eight
  - at: 10m
  - { at: -1h, delist: { symbols: BTCUSDT } }
  - at: 20m
    fault: { kind: silence, path: /order }
  - at: 30m
    outage: {}
`;
    expect(mistakes(text).split('\n  ')).toEqual([
      'mine.yaml:3: unknown casts',
      'mine.yaml:5: coins[0].symbol: write a symbol against USDT, like HOTUSDT',
      'mine.yaml:7: events[0].at: write a time from where the market goes live, like 10m, or -24h for before',
      'mine.yaml:8: events[0].move.price: write a change like +4% or -22%',
      'mine.yaml:12: events[1].move.volume: write a factor like 8x',
      'mine.yaml:13: events[2]: an event is at a time and one of move, halt, delist, list, outage, fault, announce',
      'mine.yaml:14: events[3]: before the market goes live there are moves and halts only',
      'mine.yaml:16: events[4].fault: silence does not take path; it takes mode, stream, symbol, forMs',
      'mine.yaml:18: events[5].outage.for: write a length of time like 15s, 10m, 2h or 5d, at most 60d',
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['no YAML', 'two: [unclosed', /^mine\.yaml:\d: /],
    ['a key twice', `${HEAD}cast: 2\ncast: 3\n`, /^mine\.yaml:4: Map keys must be unique/],
    ['nothing', '', /^mine\.yaml:1: /],
    ['an unknown key', `${HEAD}about2: x`, /^mine\.yaml:3: unknown about2$/],
    ['no name', 'about: x\n', /^mine\.yaml:1: name: is missing$/],
    ['a book', `${HEAD}#${'x'.repeat(300_000)}`, /^mine\.yaml:1: longer than/],
    ['a vague start', `${HEAD}start: yesterday\n`, /^mine\.yaml:3: start: write an instant like/],
  ])('%s is refused', (_, text, message) => {
    expect(mistakes(text)).toMatch(message);
  });
});

describe('scenarios by name', () => {
  it('are all readable and playable', () => {
    expect(listScenarios().map(({ name }) => name)).toEqual([...BUILT_IN_SCENARIOS.keys()]);
    expect([...BUILT_IN_SCENARIOS].map(([name, text]) => findMisfit(read(text), null)?.message ?? name)).toEqual([
      ...BUILT_IN_SCENARIOS.keys(),
    ]);
  });

  it('that do not exist are answered with those that do, and files with their path', async () => {
    expect(await openScenario('pump')).toMatchObject({
      error: {
        code: 'usage_wrong',
        message: expect.stringMatching(/^there is no scenario pump; there are quiet, pump-and/),
      },
    });
    expect(await openScenario('./no/such.yaml')).toMatchObject({ error: { code: 'file_unreadable' } });
    expect(await openScenario('gap')).toMatchObject({ ok: true, value: { name: 'gap' } });
  });

  it('must fit the market they play on', () => {
    const misfit = (text: string): string | undefined => findMisfit(read(HEAD + text), null)?.message;
    expect(misfit('events: [{ at: 1m, move: { symbols: ZZZUSDT, price: +1% } }]')).toMatch(/the market has no ZZZUSDT/);
    expect(misfit('events: [{ at: 1m, fault: { kind: halt, symbol: ZZZUSDT } }]')).toMatch(/the market has no ZZZUSDT/);
    expect(misfit('cast: 0')).toMatch(/there is no coin/);
    const hot = '{ symbol: HOTUSDT, price: 1, volume: 5 }';
    expect(misfit(`coins: [${hot}]\nevents: [{ at: 1m, list: ${hot} }]`)).toMatch(/there are two coins HOTUSDT/);
    const startTime = epochMs(Date.UTC(2026, 5, 15));
    const base = createGeneratedMarket({ seed: 1, startTime, historyMs: MINUTE, symbols: 1, markets: ['spot'] });
    const btc = read(`${HEAD}coins: [{ symbol: BTCUSDT, price: 1, volume: 5 }]`);
    expect([findMisfit(btc, base)?.message, findMisfit(btc, null)]).toEqual([
      'mine: there are two coins BTCUSDT',
      null,
    ]);
  });
});
