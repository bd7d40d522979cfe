import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkKind } from '../../web/src/link.ts';
import { seriesOf } from '../../web/src/series.ts';
import { openSession, type Session } from '../../web/src/session.ts';
import { initialSession } from '../../web/src/session-state.ts';
import { stepSession } from '../../web/src/session-step.ts';
import { walkCandles } from '../fixtures/candle-walk.ts';
import { PageNetwork } from '../fixtures/page-network.ts';

const series = seriesOf('binance:futures:BTC/USDT', '1m');
const FROM = 1_699_000_020;
const minutes = walkCandles({ seed: 7, from: FROM, count: 14_000 });

function minute(index: number) {
  const candle = minutes[index];
  if (candle === undefined) throw new Error(`the walk has no minute ${index}`);
  return candle;
}

function open(network: PageNetwork): Session {
  return openSession(network.platform, series, () => {});
}

/** A session over a desk that holds the first `stored` minutes, loaded and subscribed. */
async function liveSession(stored: number): Promise<{ network: PageNetwork; session: Session }> {
  const network = new PageNetwork();
  network.desk.putSilently(series.id, minutes.slice(0, stored));
  const session = open(network);
  await network.drain();
  network.advance(1000);
  await network.drain();
  return { network, session };
}

function expectServersList(session: Session, network: PageNetwork, id = series.id): void {
  const { closed } = session.state().window;
  const all = network.desk.all(id);
  expect(closed.length).toBeGreaterThanOrEqual(Math.min(all.length, 2000));
  expect(closed).toEqual(all.slice(-closed.length));
  expect(closed.every(({ candle_time }, index) => index === 0 || candle_time > closed[index - 1]!.candle_time)).toBe(
    true,
  );
}

