import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { klineEvent } from '../../../test/fixtures/wicked-exchange.ts';
import { parseStreamMessage } from './stream-message.ts';

const kindOf = (message: unknown): string => parseStreamMessage(JSON.stringify(message)).kind;

describe('parseStreamMessage', () => {
  const event = klineEvent({ openTime: 1_767_225_600_000, state: 'forming' });

  it('finds the kline in a combined envelope', () => {
    const message = parseStreamMessage(JSON.stringify({ stream: 'btcusdt@kline_1m', data: event }));
    expect(message).toEqual({ kind: 'frame', name: 'btcusdt@kline_1m', data: event });
  });

  it('names the stream of a raw kline itself', () => {
    expect(parseStreamMessage(JSON.stringify(event))).toEqual({ kind: 'frame', name: 'btcusdt@kline_1m', data: event });
  });

  it.each([
    { e: 'serverShutdown', E: 1 },
    { stream: '!serverShutdown', data: { E: 1 } },
    { stream: 'x', data: { e: 'serverShutdown' } },
    { event: { e: 'serverShutdown', E: 1 } },
  ])('knows the shutdown notice as %j', (message) => {
    expect(kindOf(message)).toBe('shutdown');
  });

  it('knows an acknowledgement', () => {
    expect(kindOf({ result: null, id: 1 })).toBe('acknowledged');
  });

  it.each([
    { code: 2, msg: 'Invalid request', id: 1 },
    { error: { code: 2, msg: 'Invalid request' }, id: 1 },
  ])('knows a refusal as %j', (message) => {
    const parsed = parseStreamMessage(JSON.stringify(message));
    expect(parsed).toEqual({ kind: 'refused', code: 2, reason: 'Invalid request' });
  });

  it('ignores events of other kinds', () => {
    expect(kindOf({ stream: 'btcusdt@trade', data: { e: 'trade' } })).toBe('ignored');
    expect(kindOf({ e: 'aggTrade' })).toBe('ignored');
  });

  it.each(['', 'not json', '[]', '1', 'null', '{}', '{"stream":"a"}', '{"stream":1,"data":{}}', '{"e":"kline"}'])(
    'calls %j corrupt',
    (text) => {
      expect(parseStreamMessage(text).kind).toBe('corrupt');
    },
  );

  it('sorts any text without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseStreamMessage(text);
      }),
    );
  });
});
