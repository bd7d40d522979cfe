import { describe, expect, it } from 'vitest';
import { decimal } from '../../core/decimal.ts';
import { parseExchangeInfo } from './exchange-info.ts';

function symbol(patch: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    symbol: 'BTCUSDT',
    status: 'TRADING',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    contractType: 'PERPETUAL',
    onboardDate: 1_569_398_400_000,
    filters: [
      { filterType: 'PRICE_FILTER', tickSize: '0.10' },
      { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.002' },
      { filterType: 'MIN_NOTIONAL', notional: '100' },
    ],
    ...patch,
  };
}

function parseOne(market: 'spot' | 'futures', patch: Readonly<Record<string, unknown>> = {}) {
  const parsed = parseExchangeInfo({ symbols: [symbol(patch)] }, market);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const PRICE = { filterType: 'PRICE_FILTER', tickSize: '0.01' };
const LOT = { filterType: 'LOT_SIZE', stepSize: '1', minQty: '1' };

describe('parseExchangeInfo', () => {
  it('reads the futures shape', () => {
    expect(parseOne('futures').instruments).toEqual([
      {
        instrumentId: 'binance:futures:BTC/USDT',
        status: 'trading',
        priceTick: decimal('0.1'),
        quantityStep: decimal('0.001'),
        quantityMin: decimal('0.002'),
        minNotional: decimal('100'),
        listedTime: 1_569_398_400_000,
      },
    ]);
  });

  it.each([
    ['MIN_NOTIONAL', { filterType: 'MIN_NOTIONAL', minNotional: '5.00' }],
    ['NOTIONAL', { filterType: 'NOTIONAL', minNotional: '5.00', maxNotional: '9000' }],
  ])('reads the spot shape with %s', (_name, filter) => {
    const { instruments } = parseOne('spot', {
      contractType: undefined,
      onboardDate: null,
      filters: [PRICE, LOT, filter],
    });
    expect(instruments).toMatchObject([{ minNotional: decimal('5'), listedTime: null }]);
  });

  it('has no least notional where the venue sets none', () => {
    expect(parseOne('spot', { filters: [PRICE, LOT] }).instruments).toMatchObject([{ minNotional: null }]);
  });

  it.each([
    ['TRADING', 'trading'],
    ['BREAK', 'halted'],
    ['HALT', 'halted'],
    ['CANCEL_ONLY', 'halted'],
    ['PRE_SETTLE', 'halted'],
    ['A_STATE_OF_2027', 'halted'],
    ['PENDING_TRADING', 'unlisted'],
    ['SETTLING', 'unlisted'],
    ['CLOSE', 'unlisted'],
  ])('takes %s as %s', (status, expected) => {
    expect(parseOne('futures', { status }).instruments).toMatchObject([{ status: expected }]);
  });

  it.each(['CURRENT_QUARTER', 'TRADIFI_PERPETUAL', ''])(
    'leaves out the futures contract type %j in silence',
    (type) => {
      expect(parseOne('futures', { contractType: type })).toEqual({ instruments: [], unusable: [] });
    },
  );

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a price tick of zero', { filters: [{ ...PRICE, tickSize: '0' }, LOT] }, 'no price tick'],
    ['no quantity step', { filters: [PRICE] }, 'no quantity step'],
    ['a name that is not base and quote', { symbol: 'BTC' }, 'not spelled'],
    ['a missing status', { status: undefined }, 'status'],
  ])('names a symbol with %s and goes on', (_name, patch, reason) => {
    const parsed = parseExchangeInfo({ symbols: [symbol(patch), symbol()] }, 'futures');
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.instruments).toHaveLength(1);
    expect(parsed.value.unusable[0]).toContain(reason);
  });

  it('refuses an answer of another shape', () => {
    expect(parseExchangeInfo({ code: -1 }, 'spot').ok).toBe(false);
    expect(parseExchangeInfo('<html>', 'spot').ok).toBe(false);
  });
});