describe('a session', () => {
  it('reads the newest 2000 candles, then subscribes after the last of them', async () => {
    const { network, session } = await liveSession(2500);
    expect(session.state().window.closed).toEqual(minutes.slice(500, 2500));
    expect(network.requests).toEqual([
      { type: 'subscribe', series_id: series.id, since: minute(2499).candle_time, supports_batch: true },
    ]);
    expect(session.state().history.kind).toBe('ready');
  });

  it('shows a forming candle until its minute closes', async () => {
    const { network, session } = await liveSession(10);
    network.desk.form(series.id, minute(10));
    network.deliver();
    expect(session.state().window.forming).toEqual(minute(10));
    network.desk.close(series.id, minute(10));
    network.deliver();
    expect(session.state().window.forming).toBeNull();
    expect(session.state().window.closed.at(-1)).toEqual(minute(10));
    expect(session.state().closedLive).toBe(1);
  });

  it('reads its candles again when they are doubted, for a correction that the stream does not tell', async () => {
    const { network, session } = await liveSession(2500);
    const corrected = { ...minute(2400), high: minute(2400).high * 2 };
    network.desk.putSilently(series.id, [corrected]);
    session.doubt();
    await network.drain();
    expectServersList(session, network);
    expect(session.state().window.closed.at(-100)).toEqual(corrected);
    expect(network.requests).toHaveLength(1);
  });

  it('comes back after a lost socket with the last closed time, without a hole or a repeat', async () => {
    const { network, session } = await liveSession(100);
    network.cut();
    expect(linkKind(session.state().link)).toBe('reconnecting');
    for (let index = 100; index < 110; index += 1) network.desk.close(series.id, minute(index));
    await network.drain();
    network.advance(1000);
    await network.drain();
    expect(network.requests.at(-1)).toMatchObject({ type: 'subscribe', since: minute(99).candle_time });
    expect(linkKind(session.state().link)).toBe('live');
    expectServersList(session, network);
  });

  it('learns after a loss what was corrected while it was away', async () => {
    const { network, session } = await liveSession(100);
    network.cut();
    const corrected = { ...minute(50), high: minute(50).high + 10 };
    network.desk.putSilently(series.id, [corrected]);
    await network.drain();
    network.advance(1000);
    await network.drain();
    expect(session.state().window.closed[50]).toEqual(corrected);
    expectServersList(session, network);
  });

  it('catches up an outage longer than one page of the server', async () => {
    const { network, session } = await liveSession(100);
    network.cut();
    network.desk.putSilently(series.id, minutes.slice(100, 12_500));
    network.advance(1000);
    await network.drain();
    expectServersList(session, network);
    expect(session.state().window.closed.at(-1)).toEqual(minute(12_499));
  });

  it('fills an announced gap over HTTP and says how many candles it filled', async () => {
    const { network, session } = await liveSession(100);
    network.desk.putSilently(series.id, minutes.slice(100, 107));
    network.desk.close(series.id, minute(107));
    network.deliver();
    expect(session.state().refill).toMatchObject({ after: minute(99).candle_time, before: minute(107).candle_time });
    await network.settle();
    expect(session.state().notices).toMatchObject([{ kind: 'filled', count: 7 }]);
    expectServersList(session, network);
  });

  it('fills a jump that no message announced', async () => {
    const { network, session } = await liveSession(100);
    network.desk.putSilently(series.id, minutes.slice(100, 103));
    network.desk.close(series.id, minute(103));
    network.loseNext();
    await network.settle();
    expectServersList(session, network);
  });

  it('asks again for a hole the server repairs later', async () => {
    const { network, session } = await liveSession(100);
    network.desk.close(series.id, minute(103));
    await network.drain();
    network.desk.putSilently(series.id, minutes.slice(100, 103));
    await network.settle();
    expect(session.state().notices).toMatchObject([{ kind: 'filled', count: 3 }]);
    expectServersList(session, network);
  });

  it('says how many candles the server does not have either', async () => {
    const { network, session } = await liveSession(100);
    network.desk.close(series.id, minute(103));
    await network.settle();
    expect(session.state().notices).toMatchObject([{ kind: 'missing', count: 3 }]);
    expect(session.state().refill).toBeNull();
  });

  it('shows another series over the same socket and leaves the first', async () => {
    const { network, session } = await liveSession(100);
    const five = seriesOf(series.instrument, '5m');
    network.desk.putSilently(five.id, walkCandles({ seed: 3, from: FROM - (FROM % 300), count: 30 }, 300));
    session.select(five);
    await network.drain();
    expect(network.socketsOpened).toBe(1);
    expect(network.requests.map(({ type, series_id }) => `${type} ${series_id}`)).toEqual([
      `subscribe ${series.id}`,
      `unsubscribe ${series.id}`,
      `subscribe ${five.id}`,
    ]);
    expectServersList(session, network, five.id);
  });

  it('is subscribed to an empty series and fills when the first candles come', async () => {
    const { network, session } = await liveSession(0);
    expect(session.state().history.kind).toBe('backfilling');
    network.desk.putSilently(series.id, minutes.slice(0, 50));
    await network.settle();
    expect(session.state().history.kind).toBe('ready');
    expectServersList(session, network);
  });

  it('reads again while older candles are still being filled in behind the first answer', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(series.id, minutes.slice(40, 50));
    const session = open(network);
    await network.settleRead('answered');
    network.desk.putSilently(series.id, minutes.slice(0, 40));
    await network.settle();
    expectServersList(session, network);
  });

  it('retries an unreachable server and recovers', async () => {
    const network = new PageNetwork();
    network.desk.putSilently(series.id, minutes.slice(0, 10));
    const session = open(network);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      network.cut();
      await network.settleRead('unreachable');
      network.advance(15_000);
    }
    expect(session.state().history.kind).toBe('unreachable');
    expect(linkKind(session.state().link)).toBe('offline');
    await network.settle();
    expect(linkKind(session.state().link)).toBe('live');
    expectServersList(session, network);
  });

  it('replaces a socket that has been silent for a minute', async () => {
    const { network } = await liveSession(10);
    const before = network.socketsOpened;
    network.advance(61_000);
    await network.settle();
    expect(network.socketsOpened).toBeGreaterThan(before);
  });

  it('ignores an answer for a series that was left', () => {
    const start = initialSession(series);
    const stamp = { at: 0, random: 0 };
    const { state } = stepSession(start, { ...stamp, kind: 'seriesSelected', series });
    const answer = { series_id: series.id, server_head_time: null, candles: minutes.slice(0, 5) };
    const late = { ...stamp, generation: start.generation, outcome: { kind: 'candles', answer } } as const;
    expect(stepSession(state, { ...late, kind: 'historyAnswered' })).toEqual({ state, commands: [] });
    expect(stepSession(state, { ...late, kind: 'refillAnswered' })).toEqual({ state, commands: [] });
  });

  it('does nothing more once closed', async () => {
    const { network, session } = await liveSession(10);
    const before = session.state();
    session.close();
    network.desk.close(series.id, minute(10));
    network.deliver();
    network.advance(600_000);
    expect(session.state()).toBe(before);
    expect(network.isBusy).toBe(false);
  });
});

