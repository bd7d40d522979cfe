import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordingFolder, type TestBar, writeBars } from '../../../test/fixtures/recording-folder.ts';
import { dataFile, describeWithData } from '../../../test/fixtures/shared-data.ts';
import { scanConfig } from './scan-config.ts';
import { describeFindings } from './scan-findings.ts';
import { scanRecording } from './scan-recording.ts';
import type { ScanReport } from './scan-report.ts';
import { toTables } from './scan-tables.ts';

const STEP = 300_000;
const DAY_BARS = 288;
/** Bar in which PUMP begins to rise: noon of the second day. */
const BURST = DAY_BARS + 144;

/** A quiet coin of about 1.4 million quote units a day. */
const quiet = (index: number): TestBar => ({ close: index % 2 === 0 ? 100 : 100.1, volume: 50 });

/** Rises by 4 % a bar at twenty times its volume for 15 bars, then stands. */
function pump(index: number): TestBar {
  const risen = Math.min(15, Math.max(0, index - BURST + 1));
  return { close: 100 * 1.04 ** risen, volume: risen > 0 && risen < 15 ? 1_000 : 50 };
}

function writeMarket(bars: number): string {
  const dir = recordingFolder();
  const stretch = { stepMs: STEP, from: 0, to: bars };
  for (const name of ['AAA', 'BBB', 'CCC']) writeBars(join(dir, `${name}USDT-5m.csv`), stretch, quiet);
  writeBars(join(dir, 'PUMPUSDT-5m.csv'), stretch, pump);
  // Traded for the first time on the second day, half an hour before it rises.
  if (bars > BURST) {
    writeBars(join(dir, 'NEWUSDT-5m.csv'), { ...stretch, from: BURST - 6 }, (index) => {
      return { close: index < BURST ? 1 : 1.5, volume: 20_000 };
    });
  }
  return dir;
}

async function scan(dir: string): Promise<ScanReport> {
  const scanned = await scanRecording({ dir, onProgress: () => {} });
  if (!scanned.ok) throw new Error(scanned.error.message);
  return scanned.value;
}

const clock = (bar: number): string => new Date(Date.UTC(2026, 2, 1) + bar * STEP).toISOString();

