import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, type Decimal, ZERO } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { DayWindow } from './day-window.ts';
import { createGeneratedMarket } from './generated-market.ts';
import { highest, lowest } from './sim-grid.ts';
import type { SimInstrument, SimRow } from './sim-market.ts';
import { SimView } from './sim-view.ts';

const startTime = epochMs(Date.UTC(2026, 5, 15, 9, 20));
const MINUTE = 60_000;
const market = createGeneratedMarket({
  seed: 8,
  startTime,
  historyMs: 86_400_000 / 2,
  symbols: 40,
  markets: ['spot'],
});
const view = new SimView(market, createManualClock(startTime));
const thin = market.instruments[39] as SimInstrument;

describe('the rolling day', () => {
  it('equals the sums and extremes of its minutes wherever it has moved', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 30 * 60 * MINUTE }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(steps, (moves) => {
        const window = new DayWindow(view, thin);
        let now = startTime;
        for (const move of moves) {
          now = epochMs(now + move);
          expect(window.at(now)).toMatchObject(expectedDay(now));
        }
      }),
      { numRuns: 15 },
    );
  });
});

function expectedDay(now: typeof startTime): object {
  const running = now - (now % MINUTE);
  const from = epochMs(Math.max(thin.historyFrom, running - 1439 * MINUTE));
  const closed = market.minutes(thin.instrumentId, { from, to: epochMs(running) });
  const forming = view.forming(thin, now);
  const rows = forming === null ? closed : [...closed, forming];
  const traded = rows.filter((row) => row.trades > 0);
  const sum = (column: (row: SimRow) => Decimal): Decimal => rows.reduce((total, row) => add(total, column(row)), ZERO);
  return {
    openTime: rows[0]?.openTime,
    open: rows[0]?.open,
    close: rows[rows.length - 1]?.close,
    high: traded.map((row) => row.high).reduce(highest),
    low: traded.map((row) => row.low).reduce(lowest),
    volume: sum((row) => row.volume),
    quoteVolume: sum((row) => row.quoteVolume),
    trades: rows.reduce((total, row) => total + row.trades, 0),
    firstTradeId: traded[0]?.firstTradeId,
    lastTradeId: traded[traded.length - 1]?.lastTradeId,
  };
}
