import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decimal, toDecimalText } from '../../core/decimal.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { readCandleCsv } from './candle-csv.ts';

const seriesId = 'binance:spot:BTC/USDT:1m' as SeriesId;
const START = 1_709_251_200_000;
const MINUTE = 60_000;
const HEADER_12 =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';
const HEADER_6 = 'open_time_ms,open,high,low,close,volume';

let folder = '';
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(content: string | Buffer): string {
  files++;
  const path = join(folder, `candles-${files}.csv`);
  writeFileSync(path, content);
  return path;
}

type Outcome = {
  readonly chunks: readonly number[];
  readonly candles: ClosedCandle[];
  readonly failure: Failure | null;
};

async function readAll(path: string, stepMs: number | null = MINUTE): Promise<Outcome> {
  const candles: ClosedCandle[] = [];
  const chunks: number[] = [];
  try {
    for await (const chunk of readCandleCsv({ path, seriesId, stepMs, source: 'archive' })) {
      candles.push(...chunk);
      chunks.push(chunk.length);
    }
    return { chunks, candles, failure: null };
  } catch (thrown) {
    // The failure is what the test is about.
    return { chunks, candles, failure: toFailure(thrown) };
  }
}

function wideRow(minute: number): string {
  const openTime = START + minute * MINUTE;
  return `${openTime},10.5,12,9.75,11,3.25000000,${openTime + MINUTE - 1},35.75,7,1.5,16.5`;
}

function narrowRow(minute: number): string {
  return `${START + minute * MINUTE},10.5,12,9.75,11,3.25`;
}

function rowsOf(count: number, row: (minute: number) => string): string[] {
  return Array.from({ length: count }, (_, minute) => row(minute));
}

