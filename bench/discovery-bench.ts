/**
 * What a second of the whole market costs discovery: frames of 2,500 mini tickers and pushes of 600 minute streams, from
 * their text to the folded windows, beside a bare JSON.parse of the same texts. Then whether memory stays what it is
 * over a day, and whether coins that are silent cost anything.
 */
import { parseKlineFrame } from '../src/adapters/binance/kline-frame.ts';
import { parseStreamMessage } from '../src/adapters/binance/stream-message.ts';
import { type KlineStream, resolveStream } from '../src/adapters/binance/symbol-name.ts';
import { parseTickersFrame } from '../src/adapters/binance/ticker-frame.ts';
import { TickerNames } from '../src/adapters/binance/ticker-names.ts';
import { toFloat } from '../src/core/decimal.ts';
import { type EpochMs, epochMs } from '../src/core/time.ts';
import {
  createDiscovery,
  DEFAULT_DISCOVERY_CONFIG,
  type DiscoveryState,
  foldDiscovery,
} from '../src/discovery/index.ts';
import { type InstrumentId, instrumentId } from '../src/model/instrument.ts';
import { seriesId } from '../src/model/series.ts';
import type { Ticker } from '../src/model/ticker.ts';
import { timeframe } from '../src/model/timeframe.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf, type Mode, spreadOf } from './bench-result.ts';
import { alternate } from './rounds.ts';

const START = Date.UTC(2026, 10, 20);
const NAMES = new TickerNames('USDT');
const SYMBOLS = 2_500;
const STREAMS = 600;
const MINUTE_MS = 60_000;
/** Seconds of the market in one round. */
const SECONDS = { full: 240, quick: 30 } as const;
const HOURS = { full: 24, quick: 1 } as const;

/** Measures. */
export async function runDiscoveryBench(context: BenchContext): Promise<BenchResult> {
  const figures: Figure[] = [];
  for (const watched of [STREAMS, SYMBOLS]) {
    figures.push(await measureFrames(context.mode, { watched, streams: 0 }));
    context.note(`frames with ${watched} watched`);
  }
  figures.push(await measureFrames(context.mode, { watched: STREAMS, streams: STREAMS }));
  context.note('a whole second');
  figures.push(idleFigure(), memoryFigure(context));
  return {
    title: 'Discovery: the whole market every second',
    notes: [
      `Input: generated frames of ${SYMBOLS} mini tickers as the exchange writes them, one a second, of which the named number is quoted in USDT; with ${STREAMS} minute streams, each of them pushing every two seconds, as the exchange does.`,
      'Bare: JSON.parse of the same texts. Ours goes from the text to the folded windows, the burst rule judged on every ticker.',
      `Memory: heap and buffers after a collection, at the end of ${HOURS[context.mode]} simulated hours less what they were after the first half hour; ${STREAMS} coins on a random walk, a frame a second, a cycle every ten.`,
      'Idle: bytes allocated by a frame with one ticker while 2,400 more coins are watched and silent, less the bytes while they are not watched, for each of them. Housekeeping, once a minute, is not in it.',
    ],
    figures,
  };
}

type Texts = { readonly tickers: string; readonly klines: readonly string[] };
type Load = { readonly watched: number; readonly streams: number };

async function measureFrames(mode: Mode, load: Load): Promise<Figure> {
  const texts = Array.from({ length: 10 }, (_, second) => secondOf(load, second));
  const streams = new Map(namesOf(load.streams).map((name) => [`${name.toLowerCase()}@kline_1m`, streamOf(name)]));
  const seconds = SECONDS[mode];
  const state = createDiscovery(DEFAULT_DISCOVERY_CONFIG);
  const rates = await alternate(
    { ours: () => foldSeconds(state, { texts, streams, seconds }), bare: () => parseSeconds(texts, seconds) },
    { warmUps: 2, measured: mode === 'full' ? 9 : 3 },
  );
  const costs = rates.cpu.map(({ ours, bare }) => ({ ours: 1_000 / ours, bare: 1_000 / bare }));
  const with600 = load.streams > 0 ? ` and ${load.streams / 2} minutes` : '';
  const name = `a frame of ${SYMBOLS}, ${load.watched} watched${with600}`;
  return figureOf(costs, { name, unit: 'processor ms' }, { of: 'ratio', direction: 'at most', value: 2 });
}

function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `C${index}USDT`);
}

/** A minute stream with what it is of. */
type MinuteStream = { readonly stream: KlineStream; readonly instrument: InstrumentId };