describe('a scanned recording', () => {
  it('tells when a coin that rose was found and what was left of its move', async () => {
    const { moves, lanes, candidates, recording } = await scan(writeMarket(3 * DAY_BARS));
    expect(recording).toMatchObject({ timeframe: '5m', instruments: 5, judged_days: 2, judged_from: clock(DAY_BARS) });
    const move = moves.find(({ instrument_id }) => instrument_id === 'binance:spot:PUMP/USDT');
    // The first bar of the burst has +4 % and twenty times the volume: it is told at its end and not before.
    expect(move).toMatchObject({ day: '2026-03-02', alarms: { rule: { time: clock(BURST + 1), held: false } } });
    const top = 100 * 1.04 ** 15;
    expect(move?.alarms['rule']?.share_left).toBeCloseTo((top - 104) / (top - 100), 6);
    expect(candidates.find(({ instrument_id }) => instrument_id === 'binance:spot:PUMP/USDT')).toMatchObject({
      admitted_time: clock(BURST + 1),
      source: 'momentum',
      outcome: 'target',
    });
    expect(lanes.find(({ lane }) => lane === 'rule')).toMatchObject({ moves_found: 1, moves: 2, target: 1 });
  });

  it('takes a coin whose first bar comes later for a listing', async () => {
    const { candidates } = await scan(writeMarket(3 * DAY_BARS));
    const found = candidates.filter(({ instrument_id }) => instrument_id === 'binance:spot:NEW/USDT');
    expect(found[0]).toMatchObject({ source: 'listing', admitted_time: clock(BURST - 5) });
  });

  it('finds nothing in a quiet market', async () => {
    const dir = recordingFolder();
    for (const name of ['AAA', 'BBB']) {
      writeBars(join(dir, `${name}USDT-5m.csv`), { stepMs: STEP, from: 0, to: 2 * DAY_BARS }, quiet);
    }
    const { moves, candidates, lanes } = await scan(dir);
    expect([moves, candidates]).toEqual([[], []]);
    expect(lanes.filter(({ lane, alarms }) => lane !== 'chance' && alarms > 0)).toEqual([]);
  });

  it('says the same of a moment whatever comes after it', async () => {
    const whole = await scan(writeMarket(3 * DAY_BARS));
    for (const end of [BURST + 2, BURST + 9]) {
      const cut = await scan(writeMarket(end));
      const known = ({ candidates }: ScanReport) =>
        candidates
          .filter(({ admitted_time }) => admitted_time <= clock(end))
          .map(({ instrument_id, admitted_time, entry_time, heat, price, burst_score }) => {
            const isEntered = entry_time !== null && entry_time <= clock(end);
            return { instrument_id, admitted_time, ...(isEntered ? { entry_time, heat, price } : {}), burst_score };
          });
      expect(known(cut)).toEqual(known(whole));
      expect(known(cut).length).toBeGreaterThan(0);
    }
  });

  it('that is a day or shorter is refused, because a ticker tells a day', async () => {
    const scanned = await scanRecording({ dir: writeMarket(DAY_BARS), onProgress: () => {} });
    expect(scanned).toMatchObject({ ok: false, error: { code: 'usage_wrong' } });
  });

  it('says in sentences what it shows, beside what chance is worth', async () => {
    const report = await scan(writeMarket(3 * DAY_BARS));
    const chance = report.lanes.find(({ lane }) => lane === 'chance');
    // Two days of six holding times each, at which coins that trade enough are taken.
    expect(chance?.alarms).toBeGreaterThan(3 * 6 * 2);
    const [found, worth, score, stays, sample] = describeFindings(report);
    expect(found).toMatch(/^Of 2 moves the rule told 1 on their day, with 9\d % of the rise left/);
    expect(worth).toMatch(/^Of the rule's 1 finished alarms 100 % reached the target and 0 % the stop/);
    expect(score).toContain('normalised score');
    expect(stays).toMatch(/^\d+ stays in the pool/);
    expect(sample).toContain('small sample');
  });

  it('has a table of lanes, of moves and of the hottest', async () => {
    const tables = toTables(await scan(writeMarket(3 * DAY_BARS)));
    expect(tables.map(({ rows }) => rows.length > 0)).toEqual([true, true, true]);
    for (const { headings, rows } of tables) for (const row of rows) expect(row).toHaveLength(headings.length);
  });
});

describe('the rules on bars', () => {
  it('keep every threshold and the 20 minutes of the baseline', () => {
    expect(scanConfig('1m').ticker).toMatchObject({ barMs: 60_000, baselineBars: 20, warmUpBars: 10 });
    expect(scanConfig('5m').ticker).toMatchObject({ barMs: 300_000, baselineBars: 4, warmUpBars: 2 });
    expect(scanConfig('5m').anomaly).toEqual(scanConfig('1m').anomaly);
    expect(scanConfig('5m').anomaly).toMatchObject({ volumeRatioMin: 5, change5mMin: 0.03, change24hMax: 0.3 });
  });
});

describeWithData('recorded weeks of DOGE', () => {
  it('are scanned over the hours that the exchange was gone: 4 May 2021 is a move, and every share is one', async () => {
    const dir = dataFile('klines/spot-doge-may2021');
    const scanned = await scanRecording({ dir, timeframe: '5m', onProgress: () => {} });
    if (!scanned.ok) throw new Error(scanned.error.message);
    const { recording, moves, candidates } = scanned.value;
    expect(recording).toMatchObject({ instruments: 2, bars: 17_166, estimated_quote_volumes: 17_166 });
    expect(moves.map(({ instrument_id, day }) => `${instrument_id} ${day}`)).toEqual([
      'binance:spot:DOGE/USDT 2021-05-04',
    ]);
    expect(candidates.length).toBeGreaterThan(0);
    for (const { share_left } of candidates)
      expect(share_left === null || (share_left >= 0 && share_left <= 1)).toBe(true);
  });
});
