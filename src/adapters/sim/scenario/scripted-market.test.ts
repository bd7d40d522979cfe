import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, multiply, toDecimalText, toFloat } from '../../../core/decimal.ts';
import { addMs, epochMs } from '../../../core/time.ts';
import { createGeneratedMarket } from '../generated-market.ts';
import { defaultSymbols } from '../generated-symbols.ts';
import { fromUnits } from '../sim-grid.ts';
import type { SimInstrument, SimMarket, SimRow } from '../sim-market.ts';
import { joinMarkets } from './join-markets.ts';
import type { MarketMove, MarketScript } from './market-script.ts';
import { createScriptedMarket } from './scripted-market.ts';
import { createSteadyMarket, steadyCoin } from './steady-market.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const at = (minutes: number) => addMs(startTime, minutes * MINUTE);

const NOTHING: MarketScript = { moves: [], halts: [], delistings: [], outages: [] };

function move(from: number, to: number, what: Partial<MarketMove>): MarketMove {
  const plain = { symbols: 'all', priceRatio: 1, volumeRatio: 1, volatilityRatio: 1, buyersRatio: null } as const;
  return { ...plain, from: at(from), to: at(to), ...what };
}

function steady(noiseRatio: number): SimMarket {
  const price = decimal('1.25');
  const hot = steadyCoin({
    base: 'HOT',
    quote: 'USDT',
    price,
    minuteQuoteVolume: 50_000,
    noiseRatio,
    listedTime: null,
  });
  return createSteadyMarket({ seed: 3, startTime, historyMs: 6 * HOUR, markets: ['spot'], coins: [hot] });
}

const instrumentOf = (market: SimMarket, index = 0): SimInstrument => market.instruments[index] as SimInstrument;

function rowsOf(market: SimMarket, from: number, to: number): readonly SimRow[] {
  return market.minutes(instrumentOf(market).instrumentId, { from: at(from), to: at(to) });
}

const closes = (rows: readonly SimRow[]): readonly string[] => rows.map((row) => toDecimalText(row.close));
const volumes = (rows: readonly SimRow[]): readonly string[] => rows.map((row) => toDecimalText(row.volume));

describe('a script over a steady coin', () => {
  it('makes a burst of exactly 8 times the volume that ends exactly 4 % higher, and stays there', () => {
    const burst = move(10, 15, { priceRatio: 1.04, volumeRatio: 8, buyersRatio: 0.7 });
    const market = createScriptedMarket(steady(0), { ...NOTHING, moves: [burst] });
    const rows = rowsOf(market, 8, 17);
    expect(closes(rows)).toEqual(['1.25', '1.25', '1.2598', '1.2698', '1.2798', '1.2898', '1.3', '1.3', '1.3']);
    const [usual = '', burstVolume = ''] = [volumes(rows)[0], volumes(rows)[2]];
    expect(Number(burstVolume)).toBe(8 * Number(usual));
    expect(volumes(rows)).toEqual([usual, usual, ...Array(5).fill(burstVolume), usual, usual]);
    expect(rows[3]?.trades).toBe(480);
    expect(toFloat(rows[3]?.takerBaseVolume ?? decimal('0')) / Number(burstVolume)).toBeCloseTo(0.7, 4);
  });

  it('opens a gap of 12 % between two minutes', () => {
    const market = createScriptedMarket(steady(0), { ...NOTHING, moves: [move(10, 10, { priceRatio: 1.12 })] });
    const [before, after] = rowsOf(market, 9, 11);
    expect([before?.close, after?.open, after?.close].map((price) => toDecimalText(price ?? decimal('0')))).toEqual([
      '1.25',
      '1.4',
      '1.4',
    ]);
  });

  it('falls by 22 % in 15 minutes', () => {
    const market = createScriptedMarket(steady(0), { ...NOTHING, moves: [move(10, 25, { priceRatio: 0.78 })] });
    expect(closes(rowsOf(market, 24, 26))).toEqual(['0.975', '0.975']);
  });

  it('widens returns by volatility and keeps where that has led', () => {
    const plain = rowsOf(steady(0.01), 0, 40);
    const market = createScriptedMarket(steady(0.01), { ...NOTHING, moves: [move(10, 20, { volatilityRatio: 3 })] });
    const wild = rowsOf(market, 0, 40);
    const returns = (rows: readonly SimRow[], from: number): number =>
      Math.log(toFloat((rows[from + 1] as SimRow).close) / toFloat((rows[from] as SimRow).close));
    expect(returns(wild, 12)).toBeCloseTo(3 * returns(plain, 12), 3);
    expect(returns(wild, 30)).toBeCloseTo(returns(plain, 30), 3);
  });

  it('freezes price and volume in a halt, and says so', () => {
    const halt = { symbols: ['HOTUSDT'], from: at(10), to: at(12) };
    const market = createScriptedMarket(steady(0.001), { ...NOTHING, halts: [halt] });
    const rows = rowsOf(market, 9, 13);
    expect(rows.map((row) => row.trades)).toEqual([60, 0, 0, 60]);
    expect(closes(rows.slice(0, 3))).toEqual(Array(3).fill(closes(rows)[0]));
    const id = instrumentOf(market).instrumentId;
    expect([9, 10, 11, 12].map((minute) => market.status(id, at(minute)))).toEqual([
      'trading',
      'halted',
      'halted',
      'trading',
    ]);
  });

  it('leaves out the minutes of an outage and everything behind a delisting', () => {
    const script = { ...NOTHING, outages: [{ from: at(3), to: at(63) }], delistings: [{ symbols: 'all', at: at(70) }] };
    const market = createScriptedMarket(steady(0), script as MarketScript);
    const opens = rowsOf(market, 0, 80).map((row) => (row.openTime - startTime) / MINUTE);
    expect(opens).toEqual([0, 1, 2, ...Array.from({ length: 7 }, (_, index) => 63 + index)]);
    expect(market.status(instrumentOf(market).instrumentId, at(70))).toBe('unlisted');
  });

  it('lists a coin with as many bars as it is old', () => {
    const price = decimal('0.4');
    const plan = { base: 'NEW', quote: 'USDT', price, minuteQuoteVolume: 9_000, noiseRatio: 0.001 };
    const coins = [steadyCoin({ ...plan, listedTime: at(20) })];
    const market = createSteadyMarket({ seed: 3, startTime, historyMs: HOUR, markets: ['spot'], coins });
    const id = instrumentOf(market).instrumentId;
    expect([-11, -10, 19, 20].map((minute) => market.status(id, at(minute)))).toEqual([
      'unlisted',
      'halted',
      'halted',
      'trading',
    ]);
    expect(rowsOf(market, -60, 30)).toHaveLength(10);
  });
});

