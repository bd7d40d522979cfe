import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BTC_1M } from '../../../test/fixtures/candles.ts';
import { foldAll, showDerived, showFold, unlikeMinutes } from '../../../test/fixtures/derived-series.ts';
import { createManualClock } from '../../adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { fromEpochSec } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { loadConfig } from '../config.ts';
import { Derivation } from './derivation.ts';
import { describeSeries } from './series-opening.ts';

const START_SEC = 1_700_006_400; // the beginning of a UTC day, 2023-11-15
const DAYS = 5;
const MINUTES = DAYS * 1_440 + 10;

/** Five days of minutes, nothing derived; posts wait until they are let through. */
async function desk(piecesBefore: number) {
  const config = loadConfig({});
  if (!config.ok) throw new Error(config.error.message);
  const clock = createManualClock(fromEpochSec(START_SEC + MINUTES * 60));
  const store = createMemoryCandleStore();
  await store.save({ candles: unlikeMinutes(BTC_1M, START_SEC, MINUTES), gaps: [] });
  const posts: ClosedCandle[][] = [];
  const told: string[] = [];
  const gate = { answer: (): Promise<void> => Promise.resolve() };
  const post = async (candles: readonly ClosedCandle[]): Promise<void> => {
    posts.push([...candles]);
    await gate.answer();
    await store.save({ candles, gaps: [] });
  };
  const write = (line: string): void => void told.push(line);
  const notifier = createLogNotifier({ write });
  const derivation = new Derivation({ store, clock, notifier, post, onWarning: write, piecesBefore });
  const opened = await describeSeries({ clock, config: config.value, store }, BTC_1M);
  return { store, derivation, opened, posts, told, gate };
}

/** The days of `1d` candles that are stored, counted from the first. */
async function daysDerived(store: CandleStore): Promise<readonly number[]> {
  const shown = await showDerived(store, BTC_1M);
  const days = shown.filter((text) => text.includes(':1d '));
  return days.map((text) => (Number(text.split(' ')[1]) / 1_000 - START_SEC) / 86_400);
}

/** What is stored where the running day is left to the fold of the live series. */
async function expectWhole(store: CandleStore): Promise<void> {
  const isOfStage = (text: string): boolean => Number(text.split(' ')[1]) >= (START_SEC + DAYS * 86_400) * 1_000;
  const expected = (await showFold(store, BTC_1M)).filter((text) => !isOfStage(text));
  expect(await showDerived(store, BTC_1M)).toEqual(expected);
}

describe('derivation behind the live fold', () => {
  it('is done before the series opens where it is little, without a post and without a word', async () => {
    const { store, derivation, opened, posts, told } = await desk(DAYS + 1);
    await derivation.begin(opened);
    await expectWhole(store);
    derivation.goOn(BTC_1M);
    expect([posts, told]).toEqual([[], []]);
  });

  it('goes on beside the series where it is more, from the newest day to the oldest, and says how far it is', async () => {
    const { store, derivation, opened, posts, told } = await desk(2);
    await derivation.begin(opened);
    expect(await daysDerived(store)).toEqual([3, 4]);
    derivation.goOn(BTC_1M);
    while (!told.some((line) => line.includes('100 %'))) await nextTurn();
    await derivation.end(BTC_1M);
    await expectWhole(store);
    const days = posts.filter(([first]) => timeframeOf(first?.seriesId) === '1d').map(([first]) => first?.openTime);
    expect(days).toEqual([2, 1, 0].map((day) => fromEpochSec(START_SEC + day * 86_400)));
    expect(told.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual([
      '3 pieces of stored minutes are left to look at; the series is live meanwhile',
      '30 %, 415 candles so far',
      '60 %, 830 candles so far',
      '100 %, 1245 candles so far',
    ]);
  });

  it('ends behind the piece under way when the series closes, and is taken up by the next opening', async () => {
    const { store, derivation, opened, posts, gate } = await desk(1);
    await derivation.begin(opened);
    let letThrough = (): void => {};
    gate.answer = () => new Promise((resolve) => (letThrough = resolve));
    derivation.goOn(BTC_1M);
    while (posts.length === 0) await nextTurn();
    gate.answer = () => Promise.resolve();
    const ended = derivation.end(BTC_1M);
    letThrough();
    await ended;
    expect(await daysDerived(store)).toEqual([3, 4]);
    await derivation.begin(opened);
    derivation.goOn(BTC_1M);
    while ((await daysDerived(store)).length < DAYS) await nextTurn();
    await derivation.end(BTC_1M);
    await expectWhole(store);
  });

  it('that can not be stored is told and ends; what was stored stays', async () => {
    const { store, derivation, opened, told, gate } = await desk(1);
    await derivation.begin(opened);
    gate.answer = () => Promise.reject(new Error('the disk is full'));
    derivation.goOn(BTC_1M);
    while (!told.some((line) => line.includes('the disk is full'))) await nextTurn();
    await derivation.end(BTC_1M);
    expect(told.at(-1)).toBe(`deriving from ${BTC_1M}: the disk is full`);
    expect(await daysDerived(store)).toEqual([4]);
  });

  it('derives nothing of a series that has nothing, or where nothing is missing', async () => {
    const { store, derivation, opened, posts, told } = await desk(0);
    const made = await foldAll(store, BTC_1M);
    await store.save({ candles: made, gaps: [] });
    const { version } = await store.extent(BTC_1M);
    await derivation.begin(opened);
    await derivation.begin({ ...opened, tail: [] });
    derivation.goOn(BTC_1M);
    await derivation.end(BTC_1M);
    expect([posts, told, (await store.extent(BTC_1M)).version]).toEqual([[], [], version]);
  });
});

function timeframeOf(seriesId: SeriesId | undefined): string | null {
  return seriesId === undefined ? null : seriesParts(seriesId).timeframe;
}
