import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closedTrade, storeTrades } from '../../../test/fixtures/closed-trades.ts';
import type { DeskTrade } from '../../api/contract.ts';
import { parseTradePlace, toTradePlaceText } from '../../api/desk/trade-place.ts';
import { epochMs } from '../../core/time.ts';
import { tradeFileOf } from '../trading/exports/trade-line.ts';
import { answerTradesFrom, readTrades } from './desk-files.ts';

const NOON = Date.UTC(2026, 5, 15, 12);
const HOUR_MS = 3_600_000;
const now = epochMs(NOON);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotwick-desk-files-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const orders = (trades: readonly DeskTrade[]): readonly string[] => trades.map((trade) => trade.client_order_id);

/** Every trade, by the pages that answers lead through. */
async function turnPages(limit: number): Promise<readonly string[]> {
  const all: string[] = [];
  let before: string | null = null;
  for (let page = 0; page < 200; page++) {
    const place = before === null ? null : parseTradePlace(before);
    const answer = await answerTradesFrom(dir, { limit, before: place }, now);
    all.push(...orders(answer.trades));
    before = answer.next_before;
    if (before === null) return all;
  }
  throw new Error('the pages have no end');
}

describe('the files of closed trades', () => {
  it('are turned page by page over days, each trade once, newest first, whatever the pages hold', async () => {
    const gaps = fc.array(
      fc.integer({ min: 0, max: 9 }).map((hours) => hours * HOUR_MS),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1, max: 12 }), async (waits, limit) => {
        rmSync(dir, { recursive: true, force: true });
        dir = mkdtempSync(join(tmpdir(), 'hotwick-desk-files-'));
        let time = NOON;
        // At one moment several legs may end.
        const trades = waits.map((wait, index) => {
          time += wait;
          return closedTrade(time, `hw${index}`);
        });
        storeTrades(dir, trades);
        expect(await turnPages(limit)).toEqual(orders(trades.toReversed()));
      }),
      { numRuns: 40 },
    );
  });

  it('go on behind a trade that its file has lost, by the time it ended', async () => {
    const trades = [0, 1, 2, 3].map((minute) => closedTrade(NOON + minute * 60_000, `hw${minute}`));
    storeTrades(
      dir,
      trades.filter((_, at) => at !== 2),
    );
    const found = await readTrades(dir, { limit: 10, before: trades[2] ?? expect.unreachable('four trades') });
    expect(orders(found)).toEqual(['hw1', 'hw0']);
  });

  it('are read without lines that were cut and without other files', async () => {
    storeTrades(dir, [closedTrade(NOON, 'hw0')]);
    appendFileSync(join(dir, tradeFileOf({ exitTime: now })), '{"symbol":"HOT');
    writeFileSync(join(dir, 'hotcoin_trades_notes.jsonl'), JSON.stringify(closedTrade(NOON, 'other')));
    const answer = await answerTradesFrom(dir, { limit: 1, before: null }, now);
    expect([orders(answer.trades), answer.next_before, answer.source]).toEqual([['hw0'], null, 'files']);
  });

  it('that are not there are no trades', async () => {
    const answer = await answerTradesFrom(join(dir, 'none'), { limit: 5, before: null }, now);
    expect(answer).toEqual({ trades: [], next_before: null, source: 'none', pnl_summary: null, ts: NOON / 1_000 });
  });
});

describe('the place of a trade', () => {
  it('is read as it is written, with every letter that the exchange allows in an id', () => {
    const id = fc.stringMatching(/^[.A-Za-z0-9:/_-]{1,36}$/);
    fc.assert(
      fc.property(fc.nat({ max: 4_000_000_000 }), fc.nat({ max: 999 }), id, (seconds, ms, client_order_id) => {
        const place = { exit_time: Number(`${seconds}.${String(ms).padStart(3, '0')}`), client_order_id };
        expect(parseTradePlace(toTradePlaceText(place))).toEqual(place);
      }),
    );
  });

  it('is nothing else', () => {
    for (const text of ['', 'x', '1@', '@a', '-1@a', '1e9@a', '1@a b', '1.@a', `1@${'a'.repeat(65)}`, '../1@a']) {
      expect(parseTradePlace(text), text).toBeNull();
    }
  });
});
