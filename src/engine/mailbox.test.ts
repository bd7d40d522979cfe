import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle, formingOf, series } from '../../test/fixtures/candles.ts';
import { epochMs } from '../core/time.ts';
import type { Input } from '../model/events.ts';
import { FailureError } from '../model/failure.ts';
import type { EngineInput } from './inputs.ts';
import { Mailbox } from './mailbox.ts';

const ETH_1M = series('binance:futures:ETH/USDT:1m');
const NOW = epochMs(1_700_000_000_000);

const minuteAt = (minute: number, id = BTC_1M, close = '1') =>
  closedCandle({ seriesId: id, openTime: minute * 60_000, prices: ['1', '9', '1', close] });

function forming(minute: number, close = '1', id = BTC_1M): Input {
  const candle = formingOf(minuteAt(minute, id, close));
  return { kind: 'formingReceived', receivedTime: NOW, eventTime: NOW, candle };
}

function closed(minute: number): Input {
  return { kind: 'closedReceived', receivedTime: NOW, eventTime: NOW, candle: minuteAt(minute) };
}

function timer(timerId: string): Input {
  return { kind: 'timerFired', receivedTime: NOW, timerId };
}

describe('a mailbox', () => {
  it('gives inputs out in the order they came, at most as many as asked for', () => {
    const mailbox = new Mailbox(10);
    const inputs = [timer('a'), closed(1), timer('b')];
    for (const input of inputs) expect(mailbox.offer(input)).toBe(true);
    expect([mailbox.takeNow(2), mailbox.takeNow(2), mailbox.takeNow(2)]).toEqual([
      inputs.slice(0, 2),
      inputs.slice(2),
      [],
    ]);
  });

  it('replaces a waiting forming candle by a newer one of the same candle, in its place', () => {
    const mailbox = new Mailbox(10);
    for (const input of [forming(5, '2'), timer('a'), forming(5, '3'), forming(5, '4')]) mailbox.offer(input);
    expect(mailbox.takeNow(10)).toEqual([forming(5, '4'), timer('a')]);
    expect(mailbox.stats()).toEqual({ depth: 0, coalesced: 2, blocked: 0 });
  });

  it('lets no forming candle overtake the closed one before it', () => {
    const mailbox = new Mailbox(10);
    const inputs = [forming(5), closed(5), forming(6)];
    for (const input of inputs) mailbox.offer(input);
    expect(mailbox.takeNow(10)).toEqual(inputs);
  });

  it('coalesces each series by itself, and never anything but forming candles', () => {
    const mailbox = new Mailbox(10);
    const inputs = [forming(5), forming(5, '2', ETH_1M), closed(4), closed(4), timer('a'), timer('a')];
    for (const input of inputs) mailbox.offer(input);
    expect(mailbox.takeNow(10)).toEqual(inputs);
  });

  it('goes on coalescing what stayed behind when only some were taken', () => {
    const mailbox = new Mailbox(10);
    for (const input of [timer('a'), timer('b'), forming(5, '2'), closed(4)]) mailbox.offer(input);
    mailbox.takeNow(2);
    mailbox.offer(forming(5, '3'));
    expect(mailbox.takeNow(10)).toEqual([forming(5, '3'), closed(4)]);
  });

  it('coalesces nothing into what was taken already', () => {
    const mailbox = new Mailbox(10);
    mailbox.offer(forming(5, '2'));
    mailbox.takeNow(1);
    mailbox.offer(forming(5, '3'));
    expect(mailbox.takeNow(10)).toEqual([forming(5, '3')]);
  });
});

describe('a full mailbox', () => {
  it('refuses an offer and counts it, but still takes a newer forming candle in place of a waiting one', () => {
    const mailbox = new Mailbox(2);
    mailbox.offer(forming(5, '2'));
    mailbox.offer(closed(4));
    expect(mailbox.offer(closed(6))).toBe(false);
    expect(mailbox.offer(forming(5, '3'))).toBe(true);
    expect(mailbox.stats()).toEqual({ depth: 2, coalesced: 1, blocked: 1 });
    expect(() => mailbox.mustOffer(timer('a'))).toThrow(FailureError);
    expect(() => mailbox.mustOffer(timer('a'))).toThrow('mailbox_full: the mailbox holds 2 inputs');
  });

  it('makes senders wait and lets them in, in order, when there is room', async () => {
    const mailbox = new Mailbox(2);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const posted = Promise.all(names.map((name) => mailbox.post(timer(name))));
    const taken: string[] = [];
    while (taken.length < names.length) {
      for (const input of await mailbox.take(2)) taken.push(input.kind === 'timerFired' ? input.timerId : '');
      await Promise.resolve();
    }
    await posted;
    expect(taken).toEqual(names);
  });
});

it('lets nothing overtake who waits in line: neither an offer nor a later post, though there is room again', async () => {
  const mailbox = new Mailbox(2);
  for (const name of ['a', 'b']) mailbox.offer(timer(name));
  const posted = Promise.all([mailbox.post(timer('c')), mailbox.post(timer('d')), mailbox.post(timer('e'))]);
  expect(mailbox.offer(timer('late'))).toBe(false);
  expect(mailbox.takeNow(1)).toEqual([timer('a')]);
  expect(mailbox.offer(timer('late'))).toBe(false);
  const later = mailbox.post(timer('f'));
  const taken = [mailbox.takeNow(5), mailbox.takeNow(5), mailbox.takeNow(5)].flat();
  expect(taken).toEqual(['b', 'c', 'd', 'e', 'f'].map(timer));
  await Promise.all([posted, later]);
  expect(mailbox.offer(timer('g'))).toBe(true);
});

describe('an empty mailbox', () => {
  it('makes its reader wait for the next input', async () => {
    const mailbox = new Mailbox(2);
    const taken = mailbox.take(5);
    mailbox.offer(timer('a'));
    expect(await taken).toEqual([timer('a')]);
  });

  it('wakes its reader with nothing when nudged', async () => {
    const mailbox = new Mailbox(2);
    const taken = mailbox.take(5);
    mailbox.nudge();
    expect(await taken).toEqual([]);
  });
});

it('loses, doubles and reorders nothing but coalesced forming candles, whatever is offered and taken', () => {
  const input = fc.oneof(
    fc.integer({ min: 0, max: 3 }).map((minute) => ({ kind: 'forming' as const, minute })),
    fc.integer({ min: 0, max: 3 }).map((minute) => ({ kind: 'closed' as const, minute })),
    fc.integer({ min: 1, max: 4 }).map((limit) => ({ kind: 'take' as const, limit })),
  );
  fc.assert(
    fc.property(fc.array(input, { maxLength: 80 }), (script) => {
      const mailbox = new Mailbox(1_000);
      const offered: Input[] = [];
      const taken: EngineInput[] = [];
      script.forEach((line, index) => {
        if (line.kind === 'take') taken.push(...mailbox.takeNow(line.limit));
        else {
          const next = line.kind === 'closed' ? closed(line.minute) : forming(line.minute, `1.${index}1`);
          offered.push(next);
          mailbox.offer(next);
        }
      });
      taken.push(...mailbox.takeNow(1_000));
      const lasting = (inputs: readonly EngineInput[]) => inputs.filter(({ kind }) => kind === 'closedReceived');
      expect(lasting(taken)).toEqual(lasting(offered));
      expect(offered).toEqual(expect.arrayContaining(taken));
      expect(taken.length + mailbox.stats().coalesced).toBe(offered.length);
      const last = offered.findLast(({ kind }) => kind === 'formingReceived');
      if (last !== undefined) expect(taken).toContain(last);
    }),
  );
});
