/**
 * What every feed on a venue promises: proof of life, order, honesty about loss, and history that says the same as the
 * stream. A harness brings a feed with a market behind it and handles on what can go wrong there.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { addMs, type EpochMs } from '../../src/core/time.ts';
import type { CandleColumns, ClosedCandle } from '../../src/model/candle.ts';
import type { ClosedReceived, FeedChanged } from '../../src/model/events.ts';
import type { Failure } from '../../src/model/failure.ts';
import { parseInstrumentId } from '../../src/model/instrument.ts';
import { type SeriesId, seriesParts } from '../../src/model/series.ts';
import type { Feed, FeedEvent, HistoryRequest } from '../../src/ports/feed.ts';

/** A feed under test with handles on its market; the 1m series trade several times a second. */
export type FeedUnderTest = {
  readonly feed: Feed;
  /** Everything the feed told, in order. */
  readonly events: readonly FeedEvent[];
  readonly faults: readonly Failure[];
  readonly series: SeriesId;
  readonly otherSeries: SeriesId;
  /** A 1m series of the same market that the venue does not have. */
  readonly unknownSeries: SeriesId;
  /** Where the venue's history of `series` begins. */
  readonly historyFrom: EpochMs;
  readonly now: () => EpochMs;
  /** Lets the market's time pass until `condition` holds. */
  readonly drive: (condition: () => unknown, message: string) => Promise<void>;
  /** Lets so much of the market's time pass. */
  readonly pass: (ms: number) => Promise<void>;
  readonly cutConnections: () => void;
  /** `on`: subscriptions are still acknowledged, but no frame is sent. */
  readonly silence: (mode: 'on' | 'off') => void;
  readonly corruptNextFrame: () => void;
  readonly stop: () => Promise<void>;
};

/** Makes one feed under test; called once for each fact. */
export type FeedHarness = { readonly start: () => Promise<FeedUnderTest> };

const MINUTE = 60_000;

/** Runs the facts for the feed of `name`. */
export function describeFeedContract(name: string, harness: FeedHarness): void {
  const running: FeedUnderTest[] = [];
  const start = async (): Promise<FeedUnderTest> => {
    const subject = await harness.start();
    running.push(subject);
    return subject;
  };
  afterEach(async () => {
    for (const subject of running.splice(0)) await subject.stop();
  });

  describe(`the stream of ${name}`, () => describeStream(start));
  describe(`the losses of ${name}`, () => describeLosses(start));
  describe(`the history of ${name}`, () => describeHistory(start));
  describe(`the facts of ${name}`, () => describeFacts(start));
  describe(`the end of ${name}`, () => describeEnd(start));
}

type Start = () => Promise<FeedUnderTest>;

const seriesOf = (event: FeedEvent): SeriesId => ('candle' in event ? event.candle.seriesId : event.seriesId);
const eventsOf = (subject: FeedUnderTest, series: SeriesId) =>
  subject.events.filter((each) => seriesOf(each) === series);
const count = (subject: FeedUnderTest, kind: FeedEvent['kind']) =>
  subject.events.filter((event) => event.kind === kind).length;

function closedOf(subject: FeedUnderTest): readonly ClosedCandle[] {
  const isClosed = (event: FeedEvent): event is ClosedReceived => event.kind === 'closedReceived';
  return subject.events.filter(isClosed).map((event) => event.candle);
}

const watchUntilUp = async (subject: FeedUnderTest): Promise<void> => {
  subject.feed.watch(subject.series);
  await subject.drive(() => count(subject, 'feedUp') === 1, 'the series is up');
};