const wideCandle = {
  kind: 'candleClosed',
  seriesId,
  openTime: START,
  open: decimal('10.5'),
  high: decimal('12'),
  low: decimal('9.75'),
  close: decimal('11'),
  volume: decimal('3.25'),
  quoteVolume: decimal('35.75'),
  trades: 7,
  takerBaseVolume: decimal('1.5'),
  takerQuoteVolume: decimal('16.5'),
  certificate: { source: 'archive', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
};

describe('readCandleCsv: layouts', () => {
  it.each([
    ['12 columns of the archive with a header', `${HEADER_12}\n${wideRow(0)},0\n`],
    ['12 columns of the archive without a header', `${wideRow(0)},0\n`],
    ['11 columns', `${wideRow(0)}\n`],
    ['microseconds', `${wideRow(0).replace(String(START), `${START}000`)},0\n`],
    ['a byte order mark', `\uFEFF${HEADER_12}\n${wideRow(0)},0\n`],
    ['a byte order mark without a header', `\uFEFF${wideRow(0)}\n`],
    ['CRLF line ends', `${HEADER_12}\r\n${wideRow(0)},0\r\n`],
    ['no last line break', wideRow(0)],
    ['empty lines at the end', `${wideRow(0)}\n\n\r\n`],
  ])('reads %s', async (_, text) => {
    for (const content of [text, gzipSync(text)]) {
      const { candles, failure } = await readAll(fileOf(content));
      expect(failure).toBeNull();
      expect(candles).toEqual([wideCandle]);
    }
  });

  it('gives null for the columns that 6-column files lack', async () => {
    const { candles, failure } = await readAll(fileOf(`${HEADER_6}\n${narrowRow(0)}\n`));
    expect(failure).toBeNull();
    const absent = { quoteVolume: null, trades: null, takerBaseVolume: null, takerQuoteVolume: null };
    expect(candles).toEqual([{ ...wideCandle, ...absent }]);
  });

  it('certifies a candle without trades as no_trade', async () => {
    const idle = (minute: number): string => `${START + minute * MINUTE},5,5,5,5,0`;
    const wide = `${idle(0)},0,0,0,0,0\n`;
    const narrow = `${idle(0)}\n`;
    for (const text of [wide, narrow]) {
      const { candles } = await readAll(fileOf(text));
      expect(candles.map((candle) => candle.certificate.status)).toEqual(['no_trade']);
    }
  });

  it('reads a double in its shortest form exactly', async () => {
    const { candles } = await readAll(fileOf(`${START},6.1e-7,6.25e-7,6e-7,6.1e-7,123456789012345680`));
    expect(candles.map((c) => [c.open, c.high, c.low, c.volume].map(toDecimalText))).toEqual([
      ['0.00000061', '0.000000625', '0.0000006', '123456789012345680'],
    ]);
  });

  it('reads a file of a header alone as no candles', async () => {
    expect(await readAll(fileOf(`${HEADER_6}\n`))).toEqual({ chunks: [], candles: [], failure: null });
  });

  it('joins files whose times change from milliseconds to microseconds', async () => {
    const text = `${narrowRow(0)}\n${narrowRow(1).replace(',', '000,')}\n`;
    const { candles } = await readAll(fileOf(text));
    expect(candles.map((candle) => candle.openTime)).toEqual([START, START + MINUTE]);
  });

  it('does not check the alignment of weeks and months', async () => {
    const rows = ['1709510400000,1,2,1,2,3', '1710115200000,1,2,1,2,3'];
    expect((await readAll(fileOf(rows.join('\n')), null)).candles).toHaveLength(2);
  });

  it('yields chunks of 5000 candles in order', async () => {
    const text = rowsOf(12_345, wideRow).join('\n');
    const { candles, chunks } = await readAll(fileOf(text));
    expect(chunks).toEqual([5_000, 5_000, 2_345]);
    expect(candles.map((candle) => candle.openTime)).toEqual(
      rowsOf(12_345, wideRow).map((row) => Number(row.slice(0, 13))),
    );
  });
});

describe('readCandleCsv: faults', () => {
  const good = [HEADER_6, narrowRow(0), narrowRow(1)];
  const next = START + 2 * MINUTE;

  it.each([
    ['too few columns', `${next},1,1,1,1`, 'csv_columns_wrong', '5 columns where the first line has 6'],
    ['too many columns', `${next},1,1,1,1,1,1`, 'csv_columns_wrong', '7 columns where the first line has 6'],
    ['an empty line in between', `\n${narrowRow(2)}`, 'csv_columns_wrong', 'the line is empty'],
    ['a price that is no number', `${next},1,x,1,1,1`, 'csv_value_wrong', 'high is not a decimal number: "x"'],
    [
      'an exponent that no program prints',
      `${next},1,1,1e0,1,1`,
      'csv_value_wrong',
      'low is not a decimal number: "1e0"',
    ],
    ['an empty cell', `${next},1,1,1,,1`, 'csv_value_wrong', 'close is not a decimal number: ""'],
    ['a space', `${next},1,1,1,1, 1`, 'csv_value_wrong', 'volume is not a decimal number: " 1"'],
    ['a negative volume', `${next},1,1,1,1,-1`, 'csv_value_wrong', 'the volume is negative'],
    ['high below low', `${next},1,1,2,1,1`, 'csv_value_wrong', 'high is below low'],
    ['close outside low..high', `${next},1,2,1,3,1`, 'csv_value_wrong', 'close is outside low..high'],
    ['a time that is no number', 'now,1,1,1,1,1', 'csv_value_wrong', 'open time is not a whole number: "now"'],
    ['a fractional time', `${next}.5,1,1,1,1,1`, 'csv_value_wrong', 'open time is not a whole number'],
    ['seconds', `${next / 1000},1,1,1,1,1`, 'csv_value_wrong', 'neither milliseconds nor'],
    ['broken microseconds', `${next}001,1,1,1,1,1`, 'csv_value_wrong', 'neither milliseconds nor'],
    ['nanoseconds', `${next}000000,1,1,1,1,1`, 'csv_value_wrong', 'open time is not a whole number'],
    ['a repeated time', narrowRow(1), 'csv_value_wrong', 'is there twice'],
    ['a time that goes back', narrowRow(0), 'csv_value_wrong', `comes after ${START + MINUTE}`],
    ['a time off the grid', `${next + 1},1,1,1,1,1`, 'csv_value_wrong', 'is not a multiple of 60000 ms'],
    ['a second header', HEADER_6, 'csv_value_wrong', 'open time is not a whole number'],
  ])('refuses %s after the rows before it', async (_, bad, code, reason) => {
    const path = fileOf([...good, bad, narrowRow(9), ''].join('\n'));
    const { candles, failure } = await readAll(path);
    expect(candles.map((candle) => candle.openTime)).toEqual([START, START + MINUTE]);
    expect(failure?.code).toBe(code);
    expect(failure?.message).toContain(`${path} line 4: `);
    expect(failure?.message).toContain(reason);
  });

  it.each([
    ['trades', 8, '1.5', 'trades is not a whole number: "1.5"'],
    ['trades', 8, '-1', 'trades is not a whole number: "-1"'],
    ['quote volume', 7, 'NaN', 'quote volume is not a decimal number: "NaN"'],
    ['quote volume', 7, '-1', 'a volume is negative'],
    ['taker base volume', 9, '', 'taker base volume is not a decimal number: ""'],
    ['taker quote volume', 10, '1,5', '12 columns where the first line has 11'],
  ])('refuses a wrong %s (column %i is "%s")', async (_, column, text, reason) => {
    const cells = wideRow(1).split(',');
    cells[column] = text;
    const { candles, failure } = await readAll(fileOf(`${wideRow(0)}\n${cells.join(',')}\n`));
    expect(candles).toHaveLength(1);
    expect(failure?.message).toContain(`line 2: ${reason}`);
  });

  it.each([
    ['', 'the file is empty'],
    ['\uFEFF', 'the file is empty'],
    ['\n', 'the file is empty'],
    ['open_time,open\n', '2 columns are none of 6, 11 or 12'],
    [`${START},1,1,1,1\n`, '5 columns are none of 6, 11 or 12'],
    ['open_time,open,low,high,close,volume\n', 'column 3 is named "low" where high is expected'],
    ['a,b,c,d,e,f\n', 'column 1 is named "a" where open_time is expected'],
  ])('refuses a file that begins with %j', async (text, reason) => {
    for (const content of [text, gzipSync(text)]) {
      const { candles, failure } = await readAll(fileOf(content));
      expect(candles).toEqual([]);
      expect(failure?.code).toBe('csv_columns_wrong');
      expect(failure?.message).toContain(reason);
    }
  });

  it('refuses a line that does not end', async () => {
    const { candles, failure } = await readAll(fileOf(`${narrowRow(0)}\n${'1'.repeat(5_000)}`));
    expect(candles).toHaveLength(1);
    expect(failure?.message).toContain('line 2: the line is longer than 4096 characters');
  });

  it('answers file_unreadable for what is missing, a folder, a zip archive or forbidden', async () => {
    mkdirSync(join(folder, 'folder.csv'), { recursive: true });
    const forbidden = fileOf(narrowRow(0));
    chmodSync(forbidden, 0o000);
    const paths = [join(folder, 'missing.csv'), join(folder, 'folder.csv'), fileOf('PK\u0003\u0004...')];
    // Whoever runs the tests as root may read everything.
    if (process.getuid?.() !== 0) paths.push(forbidden);
    for (const path of paths) {
      const { candles, failure } = await readAll(path);
      expect(candles).toEqual([]);
      expect(failure?.code).toBe('file_unreadable');
      expect(failure?.message).toContain(path);
    }
  });

  it('answers file_unreadable for compressed data whose check sum is wrong', async () => {
    const packed = gzipSync(rowsOf(50, wideRow).join('\n'));
    const at = packed.length - 8;
    packed[at] = (packed[at] ?? 0) ^ 0xff;
    const { failure } = await readAll(fileOf(packed));
    expect(failure?.code).toBe('file_unreadable');
    expect(failure?.message).toContain('damaged');
  });

  it('answers file_truncated with the rows before the cut, which it has yielded, wherever the cut is', async () => {
    // Prices that do not repeat, so that the compressed data is long enough to be cut anywhere.
    const row = (minute: number): string =>
      wideRow(minute).replace('3.25000000', String(((minute * 7919) % 9973) / 64));
    const text = `${rowsOf(20_000, row).join('\n')}\n`;
    const packed = gzipSync(text);
    const cut = fc.integer({ min: 20, max: packed.length - 1 });
    const property = fc.asyncProperty(cut, async (length) => {
      const part = packed.subarray(0, length);
      const unpacked = gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
      const expected = unpacked.split('\n').length - 1;
      const { candles, failure } = await readAll(fileOf(part));
      expect(failure?.code).toBe('file_truncated');
      expect(failure?.context['rows']).toBe(expected);
      expect(candles).toHaveLength(expected);
    });
    await fc.assert(property, { numRuns: 30, examples: [[packed.length - 1], [packed.length - 8], [20]] });
  });

  it('reads compressed data of several parts', async () => {
    const parts = [gzipSync(`${narrowRow(0)}\n`), gzipSync(`${narrowRow(1)}\n`)];
    expect((await readAll(fileOf(Buffer.concat(parts)))).candles).toHaveLength(2);
  });
});

describe('readCandleCsv: any file', () => {
  const digits = fc.nat({ max: 99_999_999 });
  const cents = fc.tuple(digits, digits).map(([whole, part]) => `${whole}.${String(part).padStart(8, '0')}`);
  const row = fc.record({
    skip: fc.integer({ min: 1, max: 3 }),
    prices: fc.tuple(cents, cents, cents, cents),
    volumes: fc.tuple(cents, cents, cents, cents),
    trades: fc.nat(),
  });

  it('gives back exactly the numbers written, however the file is packed', async () => {
    const layout = fc.record({
      unit: fc.constantFrom('', '000'),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      header: fc.constantFrom('with', 'without'),
      packing: fc.constantFrom('plain', 'gzip'),
    });
    const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), layout, async (rows, how) => {
      let time = START;
      const expected = rows.map(({ skip, prices, volumes, trades }) => {
        time += skip * MINUTE;
        const sorted = [...prices].sort((a, b) => (decimal(a) < decimal(b) ? -1 : 1));
        const [low, open, close, high] = sorted as [string, string, string, string];
        return { time, open, high, low, close, volumes, trades };
      });
      const lines = expected.map(({ volumes: [volume, quote, base, takerQuote], ...r }) =>
        [
          `${r.time}${how.unit}`,
          r.open,
          r.high,
          r.low,
          r.close,
          volume,
          'x',
          quote,
          r.trades,
          base,
          takerQuote,
          0,
        ].join(','),
      );
      if (how.header === 'with') lines.unshift(HEADER_12);
      const text = lines.join(how.lineEnd);
      const { candles, failure } = await readAll(fileOf(how.packing === 'gzip' ? gzipSync(text) : text));
      expect(failure).toBeNull();
      const shown = candles.map((c) => ({
        time: c.openTime,
        prices: [c.open, c.high, c.low, c.close].map(toDecimalText),
        volumes: [c.volume, c.quoteVolume, c.takerBaseVolume, c.takerQuoteVolume].map((v) => v && toDecimalText(v)),
        trades: c.trades,
      }));
      const plain = (text: string): string => toDecimalText(decimal(text));
      expect(shown).toEqual(
        expected.map((r) => ({
          time: r.time,
          prices: [r.open, r.high, r.low, r.close].map(plain),
          volumes: r.volumes.map((v) => (decimal(v) === 0n ? 0n : plain(v))),
          trades: r.trades,
        })),
      );
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('never fails in any other way than with a failure of its own, whatever the bytes', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .string({ unit: fc.constantFrom('1', '7', ',', '\n', '\r', '.', '-', 'x', '"'), maxLength: 200 })
        .map((text) => Buffer.from(text)),
    );
    const property = fc.asyncProperty(noise, fc.constantFrom('plain', 'gzip'), async (bytes, packing) => {
      const { failure } = await readAll(fileOf(packing === 'gzip' ? gzipSync(bytes) : bytes));
      expect(['csv_columns_wrong', 'csv_value_wrong', 'file_unreadable', 'file_truncated']).toContain(failure?.code);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
