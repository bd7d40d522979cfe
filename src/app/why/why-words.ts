/**
 * Facts of the ledger as sentences for people: why a coin was not bought, why that much was, why it was sold, and what
 * the price did afterwards. Numbers come from the ledger and nowhere else.
 */
import type { WhyAfterwards, WhyVerdict } from '../../api/contract.ts';
import { toIsoText } from '../../core/time.ts';

type Verdict = WhyVerdict['verdicts'][number];

/** A moment in UTC, to the second. */
export function momentOf(seconds: number): string {
  return `${toIsoText(Math.round(seconds * 1000) as Parameters<typeof toIsoText>[0])
    .slice(0, 19)
    .replace('T', ' ')} UTC`;
}

/** A fraction as percent with its sign. */
export function percentOf(fraction: number): string {
  return `${fraction < 0 ? '' : '+'}${(fraction * 100).toFixed(2)} %`;
}

/** Rules named of a timeframe; the answer has more. */
const SHOWN_REASONS = 2;

/** The sentences about one verdict. */
export function verdictWords(verdict: Omit<WhyVerdict, 'words'>): string[] {
  const { kind, outcome } = verdict;
  if (kind === 'exit') return [exitSentence(verdict), ...afterSentences(verdict, 'the sale')];
  const head = outcome === 'refused' ? [refusalSentence(verdict)] : approvalSentences(verdict);
  return [...head, ...groundSentences(verdict), ...afterSentences(verdict, 'that')];
}

type Facts = Omit<WhyVerdict, 'words'>;

function spanOf({ first_time, last_time, rounds }: Facts): string {
  if (rounds === 1) return `at ${momentOf(first_time)}`;
  return `from ${momentOf(first_time)} to ${momentOf(last_time).slice(11)} (${rounds} rounds)`;
}

function refusalSentence(verdict: Facts): string {
  const refused = verdict.newest.refusal ?? verdict.verdicts.at(-1);
  const why = refused === undefined ? 'no rule says why' : refusalText(refused);
  return `${verdict.symbol} was not bought ${spanOf(verdict)}: ${why}.`;
}

function refusalText({ rule, value, limit, text }: Verdict): string {
  const numbers = [
    ...(value === null ? [] : [`saw ${numberText(value)}`]),
    ...(limit === null ? [] : [`limit ${numberText(limit)}`]),
  ];
  return `${text} (rule "${rule}"${numbers.length === 0 ? '' : `, ${numbers.join(', ')}`})`;
}

/** Times among the numbers of rules are milliseconds of this century. */
function numberText(value: number | string): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) && value > 1e12) return momentOf(value / 1000);
  return String(Number(value.toFixed(6)));
}

function approvalSentences(verdict: Facts): string[] {
  const { symbol, fate, price, position_id, stop_pct } = verdict;
  const at = price === null ? '' : ` at ${price}`;
  const stop = stop_pct === null ? '' : `, its stop ${(stop_pct * 100).toFixed(2)} % below`;
  const head = `${symbol} was decided to be bought ${spanOf(verdict)}${at}${stop}`;
  const became = fate === null ? '' : `: ${fateText(fate)}`;
  return [`${head}${became}${position_id === null ? '' : ` (position ${position_id})`}.`, sizeSentence(verdict.size)];
}

function fateText({ kind, code, reason }: NonNullable<Facts['fate']>): string {
  if (kind === 'refused') return `nothing was ordered, ${reason ?? ''} (${code ?? ''})`;
  if (kind === 'underWay') return 'its order is under way';
  if (kind === 'nothing') return 'its order bought nothing';
  return kind === 'partial' ? 'its order was filled in part' : 'its order was filled';
}

const SIZE_NAMES: Readonly<Record<string, string>> = {
  remaining: 'what is left of the total share',
  single: 'the share of one coin',
  cash: 'cash',
  risk: 'what its stop may cost',
  hourVolume: 'the share of its last hour of trading',
  exitDepth: 'what buyers near the price would take back',
};

/** Why that much: what heat and liquidity gave, each cap, and which of them bound. */
export function sizeSentence(size: Facts['size']): string {
  const amount = size.at(-1);
  if (amount === undefined) return 'No size was reckoned.';
  const of = (name: string): string | undefined => size.find((step) => step.name === name)?.amount;
  const caps = size.filter(({ name }) => name.startsWith('cap:'));
  const bound = size.findLast(({ name }) => name in SIZE_NAMES && name !== 'remaining');
  const wanted = of('byLiquidity');
  const steps =
    wanted === undefined
      ? `${cents(of('remaining') ?? '0')} was left of the total share`
      : `${cents(of('perSlot') ?? '0')} a free slot, ${cents(of('byHeat') ?? '0')} by heat, ${cents(wanted)} by liquidity`;
  const capText = caps
    .map(({ name, amount: most }) => `${SIZE_NAMES[name.slice(4)] ?? name} ${cents(most)}`)
    .join(', ');
  const which = bound === undefined ? 'no cap bound' : `${SIZE_NAMES[bound.name]} bound`;
  return `Size ${amount.amount}: ${steps}${capText === '' ? '' : `; caps: ${capText}; ${which}`}.`;
}