function streamOf(symbol: string): MinuteStream {
  const instrument = instrumentId({ venue: 'binance', market: 'spot', base: symbol.slice(0, -4), quote: 'USDT' });
  const stream = resolveStream(seriesId({ instrumentId: instrument, timeframe: timeframe('1m') }));
  if (!stream.ok) throw new Error(stream.error.message);
  return { stream: stream.value, instrument };
}

/** One second of the market, as text; prices move a little from second to second. */
function secondOf({ watched, streams }: Load, second: number): Texts {
  const time = START + second * 1_000;
  const items = Array.from({ length: SYMBOLS }, (_, index) => {
    const price = (1 + (index % 97) / 7 + ((second * 31 + index) % 11) / 1_000).toFixed(8);
    const s = index < watched ? `C${index}USDT` : `C${index}BTC`;
    const rest = { c: price, o: '1.00000000', h: '20.00000000', l: '0.50000000', v: '123456.70000000' };
    return { e: '24hrMiniTicker', E: time, s, ...rest, q: (5_000_000 + second * 100 + index).toFixed(8) };
  });
  const pushing = namesOf(streams).filter((_, index) => index % 2 === second % 2);
  return {
    tickers: JSON.stringify({ stream: '!miniTicker@arr', data: items }),
    klines: pushing.map((symbol) => klineText(symbol, time)),
  };
}

