import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dataFile, describeWithData } from '../../../../test/fixtures/shared-data.ts';
import { decimal } from '../../../core/decimal.ts';
import type { TradingRules } from '../../../model/trading-rules.ts';
import { parseTradingRules } from './trading-filters.ts';

const PRICE = { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' };
const LOT = { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' };

function symbolOf(patch: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    symbol: 'BTCUSDT',
    status: 'TRADING',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'MARKET', 'STOP_LOSS_LIMIT'],
    filters: [PRICE, LOT],
    ...patch,
  };
}

function rulesOf(patch: Readonly<Record<string, unknown>> = {}): TradingRules {
  const parsed = parseTradingRules({ symbols: [symbolOf(patch)] });
  if (!parsed.ok) throw new Error(parsed.error);
  const [found] = parsed.value.symbols;
  if (found === undefined) throw new Error(parsed.value.unusable.join());
  return found.rules;
}

describe('trading rules', () => {
  it.each([
    ['MIN_NOTIONAL', { filterType: 'MIN_NOTIONAL', minNotional: '5', applyToMarket: true }, null, true],
    ['MIN_NOTIONAL', { filterType: 'MIN_NOTIONAL', minNotional: '5', applyToMarket: false }, null, false],
    [
      'NOTIONAL',
      { filterType: 'NOTIONAL', minNotional: '5', applyMinToMarket: false, maxNotional: '9000' },
      decimal('9000'),
      false,
    ],
  ])('read %s as it is spelled', (_, filter, maxNotional, appliesToMarket) => {
    const rules = rulesOf({ filters: [PRICE, LOT, filter] });
    expect(rules).toMatchObject({ minNotional: decimal('5'), maxNotional, appliesToMarket });
  });

  it('name the kinds of orders that are taken', () => {
    expect(rulesOf().orderTypes).toEqual(['market', 'limit', 'stopLimit']);
    expect(rulesOf({ ocoAllowed: true, orderTypes: ['STOP_LOSS'] }).orderTypes).toEqual(['stop', 'oco']);
  });

  it('keep a market step of zero, which leaves the grid to the lot', () => {
    const market = { filterType: 'MARKET_LOT_SIZE', minQty: '0', maxQty: '100', stepSize: '0' };
    expect(rulesOf({ filters: [PRICE, LOT, market] }).marketLot).toEqual({ min: 0n, max: decimal('100'), step: 0n });
    expect(rulesOf().marketLot).toEqual(rulesOf().lot);
  });

  it('call what only takes cancels, and what they do not know, halted', () => {
    for (const status of ['CANCEL_ONLY', 'HALT', 'BREAK', 'SOMETHING_NEW']) {
      expect(rulesOf({ status }).status).toBe('halted');
    }
  });

  it('leave out what they can not read, by name, and keep the rest', () => {
    const broken = symbolOf({ symbol: 'XUSDT', filters: [PRICE] });
    const parsed = parseTradingRules({ symbols: [broken, symbolOf(), { symbol: 'Y' }] });
    expect(parsed.ok && parsed.value.symbols.map((one) => one.symbol)).toEqual(['BTCUSDT']);
    expect(parsed.ok && parsed.value.unusable).toEqual(['XUSDT: has no LOT_SIZE', expect.stringContaining('entry 2')]);
    expect(parseTradingRules('<html>').ok).toBe(false);
  });
});

describeWithData('trading rules of the recorded exchangeInfo', () => {
  const body: unknown = JSON.parse(
    gunzipSync(readFileSync(dataFile('rest/exchangeInfo-spot-20211012.json.gz'))).toString('utf8'),
  );
  const parsed = parseTradingRules(body);
  const symbols = parsed.ok ? parsed.value.symbols : [];

  it('are read of every symbol', () => {
    expect(parsed.ok && parsed.value.unusable).toEqual([]);
    expect(symbols.length).toBeGreaterThan(1_000);
    for (const { rules } of symbols) {
      expect(rules.priceTick > 0n && rules.lot.step > 0n && rules.lot.min <= rules.lot.max).toBe(true);
    }
  });

  it('are those of the recording for BTCUSDT', () => {
    const rules = symbols.find((one) => one.symbol === 'BTCUSDT')?.rules;
    expect(rules).toMatchObject({
      instrumentId: 'binance:spot:BTC/USDT',
      status: 'trading',
      isMarketByQuote: true,
      priceTick: decimal('0.01'),
      lot: { min: decimal('0.00001'), max: decimal('9000'), step: decimal('0.00001') },
      minNotional: decimal('10'),
      appliesToMarket: true,
    });
    expect(rules?.percentPrice?.bidUp).toBe(rules?.percentPrice?.askUp);
  });
});
