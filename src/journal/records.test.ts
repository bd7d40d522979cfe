import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle, formingOf, minutesArbitrary } from '../../test/fixtures/candles.ts';
import { createMemoryJournal } from '../adapters/memory/memory-journal.ts';
import { type Decimal, decimal, toDecimalText } from '../core/decimal.ts';
import { epochMs } from '../core/time.ts';
import type { Effect, Input } from '../model/events.ts';
import { digest, encode, inputRecord, outputRecord, parseEncoded, parseInput, readInputs } from './index.ts';

const candle = closedCandle({
  openTime: 60_000,
  prices: ['1.10', '2', '1', '1.5'],
  quoteVolume: '0.000000000000000001',
});
const timer = (timerId: string): Input => ({ kind: 'timerFired', receivedTime: epochMs(1), timerId });
const save: Effect = { kind: 'saveCandles', candles: [candle], gaps: [] };
const show: Effect = { kind: 'publishForming', candle: formingOf(candle) };

async function readAll(journal: ReturnType<typeof createMemoryJournal>, from = 1) {
  const rows: (readonly [number, string, string | null])[] = [];
  for await (const { sequence, input, outputDigest } of readInputs<Input>(journal, from)) {
    rows.push([sequence, input.kind === 'timerFired' ? input.timerId : input.kind, outputDigest]);
  }
  return rows;
}

describe('the codec', () => {
  it('records prices of the whole market as the text it writes for everything else', () => {
    const tickers = {
      kind: 'tickersReceived',
      receivedTime: epochMs(1),
      tickers: [{ instrumentId: 'binance:spot:A/USDT', price: 0.1, open24h: Number.NaN }],
    } as const;
    const record = inputRecord(1, tickers);
    expect(record.body).toBe(encode(tickers));
    expect(parseInput(record)).toEqual({ ...tickers, tickers: [{ ...tickers.tickers[0], open24h: null }] });
  });

  it('writes decimals readably and canonically', () => {
    expect(encode({ price: decimal('1.10'), none: null })).toBe('{"price":{"$":"1.1"},"none":null}');
  });

  it('writes what JSON.stringify writes, with decimals as notes, for any plain value', () => {
    const byReplacer = (value: unknown): string =>
      JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'bigint' ? { $: toDecimalText(part as Decimal) } : part,
      );
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined, -0, Number.NaN),
      fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(encode(value)).toBe(byReplacer(value) ?? 'null');
      }),
    );
  });

  it('writes a candle that stands in several places the same everywhere', () => {
    const texts = new Map();
    const both = [save, { kind: 'publishClosed', seriesId: BTC_1M, candles: [candle] }];
    expect(encode(both, texts)).toBe(encode(both));
    expect(encode(both, texts)).toBe(`[${both.map((effect) => encode(effect)).join(',')}]`);
    expect([...texts.keys()]).toEqual([candle]);
  });

  it('brings candles back exactly', () => {
    fc.assert(
      fc.property(minutesArbitrary(0, { min: 1, max: 20 }), (minutes) => {
        expect(parseEncoded(encode(minutes))).toEqual(minutes);
        expect(digest(parseEncoded(encode(minutes)))).toBe(digest(minutes));
      }),
    );
  });

  it('brings any decimal back exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }), (raw) => {
        expect(parseEncoded(encode([raw as Decimal]))).toEqual([raw]);
      }),
    );
  });

  it('gives different values different digests', () => {
    expect(digest(candle)).not.toBe(digest({ ...candle, close: decimal('1.500000000000000001') }));
    expect(digest(candle)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('records', () => {
  it('hold an input that comes back equal', () => {
    const input: Input = { kind: 'closedReceived', receivedTime: epochMs(2), eventTime: epochMs(1), candle };
    expect(parseInput(inputRecord(7, input))).toEqual(input);
  });

  it('have an output only where something lasting was asked for, and forming candles do not change it', () => {
    expect(outputRecord(1, [])).toBeNull();
    expect(outputRecord(1, [show])).toBeNull();
    expect(outputRecord(1, [save])).toEqual({ sequence: 1, stream: 'output', body: digest([save]) });
    expect(outputRecord(1, [show, save, show])).toEqual(outputRecord(1, [save]));
  });
});

describe('readInputs', () => {
  const written = async () => {
    const journal = createMemoryJournal();
    const output = outputRecord(2, [save]);
    if (output === null) throw new Error('a save is lasting');
    await journal.append([inputRecord(1, timer('a')), inputRecord(2, timer('b')), output]);
    await journal.append([inputRecord(3, timer('c')), { sequence: 3, stream: 'output', body: 'third' }]);
    await journal.append([inputRecord(4, timer('d'))]);
    return { journal, second: output.body };
  };

  it('pairs every input with the output that follows it', async () => {
    const { journal, second } = await written();
    expect(await readAll(journal)).toEqual([
      [1, 'a', null],
      [2, 'b', second],
      [3, 'c', 'third'],
      [4, 'd', null],
    ]);
  });

  it('begins at the sequence asked for', async () => {
    const { journal } = await written();
    expect(await readAll(journal, 3)).toEqual([
      [3, 'c', 'third'],
      [4, 'd', null],
    ]);
    expect(await readAll(journal, 5)).toEqual([]);
  });

  it('names its series in full, so that a journal can be searched as text', () => {
    expect(encode(candle)).toContain(`"seriesId":"${BTC_1M}"`);
  });
});