function describeStream(start: Start): void {
  it('comes up with a frame of the series in hand, not with the acknowledgement', async () => {
    const subject = await start();
    subject.silence('on');
    subject.feed.watch(subject.series);
    await subject.pass(2_000);
    expect(subject.events).toEqual([]);
    subject.silence('off');
    await subject.drive(() => subject.events.length >= 2, 'the first frame');
    expect(subject.events[0]).toMatchObject({ kind: 'feedUp', seriesId: subject.series });
    expect(subject.events[1]).toHaveProperty('candle');
  });

  it('tells each close once, contiguous, after its period, certified as complete', async () => {
    const subject = await start();
    subject.feed.watch(subject.series);
    subject.feed.watch(subject.series);
    await subject.drive(() => closedOf(subject).length === 3, 'three closes');
    const closes = subject.events.filter((event) => event.kind === 'closedReceived');
    const first = closes[0]?.candle.openTime ?? 0;
    expect(closes.map((event) => event.candle.openTime)).toEqual([first, first + MINUTE, first + 2 * MINUTE]);
    for (const { candle, eventTime, receivedTime } of closes) {
      expect(eventTime).toBeGreaterThanOrEqual(candle.openTime + MINUTE - 1);
      expect(receivedTime).toBeGreaterThanOrEqual(candle.openTime + MINUTE);
      expect(candle.certificate).toMatchObject({ source: 'ws', baseCount: 1, baseExpected: 1, revision: 0 });
    }
    expect(count(subject, 'feedUp')).toBe(1);
  });

  it('tells a running candle before its close and never goes back in time', async () => {
    const subject = await start();
    subject.feed.watch(subject.series);
    await subject.drive(() => closedOf(subject).length === 2, 'two closes');
    const opens = subject.events.flatMap((event) => ('candle' in event ? [event.candle.openTime] : []));
    expect(opens).toEqual([...opens].sort((a, b) => a - b));
    expect(count(subject, 'formingReceived')).toBeGreaterThan(1);
  });

  it('carries two series, each with its own life', async () => {
    const subject = await start();
    subject.feed.watch(subject.series);
    subject.feed.watch(subject.otherSeries);
    await subject.drive(() => count(subject, 'feedUp') === 2, 'both are up');
    subject.feed.unwatch(subject.series);
    const before = eventsOf(subject, subject.series).length;
    const closes = () => eventsOf(subject, subject.otherSeries).filter((event) => event.kind === 'closedReceived');
    await subject.drive(() => closes().length === 1, 'the other goes on');
    expect(eventsOf(subject, subject.series)).toHaveLength(before);
    expect(count(subject, 'feedDown')).toBe(0);
  });
}

function describeLosses(start: Start): void {
  it('tells a lost connection with its reason and comes back by itself', async () => {
    const subject = await start();
    await watchUntilUp(subject);
    subject.cutConnections();
    await subject.drive(() => count(subject, 'feedUp') === 2, 'it is up again');
    const isChange = (event: FeedEvent): event is FeedChanged => event.kind === 'feedUp' || event.kind === 'feedDown';
    const changes = subject.events.filter(isChange);
    expect(changes.map((event) => event.kind)).toEqual(['feedUp', 'feedDown', 'feedUp']);
    for (const change of changes) expect(change.reason).not.toBe('');
  });

  it('takes silence for loss although the connection stands', async () => {
    const subject = await start();
    await watchUntilUp(subject);
    await subject.drive(() => count(subject, 'formingReceived') > 40, 'a lively stream');
    subject.silence('on');
    await subject.drive(() => count(subject, 'feedDown') === 1, 'the silence is told');
    expect(subject.faults.map((fault) => fault.code)).toContain('feed_silent');
    subject.silence('off');
    await subject.drive(() => count(subject, 'feedUp') === 2, 'it is up again');
  });

  it('skips a corrupt frame, reports it and stays up', async () => {
    const subject = await start();
    await watchUntilUp(subject);
    subject.corruptNextFrame();
    await subject.drive(() => subject.faults.length > 0, 'the report');
    expect(subject.faults[0]?.code).toBe('frame_corrupt');
    await subject.drive(() => closedOf(subject).length === 1, 'the stream goes on');
    expect(count(subject, 'feedDown')).toBe(0);
  });
}

function columnsOf(candle: ClosedCandle): CandleColumns {
  const { seriesId: _series, openTime: _open, kind: _kind, certificate: _certificate, ...columns } = candle;
  return columns;
}

