/**
 * Files that the desk reads where no engine of this process has the answer: the status, closed trades of former days,
 * and the end of the event log after a restart. Whoever wrote them may have been killed in the middle of a line.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeskTrade, deskTrade, type TradesAnswer } from '../../api/contract.ts';
import type { StatusFile } from '../../api/desk/desk-ports.ts';
import type { EpochMs } from '../../core/time.ts';
import { eventEnvelope } from '../trading/exports/event-line.ts';
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

/** The newest closed legs of the files, newest first. */
export async function readTrades(dir: string, limit: number): Promise<readonly DeskTrade[]> {
  const names = (await listNames(dir)).filter((name) => TRADE_FILE.test(name)).sort();
  const trades: DeskTrade[] = [];
  for (const name of names.reverse()) {
    if (trades.length >= limit) break;
    const lines = await readTail(join(dir, name));
    for (const line of lines.reverse()) {
      const parsed = deskTrade.safeParse(parseJson(line));
      if (parsed.success && trades.length < limit) trades.push(parsed.data);
    }
  }
  return trades;
}

/** What the files of `dir` answer where no engine has any trades. */
export async function answerTradesFrom(dir: string, limit: number, now: EpochMs): Promise<TradesAnswer> {
  const trades = await readTrades(dir, limit);
  const source = trades.length === 0 ? 'none' : 'files';
  return { trades: [...trades], source, pnl_summary: null, ts: now / 1_000 };
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
