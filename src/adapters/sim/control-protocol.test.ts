import { describe, expect, it } from 'vitest';
import { parseControl } from './control-protocol.ts';
import { parseSocketRoute, parseStreamName } from './stream-names.ts';

function refusal(message: unknown): unknown {
  const parsed = parseControl(typeof message === 'string' ? message : JSON.stringify(message));
  return parsed.ok ? null : JSON.parse(parsed.reply);
}

describe('control messages', () => {
  it('take integer, text and null ids and a missing one', () => {
    for (const id of [7, 'abc', null]) {
      const parsed = parseControl(JSON.stringify({ method: 'SUBSCRIBE', params: ['a@b'], id }));
      expect(parsed).toEqual({ ok: true, message: { method: 'SUBSCRIBE', streams: ['a@b'], id } });
    }
    expect(parseControl('{"method":"LIST_SUBSCRIPTIONS"}')).toMatchObject({ ok: true, message: { id: null } });
  });

  it('are refused with the code and id of the exchange', () => {
    expect(refusal('nonsense')).toMatchObject({ code: 3, id: null });
    expect(refusal({ method: 'SUBSCRIBE', params: ['a'], id: 1.5 })).toMatchObject({ code: 2, id: null });
    expect(refusal({ method: 'SUBSCRIBE', params: ['a'], id: 'x'.repeat(37) })).toMatchObject({ code: 2 });
    expect(refusal({ method: 'DANCE', id: 4 })).toMatchObject({ code: 2, id: 4 });
    expect(refusal({ params: [], id: 4 })).toMatchObject({ code: 2, msg: 'Invalid request: missing field `method`' });
    expect(refusal({ method: 'SUBSCRIBE', params: [1], id: 4 })).toMatchObject({ code: 2, id: 4 });
    expect(refusal({ method: 'GET_PROPERTY', params: ['color'], id: 4 })).toMatchObject({ code: 0, id: 4 });
    expect(refusal({ method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 4 })).toMatchObject({ code: 1, id: 4 });
  });
});

describe('stream names', () => {
  it('are read in lower case only', () => {
    expect(parseStreamName('btcusdt@kline_1M')).toEqual({ kind: 'kline', symbol: 'BTCUSDT', interval: '1M' });
    expect(parseStreamName('btcusdt@miniTicker')).toEqual({ kind: 'miniTicker', symbol: 'BTCUSDT' });
    expect(parseStreamName('!miniTicker@arr')).toEqual({ kind: 'miniTickerAll' });
    expect(parseStreamName('btcusdt@depth10@100ms')).toEqual({
      kind: 'partialDepth',
      symbol: 'BTCUSDT',
      paceMs: 100,
      levels: 10,
    });
    for (const name of ['BTCUSDT@kline_1m', 'btcusdt@kline_7m', 'btcusdt@depth7', 'nothing']) {
      expect(parseStreamName(name)).toEqual({ kind: 'unserved' });
    }
  });
});

describe('socket paths', () => {
  const both = new Set(['spot', 'futures'] as const);
  const route = (url: string, markets: ReadonlySet<'spot' | 'futures'> = both): unknown => {
    const found = parseSocketRoute(url, markets);
    return found === null ? null : [found.market, found.route, found.form, found.streams];
  };

  it('lead to spot, to the futures market, and to the quiet futures routes', () => {
    expect(route('/ws')).toEqual(['spot', 'market', 'raw', []]);
    expect(route('/ws/a@b/c@d')).toEqual(['spot', 'market', 'raw', ['a@b', 'c@d']]);
    expect(route('/stream?streams=a@b/c@d')).toEqual(['spot', 'market', 'combined', ['a@b', 'c@d']]);
    expect(route('/market/ws/a@b')).toEqual(['futures', 'market', 'raw', ['a@b']]);
    expect(route('/public/stream?streams=')).toEqual(['futures', 'quiet', 'combined', []]);
    expect(route('/private/ws?listenKey=x')).toEqual(['futures', 'quiet', 'raw', []]);
    expect(route('/elsewhere')).toBeNull();
  });

  it('are the silent old futures paths where there is no spot', () => {
    expect(route('/ws/a@b', new Set(['futures']))).toEqual(['futures', 'quiet', 'raw', ['a@b']]);
    expect(route('/market/ws', new Set(['spot']))).toBeNull();
  });
});
