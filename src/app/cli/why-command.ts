/**
 * `hotwick why`: why a coin was bought or not, why that much, why it was sold, and what the price did afterwards.
 */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type DurationMs, type EpochMs, epochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import { loadConfig } from '../config.ts';
import { type OpenedWhy, openWhy } from '../why/open-why.ts';
import { parseMoment } from '../why/parse-moment.ts';
import type { WhyLanguage } from '../why/why-phrases.ts';
import type { WhyReader } from '../why/why-reader.ts';
import { durationOption } from './options.ts';
import { say, sayFailure, sayJson } from './output.ts';

type Flags = {
  readonly trade?: string;
  readonly summary?: true;
  readonly since: DurationMs;
  readonly dataDir?: string;
  readonly json?: true;
  readonly lang: WhyLanguage;
};

const EXAMPLES = `
Examples:
  hotwick why HOTUSDT                      the newest verdicts about a coin
  hotwick why HOTUSDT 09:20                why it was not bought then; times are UTC
  hotwick why HOTUSDT "2026-06-15 09:20"
  hotwick why --trade 0mqf00zw00001        why it was bought, why that much, why it was sold
  hotwick why --summary --since 1d         what each rule refused, and what became of those coins
  hotwick why HOTUSDT --lang zh            the same in Chinese

It reads the decision ledger of hotwick trade while that runs or after, and changes nothing. A verdict is one coin under
one unchanged rule; refusals are kept for the newest 200,000 verdicts. The id of a position is in hotcoin_trades_*.jsonl,
in the event log and in what is printed here.`;

const WEEK = '7d';
const QUOTE = 'USDT';

/** Adds the command. */
export function addWhyCommand(program: Command): void {
  program
    .command('why')
    .description('why a coin was bought or not, why that much, why it was sold, and what came afterwards')
    .argument('[symbol]', 'for example HOTUSDT or HOT/USDT')
    .argument('[time]', 'a moment in UTC: 09:20, "2026-06-15 09:20:30" or Unix seconds (default: now)')
    .option('--trade <id>', 'about one position')
    .option('--summary', 'about everything: each rule with what it refused')
    .option('--since <duration>', 'how far back the summary looks', durationOption, durationOption(WEEK))
    .option('--data-dir <dir>', 'that of hotwick trade (default: HOTWICK_HOME or ~/.hotwick)')
    .addOption(new Option('--lang <language>', 'what the sentences are written in').choices(['en', 'zh']).default('en'))
    .option('--json', 'print the answers as JSON, one for each ledger that was found')
    .addHelpText('after', EXAMPLES)
    .action(runWhy);
}

type Answer = { readonly words: readonly string[] };
type Question = (reader: WhyReader, now: EpochMs) => Promise<Answer | null>;

async function runWhy(symbol: string | undefined, time: string | undefined, flags: Flags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const clock = createWallClock();
  const opened: OpenedWhy[] = [];
  try {
    const now = clock.now();
    const question = toQuestion({ symbol, time }, flags, now);
    if (!question.ok) return sayFailure(question.error);
    const dir = resolve(flags.dataDir ?? config.value.home);
    const ledgers = openWhy(dir, () => clock.now(), flags.lang);
    if (!ledgers.ok) return sayFailure(ledgers.error);
    opened.push(...ledgers.value);
    await answerAll(opened, { question: question.value, flags, now });
  } finally {
    for (const { close } of opened) close();
    clock.close();
  }
}

async function answerAll(
  opened: readonly OpenedWhy[],
  { question, flags, now }: { readonly question: Question; readonly flags: Flags; readonly now: EpochMs },
): Promise<void> {
  const found: { readonly ledger: string; readonly answer: Answer }[] = [];
  for (const { dir, reader } of opened) {
    const answer = await question(reader, now);
    if (answer !== null) found.push({ ledger: dir, answer });
  }
  if (found.length === 0) {
    sayFailure(failure('trade_unknown', { id: flags.trade ?? '', path: opened.map(({ dir }) => dir).join(', ') }));
    return;
  }
  if (flags.json === true) return sayJson(found.map(({ ledger, answer }) => ({ ledger, ...answer })));
  for (const { ledger, answer } of found) {
    say(`${ledger}\n`);
    for (const line of answer.words) say(line);
    say();
  }
}

type Asked = { readonly symbol: string | undefined; readonly time: string | undefined };

function toQuestion({ symbol, time }: Asked, flags: Flags, now: EpochMs): Result<Question, Failure> {
  const { trade, summary, since } = flags;
  const asked = [symbol, trade, summary].filter((each) => each !== undefined).length;
  if (asked !== 1) return refuse('ask about one thing: a symbol, --trade ID or --summary');
  if (trade !== undefined) return ok((reader) => reader.trade(trade));
  if (symbol === undefined) return ok((reader) => reader.summary(epochMs(Math.max(0, now - since)), now));
  const coin = toCoin(symbol);
  if (coin === null) return refuse('write a symbol like HOTUSDT or HOT/USDT');
  const at = time === undefined ? null : parseMoment(time, now);
  if (time !== undefined && at === null) return refuse('write a time like 09:20 or "2026-06-15 09:20:30", in UTC');
  return ok((reader) => reader.coin(coin, at));
}

function toCoin(text: string): InstrumentId | null {
  const match = /^([A-Z0-9\u0080-\uffff]+?)\/?(?:USDT)?$/u.exec(text.trim().toUpperCase());
  const base = match?.[1];
  return base === undefined ? null : instrumentId({ venue: 'binance', market: 'spot', base, quote: QUOTE });
}

function refuse(reason: string): Result<never, Failure> {
  return err(failure('usage_wrong', { reason }));
}
