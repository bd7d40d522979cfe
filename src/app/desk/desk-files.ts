/**
 * Files that the desk reads where no engine of this process has the answer: the status, closed trades of former days,
 * and the end of the event log after a restart. Whoever wrote them may have been killed in the middle of a line.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeskTrade, deskTrade, type TradesAnswer } from '../../api/contract.ts';
import type { StatusFile, TradePlace, TradesWanted } from '../../api/desk/desk-ports.ts';
import { toTradePlaceText } from '../../api/desk/trade-place.ts';
import type { EpochMs } from '../../core/time.ts';
import { eventEnvelope } from '../trading/exports/event-line.ts';
import { tradeFileOf } from '../trading/exports/trade-line.ts';
import { EVENTS_FILE, type EventLine, STATUS_FILE } from '../trading/exports/trading-exports.ts';

/** How much of the event log's end is read. */
const TAIL_BYTES = 1024 * 1024;
const TRADE_FILE = /^hotcoin_trades_\d{8}\.jsonl$/;
/** A status file with more is none. */
const STATUS_BYTES_MAX = 4 * 1024 * 1024;

/** The status file and its age by its own time; `null` where there is none that can be read. */
export async function readStatusFile(dir: string, now: EpochMs): Promise<StatusFile | null> {
  const path = join(dir, STATUS_FILE);
  try {
    if ((await stat(path)).size > STATUS_BYTES_MAX) return null;
    const status = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>> | null;
    if (typeof status !== 'object' || status === null || typeof status['ts'] !== 'number') return null;
    return { status, ageMs: now - status['ts'] * 1_000 };
  } catch {
    // None, half-written or no JSON: there is nothing to tell from it, and the answer says so.
    return null;
  }
}

/** The newest closed legs of the files, or of those before one of them; newest first. */
export async function readTrades(dir: string, { limit, before }: TradesWanted): Promise<readonly DeskTrade[]> {
  const newest = before === null ? null : tradeFileOf({ exitTime: Math.round(before.exit_time * 1_000) as EpochMs });
  const names = (await listNames(dir)).filter((name) => TRADE_FILE.test(name)).sort();
  const trades: DeskTrade[] = [];
  for (const name of names.filter((each) => newest === null || each <= newest).reverse()) {
    if (trades.length >= limit) break;
    const lines = (await readTail(join(dir, name))).map((line) => deskTrade.safeParse(parseJson(line)));
    const all = lines.flatMap(({ success, data }) => (success ? [data] : []));
    const wanted = before !== null && name === newest ? olderThan(all, before) : all;
    trades.push(...wanted.reverse().slice(0, limit - trades.length));
  }
  return trades;
}

/** Of one day, oldest first. Where the file has lost the leg, those that ended before it. */
function olderThan(trades: readonly DeskTrade[], { client_order_id: id, exit_time }: TradePlace): DeskTrade[] {
  const at = trades.findLastIndex((trade) => trade.client_order_id === id);
  return at >= 0 ? trades.slice(0, at) : trades.filter((trade) => trade.exit_time < exit_time);
}

/** What the files of `dir` answer where no engine has any trades. */
export async function answerTradesFrom(
  dir: string,
  { limit, before }: TradesWanted,
  now: EpochMs,
): Promise<TradesAnswer> {
  // One more than wanted says whether there are older ones.
  const found = await readTrades(dir, { limit: limit + 1, before });
  const trades = found.slice(0, limit);
  const last = found.length > limit ? trades.at(-1) : undefined;
  return {
    trades: [...trades],
    next_before: last === undefined ? null : toTradePlaceText(last),
    source: trades.length === 0 ? 'none' : 'files',
    pnl_summary: null,
    ts: now / 1_000,
  };
}

/** The newest lines of the event log, oldest first. */
export async function readEventLog(dir: string): Promise<readonly EventLine[]> {
  return (await readTail(join(dir, EVENTS_FILE))).flatMap((line) => {
    const parsed = eventEnvelope.safeParse(parseJson(line));
    return parsed.success ? [parsed.data as EventLine] : [];
  });
}

async function listNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch {
    // No such folder yet: nothing was ever traded.
    return [];
  }
}

/** Whole lines of a file's end; none where it is not there. */
async function readTail(path: string): Promise<string[]> {
  const file = await open(path, 'r').catch(() => {
    // No such file, or one that can not be read: nothing of former runs is known then.
    return null;
  });
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return (from === 0 ? lines : lines.slice(1)).filter((line) => line !== '');
  } finally {
    await file.close();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line that was cut is no line.
    return null;
  }
}
