import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../core/time.ts';
import { type ApiCredentials, type CredentialText, parseCredentials } from './credentials.ts';
import { signParams, signQuery } from './signed-params.ts';

/** The key of the examples in Binance's documentation. */
const EXAMPLE: CredentialText = {
  kind: 'hmac',
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
};

function usable(text: CredentialText): ApiCredentials {
  const parsed = parseCredentials(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

describe('signed requests', () => {
  it('carry the signature of the REST example of the documentation', () => {
    const params = { symbol: 'LTCBTC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: '0.1' };
    const query = signQuery(params, { timestamp: epochMs(1_499_827_319_559), recvWindow: 5_000 }, usable(EXAMPLE));
    expect(query.split('&signature=')[1]).toBe('c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71');
  });

  it('carry the signature of the WebSocket API example of the documentation', () => {
    const order = { symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', newOrderRespType: 'ACK' };
    const params = { ...order, quantity: '0.01000000', price: '52000.00' };
    const signed = signParams(params, { timestamp: epochMs(1_645_423_376_532), recvWindow: 100 }, usable(EXAMPLE));
    expect(signed['signature']).toBe('cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a');
  });

  it('are percent-encoded before they are signed over REST, also in other scripts', () => {
    const query = signQuery({ symbol: '币安人生USDT' }, { timestamp: epochMs(1), recvWindow: 5_000 }, usable(EXAMPLE));
    const [payload = '', signature = ''] = query.split('&signature=');
    expect(payload).toBe('symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&recvWindow=5000&timestamp=1');
    expect(signature).toBe(usable(EXAMPLE).sign(payload));
  });
});

describe('credentials', () => {
  it('print as nothing of themselves, whatever makes text of them', () => {
    const credentials = usable(EXAMPLE);
    const texts = [
      String(credentials),
      JSON.stringify({ credentials }),
      inspect({ credentials }, { showHidden: true }),
    ];
    for (const text of texts) {
      expect(text).toContain('[API credentials]');
      expect(text).not.toContain(EXAMPLE.apiKey);
      expect(text).not.toContain(EXAMPLE.secret);
    }
    expect(Object.keys(credentials)).toEqual([]);
  });

  it.each([
    ['an empty key', { ...EXAMPLE, apiKey: '' }],
    ['a key with a line end', { ...EXAMPLE, apiKey: 'key\n' }],
    ['an empty secret', { ...EXAMPLE, secret: '' }],
    ['a private key that is none', { ...EXAMPLE, kind: 'ed25519', secret: 'SECRET-BUT-NO-PEM' }],
  ] as const)('of %s are refused without a word of them', (_, text) => {
    const parsed = parseCredentials(text);
    expect(parsed.ok ? 'usable' : parsed.error.code).toBe('credentials_malformed');
    expect(JSON.stringify(parsed)).not.toContain('SECRET');
  });
});
