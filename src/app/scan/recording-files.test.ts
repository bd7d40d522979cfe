import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordingFolder, writeBars } from '../../../test/fixtures/recording-folder.ts';
import { listRecording } from './recording-files.ts';

const USDT = { quoteAsset: 'USDT' };

function writeQuiet(path: string, stepMs = 300_000): void {
  writeBars(path, { stepMs, from: 0, to: 2 }, () => ({ close: 1, volume: 1 }));
}

describe('a folder of candle files', () => {
  it('is a recording of its finest timeframe, each instrument with its files in order', async () => {
    const dir = recordingFolder();
    for (const name of ['ABCUSDT-1m-2026-03-02.csv', 'ABCUSDT-1m-2026-03-01.csv', 'sub/XYZUSDT-1m.csv']) {
      writeQuiet(join(dir, name), 60_000);
    }
    writeQuiet(join(dir, 'ABCUSDT-5m.csv'));
    const recording = await listRecording(dir, USDT);
    if (!recording.ok) throw new Error(recording.error.message);
    expect(recording.value.timeframe).toBe('1m');
    expect(recording.value.instruments).toEqual([
      {
        instrumentId: 'binance:spot:ABC/USDT',
        paths: [join(dir, 'ABCUSDT-1m-2026-03-01.csv'), join(dir, 'ABCUSDT-1m-2026-03-02.csv')],
      },
      { instrumentId: 'binance:spot:XYZ/USDT', paths: [join(dir, 'sub/XYZUSDT-1m.csv')] },
    ]);
    expect(recording.value.skipped).toEqual([{ path: join(dir, 'ABCUSDT-5m.csv'), reason: 'its candles are of 5m' }]);
  });

  it('tells of every file that is left out why', async () => {
    const dir = recordingFolder();
    for (const name of ['ABCUSDT-5m.csv', 'ABCBTC-5m.csv', 'futures/XYZUSDT-5m.csv', 'ABCUSDT-1h.csv', 'notes.csv']) {
      writeQuiet(join(dir, name), 3_600_000);
    }
    const recording = await listRecording(dir, USDT);
    if (!recording.ok) throw new Error(recording.error.message);
    expect(recording.value.instruments.map(({ instrumentId }) => instrumentId)).toEqual(['binance:spot:ABC/USDT']);
    const reasons = new Map(recording.value.skipped.map(({ path, reason }) => [path.slice(dir.length + 1), reason]));
    expect([...reasons.keys()].sort()).toEqual([
      'ABCBTC-5m.csv',
      'ABCUSDT-1h.csv',
      'futures/XYZUSDT-5m.csv',
      'notes.csv',
    ]);
    expect(reasons.get('ABCBTC-5m.csv')).toContain('BTC');
    expect(reasons.get('futures/XYZUSDT-5m.csv')).toContain('futures');
    expect(reasons.get('ABCUSDT-1h.csv')).toContain('1h');
  });

  it('that holds nothing to play, or is none, is refused by code', async () => {
    const dir = recordingFolder();
    expect(await listRecording(dir, USDT)).toMatchObject({ error: { code: 'usage_wrong' } });
    writeQuiet(join(dir, 'ABCUSDT-5m.csv'));
    expect(await listRecording(dir, { ...USDT, timeframe: '1m' })).toMatchObject({ error: { code: 'usage_wrong' } });
    expect(await listRecording(join(dir, 'none'), USDT)).toMatchObject({ error: { code: 'file_unreadable' } });
  });
});
