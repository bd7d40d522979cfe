/**
 * How a running trade speaks: lines for people, or one JSON object a line for programs that collect logs. Both say the
 * same; in JSON an event is the line of the event log with its trace id, problems go to stderr, and whatever a secret is
 * equal to is struck out.
 */
import type { TradingEvent } from '../../engine/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { toEventLines } from '../trading/event-text.ts';
import type { EventLine } from '../trading/exports/trading-exports.ts';
import { say, sayFailure, sayWarning } from './output.ts';

/** Forms of a log. */
export const LOG_FORMATS = ['text', 'json'] as const;

/** Form of a log. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Speaks for a running trade. */
export type TradeLog = {
  readonly format: LogFormat;
  readonly say: (text: string) => void;
  readonly warn: (reason: string) => void;
  /** Sets exit status 1 as well. */
  readonly fail: (failure: Failure) => void;
  /** Events for people; nothing in JSON, where they come as lines. */
  readonly tellEvents: (events: readonly TradingEvent[]) => void;
  /** A line of the event log; nothing in text. */
  readonly tellLine: (line: EventLine) => void;
};

/** What a log is made of; it goes to the terminal unless told otherwise. */
export type LogParts = {
  readonly clock: Clock;
  readonly secrets: readonly string[];
  readonly out?: LineSink;
  readonly problems?: LineSink;
};

type LineSink = { readonly write: (text: string) => unknown };

/** A log; `secrets` are texts that must never stand in it. */
export function openTradeLog(
  format: LogFormat,
  { clock, secrets, out = process.stdout, problems = process.stderr }: LogParts,
): TradeLog {
  if (format === 'text') return TEXT;
  const told = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  const write = (stream: LineSink, entry: object): void => {
    const text = JSON.stringify({ time: new Date(clock.now()).toISOString(), ...entry });
    stream.write(`${told.reduce(strike, text)}\n`);
  };
  return {
    format,
    say: (text) => {
      for (const line of linesOf(text)) write(out, { level: 'info', kind: 'text', text: line });
    },
    warn: (reason) => write(problems, { level: 'warn', kind: 'warning', text: reason }),
    fail: ({ code, message, hint }) => {
      write(problems, { level: 'error', kind: 'failure', code, text: message, hint });
      process.exitCode = 1;
    },
    tellEvents: () => {},
    tellLine: (line) => write(out, { level: 'info', kind: 'event', ...line }),
  };
}

const TEXT: TradeLog = {
  format: 'text',
  say,
  warn: sayWarning,
  fail: sayFailure,
  tellEvents: (events) => {
    for (const event of events) for (const line of toEventLines(event)) say(line);
  },
  tellLine: () => {},
};

/** Shorter texts are words that would be struck out of everything. */
const SECRET_LENGTH_MIN = 8;

function strike(text: string, secret: string): string {
  return text.replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]');
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
