/**
 * Recorded and documented payloads of the real exchange against our own schemas: what trading and discovery read is
 * understood in full, with the numbers that stand in it.
 */
import { expect, it } from 'vitest';
import { parseBook } from '../../src/adapters/binance/book-answer.ts';
import { parseAnnouncements, parseListedInstruments } from '../../src/adapters/binance/listing-answers.ts';
import { parseTickersFrame } from '../../src/adapters/binance/ticker-frame.ts';
import { TickerNames } from '../../src/adapters/binance/ticker-names.ts';
import {
  parseExecutionReport,
  parseOrder,
  parseOrderArray,
  parseTrades,
} from '../../src/adapters/binance/trading/order-messages.ts';
import { parseTradingRules } from '../../src/adapters/binance/trading/trading-filters.ts';
import { decimal } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import {
  documentedBodies,
  documentedBody,
  recordedBody,
  recordedFrames,
  withNumbers,
} from '../fixtures/recorded-payloads.ts';
import { describeWithData } from '../fixtures/shared-data.ts';

const NOW = epochMs(Date.UTC(2026, 5, 15));

describeWithData('our schemas understand recorded', () => {
  it('execution reports, with fills in the asset they cost', () => {
    const reports = recordedFrames('spot-user-data-20251020.jsonl.gz')
      .filter(({ topic }) => topic === 'executionReport')
      .map(({ data }) => parseExecutionReport(data));
    expect(reports).toMatchObject([
      { ok: true, value: { symbol: 'BNBUSDT', status: 'open', side: 'buy', fills: [] } },
      { ok: true, value: { status: 'filled', fills: [{ quantity: decimal('0.007'), feeAsset: 'BNB' }] } },
    ]);
  });

  it('events of every kind as they are documented', () => {
    const wrapped = documentedBody('execution_report_wrapped.json') as { readonly event: unknown };
    const examples = documentedBodies('/ws_spot_execution_report_').map(({ path, body }) => {
      const parsed = parseExecutionReport((body as { readonly data: unknown }).data);
      return parsed.ok ? null : `${path.split('/').at(-1)}: ${parsed.error}`;
    });
    expect(examples.length).toBeGreaterThan(15);
    expect([parseExecutionReport(wrapped.event).ok, ...examples.filter((one) => one !== null)]).toEqual([true]);
  });

  it('answers of orders and trades', () => {
    const iceberg = withNumbers(recordedBody('order-responses-ccxt.json.gz'), 'spot_limit_iceberg_NEW');
    expect(parseOrder(iceberg)).toMatchObject({ ok: true, value: { symbol: 'SOLUSDT', ordered: decimal('0.05') } });
    for (const name of [
      'new_order_full_response.json',
      'spot/http_json/order_response.json',
      'cancel_order_response.json',
    ]) {
      expect(parseOrder(documentedBody(name))).toMatchObject({ ok: true });
    }
    for (const name of ['open_orders_response.json', 'all_orders_response.json']) {
      expect(parseOrderArray(documentedBody(name))).toMatchObject({ ok: true });
    }
    expect(parseTrades(documentedBody('account_trades_response.json'))).toMatchObject({ ok: true });
  });

  it('arrays of mini tickers', () => {
    const tickers = recordedFrames('spot-miniTicker-arr-20221014.json.gz').flatMap(({ data }) => data);
    const parsed = parseTickersFrame(tickers, new TickerNames('USDT'), NOW);
    if (!parsed.ok) throw new Error(parsed.error);
    const inUsdt = tickers.filter((ticker) => (ticker as { readonly s: string }).s.endsWith('USDT'));
    expect([parsed.value.tickers.length, parsed.value.skipped]).toEqual([inUsdt.length, 0]);
  });

  it('books, trading rules and lists of symbols', () => {
    expect(parseBook(recordedBody('depth-NKNUSDT-spot-20211012.json.gz'))).toMatchObject({
      ok: true,
      value: { bid: 0.3521 },
    });
    const info = recordedBody('exchangeInfo-spot-20211012.json.gz');
    const listed = parseListedInstruments(info);
    const rules = parseTradingRules(info);
    if (!listed.ok || !rules.ok) throw new Error('not understood');
    process.stdout.write(
      `trading rules of 2021: ${rules.value.symbols.length}, unusable ${rules.value.unusable.length}\n`,
    );
    expect(rules.value.symbols.length + rules.value.unusable.length).toBe(1_695);
  });

  it('announcements in the shape the website has now', () => {
    const parsed = parseAnnouncements(recordedBody('announcements-catalog48-20250625.json.gz'));
    expect(JSON.stringify(parsed)).toContain('Binance Futures Will Launch');
  });
});
