import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { openSqliteEquityLog } from '../../adapters/sqlite/sqlite-equity-log.ts';
import { decimal } from '../../core/decimal.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { EquityBar } from '../../model/equity-bar.ts';
import type { Money } from '../../model/money.ts';
import type { EquityLog } from '../../ports/equity-log.ts';
import { EquityRecorder } from './equity-recorder.ts';

const START = epochMs(Date.UTC(2026, 5, 15, 9, 0));
const MINUTES = { lengthMs: 60_000, from: 0 as EpochMs } as const;
const DAYS = { lengthMs: 86_400_000, from: 0 as EpochMs } as const;

const money = (text: string): Money => decimal(text) as Money;

let folder: string;
let clock: ManualClock;
let recorder: EquityRecorder;
let warnings: string[];
/** What everything is worth at a second of the run; unknown unless said. */
let worth: (second: number) => string | null;
/** What stands between the recorder and its file. */
let wrap: (log: EquityLog) => EquityLog;

function begin(): EquityRecorder {
  recorder = new EquityRecorder({
    clock,
    openLog: () => wrap(openSqliteEquityLog(join(folder, 'equity.db'))),
    read: () => {
      const equity = worth((clock.now() - START) / 1_000);
      if (equity === null) return null;
      return { time: clock.now(), equity: money(equity), cash: money('10'), capital: money('1000') };
    },
    onWarning: (reason) => void warnings.push(reason),
  });
  recorder.start();
  return recorder;
}

const passTo = (second: number): Promise<void> => clock.advance(addMs(START, second * 1_000) - clock.now());

/** A bar as minute and money. */
function shown({ openTime, open, high, low, close }: EquityBar) {
  const units = [open, high, low, close].map((each) => Number(each / money('1')));
  return [(openTime - START) / 60_000, ...units];
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-recorder-'));
  clock = createManualClock(START);
  warnings = [];
  worth = () => '1000';
  wrap = (log) => log;
});

