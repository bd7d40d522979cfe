/**
 * A signal for people: the decision, each timeframe, and what every rule of every book gave or took.
 */
import { toIsoText } from '../../core/time.ts';
import { BOOK_NAMES, type Reason, type Score, type TimeframeOpinion, type TradeSignal } from '../../model/signal.ts';
import type { SignalProfile } from '../../signals/index.ts';
import { banner, say, sayWarning } from './output.ts';

/** Says the signal and its grounds. */
export function saySignal(signal: TradeSignal, profile: SignalProfile): void {
  const { consensus, action, strength, confidence } = signal;
  say(`${signal.instrumentId} at ${toIsoText(signal.computedAt)}, profile ${profile.name}`);
  say();
  say(`  ${action}  strength ${points(strength)}  confidence ${confidence.toFixed(2)}`);
  const chain =
    consensus.chain === null
      ? 'none'
      : `${consensus.chain.members.map(({ timeframe }) => timeframe).join(', ')} ${consensus.chain.direction}`;
  say(
    banner([
      ['reason', signal.reason],
      ['scores', `sell ${points(signal.sellScore)}, buy ${points(signal.buyScore)}`],
      ['consensus', `case ${consensus.case}, net ${points(consensus.net)} %, coverage ${consensus.coverage}`],
      ['chain', chain],
    ]),
  );
  for (const opinion of signal.timeframes) sayOpinion(opinion, signal, profile);
}

function sayOpinion(opinion: TimeframeOpinion, { consensus }: TradeSignal, profile: SignalProfile): void {
  const { timeframe, candles } = opinion;
  const weight = profile.timeframes.find((params) => params.timeframe === timeframe)?.weight ?? 0;
  say();
  if (opinion.kind === 'skipped') {
    say(`  ${timeframe}  no say: ${opinion.reason}`);
    return;
  }
  const { fused, books } = opinion.score;
  const direction = consensus.timeframes.find((each) => each.timeframe === timeframe)?.direction ?? 'hold';
  say(
    `  ${timeframe}  ${direction}, sell ${points(fused.sell)}, buy ${points(fused.buy)}, weight ${weight}, ${candles} candles`,
  );
  for (const name of BOOK_NAMES) sayScore(name, books[name]);
  sayScore('fusion', fused);
}

function sayScore(name: string, { sell, buy, reasons }: Score): void {
  say(
    `    ${name.padEnd(12)}  sell ${points(sell).padStart(5)}  buy ${points(buy).padStart(5)}  ${reasons.map(reasonText).join(', ')}`.trimEnd(),
  );
}

function reasonText({ rule, side, points: given }: Reason): string {
  return `${rule} ${side} ${given > 0 ? '+' : ''}${points(given)}`;
}

/** At most one decimal. */
function points(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Says that nothing could be judged and sets exit status 1; the signal is HOLD all the same. */
export function sayMissing(): void {
  sayWarning('no timeframe could be judged');
  process.exitCode = 1;
}