async function fetchAll(subject: FeedUnderTest, request: Omit<HistoryRequest, 'source' | 'purpose'>) {
  const answer = await subject.feed.fetchHistory({ ...request, source: 'rest', purpose: 'repair' });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

function describeHistory(start: Start): void {
  it('answers exactly the asked candles, ascending, with the asked source', async () => {
    const subject = await start();
    const from = subject.historyFrom;
    const candles = await fetchAll(subject, { seriesId: subject.series, from, to: addMs(from, 5 * MINUTE) });
    expect(candles.map((candle) => candle.openTime)).toEqual([0, 1, 2, 3, 4].map((i) => from + i * MINUTE));
    for (const candle of candles) {
      expect(candle).toMatchObject({ kind: 'candleClosed', seriesId: subject.series });
      expect(candle.certificate).toMatchObject({ source: 'rest', baseCount: 1, baseExpected: 1, revision: 0 });
    }
  });

  it('never answers the running candle', async () => {
    const subject = await start();
    await subject.pass(30_000);
    const now = subject.now();
    const running = now - (now % MINUTE);
    const from = addMs(subject.historyFrom, running - subject.historyFrom - 3 * MINUTE);
    const candles = await fetchAll(subject, { seriesId: subject.series, from, to: addMs(from, 5 * MINUTE) });
    for (const candle of candles) expect(candle.openTime + MINUTE).toBeLessThanOrEqual(now);
    expect(candles.length).toBeGreaterThan(0);
  });

  it('is empty where the venue has nothing', async () => {
    const subject = await start();
    const from = addMs(subject.historyFrom, -10 * MINUTE);
    expect(await fetchAll(subject, { seriesId: subject.series, from, to: subject.historyFrom })).toEqual([]);
  });

  it('says the same as the stream said', async () => {
    const subject = await start();
    subject.feed.watch(subject.series);
    await subject.drive(() => closedOf(subject).length === 2, 'two closes');
    await subject.pass(5_000);
    const streamed = closedOf(subject);
    const from = streamed[0]?.openTime ?? subject.historyFrom;
    const fetched = await fetchAll(subject, { seriesId: subject.series, from, to: addMs(from, 2 * MINUTE) });
    expect(fetched.map(columnsOf)).toEqual(streamed.slice(0, 2).map(columnsOf));
  });

  it('refuses a series that the venue does not have, with a reason', async () => {
    const subject = await start();
    const { historyFrom: from, unknownSeries: seriesId } = subject;
    const request = { seriesId, from, to: addMs(from, MINUTE), source: 'rest', purpose: 'history' } as const;
    expect(await subject.feed.fetchHistory(request)).toMatchObject({ ok: false, error: { code: 'venue_refused' } });
  });
}

function describeFacts(start: Start): void {
  it('lists the instruments of the watched series with usable rules', async () => {
    const subject = await start();
    const { instrumentId } = seriesParts(subject.series);
    const parts = parseInstrumentId(instrumentId);
    if (!parts.ok) throw new Error(parts.error.message);
    const answer = await subject.feed.fetchInstruments(parts.value.market);
    if (!answer.ok) throw new Error(answer.error.message);
    const instrument = answer.value.find((each) => each.instrumentId === instrumentId);
    expect(instrument).toMatchObject({ status: 'trading' });
    expect(instrument?.priceTick).toBeGreaterThan(0n);
    expect(instrument?.quantityStep).toBeGreaterThan(0n);
  });

  it('tells the time of the venue', async () => {
    const subject = await start();
    const answer = await subject.feed.fetchTime();
    if (!answer.ok) throw new Error(answer.error.message);
    expect(Math.abs(answer.value - subject.now())).toBeLessThanOrEqual(1_000);
  });
}

function describeEnd(start: Start): void {
  it('says nothing after it was closed, however often', async () => {
    const subject = await start();
    await watchUntilUp(subject);
    await Promise.all([subject.feed.close(), subject.feed.close()]);
    const before = subject.events.length;
    subject.feed.watch(subject.otherSeries);
    await subject.pass(5_000);
    expect(subject.events).toHaveLength(before);
  });

  it('answers requests with a failure after it was closed', async () => {
    const subject = await start();
    await subject.feed.close();
    expect(await subject.feed.fetchTime()).toMatchObject({ ok: false });
    expect(await subject.feed.fetchInstruments('futures')).toMatchObject({ ok: false });
  });
}