afterEach(async () => {
  await recorder.close();
  clock.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the recorder of equity', () => {
  it('stores each minute with its first, highest, lowest and last second when the next one begins', async () => {
    worth = (second) => ({ 7: '1100', 30: '900', 59: '1001', 60: '1002' })[second] ?? '1000';
    begin();
    await passTo(59);
    expect((await openSqliteEquityLog(join(folder, 'equity.db')).load(MINUTES)).map(shown)).toEqual([]);
    await passTo(60);
    const stored = await openSqliteEquityLog(join(folder, 'equity.db')).load(MINUTES);
    expect(stored.map(shown)).toEqual([[0, 1000, 1100, 900, 1001]]);
    expect(recorder.newest().map(shown)).toEqual([
      [0, 1000, 1100, 900, 1001],
      [1, 1002, 1002, 1002, 1002],
    ]);
    expect((await recorder.load(DAYS)).map(({ high, low }) => [high, low])).toEqual([[money('1100'), money('900')]]);
  });

  it('writes nothing down while nobody knows what everything is worth', async () => {
    worth = (second) => (second < 90 || second > 200 ? null : '1000');
    begin();
    expect([await recorder.firstTime(), recorder.newest()]).toEqual([null, []]);
    await passTo(600);
    expect(await recorder.load(MINUTES)).toHaveLength(3);
    expect(await recorder.firstTime()).toBe(addMs(START, 60_000));
  });

  it('keeps the minute in which it was ended and begun again as one', async () => {
    worth = (second) => ({ 10: '1200', 40: '800' })[second] ?? '1000';
    begin();
    await passTo(20);
    await recorder.close();
    begin();
    await passTo(60);
    expect((await recorder.load(MINUTES)).map(shown)).toEqual([
      [0, 1000, 1200, 800, 1000],
      [1, 1000, 1000, 1000, 1000],
    ]);
  });

  it('tells the newest five minutes and forgets the others, which are stored', async () => {
    begin();
    await passTo(60 * 20);
    expect(recorder.newest().map((bar) => shown(bar)[0])).toEqual([16, 17, 18, 19, 20]);
    expect(await recorder.load(MINUTES)).toHaveLength(21);
  });

  it('ends its newest minute with the moment of asking, not with the last second', async () => {
    let equity = '1000';
    worth = () => equity;
    begin();
    await passTo(30);
    equity = '1234';
    expect(recorder.newest().map(shown)).toEqual([[0, 1000, 1234, 1000, 1234]]);
    equity = '1100';
    expect((await recorder.load(MINUTES)).map(shown)).toEqual([[0, 1000, 1234, 1000, 1100]]);
  });

  it('keeps a minute that ends while the one before it is still being stored', async () => {
    const slow = Promise.withResolvers<void>();
    wrap = (log) => ({ ...log, save: (minutes) => slow.promise.then(() => log.save(minutes)) });
    begin();
    await passTo(60 * 3);
    expect(recorder.standing().waiting).toBe(3);
    slow.resolve();
    await passTo(60 * 3 + 1);
    await recorder.close();
    expect(await openSqliteEquityLog(join(folder, 'equity.db')).load(MINUTES)).toHaveLength(4);
  });

  it('keeps what can not be stored, warns once an hour, shows it all the same, and stores it when it can', async () => {
    begin();
    await passTo(60);
    const other = new Database(join(folder, 'equity.db'));
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON equity BEGIN SELECT RAISE(ABORT, 'no space left'); END");
    await passTo(60 * 31);
    expect(recorder.standing()).toEqual({
      state: 'failing',
      waiting: 30,
      lastError: expect.stringContaining('no space'),
    });
    expect(warnings).toEqual([expect.stringMatching(/no space left.*trading goes on/)]);
    expect(await recorder.load(MINUTES)).toHaveLength(32);
    await passTo(60 * 95);
    expect(warnings).toHaveLength(2);
    other.exec('DROP TRIGGER refuse');
    await passTo(60 * 96);
    expect(recorder.standing()).toEqual({ state: 'storing', waiting: 0, lastError: null });
    await recorder.close();
    expect(await openSqliteEquityLog(join(folder, 'equity.db')).load(MINUTES)).toHaveLength(97);
    other.close();
  });

  it('gives up the oldest minutes of a day that could not be stored', async () => {
    begin();
    await passTo(60);
    const other = new Database(join(folder, 'equity.db'));
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON equity BEGIN SELECT RAISE(ABORT, 'no space left'); END");
    await passTo(60 * 1_500);
    expect(recorder.standing().waiting).toBe(1_440);
    other.close();
  });

  it('goes on asking when what everything is worth could not be read', async () => {
    worth = (second) => {
      if (second === 30) throw new Error('no portfolio');
      return '1000';
    };
    begin();
    await passTo(31);
    expect(recorder.standing()).toMatchObject({ state: 'failing', lastError: 'no portfolio' });
    await passTo(60);
    expect(recorder.standing()).toEqual({ state: 'storing', waiting: 0, lastError: null });
    expect(await recorder.load(MINUTES)).toHaveLength(2);
  });

  it('says nothing more and opens nothing again after its end', async () => {
    begin();
    await passTo(90);
    await recorder.close();
    await recorder.close();
    await passTo(400);
    await expect(recorder.load(MINUTES)).rejects.toThrow(/store_unavailable/);
    await expect(recorder.firstTime()).rejects.toThrow(/store_unavailable/);
    expect(await openSqliteEquityLog(join(folder, 'equity.db')).load(MINUTES)).toHaveLength(2);
  });

  it('goes on without a file that can not be opened', async () => {
    rmSync(folder, { recursive: true, force: true });
    begin();
    await passTo(120);
    expect(recorder.standing()).toMatchObject({ state: 'failing', waiting: 2 });
    await expect(recorder.load(MINUTES)).rejects.toThrow(/store_unavailable/);
    expect(recorder.newest()).toHaveLength(3);
  });
});
