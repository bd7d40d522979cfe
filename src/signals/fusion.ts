/**
 * The six books of one timeframe become one score a side. Divergence and moving averages make the base; the other four
 * raise it, or damp it when they point the other way. They alone can never make a score.
 */
import type { BookName, BookScores, Score, ScoreSide } from '../model/signal.ts';
import type { FusionMode, FusionParams } from './hot-coin-params.ts';
import { opposite, Tally } from './reason.ts';

const BASE_DIVERGENCE = 0.7;
const BASE_AVERAGES = 0.3;
/** What is left of a vetoed base, in doubles as the reference computes it. */
const DAMPED = 1 - 0.7;
const VETO_FROM = 25;
const VETOES = 2;

type Bonus = { readonly book: BookName; readonly from: number; readonly share: number };

const BONUSES = {
  four: [
    { book: 'bollinger', from: 15, share: 0.1 },
    { book: 'volume', from: 15, share: 0.08 },
    { book: 'candlesticks', from: 25, share: 0.06 },
    { book: 'kdj', from: 15, share: 0.09 },
  ],
  three: [
    { book: 'bollinger', from: 15, share: 0.1 },
    { book: 'volume', from: 15, share: 0.08 },
    { book: 'candlesticks', from: 25, share: 0.06 },
  ],
  weighted: [
    { book: 'bollinger', from: 15, share: 0.08 },
    { book: 'volume', from: 15, share: 0.06 },
    { book: 'candlesticks', from: 25, share: 0.05 },
  ],
  gate: [
    { book: 'bollinger', from: 15, share: 0.1 },
    { book: 'volume', from: 15, share: 0.08 },
    { book: 'kdj', from: 20, share: 0.12 },
  ],
} as const satisfies Record<string, readonly Bonus[]>;

/** Weights of the modes that average the books. */
const WEIGHTS = {
  kdj_weighted: { divergence: 0.55, averages: 0.25, kdj: 0.2 },
  weighted: { divergence: 0.5, averages: 0.2, kdj: 0.15, bollinger: 0.08, volume: 0.05, candlesticks: 0.02 },
} as const satisfies Record<string, Partial<Record<BookName, number>>>;

/** Fuses the books of one candle. */
export function fuseBooks(books: BookScores, params: FusionParams): Score {
  const tally = new Tally();
  fuseSide(tally, 'sell', { books, params });
  fuseSide(tally, 'buy', { books, params });
  if (params.cap !== null) tally.cap(params.cap);
  return tally.toScore();
}

type Fusion = { readonly books: BookScores; readonly params: FusionParams };

function fuseSide(tally: Tally, side: ScoreSide, fusion: Fusion): void {
  const { books, params } = fusion;
  const { mode } = params;
  if (mode === 'kdj_weighted' || mode === 'weighted') {
    fuseWeighted(tally, side, { books, mode });
    return;
  }
  tally.give(side, 'fusion.divergence', BASE_DIVERGENCE * books.divergence[side]);
  tally.give(side, 'fusion.averages', BASE_AVERAGES * books.averages[side]);
  if (mode === 'kdj_timing') fuseTimed(tally, side, books);
  else if (mode === 'kdj_gate') fuseGated(tally, side, books);
  else fuseVetoed(tally, side, fusion);
}

function fuseWeighted(
  tally: Tally,
  side: ScoreSide,
  { books, mode }: { readonly books: BookScores; readonly mode: FusionMode & keyof typeof WEIGHTS },
): void {
  for (const [book, weight] of Object.entries(WEIGHTS[mode])) {
    tally.give(side, `fusion.${book}`, weight * books[book as BookName][side]);
  }
  if (mode === 'kdj_weighted') raise(tally, side, bonusesOf(BONUSES.weighted, books, side));
}

function bonusesOf(bonuses: readonly Bonus[], books: BookScores, side: ScoreSide): readonly Bonus[] {
  return bonuses.filter(({ book, from }) => books[book][side] >= from);
}

/** Each bonus is a share of the base. */
function raise(tally: Tally, side: ScoreSide, bonuses: readonly Bonus[]): void {
  const base = tally[side];
  for (const { book, share } of bonuses) tally.give(side, `fusion.bonus.${book}`, base * share);
}

function fuseTimed(tally: Tally, side: ScoreSide, books: BookScores): void {
  const own = books.kdj[side];
  const against = books.kdj[opposite(side)];
  const factor = own >= 30 ? 1.25 : own >= 15 ? 1.12 : against >= 25 ? 0.7 : 1;
  tally.set(side, 'fusion.timing', tally[side] * factor);
  if (books.bollinger[side] >= 15) tally.set(side, 'fusion.bonus.bollinger', tally[side] * 1.08);
  if (books.volume[side] >= 15) tally.set(side, 'fusion.bonus.volume', tally[side] * 1.06);
}

function fuseGated(tally: Tally, side: ScoreSide, books: BookScores): void {
  if (books.kdj[side] < 10) tally.set(side, 'fusion.gate', tally[side] * 0.4);
  else raise(tally, side, bonusesOf(BONUSES.gate, books, side));
}

function fuseVetoed(tally: Tally, side: ScoreSide, { books, params }: Fusion): void {
  const isFour = params.mode === 'c6_veto_4';
  const voters: readonly BookName[] = isFour
    ? ['bollinger', 'volume', 'candlesticks', 'kdj']
    : ['bollinger', 'volume', 'candlesticks'];
  const bonuses = bonusesOf(isFour ? BONUSES.four : BONUSES.three, books, side);
  const against = voters.map((book) => books[book][opposite(side)]);
  if (isFour && params.veto === 'soft') {
    raise(tally, side, decorrelate(bonuses, params));
    tally.set(side, 'fusion.veto', tally[side] * softPenalty(against));
    return;
  }
  const vetoes = against.filter((score) => score >= VETO_FROM).length;
  if (vetoes >= VETOES) tally.set(side, 'fusion.veto', tally[side] * DAMPED);
  else raise(tally, side, decorrelate(bonuses, params));
}

function softPenalty(against: readonly number[]): number {
  const opposition = against.reduce((sum, score) => sum + Math.max(0, score - VETO_FROM) / 75, 0);
  return 0.3 + 0.7 / (1 + Math.exp(3 * (opposition - 1)));
}

/** Candlesticks and KDJ often say the same: whether both bonuses count is a parameter. */
function decorrelate(bonuses: readonly Bonus[], { decorrelation }: FusionParams): readonly Bonus[] {
  if (decorrelation === 'off') return bonuses;
  const candles = bonuses.find(({ book }) => book === 'candlesticks');
  const kdj = bonuses.find(({ book }) => book === 'kdj');
  const areBoth = candles !== undefined && kdj !== undefined;
  return bonuses.flatMap((bonus) => {
    const rival = bonus === candles ? kdj : bonus === kdj ? candles : undefined;
    if (decorrelation === 'candlesOnly') return bonus === kdj ? [] : [bonus];
    if (decorrelation === 'kdjOnly') return bonus === candles ? [] : [bonus];
    if (!areBoth || rival === undefined) return [bonus];
    if (decorrelation === 'discount') return [{ ...bonus, share: bonus.share * 0.6 }];
    return bonus.share > rival.share ? [bonus] : [];
  });
}
