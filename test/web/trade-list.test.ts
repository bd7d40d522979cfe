/**
 * The trades that the desk's page knows: what the socket tells and what was read, in one list.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeskTrade, TradesAnswer } from '../../src/api/contract.ts';
import { parseTradePlace } from '../../src/api/desk/trade-place.ts';
import {
  foldTrades,
  keyOf,
  mayHaveOlder,
  NO_TRADES_KNOWN,
  nextPlace,
  TRADES_MAX,
  TRADES_PAGE,
  type TradeList,
} from '../../web/desk/trade-list.ts';

const tradeOf = (number: number): DeskTrade =>
  ({ position_id: `p${number}`, leg: 1, exit_time: 1_000 + number, client_order_id: `hw${number}` }) as DeskTrade;
/** Trades from a number down to another, newest first. */
const range = (from: number, to: number): readonly DeskTrade[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, at) => tradeOf(from - at));
const told = (list: TradeList, newest: readonly DeskTrade[]): TradeList => foldTrades(list, { kind: 'told', newest });

/** A server that has trades 1 to `count`, as it answers. */
function answerOf(list: TradeList, oldest = 1): TradesAnswer {
  const place = parseTradePlace(nextPlace(list) ?? '');
  const from = place === null ? 0 : place.exit_time - 1_000 - 1;
  const trades = range(from, Math.max(oldest, from - TRADES_PAGE + 1));
  const last = trades.at(-1);
  const next_before =
    last === undefined || last.exit_time <= 1_000 + oldest ? null : nextPlace({ ...list, trades, next: undefined });
  return { trades: [...trades], next_before, source: 'files', pnl_summary: null, ts: 0 };
}

describe('the list of trades', () => {
  it('has every trade once, newest first, whatever was told and read when', () => {
    const steps = fc.array(fc.oneof(fc.constant('read' as const), fc.integer({ min: 1, max: 90 })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), steps, (first, all) => {
        let newest = first;
        let list = told(NO_TRADES_KNOWN, range(newest, Math.max(1, newest - TRADES_PAGE + 1)));
        for (const step of all) {
          if (step === 'read') {
            if (mayHaveOlder(list))
              list = foldTrades(list, { kind: 'read', page: answerOf({ ...list, next: undefined }) });
          } else {
            newest += step;
            list = told(list, range(newest, Math.max(1, newest - TRADES_PAGE + 1)));
          }
        }
        const oldest = list.trades.at(-1);
        expect(list.trades.map(keyOf), 'no hole').toEqual(
          range(newest, (oldest?.exit_time ?? 1_001) - 1_000).map(keyOf),
        );
        if (!mayHaveOlder(list) && newest > 0) expect(oldest?.exit_time).toBe(1_001);
      }),
    );
  });

  it('begins anew where trades between were missed, so that no hole is shown as none', () => {
    let list = told(NO_TRADES_KNOWN, range(300, 201));
    list = foldTrades(list, { kind: 'read', page: { ...answerOf(list), next_before: null } });
    expect(mayHaveOlder(list)).toBe(false);
    list = told(list, range(900, 801));
    expect([list.trades.length, mayHaveOlder(list), nextPlace(list)]).toEqual([TRADES_PAGE, true, '1801@hw801']);
  });

  it('is told by a reader of nothing new to be the same, and keeps what it has through a refusal', () => {
    const list = told(NO_TRADES_KNOWN, range(50, 1));
    expect(told(list, range(50, 1))).toBe(list);
    expect(told(list, [])).toBe(list);
    const refused = { ok: false, status: 503, code: 'x', message: 'y' } as never;
    expect(foldTrades(list, { kind: 'refused', refused })).toMatchObject({ trades: list.trades, refused });
  });

  it('is bounded: what is let go can be asked for again', () => {
    let list = told(NO_TRADES_KNOWN, range(3_000, 2_901));
    for (let page = 0; page < 60 && mayHaveOlder(list); page++) {
      list = foldTrades(list, { kind: 'read', page: answerOf(list) });
    }
    expect([list.trades.length, mayHaveOlder(list)]).toEqual([TRADES_MAX, true]);
  });
});
