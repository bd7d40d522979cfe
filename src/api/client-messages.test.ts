import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseClientMessage } from './client-messages.ts';

const TEXTS =
  /^(invalid message envelope|missing message type|missing series_id|invalid (since|supports_batch)|unknown message type: .*|series_id must be .*|invalid series_id .*|unsupported timeframe unit: .*|invalid timeframe: .*)$/s;

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record(
      {
        type: fc.oneof(fc.constantFrom('subscribe', 'unsubscribe'), fc.jsonValue()),
        series_id: fc.oneof(fc.constant('binance:futures:BTC/USDT:1m'), fc.string(), fc.jsonValue()),
        since: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        supports_batch: fc.oneof(fc.boolean(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((message) => JSON.stringify(message)),
);

it('takes any text: a checked message, or one of the words of the contract', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const parsed = parseClientMessage(text);
      if (!parsed.ok) expect(parsed.error).toMatch(TEXTS);
      else if (parsed.value.type === 'subscribe') {
        const { since, seriesId } = parsed.value;
        expect(since === null || Number.isInteger(since)).toBe(true);
        expect(seriesId.split(':').length).toBeGreaterThanOrEqual(4);
      }
    }),
    { numRuns: 1000 },
  );
});

it('repeats at most a hundred characters of an unknown type', () => {
  const parsed = parseClientMessage(JSON.stringify({ type: 'x'.repeat(60_000) }));
  expect(parsed).toEqual({ ok: false, error: `unknown message type: ${'x'.repeat(100)}` });
});

it('means the same series when it is written with blanks, also to unsubscribe', () => {
  const padded = ' binance : futures:BTC/USDT: 1m ';
  const id = 'binance:futures:BTC/USDT:1m';
  for (const type of ['subscribe', 'unsubscribe']) {
    expect(parseClientMessage(JSON.stringify({ type, series_id: padded }))).toMatchObject({ value: { seriesId: id } });
  }
});
