import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { createGeneratedMarket } from './generated-market.ts';
import { defaultSymbols } from './generated-symbols.ts';
import type { SimInstrument, SimMarket, SimRow } from './sim-market.ts';

const DAY = 86_400_000;
const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));

function generate(overrides: Partial<Parameters<typeof createGeneratedMarket>[0]> = {}): SimMarket {
  return createGeneratedMarket({ seed: 11, startTime, historyMs: 2 * DAY, markets: ['spot'], ...overrides });
}

function history(market: SimMarket, instrument: SimInstrument, days: number): readonly SimRow[] {
  return market.minutes(instrument.instrumentId, {
    from: instrument.historyFrom,
    to: epochMs(instrument.historyFrom + days * DAY),
  });
}

function pick(market: SimMarket, symbol: string): SimInstrument {
  const found = market.instruments.find((instrument) => instrument.symbol === symbol);
  if (found === undefined) throw new Error(`no ${symbol}`);
  return found;
}

describe('the generated market', () => {
  it('gives the same minutes for the same seed in whatever order and from whatever depth they are read', () => {
    const whole = generate();
    fc.assert(
      fc.property(
        fc.constantFrom('BTCUSDT', 'PIVXUSDT', 'NKNUSDT'),
        fc.integer({ min: 0, max: 3 * 1440 }),
        fc.integer({ min: 1, max: 90 }),
        (symbol, offset, count) => {
          const other = generate({ historyMs: 9 * DAY });
          const instrument = pick(whole, symbol);
          const from = epochMs(instrument.historyFrom + offset * 60_000);
          const period = { from, to: epochMs(from + count * 60_000) };
          expect(other.minutes(instrument.instrumentId, period)).toEqual(
            whole.minutes(instrument.instrumentId, period),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives other minutes for another seed', () => {
    const [one, other] = [generate(), generate({ seed: 12 })];
    const instrument = pick(one, 'BTCUSDT');
    expect(history(one, instrument, 1)).not.toEqual(history(other, instrument, 1));
  });

  it('publishes consistent minutes without holes for every coin of the cast', () => {
    const market = generate({ markets: ['spot', 'futures'] });
    for (const instrument of market.instruments) {
      const rows = history(market, instrument, 2);
      expect(rows.length).toBe(2 * 1440);
      const faults = rows.filter((row) => !isConsistent(row));
      expect(faults).toEqual([]);
    }
  });

  it('continues trade ids without a gap and repeats the close in minutes without trades, also over midnight', () => {
    const market = generate();
    for (const symbol of ['BTCUSDT', 'OXTUSDT', 'PIVXUSDT']) {
      const rows = history(market, pick(market, symbol), 3);
      let lastTradeId: number | null = null;
      for (const [i, row] of rows.entries()) {
        if (row.trades === 0 && i > 0) expect(row.close).toBe(rows[i - 1]?.close);
        if (row.trades === 0) continue;
        if (lastTradeId !== null) expect(row.firstTradeId).toBe(lastTradeId + 1);
        lastTradeId = row.lastTradeId;
      }
    }
  });

  it('leaves minutes of thin coins without trades and none of major ones', () => {
    const market = generate();
    const idle = (symbol: string): number =>
      history(market, pick(market, symbol), 2).filter((row) => row.trades === 0).length;
    expect(idle('BTCUSDT')).toBe(0);
    expect(idle('PIVXUSDT')).toBeGreaterThan(1000);
  });

  it('keeps publishing minutes without trades during a halt and says so in the status', () => {
    const halt = { from: epochMs(startTime + 60_000 * 40), to: epochMs(startTime + 60_000 * 55) };
    const market = generate({ symbols: defaultSymbols(1).map((symbol) => ({ ...symbol, halts: [halt] })) });
    const [instrument] = market.instruments as [SimInstrument];
    const rows = market.minutes(instrument.instrumentId, halt);
    expect(rows.map((row) => row.trades)).toEqual(Array.from({ length: 15 }, () => 0));
    expect(market.status(instrument.instrumentId, halt.from)).toBe('halted');
    expect(market.status(instrument.instrumentId, halt.to)).toBe('trading');
    expect(
      market.minutes(instrument.instrumentId, { from: halt.to, to: epochMs(halt.to + 60_000) })[0]?.trades,
    ).toBeGreaterThan(0);
  });

  it('has no minutes of a coin before its listing, announces it first, and trades it from then on', () => {
    const listedTime = epochMs(startTime + 3 * 3_600_000);
    const market = generate({ symbols: defaultSymbols(1).map((symbol) => ({ ...symbol, listedTime })) });
    const [instrument] = market.instruments as [SimInstrument];
    const rows = market.minutes(instrument.instrumentId, { from: startTime, to: epochMs(listedTime + 5 * 60_000) });
    expect(rows.map((row) => row.openTime)).toEqual([0, 1, 2, 3, 4].map((minute) => listedTime + minute * 60_000));
    const at = (minutes: number): string =>
      market.status(instrument.instrumentId, epochMs(listedTime + minutes * 60_000));
    expect([at(-31), at(-30), at(-1), at(0)]).toEqual(['unlisted', 'halted', 'halted', 'trading']);
  });

  it('offers several hundred coins of different names', () => {
    const symbols = defaultSymbols(400);
    expect(new Set(symbols.map((symbol) => symbol.base)).size).toBe(400);
  });
});

function isConsistent(row: SimRow): boolean {
  const inside = [row.open, row.close].every((price) => price <= row.high && price >= row.low);
  const bounded = row.takerBaseVolume <= row.volume && row.takerQuoteVolume <= row.quoteVolume;
  // Quote amounts are rounded to one unit of tick times step, so a unit of tolerance per side is exact here.
  const worth = row.quoteVolume >= multiply(row.low, row.volume) && row.quoteVolume <= multiply(row.high, row.volume);
  return inside && bounded && worth && (row.trades === 0) === (row.volume === 0n);
}
