import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { dataFile, describeWithData, listDataFiles } from '../../../test/fixtures/shared-data.ts';
import { isNoTrade } from '../../model/candle.ts';
import type { SeriesId } from '../../model/series.ts';
import { parseTimeframe, timeframeMs } from '../../model/timeframe.ts';
import { readCandleCsv } from './candle-csv.ts';
import { parseCandleFileName, splitSymbol } from './candle-file-name.ts';

/** What the data's own description says of a file. */
type Described = {
  readonly folder: string;
  readonly symbol: string;
  readonly timeframeText: string;
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  readonly idleRows: number;
};

/** The tables of the description, one entry per row that names a symbol. */
function readDescription(): readonly Described[] {
  const described: Described[] = [];
  let folder = '';
  for (const line of readFileSync(dataFile('README.md'), 'utf8').split('\n')) {
    const heading = /^### klines\/(\S+)/.exec(line);
    if (heading !== null) folder = heading[1] ?? '';
    const cells = line.split('|').map((cell) => cell.trim());
    const [, symbol = '', timeframeText = '', , first = '', last = '', rows = '', , idleRows = ''] = cells;
    if (!/^\d+$/.test(rows)) continue;
    described.push({ folder, symbol, timeframeText, first, last, rows: Number(rows), idleRows: Number(idleRows) });
  }
  return described;
}

/** Weeks, months and the venue's 3-day candles are not aligned to a multiple of their length. */
function stepOf(timeframeText: string): number | null {
  const parsed = parseTimeframe(timeframeText);
  return parsed.ok && timeframeText !== '3d' ? timeframeMs(parsed.value) : null;
}

type Summary = { readonly first: string; readonly last: string; readonly rows: number; readonly idleRows: number };

async function summarize(path: string, timeframeText: string): Promise<Summary> {
  const seriesId = `binance:spot:X/Y:${timeframeText}` as SeriesId;
  let rows = 0;
  let idleRows = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  for await (const chunk of readCandleCsv({ path, seriesId, stepMs: stepOf(timeframeText), source: 'archive' })) {
    if (rows === 0) first = chunk[0]?.openTime ?? Number.NaN;
    last = chunk.at(-1)?.openTime ?? Number.NaN;
    rows += chunk.length;
    idleRows += chunk.filter((candle) => isNoTrade(candle)).length;
    for (const candle of chunk) {
      if ((candle.certificate.status === 'no_trade') !== isNoTrade(candle))
        throw new Error(`status at ${candle.openTime}`);
    }
  }
  const minuteText = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`;
  return { first: minuteText(first), last: minuteText(last), rows, idleRows };
}

describeWithData('readCandleCsv over the recorded data', () => {
  it('finds the rows, the first and last time and the idle rows that the description of the data states', async () => {
    const described = readDescription();
    expect(described.length).toBeGreaterThan(40);
    for (const { folder, symbol, timeframeText, first, last, rows, idleRows } of described) {
      const name = listDataFiles(`klines/${folder}`).find((file) => file.startsWith(`${symbol}-${timeframeText}-`));
      expect(name, `${folder} has ${symbol} ${timeframeText}`).toBeDefined();
      const summary = await summarize(dataFile(`klines/${folder}/${name}`), timeframeText);
      expect(summary, `${folder}/${name}`).toEqual({ first, last, rows, idleRows });
    }
  });

  it('reads every recorded file to its end, and its name tells what is in it', async () => {
    for (const folder of listDataFiles('klines')) {
      for (const file of listDataFiles(`klines/${folder}`)) {
        const path = dataFile(`klines/${folder}/${file}`);
        const named = parseCandleFileName(path);
        if (!named.ok) throw new Error(named.error.message);
        expect(splitSymbol(named.value.symbol), basename(path)).not.toBeNull();
        const { first, last } = await summarize(path, named.value.timeframeText);
        const { from, to } = named.value;
        if (from !== undefined) expect(Date.parse(first), basename(path)).toBeGreaterThanOrEqual(from);
        if (to !== undefined) expect(Date.parse(last), basename(path)).toBeLessThan(to);
      }
    }
  });
});
