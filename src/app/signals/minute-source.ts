/**
 * The 1m candles that signals are audited over or derived from: a file, a stored series, or a generated market, which
 * nobody has to fetch.
 */
import { createGeneratedMarket } from '../../adapters/sim/generated-market.ts';
import type { SimRow } from '../../adapters/sim/sim-market.ts';
import type { Decimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type DurationMs, type EpochMs, epochMs } from '../../core/time.ts';
import { type CandleGap, type ClosedCandle, isNoTrade } from '../../model/candle.ts';
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { type SeriesId, seriesId, seriesParts } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { openImportFile } from '../data/candle-files.ts';
import { withCandleStore } from '../data/data-store.ts';
import { readPieces, storedStretch } from '../data/stored-candles.ts';

/** Where the candles come from. */
export type MinuteSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stored'; readonly dataDir: string; readonly seriesId: SeriesId }
  | { readonly kind: 'generated'; readonly seed: number };

/** Candles, ascending, and one sentence on where they come from. */
export type Minutes = {
  readonly origin: string;
  readonly candles: readonly ClosedCandle[];
  /** Known gaps between them; files have none. */
  readonly gaps: readonly CandleGap[];
};

/** Two months: the longest timeframe of the signals has some 1,460 candles in them. */
const GENERATED_MS = (61 * 86_400_000) as DurationMs;
/** What is read of a stored series: the newest two months. */
const STORED_MS = GENERATED_MS;
const GENERATED_FROM = epochMs(Date.UTC(2024, 0, 1));
const MINUTE = timeframe('1m');

/** Reads the candles, ascending; fails as files and stores do, and where they are no minutes or there are none. */
export async function loadMinutes(source: MinuteSource): Promise<Result<Minutes, Failure>> {
  if (source.kind === 'generated') return ok(generateMinutes(source.seed));
  const loaded = source.kind === 'file' ? await readFile(source.path) : await readStored(source);
  if (!loaded.ok) return loaded;
  const [first] = loaded.value.candles;
  const origin = source.kind === 'file' ? source.path : source.seriesId;
  if (first === undefined) return err(failure('usage_wrong', { reason: `there are no candles in ${origin}` }));
  if (seriesParts(first.seriesId).timeframe !== MINUTE) {
    return err(failure('usage_wrong', { reason: `${origin} has no 1m candles; the others are derived from them` }));
  }
  return ok({ origin, ...loaded.value });
}

type Loaded = Result<Omit<Minutes, 'origin'>, Failure>;

async function readFile(path: string): Promise<Loaded> {
  const opened = await openImportFile(path);
  if (!opened.ok) return opened;
  try {
    const candles: ClosedCandle[] = [];
    for await (const chunk of opened.value.chunks) for (const candle of chunk) candles.push(candle);
    return ok({ candles, gaps: [] });
  } catch (thrown) {
    if (thrown instanceof FailureError) return err(thrown.failure);
    throw thrown;
  }
}

async function readStored(source: { readonly dataDir: string; readonly seriesId: SeriesId }): Promise<Loaded> {
  return withCandleStore(source.dataDir, async (store) => {
    const candles: ClosedCandle[] = [];
    const gaps: CandleGap[] = [];
    const stretch = await storedStretch(store, source.seriesId, { from: null, to: null });
    if (stretch === null) return ok({ candles, gaps });
    const from = Math.max(stretch.from, stretch.to - STORED_MS) as EpochMs;
    for await (const piece of readPieces(store, { ...stretch, from })) {
      candles.push(...piece.candles);
      gaps.push(...piece.gaps);
    }
    return ok({ candles, gaps });
  });
}

function generateMinutes(seed: number): Minutes {
  const to = addMs(GENERATED_FROM, GENERATED_MS);
  const market = createGeneratedMarket({ seed, startTime: to, historyMs: GENERATED_MS, markets: ['spot'] });
  const id = instrumentId({ venue: 'binance', market: 'spot', base: 'BTC', quote: 'USDT' });
  const rows = market.minutes(id, { from: GENERATED_FROM, to });
  const series = seriesId({ instrumentId: id, timeframe: MINUTE });
  return { origin: `a generated market, seed ${seed}`, candles: rows.map((row) => toCandle(row, series)), gaps: [] };
}

function toCandle({ firstTradeId: _first, lastTradeId: _last, ...row }: SimRow, id: SeriesId): ClosedCandle {
  const columns = {
    ...row,
    open: row.open as Decimal as Price,
    high: row.high as Decimal as Price,
    low: row.low as Decimal as Price,
    close: row.close as Decimal as Price,
    volume: row.volume as Quantity,
    quoteVolume: row.quoteVolume as Money,
    takerBaseVolume: row.takerBaseVolume as Quantity,
    takerQuoteVolume: row.takerQuoteVolume as Money,
  };
  const status = isNoTrade(columns) ? 'no_trade' : 'final';
  const certificate = { source: 'rest', status, baseCount: 1, baseExpected: 1, revision: 0 } as const;
  return { kind: 'candleClosed', seriesId: id, ...columns, certificate };
}
