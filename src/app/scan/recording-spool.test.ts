import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RECORDED_FROM, recordingFolder, writeBars } from '../../../test/fixtures/recording-folder.ts';
import { listRecording, type Recording } from './recording-files.ts';
import { type RecordingSpool, spoolRecording } from './recording-spool.ts';

const STEP = 300_000;

async function list(dir: string): Promise<Recording> {
  const recording = await listRecording(dir, { quoteAsset: 'USDT' });
  if (!recording.ok) throw new Error(recording.error.message);
  return recording.value;
}

async function spool(dir: string): Promise<RecordingSpool> {
  const spooled = await spoolRecording(await list(dir), () => {});
  if (!spooled.ok) throw new Error(spooled.error.message);
  onTestFinished(spooled.value.close);
  return spooled.value;
}

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('hotwick-scan-'));
}

describe('a spooled recording', () => {
  it('plays the bars of all instruments in the order of time, also beyond a window', async () => {
    const dir = recordingFolder();
    writeBars(join(dir, 'AUSDT-5m.csv'), { stepMs: STEP, from: 0, to: 600 }, (i) => ({ close: 1 + i, volume: 1 }));
    writeBars(join(dir, 'BUSDT-5m.csv'), { stepMs: STEP, from: 3, to: 600 }, (i) =>
      i % 7 === 0 ? null : { close: 2, volume: 1 },
    );
    const { frames, instruments, bars } = await spool(dir);
    expect(instruments.map(({ rows }) => rows)).toEqual([600, 512]);
    expect(bars).toBe(1_112);
    const played = [...frames()];
    expect(played.map(({ closeTime }) => closeTime)).toEqual(
      Array.from({ length: 600 }, (_, i) => RECORDED_FROM + (i + 1) * STEP),
    );
    for (const [index, { closeTime, bars: ended }] of played.entries()) {
      expect(ended.every(({ openTime }) => openTime + STEP === closeTime)).toBe(true);
      expect(ended.map(({ instrument }) => instrument)).toEqual(index < 3 || index % 7 === 0 ? [0] : [0, 1]);
      expect(ended[0]?.close).toBe(1 + index);
    }
  });

  it('takes of files that overlap each time once, and counts the rest', async () => {
    const dir = recordingFolder();
    const one = (close: number) => () => ({ close, volume: 1 });
    writeBars(join(dir, 'AUSDT-5m-2026-03-01.csv'), { stepMs: STEP, from: 0, to: 10 }, one(1));
    writeBars(join(dir, 'AUSDT-5m-2026-03-02.csv'), { stepMs: STEP, from: 6, to: 14 }, one(2));
    const { frames, repeated } = await spool(dir);
    expect(repeated).toBe(4);
    expect([...frames()].map(({ bars }) => bars[0]?.close)).toEqual([...Array(10).fill(1), ...Array(4).fill(2)]);
  });

  it('takes quote volumes as they are, and estimates and counts those that a file lacks', async () => {
    const dir = recordingFolder();
    writeBars(join(dir, 'AUSDT-5m.csv'), { stepMs: STEP, from: 0, to: 1 }, () => ({
      close: 2,
      volume: 3,
      low: 1,
      high: 3,
    }));
    writeFileSync(join(dir, 'BUSDT-5m.csv'), `${RECORDED_FROM},2,3,1,2,3,${RECORDED_FROM + STEP - 1},7.5,4,1,2.5\n`);
    const { frames, estimated } = await spool(dir);
    expect(estimated).toBe(1);
    expect([...frames()][0]?.bars.map(({ quoteVolume, takerQuoteVolume }) => [quoteVolume, takerQuoteVolume])).toEqual([
      [6, null],
      [7.5, 2.5],
    ]);
  });

  it('leaves nothing behind, whether it is closed or a file ends before its time', async () => {
    const before = leftovers();
    const dir = recordingFolder();
    const path = join(dir, 'AUSDT-5m.csv');
    writeBars(path, { stepMs: STEP, from: 0, to: 5_000 }, (i) => ({ close: 1 + (i % 13), volume: i }));
    const whole = await spoolRecording(await list(dir), () => {});
    expect(leftovers().length).toBe(before.length + 1);
    if (whole.ok) whole.value.close();
    expect(leftovers()).toEqual(before);
    const packed = gzipSync(readFileSync(path));
    writeFileSync(join(dir, 'BUSDT-5m.csv.gz'), packed.subarray(0, packed.length / 2));
    const cut = await spoolRecording(await list(dir), () => {});
    expect(cut).toMatchObject({ ok: false, error: { code: 'file_truncated' } });
    expect(leftovers()).toEqual(before);
  });
});
