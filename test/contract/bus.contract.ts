/**
 * What every bus promises to publishers and subscribers, whatever carries its messages.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import type { CandleColumns, ClosedCandle, FormingCandle } from '../../src/model/candle.ts';
import type { Money, Price, Quantity } from '../../src/model/money.ts';
import type { SeriesId } from '../../src/model/series.ts';
import type { Bus, MarketMessage } from '../../src/ports/bus.ts';

/** How the suite makes a bus; `onError` hears what handlers threw. */
export type CreateBus = (options: { readonly waitingMax: number; readonly onError: (thrown: unknown) => void }) => Bus;

const START = 1_700_000_040_000;
const BTC = 'binance:futures:BTC/USDT:1m' as SeriesId;
const ETH = 'binance:futures:ETH/USDT:1m' as SeriesId;

const columns: CandleColumns = {
  open: decimal('1') as Price,
  high: decimal('2') as Price,
  low: decimal('1') as Price,
  close: decimal('2') as Price,
  volume: decimal('3') as Quantity,
  quoteVolume: decimal('4.5') as Money,
  trades: 2,
  takerBaseVolume: null,
  takerQuoteVolume: null,
};

function closedCandle(seriesId: SeriesId, minute: number, revision = 0): ClosedCandle {
  const certificate = { source: 'ws', status: 'final', baseCount: 1, baseExpected: 1, revision } as const;
  return { ...columns, kind: 'candleClosed', seriesId, openTime: epochMs(START + minute * 60_000), certificate };
}

function closed(seriesId: SeriesId, ...minutes: readonly number[]): MarketMessage {
  return { kind: 'candlesClosed', seriesId, candles: minutes.map((minute) => closedCandle(seriesId, minute)) };
}

/** A forming update of `minute`; `trades` tells updates of one minute apart. */
function forming(seriesId: SeriesId, minute: number, trades: number): MarketMessage {
  const openTime = epochMs(START + minute * 60_000);
  const candle: FormingCandle = { ...columns, trades, kind: 'candleForming', seriesId, openTime };
  return { kind: 'candleForming', seriesId, candle };
}

function gap(seriesId: SeriesId, minute: number): MarketMessage {
  const from = epochMs(START + minute * 60_000);
  const to = epochMs(from + 60_000);
  return { kind: 'candleGap', seriesId, gap: { kind: 'candleGap', seriesId, from, to, reason: 'unknown' } };
}

/** One word per message: kind, series and minutes. */
function label(message: MarketMessage): string {
  const name = message.seriesId === BTC ? 'btc' : 'eth';
  const minuteOf = (time: number): number => (time - START) / 60_000;
  switch (message.kind) {
    case 'candlesClosed':
      return `${name} closed ${message.candles.map((candle) => minuteOf(candle.openTime)).join('+')}`;
    case 'candleForming':
      return `${name} forming ${minuteOf(message.candle.openTime)}#${message.candle.trades}`;
    case 'candleGap':
      return `${name} gap ${minuteOf(message.gap.from)}`;
  }
}

/** A handler that stays busy with each message until it is let go on. */
function createSlowHandler(): {
  readonly seen: string[];
  readonly handler: (message: MarketMessage) => Promise<void>;
  readonly letOne: () => void;
  readonly letAll: () => void;
} {
  const seen: string[] = [];
  const held: (() => void)[] = [];
  let mode: 'hold' | 'pass' = 'hold';
  return {
    seen,
    handler: (message) => {
      seen.push(label(message));
      return mode === 'pass' ? Promise.resolve() : new Promise((resolve) => held.push(resolve));
    },
    letOne: () => held.shift()?.(),
    letAll: () => {
      mode = 'pass';
      for (const resolve of held.splice(0)) resolve();
    },
  };
}

