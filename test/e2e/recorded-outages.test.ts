/**
 * Two real failures of the exchange, played through the socket: the outage of 2023-03-24, in which 80 minutes were never
 * published, and the minute of SOL that its 1m history lacks. The certificates say what is missing, and every candle
 * that the exchange published itself is the one we derive.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { createReplayMarket } from '../../src/adapters/sim/replay-market.ts';
import { startSimExchange } from '../../src/adapters/sim/sim-exchange.ts';
import type { WireCandle } from '../../src/api/contract.ts';
import { openCandleFile } from '../../src/app/data/candle-files.ts';
import { toDecimalText, toFloat } from '../../src/core/decimal.ts';
import { addMs, type EpochMs, epochMs, toIsoText } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../src/model/series.ts';
import { timeframe, timeframeMs } from '../../src/model/timeframe.ts';
import { ask } from '../fixtures/api-server.ts';
import { at, series } from '../fixtures/candles.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';
import { createPacedClock } from '../sim/paced-clock.ts';
import { startSimService } from '../sim/sim-service.ts';

const SPEED = 6_000;
const EVERYTHING = { from: epochMs(0), limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What a played recording left in the store, what HTTP says of it, and what a subscriber was sent meanwhile. */
type Played = {
  readonly candles: (frame: string) => Promise<readonly ClosedCandle[]>;
  readonly gaps: (frame: string) => Promise<readonly string[]>;
  /** The answer of `GET /api/market/quality`. */
  readonly quality: (frame: string, day: string) => Promise<unknown>;
  /** Candles sent since the recording went live, in the order they came, and the gaps told between them. */
  readonly sent: (
    frame: string,
  ) => Promise<{ readonly candles: readonly WireCandle[]; readonly gaps: readonly string[] }>;
};

const FRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'];

async function readFile(path: string, id: SeriesId): Promise<readonly ClosedCandle[]> {
  const file = openCandleFile(dataFile(path), { series: id });
  if (!file.ok) throw new Error(file.error.message);
  const candles: ClosedCandle[] = [];
  for await (const chunk of file.value.chunks) candles.push(...chunk);
  return candles;
}

