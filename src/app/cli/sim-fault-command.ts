/**
 * `hotwick sim fault`: orders faults of a running simulated exchange, lists those in force, and ends them.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { FAULT_KINDS } from '../../adapters/sim/fault-order.ts';
import { FRAME_FAULTS, REQUEST_FAULTS, SOCKET_CHOICES } from '../../adapters/sim/sim-faults.ts';
import { parseDuration } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import { type FaultFlags, readFaultWords } from './fault-words.ts';
import { durationOption } from './options.ts';
import { say, sayFailure } from './output.ts';

type Flags = FaultFlags & { readonly url: string };

const EXAMPLES = `
Examples:
  hotwick sim fault request drop-response --path /order --method POST
  hotwick sim fault request delay --by 3s --symbol NKNUSDT --count 5
  hotwick sim fault frame skip --stream btcusdt@kline_1m --phase closed
  hotwick sim fault frame duplicate --stream userData
  hotwick sim fault silence --for 15s
  hotwick sim fault drop-sockets api
  hotwick sim fault skew --by -2s --for 10m
  hotwick sim fault ban 429 --for 2m
  hotwick sim fault halt NKNUSDT --for 10m
  hotwick sim fault list
  hotwick sim fault clear`;

/** Adds the command to `hotwick sim`. */
export function addSimFaultCommand(sim: Command): void {
  const command = sim
    .command('fault')
    .description('order a fault of a running simulated exchange, list those in force, or clear them')
    .argument('<kind>', 'list, or a kind below')
    .argument('[word]', 'what shall happen: see below')
    .option('--url <url>', 'where the exchange listens', 'http://127.0.0.1:18090');
  addTargets(command);
  command.addHelpText('after', `${describeKinds()}\n${EXAMPLES}`).action(runFault);
}

function addTargets(command: Command): void {
  command
    .option('--count <number>', 'how many requests or frames, 1 unless given', countOption)
    .option('--path <path>', 'requests whose path ends so, or of this WebSocket API method')
    .option('--method <method>', 'requests of this HTTP method')
    .option('--over <way>', 'requests over rest or socket (the WebSocket API) only')
    .option('--symbol <symbol>', 'requests, frames or streams about this symbol')
    .option('--stream <name>', 'frames of this stream; userData for events of accounts')
    .option('--phase <phase>', 'forming or closed frames only')
    .option('--overtaken-by <what>', 'frame or closed: what a reordered frame waits for')
    .option('--by <duration>', 'length of a delay, or of a skew (negative is behind)', signedDurationOption)
    .option('--trail <duration>', 'how far trailing history lags', durationOption)
    .option('--retry-after <duration>', 'what a refused request is told to wait', durationOption)
    .option('--for <duration>', 'how long, in market time; until cleared unless given', durationOption);
}

function describeKinds(): string {
  const words: Readonly<Record<string, readonly (string | number)[]>> = {
    request: REQUEST_FAULTS,
    frame: FRAME_FAULTS,
    silence: ['on', 'off'],
    dropSockets: SOCKET_CHOICES,
    cutSockets: SOCKET_CHOICES,
    refuseSockets: ['on', 'off'],
    ban: [418, 429],
    halt: ['<symbol>'],
    maintenance: ['on', 'off'],
  };
  const lines = Object.entries(FAULT_KINDS).flatMap(([kind, { meaning }]) => {
    const choices = words[kind];
    const line = `  ${toKebab(kind).padEnd(16)} ${meaning}`;
    return choices === undefined
      ? [line]
      : [line, `                   ${choices.map((one) => toKebab(String(one))).join(', ')}`];
  });
  return ['\nKinds, and the words they take:', ...lines].join('\n');
}

function toKebab(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function runFault(kind: string, word: string | undefined, { url, ...flags }: Flags): Promise<void> {
  const address = `${url.replace(/\/$/, '')}/sim/faults`;
  if (kind === 'list') {
    await tell(address, null, describeList);
    return;
  }
  const order = readFaultWords(kind, word, flags);
  if (!order.ok) sayFailure(failure('usage_wrong', { reason: order.error }));
  else await tell(address, order.value, ({ sockets }) => (sockets === undefined ? 'done' : `done: ${sockets} sockets`));
}

type Answer = { readonly faults?: readonly unknown[]; readonly sockets?: number; readonly error?: string };

/** Asks the exchange and prints what it says; everything that goes wrong is said with what to do about it. */
async function tell(address: string, order: unknown, describe: (answer: Answer) => string): Promise<void> {
  const request = order === null ? {} : { method: 'POST', body: JSON.stringify(order) };
  try {
    const response = await fetch(address, request);
    const answer = (await response.json()) as Answer;
    if (response.ok) say(describe(answer));
    else sayFailure(failure('usage_wrong', { reason: answer.error ?? `${address} answered ${response.status}` }));
  } catch (thrown) {
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    const reason = `no simulated exchange answers at ${address} (${String(cause)}); start one with hotwick sim, or say --url`;
    sayFailure(failure('usage_wrong', { reason }));
  }
}

function describeList({ faults = [] }: Answer): string {
  return faults.length === 0 ? 'no faults in force' : faults.map((fault) => JSON.stringify(fault)).join('\n');
}

function countOption(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('a count is a whole number from 1');
  return count;
}

function signedDurationOption(text: string): number {
  const length = parseDuration(text.replace(/^[+-]/, ''));
  if (length === null) throw new InvalidArgumentError('write a duration like 250ms, 3s or -2s');
  return text.startsWith('-') ? -length : length;
}
