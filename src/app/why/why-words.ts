/**
 * Facts of the ledger as sentences for people: why a coin was not bought, why that much was, why it was sold, and what
 * the price did afterwards. Numbers come from the ledger and nowhere else, words from the phrases of a language.
 */
import type { WhyAfterwards, WhyVerdict } from '../../api/contract.ts';
import { momentOf, percentOf, type WhyPhrases } from './why-phrases.ts';

type Verdict = WhyVerdict['verdicts'][number];
type Facts = Omit<WhyVerdict, 'words'>;

/** Rules named of a timeframe; the answer has more. */
const SHOWN_REASONS = 2;

/** The sentences about one verdict. */
export function verdictWords(verdict: Facts, phrases: WhyPhrases): string[] {
  const { kind, outcome } = verdict;
  if (kind === 'exit') return [exitSentence(verdict, phrases), ...afterSentences(verdict, 'sale', phrases)];
  const head = outcome === 'refused' ? [refusalSentence(verdict, phrases)] : approvalSentences(verdict, phrases);
  return [...head, ...groundSentences(verdict, phrases), ...afterSentences(verdict, 'verdict', phrases)];
}

function spanOf({ first_time, last_time, rounds }: Facts, phrases: WhyPhrases): string {
  if (rounds === 1) return phrases.at(momentOf(first_time));
  return phrases.during(momentOf(first_time), momentOf(last_time).slice(11), rounds);
}

function refusalSentence(verdict: Facts, phrases: WhyPhrases): string {
  const refused = verdict.newest.refusal ?? verdict.verdicts.at(-1);
  const why = refused === undefined ? phrases.noRule : refusalText(refused, phrases);
  return phrases.refused(verdict.symbol, spanOf(verdict, phrases), why);
}

function refusalText({ rule, value, limit, text }: Verdict, phrases: WhyPhrases): string {
  const numbers = [
    ...(value === null ? [] : [phrases.saw(numberText(value))]),
    ...(limit === null ? [] : [phrases.limit(numberText(limit))]),
  ];
  return phrases.refusal(rule, text, numbers);
}

/** Times among the numbers of rules are milliseconds of this century. */
function numberText(value: number | string): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) && value > 1e12) return momentOf(value / 1000);
  return String(Number(value.toFixed(6)));
}

function approvalSentences(verdict: Facts, phrases: WhyPhrases): string[] {
  const { symbol, fate, price, position_id: positionId, stop_pct } = verdict;
  const decided = phrases.decided({
    ...{ symbol, price, positionId },
    span: spanOf(verdict, phrases),
    stop: stop_pct === null ? null : `${(stop_pct * 100).toFixed(2)} %`,
    fate: fate === null ? null : fateText(fate, 'buy', phrases),
  });
  return [decided, sizeSentence(verdict.size, phrases)];
}

function fateText(
  { kind, code, reason }: NonNullable<Facts['fate']>,
  side: 'buy' | 'sell',
  phrases: WhyPhrases,
): string {
  return kind === 'refused' ? phrases.fateRefused(code ?? '', reason ?? '') : phrases.fate(kind, side);
}

/** Why that much: what heat and liquidity gave, each cap, and which of them bound. */
export function sizeSentence(size: Facts['size'], phrases: WhyPhrases): string {
  const amount = size.at(-1);
  if (amount === undefined) return phrases.noSize;
  const { sizeNames } = phrases;
  const of = (name: string): string => cents(size.find((step) => step.name === name)?.amount ?? '0');
  const caps = size.filter(({ name }) => name.startsWith('cap:'));
  const bound = size.findLast(({ name }) => name in sizeNames && name !== 'remaining');
  const hasSteps = size.some(({ name }) => name === 'byLiquidity');
  const steps = hasSteps
    ? phrases.sizeSteps(of('perSlot'), of('byHeat'), of('byLiquidity'))
    : phrases.sizeLeft(of('remaining'));
  const capText = caps
    .map(({ name, amount: most }) => `${sizeNames[name.slice(4)] ?? name} ${cents(most)}`)
    .join(phrases.listComma);
  const boundName = bound === undefined ? null : (sizeNames[bound.name] ?? bound.name);
  return phrases.size(amount.amount, steps, capText === '' ? '' : phrases.sizeCaps(capText, boundName));
}

