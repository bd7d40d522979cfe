import { describe, expect, it } from 'vitest';
import { judge, readReplaceParts, readVenueError } from './venue-errors.ts';

function judged(status: number, code: number | null, msg = 'words'): string {
  const request = { instrumentId: 'binance:spot:A/B', clientOrderId: 'a', pauseMs: 1_000 };
  const { phase, failure, transient } = judge({ status, code, msg, data: undefined }, request);
  expect(`${failure.message} ${failure.hint}`, 'every blank is filled').not.toMatch(/[{}]/);
  return `${phase} ${failure.code}${transient ? ' transient' : ''}`;
}

describe('a refusal', () => {
  it.each([
    [400, -1006, 'unknown order_outcome_unknown transient'],
    [504, -1007, 'unknown order_outcome_unknown transient'],
    [400, -1007, 'unknown order_outcome_unknown transient'],
    [400, -1000, 'unknown order_outcome_unknown transient'],
    [503, -1008, 'unknown order_outcome_unknown transient'],
    [500, null, 'unknown order_outcome_unknown transient'],
    [502, -2010, 'unknown order_outcome_unknown transient'],
    [302, null, 'unknown order_outcome_unknown transient'],
    [400, null, 'unknown order_outcome_unknown transient'],
  ])('with HTTP %d and code %s leaves it open what happened', (status, code, expected) => {
    expect(judged(status, code)).toBe(expected);
  });

  it.each([
    [400, -1013, 'Filter failure: LOT_SIZE', 'refused order_rule_broken'],
    [400, -1013, 'Market is closed.', 'refused instrument_not_trading transient'],
    [400, -1111, 'Precision is over the maximum defined for this asset.', 'refused order_rule_broken'],
    [400, -1015, 'Too many new orders.', 'refused order_limit_reached transient'],
    [429, -1015, 'Too many new orders.', 'refused order_limit_reached transient'],
    [429, -1003, 'Too much request weight used.', 'refused venue_rate_limited transient'],
    [418, null, 'HTTP 418', 'refused venue_rate_limited transient'],
    [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'refused clock_skewed transient'],
    [400, -1022, 'Signature for this request is not valid.', 'refused credentials_refused'],
    [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'refused credentials_refused'],
    [400, -1121, 'Invalid symbol.', 'refused symbol_unknown'],
    [400, -1220, 'The symbol is not in the expected status.', 'refused instrument_not_trading transient'],
    [400, -2010, 'Account has insufficient balance for requested action.', 'refused balance_insufficient'],
    [400, -2010, 'Duplicate order sent.', 'refused order_duplicate'],
    [400, -2010, 'Stop price would trigger immediately.', 'refused order_would_trigger'],
    [400, -2010, 'Order would immediately match and take.', 'refused order_would_trigger'],
    [400, -2010, 'This action is disabled on this account.', 'refused order_refused'],
    [400, -2011, 'Unknown order sent.', 'refused order_not_open'],
    [400, -1102, "Mandatory parameter 'side' was not sent.", 'refused order_refused'],
    [403, null, 'HTTP 403', 'refused order_refused'],
  ])('with HTTP %d, code %s and "%s" is certain', (status, code, msg, expected) => {
    expect(judged(status, code, msg)).toBe(expected);
  });

  it('is read from untrusted bodies', () => {
    expect(readVenueError(400, { code: -2010, msg: 'x'.repeat(500) })).toMatchObject({
      code: -2010,
      msg: 'x'.repeat(200),
    });
    for (const body of [null, 'text', [], { code: 'no number', msg: 1 }]) {
      expect(readVenueError(500, body)).toEqual({ status: 500, code: null, msg: 'HTTP 500', data: undefined });
    }
  });

  it('of a replacement tells its halves, or that there are none', () => {
    const halves = { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE', cancelResponse: {}, newOrderResponse: {} };
    expect(readReplaceParts(halves)).toEqual(halves);
    expect(readReplaceParts({ code: -1013, msg: 'Filter failure' })).toBeNull();
  });
});
