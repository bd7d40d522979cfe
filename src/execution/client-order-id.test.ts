import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderPurpose } from '../model/execution.ts';
import type { PositionId } from '../model/intent.ts';
import { clientOrderId, parseClientOrderId } from './client-order-id.ts';

it('tells position, purpose and number from an id alone', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
      fc.constantFrom<OrderPurpose>('open', 'exit', 'protection'),
      fc.integer({ min: 1, max: 999_999_999 }),
      (positionId, purpose, number) => {
        const parts = { positionId: positionId as PositionId, purpose, number };
        const id = clientOrderId(parts);
        expect(id).toMatch(/^[A-Za-z0-9_-]{1,34}$/);
        expect(parseClientOrderId(id)).toEqual(parts);
      },
    ),
  );
});

it.each(['', 'x-hw-A-o1', 'hw-A-o0', 'hw-A-q1', 'hw--o1', 'hw-A-o1-s', 'web_abc', 'hw-A_B-o1'])(
  'does not take %j for one of ours',
  (text) => {
    expect(parseClientOrderId(text)).toBeNull();
  },
);

it('makes no id of a position that does not fit one', () => {
  expect(() => clientOrderId({ positionId: 'A-B' as PositionId, purpose: 'open', number: 1 })).toThrow(/position A-B/);
});