/** Caps have digits that nobody reads. */
function cents(text: string): string {
  return text.replace(/(\.\d{2})\d+$/, '$1');
}

function groundSentences({ heat, components, source, signal }: Facts, phrases: WhyPhrases): string[] {
  const parts = Object.entries(components ?? {})
    .filter(([, score]) => score > 0)
    .map(([name, score]) => `${phrases.components[name] ?? name} ${rounded(score)}`);
  const from = source === null ? null : (phrases.sources[source] ?? source);
  const heatText = heat === null ? [] : [phrases.heat(heat, from, parts)];
  if (signal === null) return heatText;
  const frames = signal.timeframes.map((frame) => frameText(frame, phrases));
  const { action, strength, confidence, reason } = signal;
  return [...heatText, phrases.signal({ action, strength, confidence, reason, frames })];
}

type Frame = NonNullable<Facts['signal']>['timeframes'][number];

function frameText({ timeframe, sell, buy, skipped, reasons }: Frame, phrases: WhyPhrases): string {
  if (skipped !== null) return phrases.frameSkipped(timeframe, skipped);
  const most = reasons
    .slice(0, SHOWN_REASONS)
    .map(({ rule, side, points }) => phrases.point(rule, side, rounded(points)));
  return phrases.frame(timeframe, { buy: rounded(buy ?? 0), sell: rounded(sell ?? 0) }, most);
}

function rounded(score: number): number {
  return Number(score.toFixed(1));
}

function exitSentence(verdict: Facts, phrases: WhyPhrases): string {
  const { symbol, rule, price, rounds, fate } = verdict;
  const [made] = verdict.verdicts;
  const numbers = made === undefined ? '' : exitNumbers(made, phrases);
  const why = phrases.exits[rule ?? ''] ?? rule ?? phrases.noRule;
  return phrases.sold({
    ...{ symbol, price },
    span: spanOf({ ...verdict, rounds: 1 }, phrases),
    why: `${why}${numbers}`,
    tries: rounds,
    fate: fate === null ? null : fateText(fate, 'sell', phrases),
  });
}

function exitNumbers({ rule, value, limit, text }: Verdict, phrases: WhyPhrases): string {
  const isShare = ['stop', 'blackSwan', 'takeProfit', 'trailing'].includes(rule);
  const show = (each: number | string): string => {
    if (typeof each === 'string') return each;
    if (rule === 'time') return phrases.minutes(Math.round(each / 60_000));
    return isShare ? percentOf(each) : numberText(each);
  };
  if (value === null || limit === null || value === rule) return '';
  const numbers = [phrases.saw(show(value)), phrases.limit(show(limit))];
  return phrases.numbers(text === '' ? numbers : [...numbers, phrases.tiers(text)]);
}

function afterSentences({ afterwards, price }: Facts, since: 'sale' | 'verdict', phrases: WhyPhrases): string[] {
  if (afterwards.length === 0) return [];
  const parts = afterwards.map(({ text }) => text);
  return [phrases.after(since, price, parts)];
}

/** What the price did by one horizon. */
export function afterwardsText(
  after: Omit<WhyAfterwards, 'text'>,
  unknown: string | null,
  phrases: WhyPhrases,
): string {
  const when = phrases.horizons[after.horizon];
  if (after.state === 'pending') return phrases.notYet(when);
  if (after.change === null) return phrases.notKnown(when, unknown);
  const { highest, lowest } = after;
  const range = highest === null || lowest === null ? null : ([percentOf(highest), percentOf(lowest)] as const);
  return phrases.moved(when, percentOf(after.change), range);
}