type Move =
  | {
      readonly kind:
        | 'close'
        | 'closeUnseen'
        | 'form'
        | 'open'
        | 'cut'
        | 'send'
        | 'deliver'
        | 'again'
        | 'switch'
        | 'retry';
    }
  | { readonly kind: 'answer' | 'fail'; readonly index: number }
  | { readonly kind: 'wait'; readonly ms: number };

const plainMoves = [
  'close',
  'closeUnseen',
  'form',
  'open',
  'cut',
  'send',
  'deliver',
  'again',
  'switch',
  'retry',
] as const;
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...plainMoves).map((kind) => ({ kind })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<'deliver' | 'send' | 'open'>('deliver', 'send', 'open').map((kind) => ({ kind })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom<'answer' | 'fail'>('answer', 'answer', 'fail'),
      index: fc.nat({ max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
);

async function play(network: PageNetwork, session: Session, moves: readonly Move[]): Promise<void> {
  let next = network.desk.all(series.id).length;
  const away = seriesOf(series.instrument, '5m');
  // Half a minute off the grid of the other series, so that a candle that strays between them shows.
  const others = walkCandles({ seed: 9, from: FROM + 30, count: 200 }, 300);
  network.desk.putSilently(away.id, others.slice(0, 20));
  for (const [turn, now] of moves.entries()) {
    const other = others[20 + turn];
    if (now.kind === 'close' && other !== undefined) network.desk.close(away.id, other);
    if (now.kind === 'close') network.desk.close(series.id, minute(next++));
    else if (now.kind === 'closeUnseen') network.desk.putSilently(series.id, [minute(next++)]);
    else if (now.kind === 'form') network.desk.form(series.id, minute(next));
    else if (now.kind === 'open') network.open();
    else if (now.kind === 'cut') network.cut();
    else if (now.kind === 'send') network.send();
    else if (now.kind === 'deliver') network.deliver();
    else if (now.kind === 'again') network.deliverAgain();
    else if (now.kind === 'retry') session.retry();
    else if (now.kind === 'switch') session.select(session.state().series.id === series.id ? away : series);
    else if (now.kind === 'wait') network.advance(now.ms);
    else if (now.kind === 'answer') await network.settleRead('answered', now.index);
    else if (now.kind === 'fail') await network.settleRead('unreachable', now.index);
    expectAscending(session);
  }
  if (session.state().series.id !== series.id) session.select(series);
  await network.settle();
  network.desk.close(series.id, minute(next));
  await network.settle();
}

function expectAscending(session: Session): void {
  const { closed, forming } = session.state().window;
  const times = [...closed, ...(forming === null ? [] : [forming])].map(({ candle_time }) => candle_time);
  expect(times.every((time, index) => index === 0 || time > times[index - 1]!)).toBe(true);
}

describe('any interleaving of pages, messages, repeats and reconnects', () => {
  it('ends in the candle list of the server', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 5, 60, 1999, 2100, 5200),
        fc.array(move, { maxLength: 80 }),
        async (stored, moves) => {
          const network = new PageNetwork();
          network.desk.putSilently(series.id, minutes.slice(0, stored));
          const session = open(network);
          await play(network, session, moves);
          expectServersList(session, network);
          session.close();
        },
      ),
      { numRuns: 300 },
    );
  });
});
