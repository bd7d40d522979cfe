import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candlesOf, coinOf, DispatchDesk, HISTORY, NOW, SHORT_PROFILE } from '../../test/fixtures/dispatch-desk.ts';
import { addMs } from '../core/time.ts';
import { seriesId, seriesParts } from '../model/series.ts';
import type { TradeSignal } from '../model/signal.ts';
import { timeframeMs } from '../model/timeframe.ts';
import { createSignalWorker, deriveSignal, foldClosedCandle } from './index.ts';

const MINUTE = 60_000;
const FIVE = 5 * MINUTE;

function instruments(signals: readonly TradeSignal[] | undefined): readonly string[] {
  return (signals ?? []).map(({ instrumentId }) => instrumentId);
}

/** A desk whose coin 0 has its history. */
function loadedDesk(): DispatchDesk {
  const desk = new DispatchDesk();
  desk.ask([0]);
  desk.answerAll();
  return desk;
}

describe('a cycle', () => {
  it('gives each candidate exactly one signal in their order, whatever comes, fails or never answers', () => {
    const fate = fc.constantFrom('answer', 'fail', 'ignore');
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { maxLength: 9 }),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.tuple(fate, fc.nat(20))),
        (coins, workersMax, fates) => {
          const desk = new DispatchDesk({ workersMax });
          desk.ask(coins, 'one');
          for (let step = 0; step < 400 && desk.cycles.length === 0; step++) {
            expect(
              new Set(desk.open.map((request) => seriesParts(request.seriesId).instrumentId)).size,
            ).toBeLessThanOrEqual(workersMax);
            const [kind, at] = fates.next().value as [string, number];
            const request = desk.open[at % Math.max(1, desk.open.length)];
            if (request === undefined || kind === 'ignore') desk.advanceTo(addMs(desk.now, 5000));
            else if (kind === 'answer') desk.answer(request);
            else desk.fail(request);
          }
          expect(desk.cycles.map(instruments)).toEqual([coins.map(coinOf)]);
          expect(instruments(desk.signals).toSorted()).toEqual(coins.map(coinOf).toSorted());
          expect(desk.cycles[0]?.every(({ traceId }) => traceId === 'one')).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('works at no more coins at once than it has workers, and begins the next when one is done', () => {
    const desk = new DispatchDesk({ workersMax: 2 });
    desk.ask([0, 1, 2]);
    expect(desk.open).toHaveLength(2 * 4);
    for (const request of desk.open.filter((each) => each.seriesId.startsWith(coinOf(1)))) desk.answer(request);
    expect(instruments(desk.signals)).toEqual([coinOf(1)]);
    expect(new Set(desk.open.map((request) => seriesParts(request.seriesId).instrumentId))).toEqual(
      new Set([coinOf(0), coinOf(2)]),
    );
  });

  it('of nobody ends at once', () => {
    const desk = new DispatchDesk();
    desk.ask([]);
    expect(desk.cycles).toEqual([[]]);
  });

  it('that is overtaken gives HOLD, and what it had asked for serves the next one', () => {
    const desk = new DispatchDesk();
    desk.ask([0, 1], 'old');
    desk.advanceTo(addMs(NOW, 10_000));
    desk.ask([1], 'new');
    expect(desk.cycles.map(instruments)).toEqual([[coinOf(0), coinOf(1)]]);
    expect(desk.cycles[0]?.[0]).toMatchObject({
      action: 'HOLD',
      strength: 0,
      reason: 'overtaken by cycle new',
      traceId: 'old',
    });
    desk.answerAll();
    expect(desk.asked).toHaveLength(8);
    expect(desk.cycles[1]?.[0]).toMatchObject({ instrumentId: coinOf(1), traceId: 'new' });
    expect(desk.cycles[1]?.[0]?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
  });

  it('R4-6: a history that hangs is HOLD after 60 s, the others are not kept waiting and its place is free again', () => {
    const desk = new DispatchDesk({ workersMax: 1 });
    desk.ask([0, 1]);
    desk.advanceTo(addMs(NOW, 59_999));
    expect(desk.signals).toEqual([]);
    expect(desk.open.every((request) => request.seriesId.startsWith(coinOf(0)))).toBe(true);
    desk.advanceTo(addMs(NOW, 60_000));
    expect(desk.signals[0]).toMatchObject({
      instrumentId: coinOf(0),
      action: 'HOLD',
      strength: 0,
      reason: 'timeout >60s',
    });
    expect(desk.open.map((request) => request.seriesId.startsWith(coinOf(1)))).toEqual([true, true, true, true]);
    desk.answerAll();
    expect(desk.cycles.map(instruments)).toEqual([[coinOf(0), coinOf(1)]]);
    // And the next cycle asks for it anew.
    desk.ask([0]);
    desk.answerAll();
    expect(desk.cycles[1]?.[0]?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
  });

  it('R4-6: a history that hangs through cycles that overtake each other is given up after 60 s as well', () => {
    const desk = new DispatchDesk();
    for (let cycle = 0; cycle <= 6; cycle++) {
      desk.advanceTo(addMs(NOW, cycle * 10_000));
      desk.ask([0], `cycle ${cycle}`);
    }
    expect(desk.cycles.map(([signal]) => signal?.reason)).toEqual([
      ...[1, 2, 3, 4, 5].map((next) => `overtaken by cycle cycle ${next}`),
      'timeout >60s',
    ]);
    desk.answerAll();
    expect(desk.signals.at(-1)?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
  });

  it('R5-6: says why a history is missing; all four missing are HOLD', () => {
    const desk = new DispatchDesk();
    desk.ask([0]);
    const [first, ...rest] = [...desk.open];
    if (first === undefined) throw new Error('nothing was asked for');
    desk.fail(first);
    for (const request of rest) desk.answer(request);
    expect(desk.signals[0]?.reason).toMatch(/1m history: venue_unreachable$/);
    expect(desk.signals[0]?.timeframes.map(({ kind }) => kind)).toEqual(['skipped', 'scored', 'scored', 'scored']);
    desk.ask([1]);
    for (const request of [...desk.open]) desk.fail(request);
    expect(desk.signals[1]).toMatchObject({ action: 'HOLD', strength: 0, confidence: 0 });
  });

  it('B-7: stops at once however much hangs, with HOLD for everyone, and gives HOLD from then on', () => {
    const desk = new DispatchDesk({ workersMax: 2 });
    desk.ask([0, 1, 2]);
    desk.stop();
    expect(desk.open).toEqual([]);
    expect(desk.cycles[0]?.map(({ reason, action }) => [reason, action])).toEqual([
      ['stopped', 'HOLD'],
      ['stopped', 'HOLD'],
      ['stopped', 'HOLD'],
    ]);
    desk.ask([3]);
    expect(desk.cycles[1]?.map(({ reason }) => reason)).toEqual(['stopped']);
    expect(desk.asked).toHaveLength(8);
  });
});

describe('history', () => {
  it('C-7: is asked for once in each timeframe, and the stream goes on from there without another request', () => {
    const desk = loadedDesk();
    expect(desk.asked.map(({ limit, from, to }) => [limit, to - from])).toEqual(
      SHORT_PROFILE.timeframes.map(({ timeframe }) => [HISTORY, HISTORY * timeframeMs(timeframe)]),
    );
    for (let minute = 1; minute <= 65; minute++) {
      desk.streamTo(addMs(NOW, minute * MINUTE), [0]);
      desk.ask([0]);
    }
    expect(desk.asked).toHaveLength(4);
    expect(desk.cycles).toHaveLength(66);
    // Batch: a worker that is given the same candles at once says the same.
    const worker = createSignalWorker(coinOf(0), SHORT_PROFILE);
    for (const { timeframe } of SHORT_PROFILE.timeframes) {
      const series = seriesId({ instrumentId: coinOf(0), timeframe });
      const length = timeframeMs(timeframe);
      const from = addMs(NOW, -HISTORY * length - (NOW % length));
      for (const candle of candlesOf(series, from, addMs(desk.now, 1 - length))) foldClosedCandle(worker, candle);
    }
    expect(desk.signals.at(-1)).toEqual(deriveSignal(worker, { at: desk.now, traceId: 'cycle' }));
  });

  it('C-7: without a stream, six cycles in a bar ask once, and the bar that closes once more, for itself alone', () => {
    const desk = loadedDesk();
    const asksOf5m = () => desk.asked.filter((request) => request.seriesId.endsWith(':5m'));
    for (let cycle = 0; cycle < 6; cycle++) {
      desk.advanceTo(addMs(desk.now, 40_000));
      desk.ask([0]);
      desk.answerAll();
    }
    expect(asksOf5m()).toHaveLength(1);
    desk.advanceTo(addMs(NOW, FIVE + 5000));
    desk.ask([0]);
    desk.answerAll();
    desk.ask([0]);
    expect(asksOf5m().map(({ limit }) => limit)).toEqual([HISTORY, 1]);
    expect(desk.signals.at(-1)?.timeframes[1]).toMatchObject({ kind: 'scored', closeTime: addMs(NOW, FIVE) });
    expect(desk.open).toEqual([]);
  });

  it('leaves the stream three seconds to bring a candle before it asks for it', () => {
    const desk = loadedDesk();
    desk.advanceTo(addMs(NOW, MINUTE + 500));
    desk.ask([0]);
    expect(desk.open).toEqual([]);
    desk.advanceTo(addMs(NOW, MINUTE + 900));
    desk.bring(0, addMs(NOW, MINUTE));
    expect(desk.signals[1]?.timeframes[0]).toMatchObject({ kind: 'scored', closeTime: addMs(NOW, MINUTE) });
    desk.advanceTo(addMs(NOW, 2 * MINUTE + 500));
    desk.ask([0]);
    desk.advanceTo(addMs(NOW, 2 * MINUTE + 3000));
    expect(desk.open.map(({ limit, seriesId: series }) => [limit, seriesParts(series).timeframe])).toEqual([[1, '1m']]);
  });

  it('takes what the stream brought while a request was under way', () => {
    const desk = new DispatchDesk();
    desk.advanceTo(addMs(NOW, MINUTE - 100));
    desk.ask([0]);
    const requests = [...desk.open];
    desk.advanceTo(addMs(NOW, MINUTE));
    desk.bring(0, addMs(NOW, MINUTE));
    for (const request of requests) desk.answer(request);
    expect(desk.asked).toHaveLength(4);
    expect(desk.signals[0]?.timeframes[0]).toMatchObject({ kind: 'scored', candles: HISTORY + 1 });
  });

  it('is asked for again when the stream left a hole', () => {
    const desk = loadedDesk();
    desk.advanceTo(addMs(NOW, 2 * MINUTE));
    desk.bring(0, addMs(NOW, 2 * MINUTE));
    desk.ask([0]);
    expect(desk.open.map(({ limit, seriesId: series }) => [limit, seriesParts(series).timeframe])).toEqual([
      [HISTORY, '1m'],
    ]);
    desk.answerAll();
    expect(desk.signals.at(-1)?.timeframes[0]).toMatchObject({ kind: 'scored', candles: HISTORY });
  });

  it("that the venue has no more of is asked for once a bar, and its holes are the venue's own", () => {
    const desk = new DispatchDesk();
    desk.ask([0]);
    for (const request of [...desk.open]) {
      const known = candlesOf(request.seriesId, request.from, request.to);
      // The venue lacks two candles in the middle, and the newest one.
      const isMinute = request.seriesId.endsWith(':1m');
      desk.answerWith(request, isMinute ? [...known.slice(0, 20), ...known.slice(22, -1)] : known);
    }
    desk.advanceTo(addMs(NOW, 3000));
    const [more] = desk.open;
    if (more === undefined) throw new Error('the end was not asked for');
    expect(more.limit).toBe(1);
    desk.answerWith(more, []);
    expect(desk.signals[0]?.timeframes[0]).toMatchObject({ kind: 'skipped', skip: 'behind', candles: HISTORY - 3 });
    desk.advanceTo(addMs(NOW, 30_000));
    desk.ask([0]);
    expect(desk.asked).toHaveLength(5);
  });

  it("counts as up to date when a candle closed by the venue's clock a moment before ours says so", () => {
    const desk = loadedDesk();
    desk.advanceTo(addMs(NOW, MINUTE - 200));
    desk.bring(0, addMs(NOW, MINUTE));
    desk.ask([0]);
    expect(desk.signals.at(-1)).toMatchObject({ computedAt: addMs(NOW, MINUTE) });
    expect(desk.signals.at(-1)?.timeframes.every(({ kind }) => kind === 'scored')).toBe(true);
  });
});

describe('the coins that are kept', () => {
  it('R8-5: one too many makes the fifty used least recently go at once', () => {
    const desk = new DispatchDesk();
    for (let coin = 0; coin < 500; coin++) {
      desk.ask([coin]);
      for (const request of [...desk.open]) desk.fail(request);
    }
    desk.ask([7]);
    for (const request of [...desk.open]) desk.fail(request);
    expect(Object.keys(desk.state.coins)).toHaveLength(500);
    desk.ask([500]);
    const kept = Object.keys(desk.state.coins);
    expect(kept).toHaveLength(451);
    expect([0, 6, 7, 50, 51, 500].map((coin) => kept.includes(coinOf(coin)))).toEqual([
      false,
      false,
      true,
      false,
      true,
      true,
    ]);
  });

  it('are those of the pool, or of the whole market where that is wanted', () => {
    const kept = (['pool', 'market'] as const).map((universe) => {
      const desk = new DispatchDesk({ universe });
      desk.ask([0]);
      desk.answerAll();
      desk.streamTo(addMs(NOW, 3 * MINUTE), [0, 1]);
      return Object.keys(desk.state.coins);
    });
    expect(kept).toEqual([[coinOf(0)], [coinOf(0), coinOf(1)]]);
  });
});
