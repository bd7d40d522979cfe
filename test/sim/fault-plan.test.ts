/**
 * What the worlds of the fault simulation go through between them: every kind of fault that is asked of them, often
 * enough to meet every state of the service, in the seeds that every run of the tests takes.
 */
import { expect, it } from 'vitest';
import { type Fault, planFaults } from './fault-plan.ts';
import { DEFAULT_SEEDS } from './seeds.ts';

const SECOND_MS = 1_000;
const plans = Array.from({ length: DEFAULT_SEEDS }, (_, index) => planFaults(index + 1));
const all = plans.flatMap(({ faults }) => faults);

type Kind = Fault['kind'];
const ofKind = <K extends Kind>(kind: K): readonly Extract<Fault, { kind: K }>[] =>
  all.flatMap(({ fault }) => (fault.kind === kind ? [fault as Extract<Fault, { kind: K }>] : []));

it('are at least 200 worlds', () => {
  expect(DEFAULT_SEEDS).toBeGreaterThanOrEqual(200);
});

it.each([
  ['1 s', SECOND_MS],
  ['90 s', 90 * SECOND_MS],
  ['2 h', 7_200 * SECOND_MS],
])('lose every connection for %s', (_, forMs) => {
  expect(ofKind('disconnect').filter((fault) => fault.forMs === forMs).length).toBeGreaterThanOrEqual(10);
});

it.each(['kept', 'dropped'] as const)('are acknowledged and then sent nothing on sockets that were %s', (sockets) => {
  expect(ofKind('silence').filter((fault) => fault.sockets === sockets).length).toBeGreaterThanOrEqual(10);
});

it.each(['skip', 'duplicate', 'delay', 'reorder', 'corrupt'] as const)('meet frames under %s', (kind) => {
  const orders = ofKind('frames').filter(({ order }) => order.kind === kind);
  expect(orders.length).toBeGreaterThanOrEqual(10);
  expect(orders.filter(({ order }) => order.phase === 'closed').length).toBeGreaterThanOrEqual(10);
});

it.each([429, 418, 500, 503, 'hang', 'cut', 'page', 'trailing'] as const)('are answered with %s', (answer) => {
  expect(ofKind('requests').filter(({ order }) => order.answer === answer).length).toBeGreaterThanOrEqual(10);
});

it.each(['polite', 'abrupt'] as const)('are restarted in a way that is %s', (way) => {
  expect(ofKind('restart').filter((fault) => fault.way === way).length).toBeGreaterThanOrEqual(10);
});

it.each(['disconnect', 'restart', 'silence'] as const)('meet a %s in the middle of a minute and of an hour', (kind) => {
  const moments = plans.flatMap(({ startTime, faults }) =>
    faults.filter(({ fault }) => fault.kind === kind).map(({ afterMs }) => startTime + afterMs),
  );
  const isInside = (time: number, lengthMs: number): boolean => {
    return time % lengthMs > lengthMs / 4 && time % lengthMs < (lengthMs * 3) / 4;
  };
  for (const lengthMs of [60_000, 3_600_000]) {
    expect(moments.filter((time) => isInside(time, lengthMs)).length).toBeGreaterThanOrEqual(10);
  }
});
