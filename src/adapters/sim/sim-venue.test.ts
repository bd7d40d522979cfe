import { describe, expect, it } from 'vitest';
import { SIM_RULES } from '../../../test/fixtures/sim-rules.ts';
import { decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport } from '../../model/order.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { createSimVenue, type VenueFaults } from './sim-venue.ts';

const BTC: InstrumentId = SIM_RULES.instrumentId;
const price = (text: string): Price => decimal(text) as Price;
const quantity = (text: string): Quantity => decimal(text) as Quantity;

function open(faults: Partial<VenueFaults> = {}): ReturnType<typeof createSimVenue> {
  const none = { lostRequestRatio: 0, lostReplyRatio: 0, repeatedReportRatio: 0 };
  const costs = { makerFeeBps: 0, takerFeeBps: 0, slippageBps: 0, volumeShareBps: 10_000 };
  return createSimVenue({
    clock: createManualClock(epochMs(1_700_000_000_000)),
    random: createSeededRandom(7, 'venue'),
    rules: [SIM_RULES],
    funds: 'boundless',
    costs,
    faults: { ...none, ...faults },
  });
}

function limit(name: string): ApprovedOrder {
  const terms = {
    type: 'limit',
    side: 'buy',
    quantity: quantity('1'),
    price: price('100'),
    timeInForce: 'GTC',
  } as const;
  return { instrumentId: BTC, clientOrderId: name as ClientOrderId, terms };
}

describe('createSimVenue', () => {
  it('loses every request where its faults say always', async () => {
    const venue = open({ lostRequestRatio: 1 });
    expect((await venue.submit(limit('a'))).phase).toBe('unknown');
    expect(await venue.query(limit('a'))).toEqual({ ok: true, value: null });
  });

  it('loses every reply where its faults say always', async () => {
    const venue = open({ lostReplyRatio: 1 });
    expect((await venue.submit(limit('a'))).phase).toBe('unknown');
    expect(await venue.query(limit('a'))).toMatchObject({ ok: true, value: { status: 'open' } });
  });

  it('repeats every report where its faults say always', async () => {
    const venue = open({ repeatedReportRatio: 1 });
    const heard: string[] = [];
    venue.onReport((report) => heard.push(`${report.clientOrderId} ${report.status}`));
    await venue.submit(limit('a'));
    await venue.cancel(limit('a'));
    expect(heard).toEqual(['a open', 'a open', 'a cancelled', 'a cancelled']);
  });

  it('has the same faults again from the same seed, about as many as it was told', async () => {
    const phases = async (): Promise<readonly string[]> => {
      const venue = open({ lostReplyRatio: 0.25 });
      const outcomes = Array.from({ length: 400 }, (_, index) => venue.submit(limit(`o${index}`)));
      return (await Promise.all(outcomes)).map((outcome) => outcome.phase);
    };
    const first = await phases();
    expect(await phases()).toEqual(first);
    // 100 expected with a standard deviation of 9.
    const lost = first.filter((phase) => phase === 'unknown').length;
    expect(lost).toBeGreaterThan(55);
    expect(lost).toBeLessThan(145);
  });

  it('tells every listener the reports in one order when a listener causes more', async () => {
    const venue = open();
    const texts = (heard: readonly OrderReport[]): readonly string[] =>
      heard.map((r) => `${r.clientOrderId} ${r.status}`);
    const first: OrderReport[] = [];
    const second: OrderReport[] = [];
    venue.onReport((report) => {
      first.push(report);
      if (report.clientOrderId === 'a' && report.status === 'open') void venue.cancel(limit('a'));
    });
    venue.onReport((report) => second.push(report));
    await venue.submit(limit('a'));
    expect(texts(first)).toEqual(['a open', 'a cancelled']);
    expect(texts(second)).toEqual(['a open', 'a cancelled']);
  });

  it('reports what a price fills before it returns', async () => {
    const venue = open();
    const heard: string[] = [];
    await venue.submit(limit('a'));
    venue.onReport((report) => heard.push(report.status));
    venue.onPrice(BTC, price('99.99'), quantity('0.4'));
    expect(heard).toEqual(['partiallyFilled']);
    venue.onPrice(BTC, price('99.99'), quantity('0.6'));
    expect(heard).toEqual(['partiallyFilled', 'filled']);
  });
});
