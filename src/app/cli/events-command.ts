/**
 * `hotwick events`: the event log of trading, filtered, counted, or checked against its contract.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { failure } from '../../model/failure.ts';
import { loadConfig } from '../config.ts';
import { type EventFilter, isWantedEvent, type LoggedEvent, readEvents } from '../trading/exports/read-events.ts';
import { EVENTS_FILE } from '../trading/exports/trading-exports.ts';
import { countOption } from './options.ts';
import { banner, grouped, say, sayFailure } from './output.ts';

type Flags = {
  readonly type?: string;
  readonly symbol?: string;
  readonly id?: string;
  readonly last: number;
  readonly counts?: true;
  readonly check?: true;
  readonly dataDir?: string;
};

const EXAMPLES = `
Examples:
  hotwick events --symbol HOTUSDT --last 50
  hotwick events --type entry_approved,exit_decision
  hotwick events --id 0mqf00zw00001        everything about one position, signal, trace or order
  hotwick events --counts                  how many of each type
  hotwick events --check                   every line against the contract; exit status 1 where one breaks it

It reads hotcoin_events.jsonl and its archives, oldest first, and prints lines as they are.`;

const LAST = 20;
const FAULTS_SHOWN = 5;

/** Adds the command. */
export function addEventsCommand(program: Command): void {
  program
    .command('events')
    .description('the event log of trading: filter, count, check')
    .option('--type <types>', 'types, separated by commas')
    .option('--symbol <symbol>', 'for example HOTUSDT')
    .option('--id <id>', 'a trace, signal, position or client order id')
    .option('--last <count>', 'how many, the newest', countOption, LAST)
    .option('--counts', 'how many of each type instead')
    .option('--check', 'compare every line with the contract instead')
    .option('--data-dir <dir>', 'that of hotwick trade (default: HOTWICK_HOME or ~/.hotwick)')
    .addHelpText('after', EXAMPLES)
    .action(runEvents);
}

async function runEvents(flags: Flags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const base = resolve(flags.dataDir ?? config.value.home);
  const dirs = ['money', 'paper', '.'].map((name) => join(base, name));
  const found = dirs.filter((dir) => existsSync(join(dir, EVENTS_FILE)));
  if (found.length === 0) return sayFailure(failure('events_missing', { path: base }));
  for (const dir of found) {
    const seen = await readLog(dir, flags);
    if (flags.check === true) sayCheck(dir, seen);
    else if (flags.counts === true) sayCounts(dir, seen);
    else for (const event of seen.newest) say(JSON.stringify(event));
  }
}

type Seen = {
  readonly newest: LoggedEvent[];
  readonly counts: Record<string, number>;
  readonly faults: string[];
  readonly total: { events: number; older: number; wrong: number; missing: number };
};

async function readLog(dir: string, flags: Flags): Promise<Seen> {
  const filter: EventFilter = {
    types: flags.type?.split(',').map((type) => type.trim()) ?? null,
    symbol: flags.symbol?.toUpperCase().replace('/', '') ?? null,
    id: flags.id ?? null,
  };
  const seen: Seen = { newest: [], counts: {}, faults: [], total: { events: 0, older: 0, wrong: 0, missing: 0 } };
  const last: Record<string, number> = {};
  for await (const read of readEvents(dir)) {
    if (read.kind === 'older') seen.total.older++;
    else if (read.kind === 'wrong') {
      seen.total.wrong++;
      if (seen.faults.length < FAULTS_SHOWN) seen.faults.push(`${read.file} line ${read.line}: ${read.reason}`);
    } else {
      noteSequence(seen, last, read.event);
      if (isWantedEvent(read.event, filter)) keep(seen, read.event, flags.last);
    }
  }
  return seen;
}

/** Sequences grow by one within a run; the oldest run may begin in an archive that is gone. */
function noteSequence({ total }: Seen, last: Record<string, number>, { run_id, seq }: LoggedEvent): void {
  const before = last[run_id];
  if (before !== undefined && seq > before + 1) total.missing += seq - before - 1;
  last[run_id] = seq;
  total.events++;
}

function keep({ newest, counts }: Seen, event: LoggedEvent, most: number): void {
  counts[event.event_type] = (counts[event.event_type] ?? 0) + 1;
  newest.push(event);
  if (newest.length > most) newest.shift();
}

function sayCounts(dir: string, { counts }: Seen): void {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  say(`${dir}\n`);
  say(rows.length === 0 ? '  nothing' : banner(rows.map(([type, count]) => [type, grouped(count)] as const)));
}

function sayCheck(dir: string, { total, faults }: Seen): void {
  const { events, older, wrong, missing } = total;
  say(`${dir}\n`);
  say(
    banner([
      ['events', `${grouped(events)} keep the contract`],
      ['of older versions', `${grouped(older)}, not checked`],
      ['missing', `${grouped(missing)} sequence numbers: events that could not be kept`],
      ['wrong', grouped(wrong)],
    ]),
  );
  for (const fault of faults) say(`  ${fault}`);
  if (wrong > 0) sayFailure(failure('events_wrong', { path: dir, wrong }));
}