function klineText(symbol: string, time: number): string {
  const t = time - (time % MINUTE_MS);
  const prices = { o: '1.00000000', c: '1.01000000', h: '1.02000000', l: '0.99000000' };
  const volumes = {
    v: '1000.00000000',
    n: 12,
    x: false,
    q: '1005.50000000',
    V: '500.00000000',
    Q: '502.10000000',
    B: '0',
  };
  const k = { t, T: t + MINUTE_MS - 1, s: symbol, i: '1m', f: 100, L: 111, ...prices, ...volumes };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@kline_1m`, data: { e: 'kline', E: time, s: symbol, k } });
}

type Work = {
  readonly texts: readonly Texts[];
  readonly streams: ReadonlyMap<string, MinuteStream>;
  readonly seconds: number;
};

/** Goes on where the last round ended, so that no round pays for windows that are made once. */
function foldSeconds(state: DiscoveryState, { texts, streams, seconds }: Work): number {
  const { frameTime, counts } = state.stream;
  const before = { ...counts };
  const from = frameTime === null ? START : frameTime + 1_000;
  for (let second = 0; second < seconds; second++) {
    const now = epochMs(from + second * 1_000);
    const { tickers, klines } = texts[second % texts.length] as Texts;
    for (const text of [tickers, ...klines]) foldText(state, { text, streams, now });
  }
  if (counts.tickers === before.tickers) throw new Error('no ticker was folded');
  if (streams.size > 0 && counts.minutes + counts.untimely === before.minutes + before.untimely) {
    throw new Error('no minute was folded');
  }
  return seconds;
}

function foldText(
  state: DiscoveryState,
  {
    text,
    streams,
    now,
  }: { readonly text: string; readonly streams: ReadonlyMap<string, MinuteStream>; readonly now: EpochMs },
): void {
  const message = parseStreamMessage(text);
  if (message.kind !== 'frame') throw new Error(`no frame but ${message.kind}`);
  const known = streams.get(message.name);
  if (known === undefined) {
    const frame = parseTickersFrame(message.data, NAMES, now);
    if (!frame.ok) throw new Error(frame.error);
    foldDiscovery(state, { kind: 'tickersReceived', receivedTime: now, tickers: frame.value.tickers });
    return;
  }
  const frame = parseKlineFrame(message.data, known.stream);
  if (!frame.ok || frame.value === 'foreign') throw new Error('a kline frame was refused');
  const { state: phase, openTime, columns } = frame.value;
  const { close, quoteVolume: quote, takerQuoteVolume: taker } = columns;
  if (quote === null || taker === null) throw new Error('a kline frame without quote volumes');
  const volumes = { quoteVolume: toFloat(quote), takerQuoteVolume: toFloat(taker) };
  const minute = { instrumentId: known.instrument, openTime, state: phase, close: toFloat(close), ...volumes };
  foldDiscovery(state, { kind: 'minuteReceived', receivedTime: now, minute });
}

function parseSeconds(texts: readonly Texts[], seconds: number): number {
  let parsed = 0;
  for (let second = 0; second < seconds; second++) {
    const { tickers, klines } = texts[second % texts.length] as Texts;
    for (const text of [tickers, ...klines]) if (JSON.parse(text) !== null) parsed++;
  }
  if (parsed === 0) throw new Error('nothing was parsed');
  return seconds;
}

/** Coins whose numbers change in place, so that the input itself allocates nothing. */
function walkers(count: number): (Ticker & { price: number; quoteVolume24h: number })[] {
  return Array.from({ length: count }, (_, index) => ({
    instrumentId: instrumentId({ venue: 'binance', market: 'spot', base: `C${index}`, quote: 'USDT' }),
    price: 1,
    open24h: 1,
    high24h: 2,
    low24h: 0.5,
    quoteVolume24h: 5_000_000,
  }));
}

const IDLE_FRAMES = 400;

function idleFigure(): Figure {
  const idle = SYMBOLS - 100;
  const values = Array.from({ length: 9 }, () => (bytesOfFrames(SYMBOLS) - bytesOfFrames(SYMBOLS - idle)) / idle);
  const aim = { of: 'ours', direction: 'at most', value: 1 } as const;
  return { name: 'idle coin, a frame', unit: 'bytes', ours: spreadOf(values), bare: null, ratio: null, aim };
}

/** Bytes allocated by a frame of one ticker while `watched` coins are known; few enough that nothing is collected between. */
function bytesOfFrames(watched: number): number {
  const state = createDiscovery(DEFAULT_DISCOVERY_CONFIG);
  const all = walkers(watched);
  const tell = (second: number, tickers: readonly Ticker[]): void => {
    foldDiscovery(state, { kind: 'tickersReceived', receivedTime: epochMs(START + second * 1_000), tickers });
  };
  tell(0, all);
  const one = all.slice(0, 1);
  for (let second = 1; second <= IDLE_FRAMES; second++) tell(second, one);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let second = 1; second <= IDLE_FRAMES; second++) tell(IDLE_FRAMES + second, one);
  return (process.memoryUsage().heapUsed - before) / IDLE_FRAMES;
}

function memoryFigure({ mode, note }: BenchContext): Figure {
  const state = createDiscovery(DEFAULT_DISCOVERY_CONFIG);
  const all = walkers(STREAMS);
  const seconds = HOURS[mode] * 3_600;
  let first = 0;
  let seed = 7;
  for (let second = 0; second < seconds; second++) {
    const now = epochMs(START + second * 1_000);
    for (const walker of all) {
      seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      walker.price *= 1 + (seed / 4_294_967_296 - 0.5) * 0.004;
      if (!(walker.price > 0.7 && walker.price < 1.25)) walker.price = 1;
    }
    foldDiscovery(state, { kind: 'tickersReceived', receivedTime: now, tickers: all });
    if (second % 10 === 9) runCycle(state, now);
    if (second % 60 === 59) tellMinutes(state, all, now);
    if (second === 1_800) first = usedBytes();
    if (second % 21_600 === 0) note(`hour ${second / 3_600}: ${(usedBytes() / 1_048_576).toFixed(1)} MiB`);
  }
  const grown = (usedBytes() - first) / 1_048_576;
  if (state.stream.counts.minutes === 0) throw new Error('no minute was folded');
  const aim = { of: 'ours', direction: 'at most', value: 1 } as const;
  return { name: 'memory grown', unit: 'MiB', ours: spreadOf([grown]), bare: null, ratio: null, aim };
}

function runCycle(state: DiscoveryState, now: EpochMs): void {
  const effects = foldDiscovery(state, { kind: 'cycleDue', receivedTime: now, count: 8, books: {} });
  for (const effect of effects) {
    if (effect.kind !== 'saveCandidates' || effect.batch.removed.length === 0) continue;
    foldDiscovery(state, { kind: 'candidatesStored', receivedTime: now, removed: effect.batch.removed });
  }
}

function tellMinutes(state: DiscoveryState, all: readonly Ticker[], now: EpochMs): void {
  const openTime = epochMs(now - (now % MINUTE_MS));
  for (const [index, { instrumentId: id, price }] of all.entries()) {
    const quoteVolume = index % 50 === (now / 1_000) % 50 ? 100_000 : 3_000;
    const minute = {
      instrumentId: id,
      openTime,
      state: 'closed',
      close: price,
      quoteVolume,
      takerQuoteVolume: null,
    } as const;
    foldDiscovery(state, { kind: 'minuteReceived', receivedTime: now, minute });
  }
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