const anyMove = fc
  .record({
    from: fc.integer({ min: -120, max: 100 }),
    length: fc.constantFrom(0, 1, 5, 37),
    priceRatio: fc.constantFrom(1, 1.04, 0.78, 1.12),
    volumeRatio: fc.constantFrom(1, 8, 0.1, 2.5),
    volatilityRatio: fc.constantFrom(1, 3, 0.3),
    buyersRatio: fc.constantFrom(null, 0, 0.66, 1),
  })
  .map(({ from, length, ...what }) => move(from, from + length, what));
const anyPeriod = fc
  .record({ from: fc.integer({ min: -100, max: 90 }), length: fc.integer({ min: 1, max: 30 }) })
  .map(({ from, length }) => ({ from: addMs(at(from), 7_000), to: at(from + length) }));
const anyScript = fc.record({
  moves: fc.array(anyMove, { maxLength: 4 }),
  halts: fc.array(
    anyPeriod.map((period) => ({ symbols: 'all' as const, ...period })),
    { maxLength: 2 },
  ),
  outages: fc.array(anyPeriod, { maxLength: 2 }),
  delistings: fc.constant([]),
});

/** A thin generated coin, in which many minutes have no trade. */
function thinMarket(): SimMarket {
  const symbols = defaultSymbols(40).slice(-1);
  return createGeneratedMarket({ seed: 5, startTime, historyMs: 6 * HOUR, symbols, markets: ['spot'] });
}

/** What is wrong with a run of minutes, by minute. */
function faultsOf(rows: readonly SimRow[], { quantityStep }: SimInstrument): readonly string[] {
  const faults: string[] = [];
  let [close, nextId]: [bigint | null, number | null] = [null, null];
  for (const row of rows) {
    const { open, high, low, volume, quoteVolume, trades } = row;
    const isOrdered = low > 0n && [open, row.close].every((price) => price >= low && price <= high);
    const isPriced = quoteVolume >= multiply(low, volume) && quoteVolume <= multiply(high, volume);
    const isSplit = volume >= fromUnits(trades, quantityStep);
    const isTaken = row.takerBaseVolume <= volume && row.takerQuoteVolume <= quoteVolume;
    const isQuiet = trades > 0 || close === null || (open === close && high === low && volume === 0n);
    const isNumbered = trades === 0 || nextId === null || row.firstTradeId === nextId;
    const checks = { isOrdered, isPriced, isSplit, isTaken, isQuiet, isNumbered };
    for (const [name, holds] of Object.entries(checks)) if (!holds) faults.push(`${name} ${row.openTime}`);
    if (trades > 0) nextId = row.lastTradeId + 1;
    close = row.close;
  }
  return faults;
}

describe('a script over any market', () => {
  const bases = [thinMarket(), steady(0.002)];

  it('keeps every minute consistent, ids gapless, and quiet minutes at the price before', () => {
    fc.assert(
      fc.property(anyScript, fc.constantFrom(...bases), (script, base) => {
        const market = createScriptedMarket(base, script);
        expect(faultsOf(rowsOf(market, -150, 150), instrumentOf(market))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps a minute ordered where two moves squeeze the volatility of a coin on a coarse grid', () => {
    const once = { symbols: 'all', priceRatio: 1, volumeRatio: 1, volatilityRatio: 0.3, buyersRatio: null } as const;
    const squeeze = { ...once, from: at(0), to: at(37) };
    const market = createScriptedMarket(thinMarket(), { ...NOTHING, moves: [squeeze, squeeze] });
    expect(faultsOf(rowsOf(market, -150, 150), instrumentOf(market))).toEqual([]);
  });

  it('answers the same however it is asked', () => {
    fc.assert(
      fc.property(anyScript, fc.integer({ min: -100, max: 140 }), (script, minute) => {
        const whole = rowsOf(createScriptedMarket(bases[0] as SimMarket, script), -150, 150);
        const single = rowsOf(createScriptedMarket(bases[0] as SimMarket, script), minute, minute + 1);
        expect(single).toEqual(whole.filter((row) => row.openTime === at(minute)));
      }),
      { numRuns: 15 },
    );
  });

  it('is the market itself without events, and markets can stand beside each other', () => {
    const joined = joinMarkets(bases);
    expect(rowsOf(createScriptedMarket(joined, NOTHING), -30, 30)).toEqual(rowsOf(bases[0] as SimMarket, -30, 30));
    expect(joined.instruments.map((one) => one.symbol)).toEqual(['PIVXUSDT', 'HOTUSDT']);
  });
});
