import { describe, expect, it, onTestFinished } from 'vitest';
import { CHART_END, LADDER, tickChart, toClosedCandles } from '../../../test/fixtures/charts.ts';
import { candlesOf, coinOf, NOW, SHORT_PROFILE } from '../../../test/fixtures/dispatch-desk.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createSignalBoard } from '../../adapters/memory/signal-board.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { ok } from '../../core/result.ts';
import { addMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type { Feed } from '../../ports/feed.ts';
import { createSignalWorker, DEFAULT_DISPATCH, deriveSignal, foldClosedCandle } from '../../signals/index.ts';
import { candlesByTimeframe, signalOfMinutes } from './signal-of-minutes.ts';
import { SignalService } from './signal-service.ts';

type FetchHistory = Feed['fetchHistory'];

const fromWorld: FetchHistory = async ({ seriesId, from, to }) => ok(candlesOf(seriesId, from, to));

/** A service at `NOW` whose history comes from the world, unless a test says otherwise for a coin. */
function start(special: Readonly<Record<string, FetchHistory>> = {}, workersMax = 5) {
  const clock = createManualClock(NOW);
  const log: string[] = [];
  const notifier = createLogNotifier({ write: (line) => void log.push(line) });
  const board = createSignalBoard();
  const fetchHistory: FetchHistory = (request) => {
    const own = Object.entries(special).find(([coin]) => request.seriesId.startsWith(coin));
    return (own?.[1] ?? fromWorld)(request);
  };
  const config = { ...DEFAULT_DISPATCH, profile: SHORT_PROFILE, workersMax };
  const service = new SignalService({ config, clock, feed: { fetchHistory }, notifier, onSignal: board.put });
  onTestFinished(async () => {
    service.stop();
    await notifier.close();
    clock.close();
  });
  return { service, clock, log, board, notifier };
}

const hangs: FetchHistory = () => new Promise(() => {});

describe('the service of signals', () => {
  it('answers a cycle in its order and puts every signal on the board', async () => {
    const { service, board } = start();
    const signals = await service.ask('c1', [coinOf(2), coinOf(0), coinOf(1)]);
    expect(signals.map(({ instrumentId }) => instrumentId)).toEqual([coinOf(2), coinOf(0), coinOf(1)]);
    expect(signals.every(({ timeframes }) => timeframes.every(({ kind }) => kind === 'scored'))).toBe(true);
    expect(board.find(coinOf(0))).toEqual(signals[1]);
    expect(board.latest()).toHaveLength(3);
    expect(board.find(coinOf(3))).toBeNull();
  });

  it('goes on from the stream once the history is there', async () => {
    const { service, clock } = start();
    await service.ask('c1', [coinOf(0)]);
    await clock.advance(60_000);
    const minute = candlesOf(`${coinOf(0)}:1m` as ClosedCandle['seriesId'], NOW, addMs(NOW, 60_000));
    service.takeClosed(minute);
    const [signal] = await service.ask('c2', [coinOf(0)]);
    expect(signal?.timeframes[0]).toMatchObject({ kind: 'scored', closeTime: addMs(NOW, 60_000) });
  });

  it('R5-6: logs an exception with its stack, the coin and the cycle, and the signal says what it was', async () => {
    const { service, log, notifier } = start({
      [coinOf(1)]: () => Promise.reject(new TypeError('a number was none')),
    });
    const signals = await service.ask('cycle-77', [coinOf(0), coinOf(1)]);
    await notifier.close();
    expect(signals[0]?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
    expect(signals[1]).toMatchObject({ action: 'HOLD', strength: 0, traceId: 'cycle-77' });
    expect(signals[1]?.reason).toContain('exception: TypeError: a number was none');
    expect(log).toHaveLength(4);
    for (const line of log) {
      expect(line).toContain('"level":"error"');
      expect(line).toContain(coinOf(1));
      expect(line).toContain('cycle-77');
      expect(line).toMatch(/TypeError: a number was none\\n +at .*signal-service\.test\.ts/);
    }
  });

  it('R4-6: a request that never ends is HOLD after 60 s of the clock, and nobody else waits', async () => {
    const { service, clock, board } = start({ [coinOf(0)]: hangs });
    const cycle = service.ask('c1', [coinOf(0), coinOf(1)]);
    await clock.advance(1);
    expect(board.find(coinOf(1))?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
    expect(board.find(coinOf(0))).toBeNull();
    await clock.advance(59_999);
    expect((await cycle).map(({ reason }) => reason)[0]).toBe('timeout >60s');
  });

  it('B-7: stops at once with everything hanging', async () => {
    const { service } = start({ binance: hangs }, 1);
    const cycle = service.ask('c1', [coinOf(0), coinOf(1)]);
    service.stop();
    expect((await cycle).map(({ action, reason }) => [action, reason])).toEqual([
      ['HOLD', 'stopped'],
      ['HOLD', 'stopped'],
    ]);
    service.stop();
  });
});

describe('the board', () => {
  it('keeps the newest signal of each coin, newest first, and forgets the one judged longest ago', async () => {
    const { service } = start();
    const [signal] = await service.ask('c1', [coinOf(0)]);
    const at = (coin: number, ms: number): TradeSignal => {
      return { ...(signal as TradeSignal), instrumentId: coinOf(coin), computedAt: addMs(NOW, ms) };
    };
    const board = createSignalBoard(2);
    for (const each of [at(0, 0), at(1, 1), at(0, 2), at(2, 3)]) board.put(each);
    expect(board.latest().map(({ instrumentId }) => instrumentId)).toEqual([coinOf(2), coinOf(0)]);
  });
});

describe('the signal of minutes', () => {
  const minutes = toClosedCandles(tickChart('pump', 5, 4000), LADDER[0] as (typeof LADDER)[number], 2);

  it('is that of a worker that was given every timeframe', () => {
    const worker = createSignalWorker('binance:spot:TEST/USDT', SHORT_PROFILE);
    const all = candlesByTimeframe({ candles: minutes, gaps: [] }, SHORT_PROFILE);
    for (const candles of all.values()) for (const candle of candles) foldClosedCandle(worker, candle);
    const signal = signalOfMinutes({ candles: minutes, gaps: [] }, SHORT_PROFILE, 'x');
    expect(signal).toEqual(deriveSignal(worker, { at: CHART_END, traceId: 'x' }));
    expect(signal.timeframes.map(({ candles }) => candles)).toEqual([4000, 800, 266, 66]);
  });

  it('begins anew behind a hole, but not behind one that the exchange has itself', () => {
    const holed = [...minutes.slice(0, 3950), ...minutes.slice(3951)];
    const { seriesId, openTime: from } = minutes[3950] as ClosedCandle;
    const gap = { kind: 'candleGap', seriesId, from, to: addMs(from, 60_000), reason: 'exchange_gap' } as const;
    const [unknown, known] = [[], [gap]].map((gaps) => signalOfMinutes({ candles: holed, gaps }, SHORT_PROFILE, 'x'));
    expect(unknown?.timeframes.map(({ kind, candles }) => [kind, candles])[0]).toEqual(['scored', 49]);
    expect(unknown?.timeframes[3]).toMatchObject({ kind: 'skipped' });
    expect(known?.timeframes.map(({ kind, candles }) => [kind, candles])).toEqual([
      ['scored', 3999],
      ['scored', 800],
      ['scored', 266],
      ['scored', 66],
    ]);
  });
});