/** Whether `promise` is still pending after everything that can run has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => resolve('pending')));
  return (await Promise.race([promise.then(() => 'settled'), turn])) === 'pending';
}

/** Runs the suite. */
export function describeBusContract(name: string, createBus: CreateBus): void {
  const opened: Bus[] = [];
  const errors: unknown[] = [];
  const open = (waitingMax = 100): Bus => {
    const bus = createBus({ waitingMax, onError: (thrown) => errors.push(thrown) });
    opened.push(bus);
    return bus;
  };
  const listen = (bus: Bus): string[] => {
    const seen: string[] = [];
    bus.subscribe((message) => {
      seen.push(label(message));
    });
    return seen;
  };
  afterEach(async () => {
    errors.length = 0;
    await Promise.all(opened.splice(0).map((bus) => bus.close()));
  });

  describe(`${name} keeps the bus contract`, () => {
    it('hands every kind of message to every subscriber in the order published', async () => {
      const bus = open();
      const first = listen(bus);
      const second = listen(bus);
      for (const message of [forming(BTC, 0, 1), closed(BTC, 0), gap(BTC, 1), closed(BTC, 2, 3)]) {
        await bus.publish(message);
      }
      const expected = ['btc forming 0#1', 'btc closed 0', 'btc gap 1', 'btc closed 2+3'];
      await vi.waitFor(() => expect(first).toEqual(expected));
      await vi.waitFor(() => expect(second).toEqual(expected));
    });

    it('delivers the message as it was published, decimals and all', async () => {
      const bus = open();
      const seen: MarketMessage[] = [];
      bus.subscribe((message) => {
        seen.push(message);
      });
      const messages = [closed(ETH, 1), forming(ETH, 2, 7), gap(ETH, 3)];
      for (const message of messages) await bus.publish(message);
      await vi.waitFor(() => expect(seen).toEqual(messages));
    });

    it('replaces a waiting forming candle by a newer one of the same series only', async () => {
      const bus = open();
      const slow = createSlowHandler();
      const subscription = bus.subscribe(slow.handler);
      await bus.publish(closed(BTC, 0));
      await vi.waitFor(() => expect(slow.seen).toHaveLength(1));
      for (const trades of [1, 2, 3]) await bus.publish(forming(BTC, 1, trades));
      await bus.publish(forming(ETH, 1, 9));
      await vi.waitFor(() => expect(subscription.stats()).toEqual({ waiting: 2, coalesced: 2 }));
      slow.letAll();
      await vi.waitFor(() => expect(slow.seen).toEqual(['btc closed 0', 'btc forming 1#3', 'eth forming 1#9']));
    });

    it('never carries a newer forming candle ahead of a closed one of its series', async () => {
      const bus = open();
      const slow = createSlowHandler();
      bus.subscribe(slow.handler);
      await bus.publish(gap(BTC, 0));
      await vi.waitFor(() => expect(slow.seen).toHaveLength(1));
      await bus.publish(forming(BTC, 1, 1));
      await bus.publish(closed(BTC, 1));
      await bus.publish(forming(BTC, 2, 2));
      slow.letAll();
      await vi.waitFor(() => expect(slow.seen).toEqual(['btc gap 0', 'btc closed 1', 'btc forming 2#2']));
    });

    it('does not let a slow subscriber delay a quick one', async () => {
      const bus = open();
      const slow = createSlowHandler();
      bus.subscribe(slow.handler);
      const quick = listen(bus);
      for (let minute = 0; minute < 20; minute++) await bus.publish(closed(BTC, minute));
      await vi.waitFor(() => expect(quick).toHaveLength(20));
      expect(slow.seen).toHaveLength(1);
      slow.letAll();
      await vi.waitFor(() => expect(slow.seen).toEqual(quick));
    });

    it('makes the publisher wait when more closed candles and gaps wait than may, and loses none', async () => {
      const bus = open(2);
      const slow = createSlowHandler();
      bus.subscribe(slow.handler);
      await bus.publish(closed(BTC, 0));
      await vi.waitFor(() => expect(slow.seen).toHaveLength(1));
      await bus.publish(closed(BTC, 1));
      await bus.publish(gap(BTC, 2));
      const blocked = bus.publish(closed(BTC, 3));
      expect(await isPending(blocked)).toBe(true);
      slow.letOne();
      await blocked;
      slow.letAll();
      const expected = ['btc closed 0', 'btc closed 1', 'btc gap 2', 'btc closed 3'];
      await vi.waitFor(() => expect(slow.seen).toEqual(expected));
    });

    it('does not make the publisher wait for forming candles', async () => {
      const bus = open(1);
      const slow = createSlowHandler();
      bus.subscribe(slow.handler);
      await bus.publish(closed(BTC, 0));
      for (let update = 0; update < 50; update++) await bus.publish(forming(BTC, 1, update));
      slow.letAll();
      await vi.waitFor(() => expect(slow.seen.at(-1)).toBe('btc forming 1#49'));
    });

    it('drops a closed candle that was delivered before, but not another revision of it', async () => {
      const bus = open();
      const seen = listen(bus);
      await bus.publish(closed(BTC, 0, 1));
      await bus.publish(closed(BTC, 1));
      await bus.publish(closed(BTC, 0, 1, 2));
      await bus.publish(closed(ETH, 1));
      await bus.publish({ kind: 'candlesClosed', seriesId: BTC, candles: [closedCandle(BTC, 1, 2)] });
      const expected = ['btc closed 0+1', 'btc closed 2', 'eth closed 1', 'btc closed 1'];
      await vi.waitFor(() => expect(seen).toEqual(expected));
    });

    it('repeats gaps and forming candles as often as they are published', async () => {
      const bus = open();
      const seen = listen(bus);
      for (const message of [gap(BTC, 0), gap(BTC, 0), forming(BTC, 1, 1), forming(BTC, 1, 1)]) {
        await bus.publish(message);
        const count = seen.length;
        await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(count));
      }
      await vi.waitFor(() => expect(seen).toEqual(['btc gap 0', 'btc gap 0', 'btc forming 1#1', 'btc forming 1#1']));
    });

    it.each([
      {
        way: 'throws',
        fail: (): void => {
          throw new Error('handler broke');
        },
      },
      { way: 'rejects', fail: (): Promise<void> => Promise.reject(new Error('handler broke')) },
    ])('ends the subscription of a handler that $way, and only that one', async ({ fail }) => {
      const bus = open();
      let calls = 0;
      bus.subscribe(() => {
        calls++;
        return fail();
      });
      const healthy = listen(bus);
      await bus.publish(closed(BTC, 0));
      await vi.waitFor(() => expect(errors).toHaveLength(1));
      await bus.publish(closed(BTC, 1));
      await vi.waitFor(() => expect(healthy).toEqual(['btc closed 0', 'btc closed 1']));
      expect(calls).toBe(1);
      expect(String(errors[0])).toContain('handler broke');
    });

    it('lets go of a publisher that waits for a subscription which closes', async () => {
      const bus = open(0);
      const slow = createSlowHandler();
      const subscription = bus.subscribe(slow.handler);
      await bus.publish(closed(BTC, 0));
      await vi.waitFor(() => expect(slow.seen).toHaveLength(1));
      const blocked = bus.publish(closed(BTC, 1));
      expect(await isPending(blocked)).toBe(true);
      subscription.close();
      subscription.close();
      await blocked;
      slow.letAll();
      await bus.publish(closed(BTC, 2));
      expect(slow.seen).toEqual(['btc closed 0']);
      expect(subscription.stats().waiting).toBe(0);
    });

    it('hands over what waits before it is closed, and nothing afterwards', async () => {
      const bus = open();
      const slow = createSlowHandler();
      bus.subscribe(slow.handler);
      await bus.publish(closed(BTC, 0));
      await bus.publish(closed(BTC, 1));
      await vi.waitFor(() => expect(slow.seen).toHaveLength(1));
      const closing = bus.close();
      await bus.publish(closed(BTC, 2));
      slow.letAll();
      await closing;
      await bus.close();
      const late = listen(bus);
      await bus.publish(closed(BTC, 3));
      expect(slow.seen).toEqual(['btc closed 0', 'btc closed 1']);
      expect(late).toEqual([]);
    });

    it('loses no closed candle or gap and keeps the order of each series for a subscriber of any pace', async () => {
      const step = fc.record({
        seriesId: fc.constantFrom(BTC, ETH),
        kind: fc.constantFrom('closed', 'forming', 'gap'),
        letOnes: fc.nat({ max: 2 }),
      });
      const property = fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.nat({ max: 4 }),
        async (steps, waitingMax) => {
          const bus = open(waitingMax);
          const slow = createSlowHandler();
          bus.subscribe(slow.handler);
          const published: string[] = [];
          const done: Promise<void>[] = [];
          for (const [index, { seriesId, kind, letOnes }] of steps.entries()) {
            const message =
              kind === 'closed'
                ? closed(seriesId, index)
                : kind === 'gap'
                  ? gap(seriesId, index)
                  : forming(seriesId, index, index);
            published.push(label(message));
            done.push(bus.publish(message));
            for (let i = 0; i < letOnes; i++) slow.letOne();
            if (letOnes > 0) await Promise.resolve();
          }
          slow.letAll();
          await Promise.all(done);
          await bus.close();
          const isDurable = (text: string): boolean => !text.includes('forming');
          for (const series of ['btc', 'eth']) {
            const wanted = published.filter((text) => text.startsWith(series));
            const got = slow.seen.filter((text) => text.startsWith(series));
            expect(got.filter(isDurable), 'every closed candle and gap, in order').toEqual(wanted.filter(isDurable));
            const order = got.map((text) => wanted.indexOf(text));
            expect(order, 'nothing overtakes').toEqual([...order].sort((a, b) => a - b));
            expect(got.at(-1), 'the newest message of a series arrives').toBe(wanted.at(-1));
          }
        },
      );
      await fc.assert(property, { numRuns: 100 });
    });
  });
}
