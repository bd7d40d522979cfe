/**
 * What every Journal does, as one suite: a harness that makes journals enters, tests leave. Cases about durability and
 * damage run where the harness can open the same storage again and spoil it.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../src/model/failure.ts';
import type { Journal, JournalRecord } from '../../src/ports/journal.ts';

/** Bounds a test asks for. */
export type JournalBounds = { readonly bytesMax?: number; readonly bufferRecordsMax?: number };
/** Storage of one test. */
export type JournalStorage = {
  readonly open: () => Journal;
  readonly destroy: () => void;
  /** How to spoil the stored bytes; `null` where nothing is stored. Segments count from 0, oldest first. */
  readonly spoil: {
    /** Changes one bit of a segment's bytes; `position` is a fraction of its length. */
    readonly flipBit: (segment: number, position: number) => void;
    readonly removeSegment: (segment: number) => void;
    readonly flipBitOfSnapshot: (sequence: number) => void;
  } | null;
};
/** How the suite gets at an adapter. */
export type JournalHarness = {
  readonly name: string;
  readonly durability: 'durable' | 'volatile';
  readonly create: (bounds: JournalBounds) => JournalStorage;
};

function input(sequence: number, body = `{"input":${sequence}}`): JournalRecord {
  return { sequence, stream: 'input', body };
}

function output(sequence: number, body = `{"output":${sequence}}`): JournalRecord {
  return { sequence, stream: 'output', body };
}

function inputs(from: number, to: number): JournalRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => input(from + index));
}

/** Everything readable from `from`, and the failure that ended the reading, if one did. */
async function readOut(journal: Journal, from = 1) {
  const records: JournalRecord[] = [];
  try {
    for await (const record of journal.read(from)) records.push(record);
    return { records, code: null, sequence: null };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    return { records, code: thrown.failure.code, sequence: thrown.failure.context['sequence'] };
  }
}

async function readAll(journal: Journal, from = 1): Promise<readonly JournalRecord[]> {
  const { records, code } = await readOut(journal, from);
  expect(code).toBeNull();
  return records;
}

/** Appends records and makes them one segment. */
async function burst(journal: Journal, records: readonly JournalRecord[]): Promise<void> {
  await journal.append(records);
  await journal.flush();
}

