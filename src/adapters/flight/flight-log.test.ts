/**
 * Recordings on a real disk: what is written, torn, damaged, forgotten, and read back.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { FlightLog } from '../../ports/flight-log.ts';
import { createManualClock, type ManualClock } from '../clock/manual-clock.ts';
import { readFlightLog } from './flight-reader.ts';
import { createFlightLog, type FlightBounds } from './flight-writer.ts';

type Scene = { readonly dir: string; readonly clock: ManualClock; readonly faults: Failure[] };

const folders: string[] = [];

function setUp(): Scene {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-flight-'));
  folders.push(dir);
  return { dir, clock: createManualClock(epochMs(0)), faults: [] };
}

afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function open({ dir, clock, faults }: Scene, bounds: Partial<FlightBounds> = {}): FlightLog {
  return createFlightLog({ dir, clock, bounds, onFault: (fault) => faults.push(fault) });
}

/** Writes records as whoever records does: a head where one is due. */
function write(log: FlightLog, texts: readonly string[]): void {
  for (const text of texts) {
    if (log.isSegmentDue()) log.begin('head');
    log.append(text);
  }
}

function read({ dir }: Scene): { readonly texts: readonly string[]; readonly torn: readonly string[] } {
  const torn: string[] = [];
  const records = [...readFlightLog(dir, (path) => torn.push(path))];
  expect(records.map(({ sequence }) => sequence)).toEqual(
    records.map((_, index) => (records[0]?.sequence ?? 1) + index),
  );
  return { texts: records.map(({ text, place }) => (place === 'head' ? `[${text}]` : text)), torn };
}

const files = ({ dir }: Scene): readonly string[] =>
  readdirSync(dir)
    .sort()
    .map((name) => join(dir, name));

describe('a recording', () => {
  it('gives back any records in order, whatever the sizes of blocks and segments and however often it was reopened', () => {
    const lines = fc.array(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 4 }), fc.integer({ min: 1, max: 200 }), (runs, size) => {
        const scene = setUp();
        for (const run of runs) {
          const log = open(scene, { blockCharsMax: size, segmentBytesMax: size * 5 });
          write(log, run);
          log.close();
        }
        expect(read(scene).texts.filter((text) => text !== '[head]')).toEqual(runs.flat());
        expect(scene.faults).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('puts what waits on the disk after five seconds, also when nothing follows', async () => {
    const scene = setUp();
    const log = open(scene);
    write(log, ['a', 'b']);
    expect(read(scene).texts).toEqual(['[head]']);
    await scene.clock.advance(5_000);
    expect(read(scene).texts).toEqual(['[head]', 'a', 'b']);
    expect(log.status()).toMatchObject({ sequence: 3, segments: 1, failed: null });
  });

  it('begins a segment when one is old, and forgets the oldest beyond its size, never the open one', async () => {
    const scene = setUp();
    const log = open(scene, { segmentAgeMs: 60_000, totalBytesMax: 200 });
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      write(log, [text]);
      await scene.clock.advance(60_000);
    }
    log.close();
    expect(files(scene).length).toBeLessThan(5);
    expect(read(scene).texts.slice(-2)).toEqual(['[head]', 'e']);
    const tight = open(scene, { totalBytesMax: 1 });
    write(tight, ['f']);
    tight.close();
    expect(read(scene).texts).toEqual(['[head]', 'f']);
  });

  it('goes on behind a torn end, and whoever reads is told of it', () => {
    const scene = setUp();
    const first = open(scene);
    write(first, ['a', 'b']);
    first.close();
    const path = files(scene)[0] as string;
    const whole = readFileSync(path).length;
    const second = open(scene);
    write(second, ['c']);
    second.close();
    truncateSync(path, whole - 3);
    expect(() => read(scene), 'a hole is no torn end').toThrow(/missing/);
    rmSync(files(scene)[1] as string);
    const third = open(scene);
    write(third, ['d']);
    third.close();
    const { texts, torn } = read(scene);
    expect(texts).toEqual(['[head]', '[head]', 'd']);
    expect(torn).toEqual([path]);
  });

  it('every possible cut of the last segment leaves a readable beginning', () => {
    const scene = setUp();
    const log = open(scene, { blockCharsMax: 1 });
    write(log, ['a', 'b', 'c']);
    log.close();
    const path = files(scene)[0] as string;
    const bytes = readFileSync(path);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const { texts } = read(scene);
      expect(texts).toEqual(['[head]', 'a', 'b', 'c'].slice(0, texts.length));
    }
    expect(read(scene).texts).toHaveLength(4);
  });

  it('any changed byte is found and never played', () => {
    const scene = setUp();
    const log = open(scene);
    write(log, ['a'.repeat(50), 'b']);
    log.close();
    const path = files(scene)[0] as string;
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length - 1; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x15;
      writeFileSync(path, changed);
      const outcome = attempt(() => read(scene));
      const intact = ['[head]', 'a'.repeat(50), 'b'];
      // A changed length may look like a torn end: then nothing behind it is given.
      expect(outcome === 'damaged' || outcome.length < intact.length, `byte ${at}`).toBe(true);
    }
  });

  it('refuses bytes behind the last block that are none of ours', () => {
    const scene = setUp();
    const log = open(scene);
    write(log, ['a']);
    log.close();
    appendFileSync(files(scene)[0] as string, `${'x'.repeat(80)}\n`);
    expect(() => read(scene)).toThrow(/no block begins/);
  });

  it('that can not be written ends there, says so once, and throws nothing', () => {
    const scene = setUp();
    const blocked = join(scene.dir, 'file');
    writeFileSync(blocked, '');
    const log = createFlightLog({
      dir: join(blocked, 'x'),
      clock: scene.clock,
      onFault: (fault) => scene.faults.push(fault),
    });
    expect(log.isSegmentDue()).toBe(false);
    log.begin('head');
    log.append('a');
    log.close();
    expect(scene.faults.map(({ code }) => code)).toEqual(['recording_ended']);
    expect(log.status().failed).not.toBeNull();
  });

  it('of a folder that is not there is no recording', () => {
    expect(() => [...readFlightLog('/nowhere/at/all', () => {})]).toThrow(/can not be read/);
  });
});

function attempt(action: () => { readonly texts: readonly string[] }): 'damaged' | readonly string[] {
  try {
    return action().texts;
  } catch {
    // Which failure it is depends on the byte; that it is one is what counts.
    return 'damaged';
  }
}
