/**
 * `hotwick scan` as people meet it: a folder in, tables on the terminal and a report in a file out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanReport } from '../../src/app/scan/scan-report.ts';
import { HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { recordingFolder, writeBars } from '../fixtures/recording-folder.ts';

function writeMarket(): string {
  const dir = recordingFolder();
  writeBars(join(dir, 'ABCUSDT-5m.csv'), { stepMs: 300_000, from: 0, to: 600 }, (index) => ({
    close: index < 500 ? 1 : 1.04,
    volume: index === 500 ? 1_000_000 : 20_000,
  }));
  return dir;
}

describe('hotwick scan', () => {
  it('shows what was found and keeps the whole of it in a file', async () => {
    const dir = writeMarket();
    const file = join(dir, 'report.json');
    const ending = await runHotwick(['scan', '--recording', dir, '--report', file]);
    expect(ending).toMatchObject({ code: 0 });
    expect(ending.stdout).toMatch(/^ +entered +coin +source/m);
    expect(ending.stdout).toMatch(/ABC\/USDT +momentum/);
    const report = JSON.parse(readFileSync(file, 'utf8')) as ScanReport;
    expect(report.candidates.map(({ instrument_id }) => instrument_id)).toEqual(['binance:spot:ABC/USDT']);
    expect(report.recording).toMatchObject({ dir, bars: 600, timeframe: '5m' });
  });

  it('watches a live exchange and shows the coins that are nearest, and ends when told', async () => {
    const sim = new HotwickProcess(['sim', '--port', '0', '--market', 'spot', '--speed', '1']);
    const [, address = ''] = await sim.match(/REST +http:\/\/([\d.:]+)/);
    const urls = ['--rest-url', `http://${address}`, '--ws-url', `ws://${address}`];
    const ending = await runHotwick(['scan', '--live', '--for', '4s', '--every', '1h', ...urls]);
    sim.child.kill('SIGTERM');
    await sim.ended;
    expect(ending).toMatchObject({ code: 0 });
    expect(ending.stdout).toMatch(/The hottest coins: \d+/);
    expect(ending.stdout).toMatch(/Nearest to a burst, of [1-9]\d* watched/);
    expect(ending.stdout).toContain('x off (no bearer token); square off (not asked for)');
  });

  it('says in one sentence what is wrong', async () => {
    const dir = writeMarket();
    for (const args of [
      ['--recording', join(dir, 'none')],
      ['--recording', dir, '--timeframe', '1h'],
      ['--recording', dir, '--live'],
      ['--recording', dir, '--report', join(dir, 'none', 'report.json')],
    ]) {
      const ending = await runHotwick(['scan', ...args]);
      expect(ending.code).toBe(1);
      expect(ending.stderr).toMatch(/^error [a-z_]+: .+\n {2}.+$/m);
    }
  });
});