/** Declares the suite for one adapter. */
export function describeJournal(harness: JournalHarness): void {
  const isDurable = harness.durability === 'durable';
  describe(`${harness.name} as a Journal`, () => {
    let storage: JournalStorage;
    let journal: Journal;
    const start = (bounds: JournalBounds = {}): void => {
      storage = harness.create(bounds);
      journal = storage.open();
    };
    const reopen = async (): Promise<void> => {
      await journal.close();
      journal = storage.open();
    };
    beforeEach(() => start());
    afterEach(async () => {
      await journal.close();
      storage.destroy();
    });
    const restart = async (bounds: JournalBounds): Promise<void> => {
      await journal.close();
      storage.destroy();
      start(bounds);
    };

    describe('order', () => {
      it('is that of appending, inputs and outputs together', async () => {
        const records = [input(1), output(1), input(2), input(3), output(2), output(3), output(3, 'again')];
        await journal.append(records.slice(0, 3));
        await burst(journal, records.slice(3, 5));
        await journal.append(records.slice(5));
        expect(await readAll(journal)).toEqual(records);
      });
      it('keeps an output that lands in a later segment than its input', async () => {
        await burst(journal, [input(1), input(2)]);
        await burst(journal, [output(1), output(2)]);
        await burst(journal, [input(3)]);
        expect(await readAll(journal)).toEqual([input(1), input(2), output(1), output(2), input(3)]);
        expect(await readAll(journal, 2)).toEqual([input(2), output(2), input(3)]);
      });
      it('keeps bodies of any well-formed text', async () => {
        const bodies = ['', '\n', 'i1 5\nabcde', '"quoted"\u0000', 'ü€😀', 'x'.repeat(100_000)];
        await burst(
          journal,
          bodies.map((body, index) => input(index + 1, body)),
        );
        expect((await readAll(journal)).map(({ body }) => body)).toEqual(bodies);
      });
      it('keeps more records than the buffer holds', async () => {
        await restart({ bufferRecordsMax: 10 });
        for (const sequence of Array.from({ length: 37 }, (_, index) => index + 1))
          await journal.append([input(sequence)]);
        expect(await journal.lastSequence()).toBeGreaterThanOrEqual(20);
        expect(await readAll(journal)).toEqual(inputs(1, 37));
        await burst(journal, inputs(38, 99));
        expect(await readAll(journal, 30)).toEqual(inputs(30, 99));
      });
      it('stops the program on an input out of sequence or an output before its input, taking nothing', async () => {
        await journal.append(inputs(1, 2));
        await expect(journal.append([input(3), input(5)])).rejects.toThrow(/input 5 where 4 is next/);
        await expect(journal.append([input(2)])).rejects.toThrow(/input 2 where 3 is next/);
        await expect(journal.append([output(3), input(3)])).rejects.toThrow(/output of 3 after input 2/);
        await expect(journal.append([input(3, '\ud800')])).rejects.toThrow(/well-formed/);
        await journal.append([input(3)]);
        expect(await readAll(journal)).toEqual(inputs(1, 3));
      });
    });

    describe('reading', () => {
      it('resumes from any sequence', async () => {
        for (const first of [1, 4, 7]) await burst(journal, inputs(first, first + 2));
        for (let from = 1; from <= 10; from++)
          expect(await readAll(journal, from)).toEqual(inputs(1, 9).slice(from - 1));
      });
      it('yields nothing from an empty journal', async () => {
        expect(await readAll(journal)).toEqual([]);
        expect(await journal.lastSequence()).toBe(0);
        expect(await journal.loadSnapshot()).toBeNull();
      });
      it('ends where the journal ended when it began', async () => {
        await burst(journal, inputs(1, 3));
        const reading = journal.read(1)[Symbol.asyncIterator]();
        expect((await reading.next()).value).toEqual(input(1));
        await burst(journal, inputs(4, 6));
        expect((await reading.next()).value).toEqual(input(2));
        expect((await reading.next()).value).toEqual(input(3));
        expect((await reading.next()).done).toBe(true);
      });
    });

    describe('the durability point', () => {
      it('is the flush: only what was flushed counts as last', async () => {
        await journal.append(inputs(1, 2));
        expect(await journal.lastSequence()).toBe(0);
        await journal.flush();
        expect(await journal.lastSequence()).toBe(2);
        await journal.append([output(2), input(3)]);
        expect(await journal.lastSequence()).toBe(2);
        await journal.flush();
        await journal.flush();
        expect(await journal.lastSequence()).toBe(3);
      });
    });

    describe('snapshots', () => {
      it('gives back the newest', async () => {
        await journal.append(inputs(1, 9));
        await journal.saveSnapshot({ sequence: 3, stateHash: 'a', body: 'three' });
        await journal.saveSnapshot({ sequence: 9, stateHash: 'b', body: 'n'.repeat(50_000) });
        expect(await journal.loadSnapshot()).toEqual({ sequence: 9, stateHash: 'b', body: 'n'.repeat(50_000) });
      });
      it('replaces one of the same sequence', async () => {
        await journal.append(inputs(1, 2));
        await journal.saveSnapshot({ sequence: 2, stateHash: 'a', body: 'old' });
        await journal.saveSnapshot({ sequence: 2, stateHash: 'b', body: 'new' });
        expect(await journal.loadSnapshot()).toEqual({ sequence: 2, stateHash: 'b', body: 'new' });
      });
      it('makes everything appended before it durable', async () => {
        await journal.append(inputs(1, 4));
        await journal.saveSnapshot({ sequence: 4, stateHash: 'a', body: 's' });
        expect(await journal.lastSequence()).toBe(4);
      });
      it('refuses a state that no recorded input led to', async () => {
        await journal.append(inputs(1, 4));
        await expect(journal.saveSnapshot({ sequence: 5, stateHash: 'a', body: 's' })).rejects.toThrow(/snapshot of 5/);
      });
    });

    describe('forgetting', () => {
      const fill = async (bounds: JournalBounds): Promise<void> => {
        await restart(bounds);
        for (const first of [1, 11, 21, 31]) await burst(journal, inputs(first, first + 9));
      };
      it('keeps everything within the size bound', async () => {
        await fill({});
        await journal.saveSnapshot({ sequence: 40, stateHash: 'h', body: 's' });
        expect(await readAll(journal)).toEqual(inputs(1, 40));
      });
      it('forgets whole segments before the oldest kept snapshot', async () => {
        await fill({ bytesMax: 1 });
        await journal.saveSnapshot({ sequence: 25, stateHash: 'h', body: 's' });
        expect(await readAll(journal)).toEqual(inputs(21, 40));
        await journal.saveSnapshot({ sequence: 40, stateHash: 'h', body: 's' });
        expect(await readAll(journal)).toEqual(inputs(21, 40));
        expect(await readAll(journal, 26)).toEqual(inputs(26, 40));
        await journal.saveSnapshot({ sequence: 40, stateHash: 'h', body: 's' });
        await journal.append([input(41)]);
        await journal.saveSnapshot({ sequence: 41, stateHash: 'h', body: 's' });
        expect(await readAll(journal)).toEqual([input(41)]);
      });
      it('stops as soon as the rest is within the bound', async () => {
        await restart({ bytesMax: 10_000 });
        for (const sequence of [1, 2, 3, 4]) await burst(journal, [input(sequence, 'x'.repeat(3000))]);
        await journal.saveSnapshot({ sequence: 4, stateHash: 'h', body: 's' });
        expect((await readAll(journal)).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
      });
      it('goes on counting after everything was forgotten', async () => {
        await restart({ bytesMax: 1 });
        await journal.append(inputs(1, 5));
        await journal.saveSnapshot({ sequence: 5, stateHash: 'h', body: 's' });
        expect(await readAll(journal)).toEqual([]);
        if (isDurable) await reopen();
        expect(await journal.lastSequence()).toBe(5);
        await burst(journal, [output(5), input(6)]);
        expect(await readAll(journal)).toEqual([input(6)]);
      });
    });

    it('equals a plain list after any bursts, flushes and openings', async () => {
      const action = fc.record({
        kind: fc.constantFrom('inputs', 'output', 'flush', 'reopen'),
        bodies: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
        back: fc.nat(3),
      });
      const script = fc.array(action, { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(script, fc.integer({ min: 1, max: 6 }), async (actions, bufferRecordsMax) => {
          await restart({ bufferRecordsMax });
          const model: JournalRecord[] = [];
          let last = 0;
          for (const { kind, bodies, back } of actions) {
            const records: JournalRecord[] = [];
            if (kind === 'inputs') records.push(...bodies.map((body) => input(++last, body)));
            if (kind === 'output' && last > back) records.push(output(last - back));
            if (kind === 'flush') await journal.flush();
            if (kind === 'reopen' && isDurable) await reopen();
            await journal.append(records);
            model.push(...records);
          }
          expect(await readAll(journal)).toEqual(model);
          const from = Math.ceil(last / 2);
          expect(await readAll(journal, from)).toEqual(model.filter(({ sequence }) => sequence >= from));
        }),
        { numRuns: 40 },
      );
    });

    it('rejects after it was closed, and closes twice', async () => {
      await journal.close();
      await journal.close();
      await expect(journal.append([input(1)])).rejects.toThrow(/store_unavailable/);
      await expect(journal.flush()).rejects.toThrow(/store_unavailable/);
      await expect(journal.loadSnapshot()).rejects.toThrow(/store_unavailable/);
      expect((await readOut(journal)).code).toBe('store_unavailable');
    });

    if (!isDurable) return;

    describe('what is stored', () => {
      it('holds records and the sequence after it is opened again', async () => {
        await burst(journal, [input(1), output(1), input(2)]);
        await reopen();
        expect(await journal.lastSequence()).toBe(2);
        await journal.append([output(2), input(3)]);
        await reopen();
        expect(await readAll(journal)).toEqual([input(1), output(1), input(2), output(2), input(3)]);
        await expect(journal.append([input(3)])).rejects.toThrow(/input 3 where 4 is next/);
      });
      it('refuses a second writer instead of mixing with it', async () => {
        const second = storage.open();
        await burst(journal, [input(1)]);
        await second.append([input(1, 'other')]);
        await expect(second.flush()).rejects.toThrow(/another process writes the journal/);
        await expect(second.close()).rejects.toThrow(FailureError);
        expect(await readAll(journal)).toEqual([input(1)]);
      });
      it('falls back to the one before when the newest is damaged', async () => {
        await journal.append(inputs(1, 9));
        for (const sequence of [2, 5, 8])
          await journal.saveSnapshot({ sequence, stateHash: 'h', body: `s${sequence}` });
        storage.spoil?.flipBitOfSnapshot(8);
        expect(await journal.loadSnapshot()).toEqual({ sequence: 5, stateHash: 'h', body: 's5' });
        storage.spoil?.flipBitOfSnapshot(5);
        await expect(journal.loadSnapshot()).rejects.toThrow(/journal_corrupt.*sequence 8/);
      });
    });

    describe('damage', () => {
      const threeBursts = async (): Promise<void> => {
        for (const first of [1, 4, 7]) await burst(journal, inputs(first, first + 2));
      };
      it('ends the reading at the first damaged sequence, after everything before it', async () => {
        await threeBursts();
        storage.spoil?.flipBit(1, 0.5);
        expect(await readOut(journal)).toEqual({ records: inputs(1, 3), code: 'journal_corrupt', sequence: 4 });
        expect(await readOut(journal, 7)).toEqual({ records: inputs(7, 9), code: null, sequence: null });
      });
      it('is noticed when a segment is missing, wherever it stood', async () => {
        await threeBursts();
        storage.spoil?.removeSegment(1);
        expect(await readOut(journal)).toEqual({ records: inputs(1, 3), code: 'journal_corrupt', sequence: 4 });
        expect(await readOut(journal, 5)).toEqual({ records: [], code: 'journal_corrupt', sequence: 5 });
        storage.spoil?.removeSegment(0);
        expect(await readOut(journal)).toEqual({ records: [], code: 'journal_corrupt', sequence: 1 });
        storage.spoil?.removeSegment(0);
        expect(await readOut(journal, 8)).toEqual({ records: [], code: 'journal_corrupt', sequence: 8 });
      });
      it('is noticed when a segment of outputs alone is missing', async () => {
        await threeBursts();
        await burst(journal, [output(8), output(9)]);
        await burst(journal, [input(10)]);
        storage.spoil?.removeSegment(3);
        expect(await readOut(journal)).toEqual({ records: inputs(1, 9), code: 'journal_corrupt', sequence: 10 });
      });
      it('names the sequence of an output when only outputs are damaged', async () => {
        await threeBursts();
        await burst(journal, [output(8), output(9)]);
        storage.spoil?.flipBit(3, 0);
        expect(await readOut(journal)).toEqual({ records: inputs(1, 9), code: 'journal_corrupt', sequence: 8 });
      });
      it('of any bit anywhere is noticed', async () => {
        await threeBursts();
        await burst(journal, [input(10, randomText(20_000, 7))]);
        const places = fc.record({ segment: fc.nat(3), position: fc.double({ min: 0, max: 1, noNaN: true }) });
        await fc.assert(
          fc.asyncProperty(places, async ({ segment, position }) => {
            storage.spoil?.flipBit(segment, position);
            const sequence = segment * 3 + 1;
            const records = inputs(1, sequence - 1);
            expect(await readOut(journal)).toEqual({ records, code: 'journal_corrupt', sequence });
            storage.spoil?.flipBit(segment, position);
          }),
          { numRuns: 40 },
        );
      });
    });
  });
}

/** Text that deflate cannot shrink much: numbers of a multiplicative generator. */
function randomText(length: number, seed: number): string {
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
