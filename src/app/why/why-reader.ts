/**
 * Answers of the decision ledger: about a coin, about a position, about everything. Reads the ledger and the order store
 * that it is given, of a running process or of files, and changes nothing.
 */
import type { WhyCoinAnswer, WhySummaryAnswer, WhyTradeAnswer } from '../../api/contract.ts';
import type { EpochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { PositionId } from '../../model/intent.ts';
import type { LedgerClosed, LedgerLeg } from '../../model/ledger.ts';
import type { DecisionLedger } from '../../ports/decision-ledger.ts';
import type { OrderStore } from '../../ports/order-store.ts';
import { LedgerSummary } from '../../reports/ledger-summary.ts';
import { ENGLISH } from './phrases-en.ts';
import { CHINESE } from './phrases-zh.ts';
import { summaryWords } from './summary-words.ts';
import { tradeWords } from './trade-words.ts';
import { symbolOf, toLeg, toOrder, toVerdict } from './why-answers.ts';
import { momentOf, type WhyLanguage, type WhyPhrases } from './why-phrases.ts';

/** What is read. */
export type WhySource = {
  readonly decisions: Pick<DecisionLedger, 'readCoin' | 'readPage' | 'readPosition'>;
  readonly orders: Pick<OrderStore, 'readPosition'>;
  /** The clock of the market. */
  readonly now: () => EpochMs;
  /** What the sentences are written in; English unless given. */
  readonly language?: WhyLanguage;
};

const PHRASES: Readonly<Record<WhyLanguage, WhyPhrases>> = { en: ENGLISH, zh: CHINESE };

function phrasesOf({ language = 'en' }: WhySource): WhyPhrases {
  return PHRASES[language];
}

/** The questions. */
export type WhyReader = {
  /** Verdicts that touch the minute around `at`, where none do the nearest before; the newest ones where `at` is `null`. */
  readonly coin: (instrumentId: InstrumentId, at: EpochMs | null) => Promise<WhyCoinAnswer>;
  /** `null` where nothing is known of the position. */
  readonly trade: (positionId: string) => Promise<WhyTradeAnswer | null>;
  /** Verdicts that began in [`from`, `to`). */
  readonly summary: (from: EpochMs, to: EpochMs) => Promise<WhySummaryAnswer>;
};

const SHOWN_MAX = 20;
const AROUND_MS = 60_000;
const PAGE = 1_000;

/** A reader of `source`. */
export function createWhyReader(source: WhySource): WhyReader {
  return {
    coin: (instrumentId, at) => readCoin(source, instrumentId, at),
    trade: (positionId) => readTrade(source, positionId as PositionId),
    summary: (from, to) => readSummary(source, { from, to }),
  };
}

async function readCoin(source: WhySource, instrumentId: InstrumentId, at: EpochMs | null): Promise<WhyCoinAnswer> {
  const { decisions, now } = source;
  const phrases = phrasesOf(source);
  const read = (from: number, to: number, limit: number) =>
    decisions.readCoin({ instrumentId, from: from as EpochMs, to: to as EpochMs, limit });
  const present = now();
  const around =
    at === null ? await read(0, present + 1, SHOWN_MAX) : await read(at - AROUND_MS, at + AROUND_MS, SHOWN_MAX);
  const nearest = around.length > 0 || at === null ? around : await read(0, at, 1);
  const verdicts = nearest.map((entry) => toVerdict(entry, present, phrases));
  const symbol = symbolOf(instrumentId);
  const known = { at, found: around.length, shown: verdicts.length };
  const head = headOf(symbol, known, phrases);
  return {
    question: 'coin',
    symbol,
    at: at === null ? null : at / 1000,
    verdicts,
    words: [...head, ...verdicts.flatMap(({ words }, index) => (index === 0 ? words : ['', ...words]))],
  };
}

type Known = { readonly at: EpochMs | null; readonly found: number; readonly shown: number };

function headOf(symbol: string, { at, found, shown }: Known, phrases: WhyPhrases): string[] {
  if (found > 0) return [];
  const never = phrases.neverCandidate(symbol, at === null ? null : momentOf(at / 1000));
  return shown > 0 ? [never, phrases.newestBefore] : [never];
}

async function readTrade(source: WhySource, positionId: PositionId): Promise<WhyTradeAnswer | null> {
  const { decisions, orders, now } = source;
  const phrases = phrasesOf(source);
  const { entries, trades } = await decisions.readPosition(positionId);
  const known = await orders.readPosition(positionId);
  const instrumentId = entries[0]?.row.instrumentId ?? known[0]?.instrumentId ?? trades[0]?.instrumentId;
  if (instrumentId === undefined) return null;
  const verdicts = entries.map((entry) => toVerdict(entry, now(), phrases));
  const legs = trades.filter((trade): trade is LedgerLeg => trade.kind === 'leg');
  const end = trades.find((trade): trade is LedgerClosed => trade.kind === 'closed');
  const answer = {
    question: 'trade' as const,
    position_id: positionId,
    symbol: symbolOf(instrumentId),
    entry: verdicts.find(({ kind }) => kind === 'entry') ?? null,
    exits: verdicts.filter(({ kind }) => kind === 'exit'),
    orders: known.map(toOrder),
    legs: legs.map(toLeg),
    closed: end === undefined ? null : toEnd(end),
  };
  return { ...answer, words: tradeWords(answer, phrases) };
}

function toEnd({ exitTime, lastReason, legs, pnlNet, dust }: LedgerClosed): NonNullable<WhyTradeAnswer['closed']> {
  return { exit_time: exitTime / 1000, reason: lastReason, legs, pnl_net: pnlNet, dust };
}

async function readSummary(
  source: WhySource,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<WhySummaryAnswer> {
  const { decisions } = source;
  const summary = new LedgerSummary();
  let after = 0;
  for (;;) {
    const page = await decisions.readPage({ from, to, after, limit: PAGE });
    for (const { row, outcomes } of page) summary.add(row, outcomes);
    after = page.at(-1)?.row.number ?? after;
    if (page.length < PAGE) break;
  }
  const gates = summary.list().map((gate) => ({ ...gate, after: { ...gate.after } }));
  const verdicts = gates.reduce((sum, gate) => sum + gate.verdicts, 0);
  const answer = { question: 'summary' as const, from: from / 1000, to: to / 1000, verdicts, gates };
  return { ...answer, words: summaryWords(answer, phrasesOf(source)) };
}