/** Plays minutes through the exchange's socket: those before `live` are history, and it ends at `end`. */
async function play(
  base: SeriesId,
  minutes: readonly ClosedCandle[],
  time: { readonly live: EpochMs; readonly end: EpochMs },
): Promise<Played> {
  const failures: unknown[] = [];
  const clock = createPacedClock({ start: time.live, stepMs: 1_000, onError: (error) => failures.push(error) });
  const wallClock = createWallClock();
  const { instrumentId } = seriesParts(base);
  const market = createReplayMarket({ tracks: [{ instrumentId, candles: minutes }], startTime: time.live, seed: 1 });
  const exchange = await startSimExchange({
    host: '127.0.0.1',
    port: 0,
    clock,
    market,
    speed: SPEED,
    minFrameWallMs: 5,
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-outage-'));
  const service = await startSimService({
    clock,
    wallClock,
    exchange,
    dataDir,
    series: base,
    seed: 1,
    speed: SPEED,
    catchUpLimit: 500,
    onWarning: () => undefined,
    onFatal: (failure) => failures.push(failure),
  });
  closers.push(
    () => rmSync(dataDir, { recursive: true, force: true }),
    () => wallClock.close(),
    () => clock.close(),
    () => exchange.close(),
    () => service.close(),
  );
  const client = new MarketClient(service.port);
  await client.opened;
  closers.push(() => client.close());
  const of = (frame: string): SeriesId => siblingSeries(base, timeframe(frame));
  for (const frame of FRAMES) client.subscribe(of(frame), { since: lastBefore(time.live, frame) });
  clock.go();
  const stands = (): number => service.engine.state().market.series[base]?.nextOpen ?? 0;
  while (stands() < time.end && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(failures).toEqual([]);
  const to = (frame: string): EpochMs => addMs(time.end, -(time.end % timeframeMs(timeframe(frame))));
  return {
    candles: (frame) => service.store.read({ ...EVERYTHING, to: to(frame), seriesId: of(frame) }),
    gaps: async (frame) => {
      const gaps = await service.store.readGaps(of(frame), { from: minutes[0]?.openTime ?? time.live, to: to(frame) });
      return gaps.map((gap) => `${toIsoText(gap.from)} ${toIsoText(gap.to)} ${gap.reason}`);
    },
    quality: async (frame, day) => {
      return (await ask(service.port, { path: `/api/market/quality?series_id=${of(frame)}&day=${day}` })).json;
    },
    sent: async (frame) => {
      const last = lastBefore(time.end, frame);
      await client.until(() => (client.closedCandles(of(frame)).at(-1)?.candle_time ?? 0) >= last);
      const told = client.ofType('gap', of(frame)).map((gap) => [gap.expected_next_time, gap.actual_time] as const);
      const text = (seconds: number): string => toIsoText(epochMs(seconds * 1000));
      return {
        candles: client.closedCandles(of(frame)).filter(({ candle_time: open }) => open <= last),
        gaps: told.map(([from, to]) => `${text(from)} ${text(to)}`),
      };
    },
  };
}

/** Open second of the newest candle of `frame` that is over at `at`. */
function lastBefore(at: EpochMs, frame: string): number {
  const lengthMs = timeframeMs(timeframe(frame));
  return (at - (at % lengthMs) - lengthMs) / 1000;
}

/** What the wire shows of stored candles from `from` on. */
function toWire(candles: readonly ClosedCandle[], from: number): readonly WireCandle[] {
  return candles
    .filter(({ openTime }) => openTime / 1000 > from)
    .map(({ openTime, open, high, low, close, volume }) => {
      const [o, h, l, c, v] = [open, high, low, close, volume].map(toFloat) as [number, number, number, number, number];
      return { candle_time: openTime / 1000, open: o, high: h, low: l, close: c, volume: v };
    });
}

/** Every timeframe went out as it was stored, each candle once and in order, with exactly these gaps told. */
async function expectSent(played: Played, live: EpochMs, gaps: Readonly<Record<string, string>>): Promise<void> {
  for (const frame of FRAMES) {
    const { candles, gaps: told } = await played.sent(frame);
    expect([frame, candles]).toEqual([frame, toWire(await played.candles(frame), lastBefore(live, frame))]);
    expect([frame, told]).toEqual([frame, gaps[frame] === undefined ? [] : [gaps[frame]]]);
  }
}

/** A candle's numbers by open time. */
function numbersOf(candle: ClosedCandle): string {
  const { openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume } = candle;
  const texts = [open, high, low, close, volume, quoteVolume, takerBaseVolume, takerQuoteVolume].map((value) => {
    return value === null ? 'null' : toDecimalText(value);
  });
  return `${toIsoText(openTime)} ${texts.join(' ')} ${trades}`;
}

const certificateOf = ({ openTime, certificate }: ClosedCandle): string =>
  `${toIsoText(openTime)} ${certificate.status} ${certificate.baseCount}/${certificate.baseExpected}`;

const within = (candles: readonly ClosedCandle[], time: { readonly from: EpochMs; readonly to: EpochMs }) =>
  candles.filter(({ openTime }) => openTime >= time.from && openTime < time.to);

describeWithData('recorded outages of the exchange', () => {
  it('certifies the candles around 2023-03-24 as made of what the exchange has, and as it published them', async () => {
    const folder = 'klines/spot-vision-outage-20230324';
    const base = series('binance:spot:BTC/USDT:1m');
    const minutes = await readFile(`${folder}/BTCUSDT-1m-20230323-20230325.csv.gz`, base);
    const time = { live: at('2023-03-24T11:20:00Z'), end: at('2023-03-25T00:10:00Z') };
    const played = await play(base, minutes, time);

    expect((await played.candles('1m')).map(numbersOf)).toEqual(
      within(minutes, { from: epochMs(0), to: time.end }).map(numbersOf),
    );
    expect(await played.gaps('1m')).toEqual(['2023-03-24T12:40:00.000Z 2023-03-24T14:00:00.000Z exchange_gap']);
    for (const frame of ['15m', '1h', '4h', '1d']) {
      const published = await readFile(
        `${folder}/BTCUSDT-${frame}-20230323-20230325.csv.gz`,
        siblingSeries(base, timeframe(frame)),
      );
      const own = await played.candles(frame);
      const closedBy = addMs(time.end, -timeframeMs(timeframe(frame)) + 1);
      expect(own.map(numbersOf)).toEqual(within(published, { from: epochMs(0), to: closedBy }).map(numbersOf));
    }
    const incomplete = async (frame: string): Promise<string[]> =>
      (await played.candles(frame))
        .filter(({ certificate }) => certificate.status === 'exchange_gap')
        .map(certificateOf);
    expect(await incomplete('15m')).toEqual(['2023-03-24T12:30:00.000Z exchange_gap 10/15']);
    expect(await played.gaps('15m')).toEqual(['2023-03-24T12:45:00.000Z 2023-03-24T14:00:00.000Z exchange_gap']);
    expect(await incomplete('1h')).toEqual(['2023-03-24T12:00:00.000Z exchange_gap 40/60']);
    expect(await played.gaps('1h')).toEqual(['2023-03-24T13:00:00.000Z 2023-03-24T14:00:00.000Z exchange_gap']);
    expect(await incomplete('4h')).toEqual(['2023-03-24T12:00:00.000Z exchange_gap 160/240']);
    expect(await incomplete('1d')).toEqual(['2023-03-24T00:00:00.000Z exchange_gap 1360/1440']);

    const outageEnd = '2023-03-24T14:00:00.000Z';
    await expectSent(played, time.live, {
      '1m': `2023-03-24T12:40:00.000Z ${outageEnd}`,
      '5m': `2023-03-24T12:40:00.000Z ${outageEnd}`,
      '15m': `2023-03-24T12:45:00.000Z ${outageEnd}`,
      '1h': `2023-03-24T13:00:00.000Z ${outageEnd}`,
    });
    const hole = {
      from_time: at('2023-03-24T12:40:00Z') / 1000,
      to_time: at(outageEnd) / 1000,
      reason: 'exchange_gap',
    };
    const counts = { expected: 1440, present: 1360, missing: 80, unexplained: 0, revised: 0, holes: [hole] };
    expect(await played.quality('1m', '2023-03-24')).toMatchObject({ ...counts, by_status: { exchange_gap: 0 } });
    expect(await played.quality('1h', '2023-03-24')).toMatchObject({
      ...{ expected: 24, present: 23, missing: 1, unexplained: 0 },
      by_status: { exchange_gap: 1 },
      by_source: { derived: 23 },
      holes: [{ reason: 'exchange_gap' }],
    });
  });

  it('certifies the candles over the minute that the 1m history of SOL lacks as incomplete, and no other', async () => {
    const folder = 'klines/spot-vision-missing-minute';
    const base = series('binance:spot:SOL/USDT:1m');
    const minutes = await readFile(`${folder}/SOLUSDT-1m-20230214-20230214.csv.gz`, base);
    const time = { live: at('2023-02-14T14:10:00Z'), end: at('2023-02-14T20:05:00Z') };
    const played = await play(base, minutes, time);

    expect(await played.gaps('1m')).toEqual(['2023-02-14T16:39:00.000Z 2023-02-14T16:40:00.000Z exchange_gap']);
    const expected = {
      '5m': '2023-02-14T16:35:00.000Z exchange_gap 4/5',
      '4h': '2023-02-14T16:00:00.000Z exchange_gap 239/240',
      '15m': '2023-02-14T16:30:00.000Z exchange_gap 14/15',
      '1h': '2023-02-14T16:00:00.000Z exchange_gap 59/60',
    };
    for (const [frame, certificate] of Object.entries(expected)) {
      const own = await played.candles(frame);
      const incomplete = own.filter((candle) => candle.certificate.status === 'exchange_gap');
      expect(incomplete.map(certificateOf)).toEqual([certificate]);
      if (frame === '5m' || frame === '4h') continue; // not recorded
      const published = await readFile(
        `${folder}/SOLUSDT-${frame}-20230214-20230214.csv.gz`,
        siblingSeries(base, timeframe(frame)),
      );
      // The exchange's own candle has the trades of the missing minute; ours can not, and says so.
      const theirs = within(published, { from: epochMs(0), to: addMs(own.at(-1)?.openTime ?? time.end, 1) });
      const complete = (candles: readonly ClosedCandle[]): string[] =>
        candles.filter(({ openTime }) => openTime !== incomplete[0]?.openTime).map(numbersOf);
      expect(complete(own)).toEqual(complete(theirs));
    }

    await expectSent(played, time.live, { '1m': '2023-02-14T16:39:00.000Z 2023-02-14T16:40:00.000Z' });
    const from = at('2023-02-14T16:39:00Z') / 1000;
    expect(await played.quality('1m', '2023-02-14')).toMatchObject({
      ...{ missing: 1, unexplained: 0 },
      holes: [{ from_time: from, to_time: from + 60, reason: 'exchange_gap' }],
    });
  });
});