/** Caps have digits that nobody reads. */
function cents(text: string): string {
  return text.replace(/(\.\d{2})\d+$/, '$1');
}

function groundSentences({ heat, components, source, signal }: Facts): string[] {
  const parts = Object.entries(components ?? {})
    .filter(([, score]) => score > 0)
    .map(([name, score]) => `${name} ${Number(score.toFixed(1))}`);
  const from = source === null ? '' : `, found by ${source}`;
  const heatText = heat === null ? [] : [`Heat ${heat}${from}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`];
  if (signal === null) return heatText;
  const frames = signal.timeframes.map(frameText);
  const { action, strength, confidence, reason } = signal;
  const numbers = `strength ${strength}, confidence ${confidence}`;
  return [...heatText, `Signal ${action}, ${numbers}: ${reason}. ${frames.join('; ')}.`];
}

function frameText({
  timeframe,
  sell,
  buy,
  skipped,
  reasons,
}: NonNullable<Facts['signal']>['timeframes'][number]): string {
  if (skipped !== null) return `${timeframe} has no say, ${skipped}`;
  const most = reasons.slice(0, SHOWN_REASONS).map(({ rule, side, points }) => `${rule} ${side} ${rounded(points)}`);
  return `${timeframe} buy ${rounded(buy ?? 0)} sell ${rounded(sell ?? 0)}${most.length === 0 ? '' : ` (${most.join(', ')})`}`;
}

function rounded(score: number): number {
  return Number(score.toFixed(1));
}

const EXITS: Readonly<Record<string, string>> = {
  stop: 'the price reached its stop',
  blackSwan: 'the price fell suddenly',
  takeProfit: 'its gain reached a tier',
  trailing: 'it gave back too much of its highest gain',
  time: 'it was held as long as is allowed',
  heatDecay: 'the coin left the pool',
  sellSignal: 'the signal said SELL',
  coinLoss: 'the coin cost too much of the capital (L2)',
  drawdown: 'equity fell too far below its highest (L5)',
  emergency: 'everything was closed at once',
  operator: 'an operator closed it',
  dust: 'too little was left to keep',
};

function exitSentence(verdict: Facts): string {
  const { symbol, rule, price, rounds, fate } = verdict;
  const [made] = verdict.verdicts;
  const numbers = made === undefined ? '' : exitNumbers(made);
  const tries = rounds === 1 ? '' : `, tried ${rounds} times`;
  const became = fate === null ? '' : `; ${fateText(fate).replace('bought', 'sold')}`;
  const at = price === null ? '' : ` at ${price}`;
  const why = EXITS[rule ?? ''] ?? rule ?? 'no rule says why';
  return `${symbol} was sold ${spanOf({ ...verdict, rounds: 1 })}${at}: ${why}${numbers}${tries}${became}.`;
}

function exitNumbers({ rule, value, limit, text }: Verdict): string {
  const isShare = ['stop', 'blackSwan', 'takeProfit', 'trailing'].includes(rule);
  const isLength = rule === 'time';
  const show = (each: number | string): string => {
    if (typeof each === 'string') return each;
    if (isLength) return `${Math.round(each / 60_000)} min`;
    return isShare ? percentOf(each) : numberText(each);
  };
  if (value === null || limit === null || value === rule) return '';
  return ` (saw ${show(value)}, limit ${show(limit)}${text === '' ? '' : `, ${text}`})`;
}

function afterSentences({ afterwards, price }: Facts, since: string): string[] {
  if (afterwards.length === 0) return [];
  const from = price === null ? '' : ` (from ${price})`;
  return [`Price after ${since}${from}: ${afterwards.map(({ text }) => text).join('; ')}.`];
}

const HORIZONS = { '15m': '15 minutes', '1h': '1 hour', '4h': '4 hours' } as const;

/** What the price did by one horizon. */
export function afterwardsText(after: Omit<WhyAfterwards, 'text'>, unknown: string | null): string {
  const when = `after ${HORIZONS[after.horizon]}`;
  if (after.state === 'pending') return `${when} not yet`;
  if (after.change === null) return `${when} not known${unknown === null ? '' : `, ${unknown}`}`;
  const { highest, lowest } = after;
  const range =
    highest === null || lowest === null ? '' : ` (highest ${percentOf(highest)}, lowest ${percentOf(lowest)})`;
  return `${when} ${percentOf(after.change)}${range}`;
}
