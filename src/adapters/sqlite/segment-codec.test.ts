import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../ports/journal.ts';
import { encodeRecords, packText, parseRecords, unpackText } from './segment-codec.ts';
import { RowFault } from './sqlite-failures.ts';

const record: fc.Arbitrary<JournalRecord> = fc.record({
  sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  stream: fc.constantFrom('input' as const, 'output' as const),
  body: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('{"kind":"timerFired"}\n'.repeat(300))),
});

describe('segment codec', () => {
  it('gives back any records', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const text = unpackText(packText(encodeRecords(records), 'segment 1'), 'segment 1');
        expect(parseRecords(text)).toEqual(records);
      }),
    );
  });

  it('stores short texts as they are and deflates long ones that shrink', () => {
    expect(packText('i1 2\nab', '')).toMatchObject({ codec: 'text', payload: Buffer.from('i1 2\nab') });
    const long = packText('a'.repeat(10_000), '');
    expect(long.codec).toBe('deflate');
    expect(long.payload.length).toBeLessThan(200);
  });

  it('believes nothing under another heading, codec or checksum', () => {
    const packed = packText('i1 2\nab', 'segment 1 1 1');
    expect(() => unpackText(packed, 'segment 1 1 2')).toThrow(RowFault);
    expect(() => unpackText({ ...packed, codec: 'deflate' }, 'segment 1 1 1')).toThrow(RowFault);
    expect(() => unpackText({ ...packed, checksum: packed.checksum ^ 1 }, 'segment 1 1 1')).toThrow(RowFault);
  });

  it('refuses broken framing', () => {
    for (const text of ['x1 2\nab', 'i1 3\nab', 'i1 1\nab', 'i-1 2\nab', 'i1 2ab']) {
      expect(() => parseRecords(text), text).toThrow(RowFault);
    }
  });
});
